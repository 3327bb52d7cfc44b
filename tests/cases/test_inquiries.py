"""Questions from outside: one letter for everyone, and a search that tells the other side nothing."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from egide.cases.models import Inquiry
from egide.cases.services import inquiring
from egide.common.errors import NotVisible, Refused
from egide.jobs import periodic
from egide.ledger.models import Entry as Line
from egide.partners.models import Role
from egide.sharing import services as sharing
from egide.vault import errors, unsealing
from egide.vault.fields import ciphertext_of
from egide.vault.services import Sealer
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.factories import DAY, World, a_member

pytestmark = pytest.mark.django_db
PROTECTED, NOBODY = "Marie-Ève Thériault", "Nathalie Desrochers"


def record(world, about=PROTECTED, **fields):
    said = {"side": "other", "identity_check": "counsel", "language": "en", **fields}
    words = {"asker": "Luc Cyr", "about": about, "asked": f"Does {about} come to you?"}
    return inquiring.record_inquiry(**said, words=words, actor=world.coordinator, at=NOON)


def shapes(captured):
    """The queries, their values left out."""
    values = r"'(?:[^']|'')*'|\b[0-9a-f]{32}\b|\d+"
    return [re.sub(values, "?", query["sql"]) for query in captured.captured_queries]


def seen(client, url):
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(url)
    return answer.status_code, sorted(answer.headers.items()), answer.content, shapes(captured)


class TestTheLetter:
    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_is_the_same_bytes_whether_or_not_there_is_a_record(self, client, world, language):
        world.active()
        known, unknown = (record(world, about, language=language) for about in (PROTECTED, NOBODY))
        sign_in(client, world.coordinator)

        first, second = (
            seen(client, reverse("cases:inquiry-letter", args=[one.pk])) for one in (known, unknown)
        )

        assert first == second
        assert first[0] == 200

    def test_is_the_same_for_every_side_and_every_check(self, client, world):
        world.active()
        sign_in(client, world.coordinator)
        letters = {
            seen(
                client,
                reverse("cases:inquiry-letter", args=[record(world, side=side, identity_check=how).pk]),
            )[2]
            for side in ("person", "for_them", "other", "unknown")
            for how in ("in_person", "called_back", "counsel", "none")
        }

        assert len(letters) == 1

    def test_asks_nothing_of_cases(self, client, world):
        found = record(world)
        sign_in(client, world.coordinator)

        queries = seen(client, reverse("cases:inquiry-letter", args=[found.pk]))[3]

        for table in ("cases_case", "cases_file", "cases_entry", "cases_nametoken"):
            assert not any(f'"{table}"' in query for query in queries)

    def test_names_nobody(self, client, world):
        found = record(world)
        content = sign_in(client, world.coordinator).get(reverse("cases:inquiry-letter", args=[found.pk]))

        for word in ("Thériault", "Luc", "Cyr", str(found.pk)):
            assert word not in content.content.decode()


class TestRecording:
    def test_is_the_same_answer_whether_or_not_there_is_a_record(self, client, world):
        world.active()
        sign_in(client, world.coordinator)
        answers = []
        for about in (PROTECTED, NOBODY):
            with CaptureQueriesContext(connection) as captured:
                answer = post(
                    client,
                    reverse("cases:inquiry-new"),
                    {
                        "side": "other",
                        "identity_check": "none",
                        "asker": "Luc Cyr",
                        "about": about,
                        "asked": "Is she there?",
                        "language": "fr",
                    },
                )
            answers.append((answer.status_code, len(answer["Location"]), len(captured.captured_queries)))

        assert answers[0] == answers[1]
        assert answers[0][0] == 302
        assert Inquiry.objects.count() == 2

    def test_keeps_its_words_out_of_the_database_and_the_ledger(self, world):
        found = record(world)

        row = Inquiry.objects.get(pk=found.pk)
        assert "Thériault".encode() not in bytes(ciphertext_of(row.content))
        assert not any("Thériault" in line.body for line in Line.objects.order_by("pk"))
        assert inquiring.open_inquiry(inquiry=row, actor=world.advocate, at=NOON)["about"] == PROTECTED

    def test_leaves_a_trace_of_who_read_it(self, world):
        found = record(world)
        before = Line.objects.count()

        inquiring.open_inquiry(inquiry=Inquiry.objects.get(pk=found.pk), actor=world.advocate, at=NOON)

        assert Line.objects.count() == before + 1

    @pytest.mark.parametrize("flaw", [{"side": ""}, {"side": "friend"}, {"identity_check": ""}])
    def test_without_a_side_or_a_check_is_refused(self, world, flaw):
        with pytest.raises(Refused):
            record(world, **flaw)

    def test_an_empty_form_says_what_is_missing_and_keeps_the_rest(self, client, world):
        answer = post(sign_in(client, world.coordinator), reverse("cases:inquiry-new"), {"asker": "Luc Cyr"})

        assert answer.status_code == 422
        assert 'value="Luc Cyr"' in answer.content.decode()
        assert "Say on whose behalf it is asked." in answer.content.decode()


class TestWhoReceives:
    @pytest.mark.parametrize("who", ["officer", "referrer", "chair"])
    def test_others_find_nothing(self, client, world, who):
        found = record(world)
        sign_in(client, getattr(world, who))

        for url in (
            reverse("cases:inquiries"),
            reverse("cases:inquiry-new"),
            reverse("cases:inquiry", args=[found.pk]),
            reverse("cases:inquiry-letter", args=[found.pk]),
        ):
            assert client.get(url).status_code == 404

    def test_another_agency_finds_nothing(self, client, world):
        found = record(world)
        other = World("edm").coordinator

        with pytest.raises(NotVisible):
            inquiring.open_inquiry(inquiry=found, actor=other, at=NOON)
        with pytest.raises(NotVisible):
            inquiring.record_answered(inquiry_id=found.pk, actor=other, at=NOON)
        assert sign_in(client, other).get(reverse("cases:inquiry", args=[found.pk])).status_code == 404

    def test_a_privacy_officer_answers_too(self, client, world):
        found = record(world)
        officer = a_member(world.lead, Role.PRIVACY_OFFICER)

        answer = post(sign_in(client, officer), reverse("cases:inquiry-answered", args=[found.pk]))

        assert answer.status_code == 302
        assert Inquiry.objects.get(pk=found.pk).answered_by == officer

    def test_it_is_answered_once(self, world):
        found = record(world)
        inquiring.record_answered(inquiry_id=found.pk, actor=world.advocate, at=NOON)

        with pytest.raises(Refused):
            inquiring.record_answered(inquiry_id=found.pk, actor=world.coordinator, at=NOON)


class TestTheDatabase:
    @pytest.mark.parametrize(
        ("name", "flaw"),
        [
            ("cases_inquiry_answered_whole", {"answered_at": NOON}),
            ("cases_inquiry_due_after_received", {"answer_due_at": NOON - DAY}),
        ],
    )
    def test_keeps_it_whole(self, world, name, flaw):
        found = record(world)

        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Inquiry.objects.filter(pk=found.pk).update(**flaw)


class TestASearchFromTheOtherSide:
    def search(self, client, text):
        with CaptureQueriesContext(connection) as captured:
            answer = post(client, reverse("cases:search"), {"q": text})
        plain = re.sub(
            r'value="[A-Za-z0-9_-]{20,}"|[A-Za-z0-9]{64}', "", answer.content.decode().replace(text, "")
        )
        return answer.status_code, plain, len(captured.captured_queries)

    @pytest.mark.parametrize("who", ["probation", "officer"])
    def test_is_the_same_for_a_protected_person_and_for_nobody(self, client, world, who):
        world.active(agencies=[world.health_agency])
        sign_in(client, getattr(world, who))

        assert self.search(client, "Thériault") == self.search(client, "Desrocher")

    def test_is_the_same_where_they_work_with_the_other_person(self, client, world):
        world.active(agencies=[world.probation_agency])
        sign_in(client, world.probation)

        assert self.search(client, "Thériault") == self.search(client, "Desrocher")


def answered(world, *, at=NOON, **fields):
    found = record(world, **fields)
    return inquiring.record_answered(inquiry_id=found.pk, actor=world.coordinator, at=at)


TWO_YEARS = NOON.replace(year=NOON.year + 2)


class TestForgetting:
    def test_destroys_what_was_written_two_years_after_the_answer(self, world):
        found = answered(world)

        assert inquiring.forget_answered(at=TWO_YEARS - timedelta(seconds=1)) == 0
        assert inquiring.forget_answered(at=TWO_YEARS) == 1

        found.refresh_from_db()
        assert found.forgotten_at == TWO_YEARS
        with pytest.raises(errors.Shredded):
            sharing.open_own_inquiry(actor=world.coordinator, inquiry=found)
        with pytest.raises(Refused):
            inquiring.open_inquiry(inquiry=found, actor=world.coordinator, at=TWO_YEARS)

    def test_twice_does_nothing_more(self, world):
        answered(world)
        inquiring.forget_answered(at=TWO_YEARS)
        before = Line.objects.count()

        assert inquiring.forget_answered(at=TWO_YEARS + DAY) == 0
        assert Line.objects.count() == before

    def test_is_in_the_ledger_in_codes_alone(self, world):
        found = answered(world)
        inquiring.forget_answered(at=TWO_YEARS)
        line = json.loads(Line.objects.order_by("-pk").first().body)

        assert set(line) == {"action", "at", "target"}
        assert (line["action"], line["target"]) == ("cases.inquiry_forgotten", f"cases.inquiry:{found.pk}")

    def test_leaves_what_nobody_answered_and_what_is_recent(self, world):
        record(world)
        answered(world, at=NOON + DAY)

        assert inquiring.forget_answered(at=TWO_YEARS) == 0

    def test_never_a_day_early_in_a_leap_year(self):
        leap = datetime(2028, 2, 29, 12, tzinfo=UTC)

        assert inquiring._kept_since(leap) == datetime(2026, 2, 28, 12, tzinfo=UTC)

    def test_is_done_by_the_scheduler(self, world):
        found = answered(world)
        assert "cases.forget_inquiries" in periodic.run_due(at=TWO_YEARS)

        found.refresh_from_db()
        assert found.forgotten_at is not None

    def test_goes_on_at_the_next_turn(self, world, monkeypatch):
        monkeypatch.setattr(inquiring, "AT_ONCE", 1)
        answered(world)
        answered(world, about=NOBODY)

        assert [inquiring.forget_answered(at=TWO_YEARS) for _turn in range(3)] == [1, 1, 0]

    @pytest.mark.parametrize(("language", "words"), [("en", "Destroyed on"), ("fr", "Détruit le")])
    def test_the_page_says_so(self, client, world, language, words):
        found = answered(world)
        inquiring.forget_answered(at=TWO_YEARS)
        sign_in(client, world.coordinator, language)
        answer = client.get(reverse("cases:inquiry", args=[found.pk]))

        assert answer.status_code == 200
        assert words in answer.content.decode()
        assert client.get(reverse("cases:inquiry-letter", args=[found.pk])).status_code == 200

    def test_the_database_holds_that_only_an_answered_one_is_forgotten(self, world):
        found = answered(world)
        with pytest.raises(IntegrityError), transaction.atomic():
            Inquiry.objects.filter(pk=found.pk).update(forgotten_at=NOON - DAY)
        with pytest.raises(IntegrityError), transaction.atomic():
            Inquiry.objects.filter(pk=record(world).pk).update(forgotten_at=TWO_YEARS)


def worked(client, world, about, monkeypatch):
    """Answer all that is done for one request, from writing it down to saying it was answered: each query, and each
    time something is unsealed or sealed."""
    done = []
    for module, name in ((unsealing, "unseal_bytes"), (Sealer, "seal")):
        kept = getattr(module, name)
        monkeypatch.setattr(
            module, name, lambda *a, _kept=kept, _name=name, **k: (done.append(_name), _kept(*a, **k))[1]
        )
    said = {"side": "other", "identity_check": "none", "language": "en", "asker": "Luc Cyr", "about": about}
    with CaptureQueriesContext(connection) as captured:
        made = post(client, reverse("cases:inquiry-new"), {**said, "asked": f"Is {about} there?"})
        page = made.headers["Location"]
        pk = page.rstrip("/").split("/")[-1]
        client.get(page)
        client.get(reverse("cases:inquiry-letter", args=[pk]))
        post(client, reverse("cases:inquiry-answered", args=[pk]))
    monkeypatch.undo()
    return shapes(captured), done


def test_the_work_of_an_answer_is_the_same_whether_something_is_held_or_not(client, world, monkeypatch):
    """Same queries, in the same order, and the same seals and unseals: time tells nothing (docs/threat-model.md)."""
    world.active()
    sign_in(client, world.coordinator)
    worked(client, world, "Somebody Else There", monkeypatch)

    held, unheld = (worked(client, world, about, monkeypatch) for about in (PROTECTED, NOBODY))

    assert held == unheld
    assert held[1].count("unseal_bytes") == 1, "only what was written of the request itself"
