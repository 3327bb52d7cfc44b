"""Grounds other than consent: two people, the least data, a time; exactly what is named, to exactly whom."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from egide.cases.models import Entry, Task
from egide.cases.queries import sharing as queries
from egide.cases.queries.day import my_day
from egide.cases.services import closing, deadlines, disclosing, progressing
from egide.cases.services.disclosing import Words
from egide.common import idempotency
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.common.ids import new_id
from egide.ledger.models import Entry as LedgerEntry
from egide.partners.models import Role
from egide.sharing import grounds
from egide.sharing import services as sharing
from egide.sharing.models import Disclosure, Ground
from tests.conftest import NOON
from tests.factories import a_member
from tests.sharing.situations import situation

HOUR = timedelta(hours=1)
WORDS = Words(
    facts="At 9:10 he said to two colleagues he would wait for her at noon.",
    who_is_at_risk="His former partner.",
    why_this_recipient="They can keep her inside and call.",
)
SAID = {"is_serious": True, "is_imminent": True, "is_in_good_faith": True}


@pytest.fixture
def s(world):
    """A case whose victim consented to the police alone; the school is a stranger to it. No law binds its entries."""
    made = situation(world, agencies=[world.police_agency])
    Entry.objects.filter(file=made.victim).update(regimes="")
    return made


def state(
    s, *, kind="serious_imminent_threat", categories=("threat.indicators",), said=SAID, words=WORDS, **more
):
    return disclosing.state_ground(
        **{
            "case_id": s.case.pk,
            "role": "victim",
            "kind": kind,
            "recipient_id": s.world.school_agency.pk,
            "categories": categories,
            "said": said,
            "words": words,
            "actor": s.world.coordinator,
            "at": NOON,
            **more,
        }
    )


def approved(s, **more):
    ground = state(s, **more)
    return disclosing.decide_ground(ground_id=ground.pk, is_approved=True, actor=s.world.second, at=NOON)


def readable(view):
    return {item.category for item in view.items}


class TestOpens:
    def test_what_it_names_to_whom_it_names(self, s, noon):
        ground = approved(s)
        found = queries.received(ground_id=ground.pk, actor=s.world.teacher, at=NOON)

        assert readable(found.view) == {"threat.indicators"}
        with pytest.raises(NotVisible):
            queries.received(ground_id=ground.pk, actor=s.world.nurse, at=NOON)

    def test_nothing_before_it_is_approved(self, s, noon):
        ground = state(s)

        with pytest.raises(NotVisible):
            queries.received(ground_id=ground.pk, actor=s.world.teacher, at=NOON)
        with pytest.raises(NotVisible):
            s.open("teacher", purpose="emergency_response")

    def test_nothing_once_refused_ended_or_past_its_time(self, s, noon):
        refused = state(s)
        disclosing.decide_ground(ground_id=refused.pk, is_approved=False, actor=s.world.second, at=NOON)
        ended = approved(s)
        disclosing.end_ground(ground_id=ended.pk, actor=s.world.second, at=NOON)
        past = approved(s)
        noon(NOON + 72 * HOUR)

        for one in (refused, ended, past):
            with pytest.raises(NotVisible):
                queries.received(ground_id=one.pk, actor=s.world.teacher, at=NOON)

    def test_to_the_second(self, s, noon):
        ground = approved(s)

        noon(NOON + 72 * HOUR - timedelta(seconds=1))
        assert queries.received(ground_id=ground.pk, actor=s.world.teacher, at=NOON).view.items
        noon(NOON + 72 * HOUR)
        assert not queries.addressed_to(s.world.teacher).exists()

    def test_for_its_purpose_alone(self, s, noon):
        approved(s)

        assert readable(s.open("teacher", purpose="emergency_response")) == {"threat.indicators"}
        assert readable(s.open("teacher", purpose="case_management")) == set()

    def test_neither_the_case_nor_its_name_nor_a_list(self, s, noon, client):
        approved(s)
        from egide.cases.models import Case

        assert s.case.pk not in set(Case.objects.visible_to(s.world.teacher).values_list("pk", flat=True))

    def test_reads_the_least_of_two_levels_never_a_copy_of_a_viewing(self, s, noon):
        ground = approved(s, categories=("incident.facts",))
        found = queries.received(ground_id=ground.pk, actor=s.world.teacher, at=NOON)

        assert {item.level for item in found.view.items} == {sharing.Level.VIEW}

    def test_what_protects_the_victim_stays_from_the_other_side(self, s, noon):
        with pytest.raises(Refused):
            state(s, recipient_id=s.world.probation_agency.pk, categories=("contact.safe",))

    def test_a_recused_reader_of_the_agency_receives_nothing(self, s, noon):
        ground = approved(s)
        sharing.recuse(
            case_id=s.case.pk,
            reason_code="relative",
            membership=s.world.teacher,
            actor=s.world.coordinator,
            at=NOON,
        )

        with pytest.raises(NotVisible):
            queries.received(ground_id=ground.pk, actor=s.world.teacher, at=NOON)

    def test_a_referrer_of_the_agency_receives_nothing(self, s, noon):
        ground = approved(s)
        clerk = a_member(s.world.school_agency, Role.REFERRER)

        with pytest.raises(NotVisible):
            queries.received(ground_id=ground.pk, actor=clerk, at=NOON)

    def test_costs_the_same_however_many_there_are(self, s, noon):
        def cost():
            with CaptureQueriesContext(connection) as captured:
                s.open("teacher", purpose="emergency_response")
            return len(captured)

        approved(s)
        cost()  # what the reader is remembers what it learnt once
        with_one = cost()
        approved(s, categories=("incident.facts",))
        approved(s)

        assert cost() == with_one


class TestLaw:
    def test_a_public_body_of_new_brunswick_tells_the_police_and_not_the_school(self, s, noon):
        Entry.objects.filter(file=s.victim).update(regimes="ca-nb-rtippa")
        with pytest.raises(Refused, match="It leaves the public body"):
            state(s)

        ground = approved(s, recipient_id=s.world.police_agency.pk)
        opened = s.open("officer", purpose="emergency_response")
        assert readable(opened) == {"threat.indicators", "justice.history"}  # the second is their own
        assert ground.recipient == s.world.police_agency

    def test_a_hospital_tells_of_a_serious_harm_though_it_is_not_imminent(self, s, noon):
        Entry.objects.filter(file=s.victim, category="health.general").update(regimes="ca-nb-phipaa")

        approved(
            s, kind="serious_harm_reduction", categories=("health.general",), said={**SAID, "is_imminent": False},
            recipient_id=s.world.police_agency.pk,
        )  # fmt: skip
        assert "health.general" in readable(s.open("officer", purpose="victim_safety"))

    def test_its_duties_are_said_to_who_reads(self, s, noon):
        Entry.objects.filter(file=s.victim, category="incident.facts").update(regimes="us-hipaa")
        ground = approved(s, categories=("incident.facts",))

        found = queries.received(ground_id=ground.pk, actor=s.world.teacher, at=NOON)
        assert any("six years" in text for text in found.view.duties)


class TestTwoPeople:
    def test_nobody_approves_their_own_words_under_any_hat(self, s, noon):
        ground = state(s)
        hat = a_member(s.world.lead, Role.ADVOCATE, areas=[s.world.area], account=s.world.coordinator.account)

        for actor in (s.world.coordinator, hat):
            with pytest.raises(PermissionDenied):
                disclosing.decide_ground(ground_id=ground.pk, is_approved=True, actor=actor, at=NOON)

    def test_a_partner_neither_writes_nor_approves(self, s, noon):
        with pytest.raises(PermissionDenied):
            state(s, actor=s.world.officer)
        ground = state(s)
        with pytest.raises(PermissionDenied):
            disclosing.decide_ground(ground_id=ground.pk, is_approved=True, actor=s.world.officer, at=NOON)

    def test_a_stranger_meets_nothing(self, s, noon):
        ground = state(s)

        with pytest.raises(NotVisible):
            state(s, actor=s.people["stranger"])
        with pytest.raises(NotVisible):
            disclosing.decide_ground(
                ground_id=ground.pk, is_approved=True, actor=s.people["stranger"], at=NOON
            )

    def test_is_decided_once_and_in_time(self, s, noon):
        ground = state(s)
        late = state(s)
        disclosing.decide_ground(ground_id=ground.pk, is_approved=False, actor=s.world.second, at=NOON)

        with pytest.raises(Refused):
            disclosing.decide_ground(ground_id=ground.pk, is_approved=True, actor=s.world.second, at=NOON)
        with pytest.raises(Refused):
            disclosing.decide_ground(
                ground_id=late.pk, is_approved=True, actor=s.world.second, at=NOON + 72 * HOUR
            )


class TestAsks:
    @pytest.mark.parametrize(
        "missing",
        [
            {"words": Words(facts=" ", who_is_at_risk="x", why_this_recipient="x")},
            {"words": Words(facts="x", who_is_at_risk="", why_this_recipient="x")},
            {"words": Words(facts="x", who_is_at_risk="x", why_this_recipient=" ")},
            {"said": {**SAID, "is_serious": False}},
            {"said": {**SAID, "is_imminent": False}},
            {"said": {}},
            {"categories": ()},
            {"categories": ("gossip",)},
            {"kind": "curiosity"},
        ],
    )
    def test_for_all_that_a_threat_needs(self, s, missing, noon):
        with pytest.raises(Refused):
            state(s, **missing)
        assert not Ground.objects.exists()

    def test_a_subpoena_alone_is_refused_in_words(self, s, noon):
        with pytest.raises(Refused, match="not an order of a court"):
            grounds.state_ground(
                actor=s.world.coordinator, file_id=s.victim.pk, case_id=s.case.pk, kind="legal_mandate",
                recipient=s.world.probation_agency, categories=["incident.facts"],
                said={"instrument": "subpoena", "is_reviewed": True}, words=Words(facts="x", reference="1"), at=NOON,
            )  # fmt: skip

    def test_only_doors_that_exist_for_that_information(self, s, noon):
        """A grantee's record has no threat door: the form does not offer it, the service refuses it, in the rule's words."""
        Entry.objects.filter(file=s.victim, category="threat.indicators").update(regimes="us-vawa")

        with pytest.raises(Refused, match="without identifying the person"):
            state(s)

    def test_words_are_sealed_and_nowhere_else(self, s, noon):
        ground = state(s)

        assert b"noon" not in bytes(
            ground.statement.ciphertext if hasattr(ground.statement, "ciphertext") else ground.statement
        )
        assert not any("colleagues" in body for body in LedgerEntry.objects.values_list("body", flat=True))
        [line] = queries.ground_lines(case=s.case, actor=s.world.second, at=NOON).rows
        assert line.words["facts"] == WORDS.facts
        assert line.state == "proposed"


class TestLeavesATrace:
    def test_a_disclosure_and_a_task_to_tell_the_person(self, s, noon):
        ground = approved(s)

        [disclosed] = Disclosure.objects.filter(basis="serious_imminent_threat")
        assert (disclosed.recipient, disclosed.categories) == (s.world.school_agency, ["threat.indicators"])
        assert disclosed.disclosed_by == s.world.second
        told = Task.objects.filter(case=s.case, kind="tell_person", side="victim", created_by=s.world.second)
        assert told.count() == 1
        disclosing.record_told(ground_id=ground.pk, actor=s.world.coordinator, at=NOON)
        with pytest.raises(Refused):
            disclosing.record_told(ground_id=ground.pk, actor=s.world.coordinator, at=NOON)

    def test_the_truth_is_owed_until_it_is_told_whether_or_not_the_case_closes(self, s, noon):
        ground = approved(s)
        owed = Task.objects.get(case=s.case, kind="tell_person")
        with pytest.raises(Refused, match="doing the step"):
            progressing.finish_task(
                task_id=owed.pk, outcome="not_needed", words="Told.", actor=s.world.coordinator, at=NOON
            )
        closing.close_case(
            case_id=s.case.pk, reason="plan_completed", note="Done.", victim_view="not_reached", victim_words="",
            actor=s.world.coordinator, at=NOON,
        )  # fmt: skip
        owed.refresh_from_db()
        assert owed.done_at is None

        late = owed.due_at + HOUR
        deadlines.raise_late(at=late)
        owed.refresh_from_db()
        assert owed.raised_at == late
        assert owed.pk in {one.task.pk for one in my_day(actor=s.world.coordinator, at=late).late}

        disclosing.record_told(ground_id=ground.pk, actor=s.world.coordinator, at=late)
        owed.refresh_from_db()
        assert (owed.done_at, owed.outcome) == (late, "done")

    def test_telling_of_one_leaves_the_other_owed(self, s, noon):
        first, second = approved(s), state(s)
        disclosing.decide_ground(ground_id=second.pk, is_approved=True, actor=s.world.second, at=NOON + HOUR)
        disclosing.record_told(ground_id=first.pk, actor=s.world.coordinator, at=NOON + HOUR)

        [owed] = Task.objects.filter(case=s.case, kind="tell_person", done_at=None)
        assert owed.created_at == NOON + HOUR

    def test_every_step_and_every_reading_is_recorded(self, s, noon):
        ground = approved(s)
        queries.received(ground_id=ground.pk, actor=s.world.teacher, at=NOON)

        bodies = " ".join(LedgerEntry.objects.values_list("body", flat=True))
        for action in ("sharing.ground_stated", "sharing.ground_approved", "sharing.opened"):
            assert f'"{action}"' in bodies
        assert '"basis":"serious_imminent_threat"' in bodies


class TestPages:
    def test_may_i_tell_the_school(self, s, noon, client):
        client.force_login(s.world.coordinator.account)
        page = client.get(
            reverse("cases:sharing", args=[s.case.pk]), {"agency": str(s.world.school_agency.pk)}
        )
        text = page.content.decode()

        assert page.status_code == 200
        assert "A serious and imminent threat, approved (72 hours)" in text
        assert "Consent in writing that names this agency" in text

    def test_the_whole_way_by_hand(self, s, noon, client):
        world = s.world
        client.force_login(world.coordinator.account)
        form = reverse(
            "cases:sharing-new", args=[s.case.pk, world.school_agency.pk, "victim", "serious_imminent_threat"]
        )
        assert client.get(form).status_code == 200
        again = client.post(form, {"facts": "Only this.", idempotency.FIELD: str(new_id())})
        assert again.status_code == 422
        assert "Only this." in again.content.decode()
        sent = client.post(
            form,
            {
                "categories": ["threat.indicators"], "facts": WORDS.facts, "who_is_at_risk": "Her.",
                "why_this_recipient": "They can.", "is_serious": "on", "is_imminent": "on", "is_in_good_faith": "on",
                idempotency.FIELD: str(new_id()),
            },
        )  # fmt: skip
        assert sent.status_code == 302, sent.context["form"].errors
        ground = Ground.objects.get()

        client.force_login(world.second.account)
        hub = client.get(reverse("cases:sharing", args=[s.case.pk])).content.decode()
        assert "Approve and share" in hub
        client.post(
            reverse("cases:sharing-answer", args=[s.case.pk, ground.pk]),
            {"do": "approve", idempotency.FIELD: str(new_id())},
        )

        client.force_login(world.teacher.account)
        assert "Serious and imminent threat" in client.get(reverse("cases:received")).content.decode()
        page = client.get(reverse("cases:received-one", args=[ground.pk]))
        assert page.status_code == 200
        assert "pass it on to nobody" in page.content.decode()
        assert client.get(reverse("cases:case", args=[s.case.pk])).status_code == 404

    def test_an_absent_ground_and_anothers_look_alike(self, s, noon, client):
        ground = approved(s)
        client.force_login(s.world.nurse.account)

        there = client.get(reverse("cases:received-one", args=[ground.pk]))
        absent = client.get(reverse("cases:received-one", args=[s.case.pk]))
        assert there.status_code == absent.status_code == 404
        assert len(there.content) == len(absent.content)

    @pytest.mark.parametrize("agency", ["", "x", "00000000-0000-0000-0000-000000000000"])
    def test_an_agency_that_is_not_there(self, s, noon, client, agency):
        client.force_login(s.world.coordinator.account)

        assert client.get(reverse("cases:sharing", args=[s.case.pk]), {"agency": agency}).status_code == 200
