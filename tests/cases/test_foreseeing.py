"""What will they see? The answer is what they get: on the page, as data, as a table, on paper, before and after."""

import csv
import io
import json
import re

import pytest
from django.urls import reverse

from egide.cases.models import File
from egide.cases.queries import foreseeing
from egide.cases.services import enrolling
from egide.common.errors import NotVisible
from egide.ledger.models import Entry as Line
from egide.partners.models import Role
from egide.sharing.asking import Seat
from egide.sharing.foreseeing import foreseen
from egide.sharing.models import Consent
from egide.sharing.rules.catalogue import catalogue
from egide.sharing.rules.question import PURPOSES
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.factories import DAY, a_member, an_agency
from tests.sharing.situations import situation

pytestmark = pytest.mark.django_db
TEAM = ("coordinator", "second", "advocate", "chair", "officer", "nurse", "teacher", "probation")


@pytest.fixture
def s(world):
    return situation(world)


@pytest.fixture
def ask(client, world):
    world.case = world.active(agencies=[world.police_agency])

    def asking(actor=None, **query):
        sign_in(client, actor or world.coordinator, query.pop("language", "en"))
        return client.get(reverse("cases:who", args=[world.case.pk]), query)

    asking.client = client
    return asking


class TestTheAnswer:
    @pytest.mark.parametrize("who", [*TEAM, "referrer", "stranger", "privacy_officer"])
    def test_is_what_opening_gives(self, s, who):
        for purpose in PURPOSES:
            for file in (s.victim, s.concern):
                classes = File.classes_of([file])
                found = foreseen(
                    reader=s.people[who], files=[file], classes=classes, purpose=purpose, at=NOON
                )
                try:
                    told = s.explain(who, file=file, purpose=purpose)
                except NotVisible:
                    assert found[file.id] is None
                else:
                    assert {c.item_class: c.decision for c in found[file.id]} == {
                        c.item_class: c.decision for c in told
                    }

    def test_leaves_no_trace_and_opens_nothing(self, ask):
        before = Line.objects.count()

        assert ask().status_code == 200
        assert Line.objects.count() == before

    def test_speaks_of_the_other_and_not_to_them(self):
        for rule in catalogue().values():
            assert not re.search(r"\b(you|your)\b", rule.text_en, re.I), rule.id


class TestWhomOneAsksAbout:
    def test_a_member_of_the_team(self, ask, world):
        content = ask(member=world.officer.pk).content.decode()

        assert world.officer.person_name in content
        assert "All of it" in content or "Reading here, no copy" in content

    def test_anyone_of_an_agency_that_does_not_sit(self, ask, world):
        content = ask(agency=world.health_agency.pk).content.decode()

        assert f"Anyone at {world.health_agency}" in content
        assert "For this person, it does not exist." in content

    def test_a_person_of_an_agency_that_does_not_sit(self, ask, world):
        content = ask(agency=world.health_agency.pk, member=world.nurse.pk).content.decode()

        assert "For this person, it does not exist." in content

    @pytest.mark.parametrize(
        ("language", "words"),
        [
            ("en", "Anyone of {home} who acts for {there}"),
            ("fr", "Toute personne de {home} qui agit pour {there}"),
        ],
    )
    def test_a_hat(self, ask, world, language, words):
        content = ask(
            agency=world.police_agency.pk, home=world.health_agency.pk, language=language
        ).content.decode()

        assert (
            words.format(home=world.health_agency.short_name, there=world.police_agency.short_name) in content
        )

    def test_a_hat_reads_without_a_copy_what_the_house_may_copy(self, ask, world):
        levels = []
        for query in ({}, {"home": world.health_agency.pk}):
            data = json.loads(ask(agency=world.police_agency.pk, format="json", **query).content)
            levels.append({i["level"] for one in data["files"] for i in one["information"]})

        assert "share" in levels[0]
        assert "share" not in levels[1]

    @pytest.mark.parametrize("query", [{"agency": "x"}, {"member": "x"}, {"purpose": "marketing"}])
    def test_who_is_not_there_is_not_found(self, ask, query):
        assert ask(**query).status_code == 404

    def test_what_the_one_who_asks_may_not_know_of_is_left_out(self, world):
        case = world.active()
        everything = foreseeing.Foresight(case=case, actor=world.advocate, at=NOON).of(world.officer)
        narrow = foreseeing.Foresight(case=case, actor=world.probation, at=NOON).of(world.officer)

        assert {str(one.file.role) for one in narrow} <= {str(one.file.role) for one in everything}
        assert sum(len(one.lines) for one in narrow) < sum(len(one.lines) for one in everything)


class TestItsWords:
    @pytest.mark.parametrize("shape", ["", "print", "csv"])
    def test_are_the_rules_in_words_and_never_their_codes(self, ask, world, shape):
        content = ask(member=world.officer.pk, format=shape).content.decode()

        assert not re.search(r">\s*table\s*<|closed-ca-nb|ca-nb-ccr-consent", content)


class TestItsShapes:
    def test_say_the_same(self, ask, world):
        query = {"agency": world.police_agency.pk}
        data = json.loads(ask(format="json", **query).content)
        rows = list(csv.reader(io.StringIO(ask(format="csv", **query).content.decode())))[1:]
        page, paper = ask(**query), ask(format="print", **query)

        seen = page.context["files"]
        assert [one["role"] for one in data["files"]] == [str(one.file.role) for one in seen]
        for told, shown in zip(data["files"], seen, strict=True):
            assert [(i["category"], i["level"]) for i in told["information"]] == [
                (line.slug, line.level.name.lower()) for line in shown.lines or []
            ]
        assert len(rows) == sum(len(one.lines or [None]) for one in seen)
        assert [line.category for one in paper.context["files"] for line in one.lines or []] == [
            line.category for one in seen for line in one.lines or []
        ]

    @pytest.mark.parametrize("shape", ["", "json", "csv", "print"])
    def test_are_refused_alike(self, ask, world, shape):
        stranger = a_member(an_agency(), Role.COORDINATOR)

        absent = "00000000-0000-7000-8000-000000000000"

        answer = ask(stranger, format=shape)
        other = ask.client.get(reverse("cases:who", args=[absent]), {"format": shape})

        def plain(page, pk):
            return re.sub(r"[A-Za-z0-9]{64}", "", page.content.decode().replace(pk, ""))

        assert (answer.status_code, other.status_code) == (404, 404)
        assert plain(answer, str(world.case.pk)) == plain(other, absent)

    @pytest.mark.parametrize("shape", ["", "json", "csv", "print"])
    def test_are_not_for_partners(self, ask, world, shape):
        assert ask(world.officer, format=shape).status_code == 403

    def test_name_nobody_in_the_table(self, ask, world):
        content = ask(agency=world.police_agency.pk, format="csv").content.decode()

        assert "Thériault" not in content
        assert world.case.reference not in content


class TestBeforeConsent:
    def draft(self, world, **fields):
        return {
            "recipients": [str(world.health_agency.pk)],
            "categories": ["incident.facts", "location.confidential"],
            "purposes": ["case_management"],
            "expires_on": (NOON + 90 * DAY).date().isoformat(),
            "form": "written",
            **fields,
        }

    def preview(self, client, world, **fields):
        world.case = world.eligible()
        sign_in(client, world.coordinator)
        return post(
            client, reverse("cases:consent-preview", args=[world.case.pk]), self.draft(world, **fields)
        )

    def test_says_what_the_agency_would_read(self, client, world):
        content = self.preview(client, world).content.decode()

        assert "Would read more" in content
        assert str(world.health_agency) in content

    def test_the_consent_is_recorded_from_the_page_of_the_preview_too(self, client, world):
        content = self.preview(client, world).content.decode()

        assert f'formaction="{reverse("cases:consent", args=[world.case.pk])}"' in content

    def test_is_what_they_get_once_it_is_given(self, client, world):
        answer = self.preview(client, world)
        told = {
            (str(part.file.role), slug)
            for one in answer.context["effect"].changes
            for part in one.files
            for slug in part.gained
        }
        enrolling.enrol(
            case_id=world.case.pk,
            consent=world.consent(
                agencies=[world.health_agency],
                categories=["incident.facts", "location.confidential"],
                purposes=["case_management"],
                expires_at=NOON + 90 * DAY,
            ),
            actor=world.advocate,
            at=NOON,
        )
        seat = Seat(world.health_agency)
        after = foreseeing.Foresight(case=world.case, actor=world.coordinator, at=NOON).of(seat)

        assert told
        assert told == {(str(one.file.role), line.slug) for one in after for line in one.seen}

    def test_records_nothing_and_keeps_what_was_typed(self, client, world):
        before = Line.objects.count()
        answer = self.preview(client, world)
        content = answer.content.decode()

        assert not Consent.objects.exists()
        assert 'value="incident.facts" ' in content or "incident.facts" in content
        assert answer.context["form"]["categories"].value() == ["incident.facts", "location.confidential"]
        assert before <= Line.objects.count()

    def test_says_that_a_guardian_who_may_be_the_abuser_gives_none(self, client, world):
        answer = self.preview(client, world, given_by="guardian", guardian_is_alleged_abuser="yes")

        assert "cannot consent for the person" in answer.content.decode()
        assert answer.context["effect"] is None

    @pytest.mark.parametrize("missing", ["recipients", "categories", "purposes", "expires_on"])
    def test_without_a_part_says_what_is_missing(self, client, world, missing):
        answer = self.preview(client, world, **{missing: ""})

        assert "Nothing yet" in answer.content.decode()
        assert answer.context["effect"] is None

    def test_is_for_those_who_record_consent(self, client, world):
        world.case = world.active()
        sign_in(client, world.officer)

        answer = post(client, reverse("cases:consent-preview", args=[world.case.pk]), self.draft(world))

        assert answer.status_code == 403
