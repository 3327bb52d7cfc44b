"""A team audits itself each year against a written standard; two people sign; nobody is ranked."""

import datetime
import re

import pytest
import yaml
from django.db import IntegrityError, transaction
from django.urls import reverse

from egide.cases.models import AuditAnswer, AuditWord, Draft, SelfAudit
from egide.cases.models.auditing import a_year_after
from egide.cases.queries import auditing as queries
from egide.cases.rules import protocol_file, standard_file
from egide.cases.rules.protocol import ProtocolError
from egide.cases.rules.standard_file import MARKS, StandardError, parse
from egide.cases.services import auditing
from egide.cases.services.meanwhile import Meanwhile
from egide.common import clock
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger.models import Entry as Line
from egide.partners.models import Role
from tests.cases.test_cost import queries_of
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.factories import DAY, World, a_member

pytestmark = pytest.mark.django_db
CODES = [one.code for one in standard_file.load("marac").statements]


def begun(world, at=NOON, actor=None):
    return auditing.begin_audit(programme_id=world.programme.pk, actor=actor or world.coordinator, at=at)


def answer(world, audit, statement=CODES[0], *, at=NOON, actor=None, **said):
    said = {"word": "met", "evidence": "The minutes of each conference say so.", **said}
    return auditing.answer_statement(
        audit_id=audit.pk, statement=statement, actor=actor or world.coordinator, at=at, **said
    )


def promised(world, **said):
    return {
        "word": "not_met",
        "action": "Ask the school to sit.",
        "action_owner_id": world.advocate.pk,
        "action_due_on": NOON.date() + 30 * DAY,
        **said,
    }


def sign(audit, actor, at=NOON):
    audit.refresh_from_db()
    return auditing.sign_audit(audit_id=audit.pk, revision=audit.revision, actor=actor, at=at)


def finished(world, at=NOON, **first):
    audit = begun(world, at)
    for code in CODES:
        answer(world, audit, code, at=at, **(first if code == CODES[0] else {}))
    sign(audit, world.coordinator, at)
    return sign(audit, world.advocate, at)


def page(client, member, name="audits", *args, language="en"):
    return sign_in(client, member, language=language).get(reverse(f"cases:{name}", args=args))


class TestTheStandard:
    @pytest.mark.parametrize("code", ["marac", "ntac"])
    def test_that_ships_is_whole_and_says_how_sure_it_is(self, code):
        found = standard_file.load(code)

        assert len(found.statements) == {"marac": 10, "ntac": 6}[code]
        assert found.titles in MARKS
        assert found.texts == "O"

    def test_is_named_by_the_protocols_that_have_one(self):
        named = {code: protocol_file.load(code).self_audit for code in ("ccr", "btam", "bias", "reentry")}

        assert named == {"ccr": "marac", "btam": "ntac", "bias": "", "reentry": ""}

    @pytest.mark.parametrize(
        ("change", "place"),
        [
            ({"version": 0}, "version"),
            ({"version": True}, "version"),
            ({"title_fr": " "}, "title_fr"),
            ({"source_fr": None}, "source_fr"),
            ({"titles": "R"}, "titles"),
            ({"texts": "X"}, "texts"),
            ({"statements": []}, "statements"),
            ({"statements": "twice"}, "statements"),
            ({"statements": "untranslated"}, "statements.engagement.text_fr"),
            ({"statements": "code"}, "statements"),
        ],
    )
    def test_that_is_not_whole_is_refused_with_the_place(self, change, place):
        data = {**standard_file.read("marac"), **change}
        whole = [dict(one) for one in standard_file.read("marac")["statements"]]
        if change.get("statements") == "twice":
            data["statements"] = [*whole, whole[0]]
        elif change.get("statements") == "untranslated":
            data["statements"] = [
                {**one, "text_fr": ""} if one["code"] == "engagement" else one for one in whole
            ]
        elif change.get("statements") == "code":
            data["statements"] = [{**whole[0], "code": "Not a code"}]

        with pytest.raises(StandardError, match=rf"^{place}"):
            parse(data)

    def test_that_lacks_a_part_is_refused(self):
        with pytest.raises(StandardError):
            parse({name: said for name, said in standard_file.read("marac").items() if name != "note_en"})

    def test_of_a_deployment_is_a_file(self, tmp_path, monkeypatch):
        made = {**standard_file.read("ntac"), "code": "ours"}
        (tmp_path / "ours.yaml").write_text(yaml.safe_dump(made))
        monkeypatch.setattr(standard_file, "FOLDERS", [*standard_file.FOLDERS, tmp_path])
        data = yaml.safe_load((protocol_file.FOLDERS[0] / "bias.yaml").read_text())

        assert protocol_file.parse({**data, "self_audit": "ours"}).self_audit == "ours"
        with pytest.raises(ProtocolError, match=r"^self_audit"):
            protocol_file.parse({**data, "self_audit": "nobodys"})


class TestBeginning:
    def test_keeps_the_text_of_the_standard_as_it_is(self, world):
        audit = begun(world)

        assert audit.standard == standard_file.load("marac")
        assert Line.objects.filter(body__contains='"cases.self_audit_begun"').count() == 1

    def test_is_refused_while_one_is_open(self, world):
        begun(world)

        with pytest.raises(Refused):
            begun(world, actor=world.chair)

    def test_is_refused_where_no_standard_is_written(self):
        world = World("bia", protocol="bias")

        with pytest.raises(Refused):
            begun(world)

    @pytest.mark.parametrize("who", ["officer", "nurse", "probation", "referrer"])
    def test_is_the_programmes_own_teams(self, world, who):
        with pytest.raises(NotVisible):
            begun(world, actor=getattr(world, who))

    def test_of_another_programme_looks_absent(self, world):
        with pytest.raises(NotVisible):
            begun(world, actor=World("edm").coordinator)


class TestAnswering:
    def test_replaces_what_was_answered_and_keeps_it(self, world):
        audit = begun(world)
        former = answer(world, audit)
        made = answer(world, audit, word="partly", based_on=former.pk, actor=world.chair)

        former.refresh_from_db()
        assert (former.is_current, made.is_current) == (False, True)
        audit.refresh_from_db()
        assert audit.revision == 2

    def test_over_somebody_elses_answer_is_told(self, world):
        audit = begun(world)
        answer(world, audit)

        with pytest.raises(Meanwhile):
            answer(world, audit, word="partly", based_on=None, actor=world.chair)

    @pytest.mark.parametrize(
        "said",
        [
            {"word": "perfect"},
            {"evidence": "  "},
            {"word": "not_met"},
            {"action": "Ask them."},
            {"action_owner_id": "advocate"},
            {"word": "partly", "action": "Ask them.", "action_owner_id": "advocate"},
            {"action": "Ask.", "action_owner_id": "advocate", "action_due_on": NOON.date() - DAY},
            {"action": "Ask.", "action_owner_id": "officer", "action_due_on": NOON.date() + DAY},
        ],
    )
    def test_is_refused_without_what_it_needs(self, world, said):
        audit = begun(world)
        if "action_owner_id" in said:
            said = {**said, "action_owner_id": getattr(world, said["action_owner_id"]).pk}

        with pytest.raises(Refused):
            answer(world, audit, **said)
        assert not AuditAnswer.objects.exists()

    def test_partly_asks_for_no_improvement(self, world):
        assert answer(world, begun(world), word="partly").action == ""

    def test_an_unknown_statement_is_absent(self, world):
        with pytest.raises(NotVisible):
            answer(world, begun(world), "nothing_of_the_kind")

    @pytest.mark.parametrize("who", ["officer", "referrer"])
    def test_an_uninvolved_agency_finds_nothing(self, world, who):
        audit = begun(world)

        with pytest.raises(NotVisible):
            answer(world, audit, actor=getattr(world, who))
        with pytest.raises(NotVisible):
            answer(world, audit, actor=World("edm").coordinator)


class TestSigning:
    def test_takes_two_people_and_then_nothing_changes(self, world):
        audit = finished(world)

        assert (audit.signed_by, audit.countersigned_by) == (world.coordinator, world.advocate)
        with pytest.raises(Refused):
            answer(world, audit)
        with pytest.raises(Refused):
            sign(audit, world.chair)

    def test_waits_for_every_answer(self, world):
        audit = begun(world)
        for code in CODES[1:]:
            answer(world, audit, code)

        with pytest.raises(Refused):
            sign(audit, world.coordinator)

    def test_twice_by_one_person_is_refused_under_any_hat(self, world):
        audit = begun(world)
        for code in CODES:
            answer(world, audit, code)
        sign(audit, world.coordinator)
        hat = a_member(world.lead, Role.CHAIR, account=world.coordinator.account, areas=[world.area])

        for member in (world.coordinator, hat):
            with pytest.raises(PermissionDenied):
                sign(audit, member)

    def test_falls_when_an_answer_changes(self, world):
        audit = begun(world)
        for code in CODES:
            answer(world, audit, code)
        sign(audit, world.coordinator)
        answer(world, audit, word="partly")

        audit.refresh_from_db()
        assert audit.signed_at is None

    def test_of_answers_that_were_not_shown_is_refused(self, world):
        audit = begun(world)
        for code in CODES:
            answer(world, audit, code)

        with pytest.raises(Meanwhile):
            auditing.sign_audit(audit_id=audit.pk, revision=3, actor=world.coordinator, at=NOON)

    def test_the_database_refuses_one_person_twice(self, world):
        audit = finished(world)

        with pytest.raises(IntegrityError), transaction.atomic():
            SelfAudit.objects.filter(pk=audit.pk).update(
                countersigned_by_account=world.coordinator.account_id
            )

    def test_the_database_refuses_what_is_not_met_without_an_improvement(self, world):
        made = answer(world, begun(world))

        with pytest.raises(IntegrityError), transaction.atomic():
            AuditAnswer.objects.filter(pk=made.pk).update(word="not_met")


class TestAnImprovement:
    def test_is_followed_once_two_people_signed(self, world):
        made = answer(world, begun(world), **promised(world))

        assert queries.open_actions(actor=world.coordinator) == []
        with pytest.raises(NotVisible):
            auditing.end_action(answer_id=made.pk, actor=world.advocate, at=NOON)

    def test_is_on_the_day_of_who_makes_it_near_its_day(self, world):
        finished(world, **promised(world))
        day = NOON + 30 * DAY

        def shown(member, at):
            return sum(1 for one in queries.for_now(actor=member, at=at) if one.improvement_on)

        assert shown(world.advocate, day - 8 * DAY) == 0
        assert shown(world.advocate, day - 7 * DAY) == 1
        assert shown(world.coordinator, day) == 0
        assert shown(world.coordinator, day + DAY) == 1
        assert shown(world.chair, day + DAY) == 0

    def test_ends_when_it_is_made(self, world):
        audit = finished(world, **promised(world))
        waiting = audit.answers.get(action_due_on__isnull=False)
        auditing.end_action(answer_id=waiting.pk, actor=world.advocate, at=NOON)

        assert queries.open_actions(actor=world.coordinator) == []
        with pytest.raises(NotVisible):
            auditing.end_action(answer_id=waiting.pk, actor=world.advocate, at=NOON)

    def test_looks_absent_to_others(self, world):
        audit = finished(world, **promised(world))
        waiting = audit.answers.get(action_due_on__isnull=False)

        for member in (world.officer, World("edm").coordinator):
            with pytest.raises(NotVisible):
                auditing.end_action(answer_id=waiting.pk, actor=member, at=NOON)


class TestAYear:
    @pytest.mark.parametrize(
        ("day", "after"),
        [
            (datetime.date(2026, 3, 1), datetime.date(2027, 3, 1)),
            (datetime.date(2028, 2, 29), datetime.date(2029, 2, 28)),
        ],
    )
    def test_later_is_the_same_day(self, day, after):
        assert a_year_after(day) == after

    def test_passes_the_day_after(self, world):
        finished(world)

        def standing(at):
            return queries.standings(actor=world.coordinator, at=at)[0]

        assert not standing(NOON + 300 * DAY).is_near
        assert standing(NOON + 335 * DAY).is_near
        assert not standing(NOON + 365 * DAY).is_late
        assert standing(NOON + 366 * DAY).is_late

    def test_that_passed_is_said_on_both_pages(self, world, client):
        finished(world, at=clock.now() - 400 * DAY)

        for name in ("audits", "my-day"):
            assert "Late: a year has passed" in page(client, world.coordinator, name).content.decode()
        assert "a year has passed" not in page(client, world.advocate, "my-day").content.decode()

    def test_the_first_audit_is_asked_for(self, world, client):
        assert (
            "No audit of this team is finished yet"
            in page(client, world.coordinator, "my-day").content.decode()
        )


class TestThePages:
    def test_walk_from_the_first_answer_to_the_last_signature(self, world, client):
        sign_in(client, world.coordinator)
        post(client, reverse("cases:audit-begin", args=[world.programme.pk]))
        audit = SelfAudit.objects.get()
        for code in CODES:
            sent = {"word": "not_applicable", "evidence": "Not here."}
            assert post(client, reverse("cases:audit-item", args=[audit.pk, code]), sent).status_code == 302
        for member in (world.coordinator, world.advocate):
            text = page(client, member, "audit", audit.pk).content.decode()
            revision = re.search(r'name="revision" value="(\d+)"', text)[1]
            post(client, reverse("cases:audit-sign", args=[audit.pk]), {"revision": revision})

        audit.refresh_from_db()
        assert audit.countersigned_by == world.advocate
        text = page(client, world.chair, "audit", audit.pk).content.decode()
        assert "Nothing of this audit changes any more" in text
        assert "Sign these answers" not in text

    def test_show_the_last_answers_beside(self, world, client):
        finished(world, at=NOON - 400 * DAY, evidence="Said last year.")
        audit = begun(world)

        for name, args in (("audit", [audit.pk]), ("audit-item", [audit.pk, CODES[0]])):
            assert "Said last year." in page(client, world.coordinator, name, *args).content.decode()

    def test_of_another_standard_are_not_put_beside(self, world, client):
        former = finished(world, at=NOON - 400 * DAY, evidence="Said last year.")
        SelfAudit.objects.filter(pk=former.pk).update(text={**former.text, "code": "another"})
        audit = begun(world)

        assert "Said last year." not in page(client, world.coordinator, "audit", audit.pk).content.decode()

    def test_keep_what_is_typed(self, world, client):
        audit = begun(world)
        address = reverse("cases:audit-item", args=[audit.pk, CODES[0]])
        found = re.search(
            r'data-autosave="([^"]+)"', sign_in(client, world.chair).get(address).content.decode()
        )
        client.post(found[1].replace("&amp;", "&"), {"evidence": "Half a sentence"})

        assert "Half a sentence" in client.get(address).content.decode()
        assert address in client.get(reverse("cases:my-day")).content.decode()
        post(client, address, {"word": "met", "evidence": "A whole sentence."})
        assert not Draft.objects.exists()

    def test_say_what_an_improvement_lacks(self, world, client):
        audit = begun(world)
        address = reverse("cases:audit-item", args=[audit.pk, CODES[0]])
        answered = post(sign_in(client, world.chair), address, {"word": "not_met", "evidence": "Not so."})

        assert answered.status_code == 422
        assert "asks for an improvement" in answered.content.decode()

    def test_show_both_texts_when_somebody_answered_meanwhile(self, world, client):
        audit = begun(world)
        answer(world, audit, evidence="Theirs.")
        sent = {"word": "met", "evidence": "Mine.", "based_on": ""}
        text = post(
            sign_in(client, world.chair), reverse("cases:audit-item", args=[audit.pk, CODES[0]]), sent
        ).content.decode()

        assert "Theirs." in text
        assert "Mine." in text

    @pytest.mark.parametrize(("language", "words"), [("en", "Partly met"), ("fr", "En partie atteint")])
    def test_speak_both_languages(self, world, client, language, words):
        audit = begun(world)
        answer(world, audit, word="partly")
        standard = standard_file.load("marac")
        title = standard.title_fr if language == "fr" else standard.title_en

        text = page(client, world.coordinator, "audit", audit.pk, language=language).content.decode()

        assert words in text
        assert title in text

    def test_hold_no_score_and_no_total_of_answers(self, world, client):
        finished(world)

        text = page(client, world.coordinator).content.decode()
        assert not any(str(word.label) in text for word in AuditWord)

    def test_cost_no_more_with_more_audits(self, world, client):
        sign_in(client, world.coordinator)
        finished(world, at=NOON - 450 * DAY)
        audit = finished(world, at=NOON - 420 * DAY, **promised(world))
        asked = [reverse("cases:audits"), audit.get_absolute_url()]
        before = [len(queries_of(client, url)) for url in asked]
        finished(world, at=NOON - 400 * DAY, **promised(world))

        assert [len(queries_of(client, url)) for url in asked] == before
        assert max(before) <= 12
