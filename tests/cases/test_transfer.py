"""A case goes to another area: before or after, never between; nobody learns where who should not."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from egide.cases.lifecycle import TRANSFER, TransferState
from egide.cases.models import AgendaItem, Case, EndNotice, Entry, LeadChange, Task, Transfer
from egide.cases.models.work import TaskKind
from egide.cases.queries import transferring as queries
from egide.cases.services import (
    closing,
    contacting,
    drafting,
    leading,
    taking_over,
    tasks,
    teaming,
    transferring,
)
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.common.lifecycle import TransitionRefused
from egide.ledger.models import Entry as Line
from egide.partners.models import Agency, AgreementParty, Jurisdiction, Notice, Role, Sector
from egide.sharing import emergency
from egide.sharing import services as sharing
from egide.sharing.models import Consent, Disclosure, Ground
from egide.sharing.rules.levels import Level
from tests.cases.test_cost import MOST_QUERIES, queries_of
from tests.cases.test_journey import conference
from tests.cases.test_lead_change import levels
from tests.cases.test_pages import post, sign_in
from tests.cases.test_recused_sees_nothing import name_for_emergencies
from tests.conftest import NOON
from tests.factories import DAY, World, a_member

pytestmark = pytest.mark.django_db
WHERE, WISHES, SAFE = "To her sister in Edmundston.", "Not the same school.", "At the bakery, mornings."


@pytest.fixture
def two(world):
    """One active case whose consent names the agency that leads the programme of another area."""
    world.there = World("edm")
    world.case = world.active(agencies=[*world.partners, world.there.lead])
    return world


def said(two, **changes):
    asked = {
        "why": "moves", "reason": WHERE, "told": "told", "told_by": two.advocate.pk, "wishes": WISHES,
        "contact": SAFE, **changes,
    }  # fmt: skip
    return transferring.Said(**asked)


def propose(two, *, actor=None, at=NOON, programme=None, **changes):
    return transferring.propose_transfer(
        case_id=two.case.pk, programme_id=(programme or two.there.programme).pk, said=said(two, **changes),
        actor=actor or two.coordinator, at=at,
    )  # fmt: skip


def accept(two, transfer, *, actor=None, at=NOON, coordinator=None, first_at=NOON + DAY):
    actor = actor or two.there.coordinator
    return taking_over.accept_transfer(
        transfer_id=transfer.pk, coordinator_id=(coordinator or actor).pk, first_at=first_at, actor=actor,
        at=at,
    )  # fmt: skip


def a_ground(
    two, *, kind="serious_imminent_threat", recipient=None, categories=("identity.core",), case=None
):
    case = case or two.case
    file = case.files.get(is_subject=True)
    purpose = "case_management" if kind == "common_programme" else "emergency_response"
    return Ground.objects.create(
        file_id=file.pk, case_id=case.pk, kind=kind, recipient=recipient or two.there.lead,
        categories=list(categories), purposes=[purpose],
        said={"is_serious": True, "is_imminent": True, "is_in_good_faith": True, "is_common": True},
        statement=b"x", stated_by=two.advocate, stated_at=NOON, ends_at=NOON + 3 * DAY,
        decided_by=two.coordinator, decided_at=NOON, is_approved=True,
    )  # fmt: skip


class TestWaiting:
    def test_changes_nothing_of_who_is_responsible(self, two):
        before = set(Task.objects.filter(case=two.case).values_list("pk", "agency", "owner", "due_at"))
        everyone = [two.coordinator, two.advocate, two.officer, two.probation, two.there.officer]
        read = [levels(one, two.case) for one in everyone]
        transfer = propose(two)

        case = Case.objects.get(pk=two.case.pk)
        assert (case.programme, case.lead, case.is_open) == (two.programme, two.case.lead, True)
        assert case.next_due_at is not None
        kept = Task.objects.filter(case=case).exclude(kind=TaskKind.TRANSFER)
        assert set(kept.values_list("pk", "agency", "owner", "due_at")) == before
        asked = Task.objects.get(case=case, kind=TaskKind.TRANSFER)
        assert (asked.agency, asked.owner, asked.rises_to, asked.due_at, asked.side) == (
            two.there.lead, None, case.lead, transfer.due_at, "victim",
        )  # fmt: skip
        old = [{key: level for key, level in (levels(one, case) or {}).items() if key in (was or {})}
               for one, was in zip(everyone, read, strict=True)]  # fmt: skip
        assert old == [was or {} for was in read]

    def test_the_date_is_the_protocols_and_in_an_emergency_hours(self, two):
        transfer = propose(two, is_emergency=True)
        assert transfer.due_at == NOON + timedelta(hours=4)
        transferring.withdraw_transfer(transfer_id=transfer.pk, actor=two.coordinator, at=NOON)
        again = propose(two)
        assert NOON + 2 * DAY < again.due_at <= NOON + 5 * DAY

    def test_late_it_rises_to_both_once_and_nothing_else_moves(self, two):
        transfer = propose(two)
        Notice.objects.all().delete()
        late = transfer.due_at + DAY
        assert transferring.tell_late(at=transfer.due_at) == 0
        assert (transferring.tell_late(at=late), transferring.tell_late(at=late)) == (1, 0)
        told = set(Notice.objects.values_list("account", flat=True))
        assert {two.coordinator.account_id, two.there.coordinator.account_id} <= told
        assert Case.objects.get(pk=two.case.pk).programme == two.programme

    def test_a_question_and_its_answer_are_read_by_the_two(self, two):
        transfer = propose(two)
        transferring.ask_question(
            transfer_id=transfer.pk, text="Is there a school?", actor=two.there.coordinator, at=NOON
        )
        with pytest.raises(Refused, match="waits"):
            transferring.ask_question(
                transfer_id=transfer.pk, text="And?", actor=two.there.coordinator, at=NOON
            )
        with pytest.raises(PermissionDenied):
            transferring.answer_question(
                transfer_id=transfer.pk, text="Yes.", actor=two.there.coordinator, at=NOON
            )
        transferring.answer_question(transfer_id=transfer.pk, text="Two.", actor=two.second, at=NOON)
        asked = queries.questions_of(transfer)
        for who in (two.coordinator, two.there.coordinator):
            words = queries.words_of(
                transfer=transfer, questions=asked, file=two.case.files.get(role="victim"), actor=who, at=NOON
            )
            assert {"Is there a school?", "Two.", WHERE, WISHES, SAFE} == set(words.values())

    def test_refused_or_withdrawn_everything_is_as_it_was(self, two):
        for state in ("refused", "withdrawn"):
            transfer = propose(two)
            if state == "refused":
                with pytest.raises(Refused, match="Say why"):
                    transferring.refuse_transfer(
                        transfer_id=transfer.pk, refusal="other", words=" ", actor=two.there.second, at=NOON
                    )
                transferring.refuse_transfer(
                    transfer_id=transfer.pk, refusal="no_room", words="", actor=two.there.second, at=NOON
                )
            else:
                transferring.withdraw_transfer(transfer_id=transfer.pk, actor=two.second, at=NOON)
            transfer.refresh_from_db()
            case = Case.objects.get(pk=two.case.pk)
            assert (transfer.state, case.programme, case.lead) == (state, two.programme, two.case.lead)
            assert not Task.objects.filter(case=case, kind=TaskKind.TRANSFER, done_at=None).exists()
            with pytest.raises(TransitionRefused):
                accept(two, transfer)

    def test_ends_with_the_case(self, two):
        transfer = propose(two)
        closing.close_case(
            case_id=two.case.pk, reason="moved", note="Moved.", victim_view="not_reached", victim_words="",
            actor=two.coordinator, at=NOON,
        )  # fmt: skip
        transfer.refresh_from_db()
        assert transfer.state == "withdrawn"


class TestTakingOver:
    def test_moves_everything_at_once(self, two):
        task = tasks.add_task(
            case_id=two.case.pk, text="Change the locks.", side="victim", agency_id=two.lead.pk,
            due_at=NOON + 5 * DAY, actor=two.coordinator, at=NOON,
        )  # fmt: skip
        theirs = tasks.add_task(
            case_id=two.case.pk, text="Drive by.", side="both", agency_id=two.police_agency.pk,
            due_at=NOON + 6 * DAY, actor=two.coordinator, at=NOON,
        )  # fmt: skip
        _sitting, item = conference(two, two.case)
        entries_before = set(Entry.objects.filter(file__case=two.case).values_list("pk", "holder", "regimes"))
        consents = set(Consent.objects.values_list("pk", "withdrawn_at", "expires_at"))
        reference = two.case.reference

        transfer = propose(two)
        written = {transfer.reason_id, transfer.wishes_id, transfer.contact_id}
        accept(two, transfer, coordinator=two.there.second)

        case = Case.objects.get(pk=two.case.pk)
        assert (case.programme, case.lead, case.reference) == (
            two.there.programme,
            two.there.second,
            reference,
        )
        for one in (task, theirs):
            one.refresh_from_db()
            assert (one.agency, one.owner, one.done_at) == (two.there.lead, two.there.second, None)
        assert (task.due_at, theirs.due_at) == (NOON + 5 * DAY, NOON + 6 * DAY)
        assert not Task.objects.filter(case=case, done_at=None).exclude(agency=two.there.lead).exists()
        first = Task.objects.get(case=case, kind=TaskKind.FIRST_CONTACT, done_at=None)
        assert (first.owner, first.due_at) == (two.there.second, NOON + DAY)
        assert Task.objects.filter(case=case, kind=TaskKind.LEAD_CONSENTS, done_at=None).exists()
        assert not AgendaItem.objects.filter(pk=item.pk).exists()
        assert case.next_due_at is not None
        kept = Entry.objects.filter(file__case=case).exclude(pk__in=written)
        assert set(kept.values_list("pk", "holder", "regimes")) == entries_before
        assert set(Consent.objects.values_list("pk", "withdrawn_at", "expires_at")) == consents

    def test_is_accounted_for_as_a_disclosure_of_what_the_new_lead_reads(self, two):
        transfer = accept(two, propose(two))
        made = list(Disclosure.objects.filter(recipient=two.there.lead, disclosed_by=two.coordinator))
        assert {one.basis for one in made} == {"consent"}
        there = levels(two.there.coordinator, two.case)
        for one in made:
            read = {
                k.category for k, level in there.items() if k.file_id == one.file_id and level >= Level.VIEW
            }
            assert set(one.categories) <= read
        assert "plan.safety" in transfer.went["victim"]
        assert Line.objects.filter(body__contains='"cases.transferred"').count() == 1

    def test_what_was_shown_beforehand_is_what_goes(self, two):
        allowed = transferring.what_allows(
            two.case, two.there.programme, two.case.files.get(role="victim"), at=NOON
        )
        shown = queries.would_go(
            case=two.case, programme=two.there.programme, reader=two.there.coordinator,
            ground=allowed.ground, actor=two.coordinator, at=NOON,
        )  # fmt: skip
        promised = {str(one.file.role): {line.slug for line in one.seen} for one in shown}
        assert Case.objects.get(pk=two.case.pk).programme == two.programme
        transfer = accept(two, propose(two))

        for role, slugs in promised.items():
            assert slugs <= set(transfer.went[role])
            # The words of the proposal itself are the only ones of a kind the file did not hold before.
            assert set(transfer.went[role]) - slugs <= {
                "location.confidential",
                "contact.safe",
                "plan.safety",
            }

    def test_agencies_of_the_former_area_are_let_go_with_the_usual_notice(self, two):
        both = two.health_agency
        two.there.programme.partners.add(both, two.probation_agency)
        transfer = accept(two, propose(two))

        for one in (two.officer, two.probation, two.teacher, two.coordinator, two.advocate, two.chair):
            assert levels(one, two.case) is None
        assert levels(two.nurse, two.case)
        told = EndNotice.objects.filter(case=two.case)
        assert {one.agency_id for one in told} == {
            two.police_agency.pk, two.school_agency.pk, two.probation_agency.pk
        }  # fmt: skip
        assert {str(one.agency_id) for one in told} == set(transfer.let_go)
        assert {(one.is_partial, one.consent_id) for one in told} == {(False, None)}

    def test_the_other_side_keeps_no_ground_nor_emergency(self, two):
        mine = a_ground(two, recipient=two.probation_agency, categories=["incident.facts"])
        police = a_ground(two, recipient=two.police_agency, categories=["incident.facts"])
        name_for_emergencies(two, two.probation)
        file = two.case.files.get(role="person_of_concern")
        opened = emergency.open_access(
            case_id=two.case.pk, file_id=file.pk, reason="Now.", actor=two.probation, at=NOON
        )
        accept(two, propose(two), at=NOON + timedelta(minutes=1))
        for one in (mine, police, opened):
            one.refresh_from_db()
        assert mine.ended_at is not None
        assert police.ended_at is None
        assert opened.ends_at == NOON + timedelta(minutes=1)

    def test_nobody_of_the_new_area_gains_more_than_the_consent_says(self, two):
        news = [two.there.coordinator, two.there.advocate, two.there.chair]
        accept(two, propose(two))
        consented = set(two.consent()["categories"])
        for one in news:
            after = levels(one, two.case)
            read = {k.category for k, level in after.items() if level >= Level.VIEW}
            held = {k.category for k in after if k.holder_id == one.agency_id}
            assert read <= consented | held
        for one in (two.there.officer, two.there.probation, two.there.nurse):
            assert levels(one, two.case) is None

    @pytest.mark.parametrize("protocol", ["btam", "bias", "reentry"])
    def test_works_by_the_programmes_own_data(self, protocol):
        world = without_laws(World("fre", protocol=protocol))
        world.there = World("edm", protocol=protocol)
        world.case = _a_case(world, protocol)
        needs = world.programme.protocol.is_consent_required
        with pytest.raises(Refused, match="Nothing lets"):
            propose(world)
        a_ground(world, kind="serious_imminent_threat" if needs else "common_programme")
        transfer = propose(world, told="not_safe", told_by=None, wishes="")
        accept(world, transfer)
        case = Case.objects.get(pk=world.case.pk)
        assert (case.programme, case.lead) == (world.there.programme, world.there.coordinator)
        kind = "first_contact" if case.programme.protocol.reaches_the_person else "review"
        assert Task.objects.filter(case=case, kind=kind, due_at=NOON + DAY, done_at=None).exists()
        assert Task.objects.filter(case=case, kind="consent", done_at=None).exists() is needs


def without_laws(world):
    """The same world, of agencies that no law of their own binds: a danger opens what the table says."""
    world.has_cases = True
    for agency in (world.lead, *world.partners):
        agency.regimes = []
        agency.save()
    return world


def _a_case(world, protocol):
    """A case received by that protocol's own form, accepted."""
    from egide.cases import intake
    from egide.cases.services import referring, triaging

    person = intake.Person(given_name="Ann", family_name="Roy", language="en")
    if protocol == "btam":
        content = intake.BehaviourContent(person, "Named a day.", "heard")
    elif protocol == "bias":
        content = intake.BiasContent(person, "Painted on her door.")
    else:
        content = intake.ReturnContent(person, "Work, and a room.")
    case = referring.refer(
        programme_id=world.programme.pk, content=content, actor=world.referrer, at=NOON
    ).case
    triaging.accept_referral(case_id=case.pk, reason="Yes.", actor=world.coordinator, at=NOON)
    return Case.objects.get(pk=case.pk)


class TestWithoutHerConsent:
    @pytest.fixture
    def unnamed(self, world):
        without_laws(world)
        world.there = World("edm")
        world.case = world.active()
        return world

    def test_nothing_is_proposed_without_consent_or_a_danger(self, unnamed, client):
        with pytest.raises(Refused, match="Nothing lets"):
            propose(unnamed)
        a_ground(unnamed, kind="common_programme")
        with pytest.raises(Refused, match="Nothing lets"):
            propose(unnamed)
        sign_in(client, unnamed.coordinator)
        content = client.get(reverse("cases:transfer", args=[unnamed.case.pk])).content.decode()
        assert "Ask for a consent that names it" in content
        assert "Propose the transfer" not in content

    def test_a_danger_approved_for_that_agency_is_enough_to_take_over_and_opens_no_more(
        self, unnamed, client
    ):
        a_ground(unnamed, categories=("identity.core", "location.confidential"))
        transfer = propose(unnamed, told="not_safe", told_by=None, wishes="", is_emergency=True)
        assert (transfer.basis, transfer.told) == ("danger", "not_safe")
        sign_in(client, unnamed.there.coordinator)
        content = client.get(transfer.get_absolute_url()).content.decode()
        assert WHERE in content
        assert SAFE not in content
        assert client.get(reverse("cases:case", args=[unnamed.case.pk])).status_code == 404
        assert unnamed.case.reference in client.get(reverse("cases:transfers")).content.decode()

        accept(unnamed, transfer)
        read = {
            k.category for k, v in levels(unnamed.there.coordinator, unnamed.case).items() if v >= Level.VIEW
        }
        assert not read & {"plan.safety", "contact.safe", "health.general"}
        assert Task.objects.filter(case=unnamed.case, kind="consent", done_at=None).exists()

    def test_a_danger_that_the_law_of_the_source_does_not_open_is_no_basis(self, world, client):
        """New Brunswick’s public bodies may tell the police of a danger, not another body."""
        world.there = World("edm")
        world.case = world.active()
        a_ground(world)
        with pytest.raises(Refused, match="Nothing lets"):
            propose(world, told="not_safe", told_by=None, wishes="")
        sign_in(client, world.coordinator)
        content = client.get(reverse("cases:transfer", args=[world.case.pk])).content.decode()
        assert "Propose the transfer" not in content

    def test_once_the_danger_is_over_it_does_not_exist_for_the_area_asked(self, unnamed, client):
        ground = a_ground(unnamed)
        transfer = propose(unnamed, told="not_safe", told_by=None, wishes="")
        Ground.objects.filter(pk=ground.pk).update(ended_at=NOON)
        with pytest.raises(NotVisible):
            accept(unnamed, transfer)
        sign_in(client, unnamed.there.coordinator)
        assert client.get(transfer.get_absolute_url()).status_code == 404
        assert Case.objects.get(pk=unnamed.case.pk).programme == unnamed.programme


class TestRefusals:
    def test_to_propose_by_others(self, two):
        for who in (two.advocate, two.chair, two.there.coordinator):
            with pytest.raises(PermissionDenied):
                propose(two, actor=who)
        for who in (two.there.officer, World("mon").coordinator):
            with pytest.raises(NotVisible):
                propose(two, actor=who)

    def test_to_propose_what_is_not_whole(self, two):
        for changes in (
            {"reason": " "}, {"why": "return"}, {"why": "x"}, {"told": "x"}, {"told_by": None},
            {"told_by": two.officer.pk}, {"wishes": ""}, {"told": "not_safe"},
        ):  # fmt: skip
            with pytest.raises(Refused), transaction.atomic():
                propose(two, **changes)
        assert not Transfer.objects.exists()

    def test_beside_another_proposal(self, two):
        beside = World("sjn", area=two.area)
        propose(two)
        with pytest.raises(Refused, match="waits"):
            propose(two)
        with pytest.raises(Refused, match="transfer of this case waits"):
            leading.propose_lead_change(
                case_id=two.case.pk,
                programme_id=beside.programme.pk,
                reason="x",
                actor=two.coordinator,
                at=NOON,
            )
        assert not LeadChange.objects.exists()

    def test_to_an_area_whose_laws_are_not_on(self, two, settings):
        country = Jurisdiction.objects.create(code="fr", kind="country", name_en="France", name_fr="France")
        Jurisdiction.objects.filter(pk=two.there.area.pk).update(parent=country)
        with pytest.raises(Refused, match="laws of that area"):
            propose(two)
        settings.EGIDE_SHARING_PROFILES = ("ca-nb", "fr")
        assert propose(two).state == "proposed"

    def test_to_an_agency_unsigned_or_of_the_other_side_or_kept_out(self, two):
        said_ = set()
        for how in ("unsigned", "other side", "kept out"):
            with transaction.atomic():
                if how == "unsigned":
                    AgreementParty.objects.filter(agency=two.there.lead).delete()
                elif how == "other side":
                    Agency.objects.filter(pk=two.there.lead.pk).update(sector=Sector.JUSTICE)
                else:
                    sharing.recuse(
                        case_id=two.case.pk,
                        agency=two.there.lead,
                        reason_code="party",
                        actor=two.chair,
                        at=NOON,
                    )
                with pytest.raises(Refused) as refused:
                    propose(two)
                said_.add(str(refused.value.message))
                transaction.set_rollback(True)
        assert len(said_) == 1

    def test_to_accept_by_others(self, two):
        transfer = propose(two)
        with pytest.raises(PermissionDenied):
            accept(two, transfer, actor=two.coordinator)
        for who in (
            two.there.advocate,
            two.there.officer,
            two.probation,
            two.officer,
            World("mon").coordinator,
        ):
            with pytest.raises(NotVisible):
                accept(two, transfer, actor=who)
        hat = a_member(
            two.there.lead, Role.COORDINATOR, account=two.coordinator.account, areas=[two.there.area]
        )
        with pytest.raises(PermissionDenied):
            accept(two, transfer, actor=hat)
        sharing.recuse(
            case_id=two.case.pk,
            membership=two.there.coordinator,
            reason_code="relative",
            actor=two.chair,
            at=NOON,
        )
        with pytest.raises(NotVisible):
            accept(two, transfer)
        with pytest.raises(Refused, match="Name who"):
            accept(two, transfer, actor=two.there.second, coordinator=two.there.coordinator)

    def test_to_accept_without_a_near_first_date_a_coordinator_or_during_a_conference(self, two):
        transfer = propose(two)
        for first_at in (NOON - DAY, NOON + 9 * DAY):
            with pytest.raises(Refused, match="first date"), transaction.atomic():
                accept(two, transfer, first_at=first_at)
        with pytest.raises(Refused, match="Name who"), transaction.atomic():
            accept(two, transfer, coordinator=two.there.advocate)
        from egide.cases.services import conferring

        sitting, _item = conference(two, two.case)
        conferring.open_conference(conference_id=sitting.pk, actor=two.chair, at=NOON)
        with pytest.raises(Refused, match="being discussed"), transaction.atomic():
            accept(two, transfer)
        assert Transfer.objects.get().state == "proposed"

    def test_to_accept_once_consent_was_withdrawn(self, two):
        transfer = propose(two)
        Consent.objects.filter(case_id=two.case.pk).update(
            withdrawn_at=NOON, withdrawn_recorded_by=two.advocate, ended_how="withdrawn"
        )
        with pytest.raises(NotVisible):
            accept(two, transfer)
        assert Case.objects.get(pk=two.case.pk).programme == two.programme

    @pytest.mark.parametrize("step", ["_account_for", "_first_task", "_bring_back"])
    def test_an_error_in_the_middle_leaves_it_before(self, two, monkeypatch, step):
        transfer = propose(two)

        def fail(*_args, **_more):
            raise RuntimeError(step)

        monkeypatch.setattr(taking_over, step, fail)
        rows = [list(model.objects.order_by("pk").values()) for model in (Case, Task, Transfer, EndNotice)]
        with pytest.raises(RuntimeError), transaction.atomic():
            accept(two, transfer)
        assert rows == [
            list(model.objects.order_by("pk").values()) for model in (Case, Task, Transfer, EndNotice)
        ]

    @pytest.mark.parametrize("state", sorted(set(TransferState) - {TransferState.PROPOSED}))
    @pytest.mark.parametrize("action", ["accept", "refuse", "withdraw"])
    def test_an_answer_is_the_last(self, state, action):
        with pytest.raises(TransitionRefused):
            TRANSFER.next_state(action, state=state)

    def test_the_database_keeps_it_whole(self, two):
        transfer = propose(two)
        row = Transfer.objects.filter(pk=transfer.pk)
        answered = {
            "answered_by": two.coordinator, "answered_by_account": two.coordinator.account, "answered_at": NOON
        }  # fmt: skip
        for change, name in (
            ({"to_programme": two.programme}, "two_programmes"),
            ({"told_by": None}, "told_by_somebody"),
            ({"state": "withdrawn"}, "answered_whole"),
            ({"state": "refused", **answered}, "refused_for_a_reason"),
            ({"state": "accepted", "coordinator": two.coordinator, **answered}, "taken_over_by_somebody"),
            ({"basis": "return"}, "return_is_one"),
        ):
            with pytest.raises(IntegrityError, match=name), transaction.atomic():
                row.update(**change)
        transferring.ask_question(transfer_id=transfer.pk, text="?", actor=two.there.coordinator, at=NOON)
        asked = transfer.questions.get()
        with pytest.raises(IntegrityError, match="question_answered_whole"), transaction.atomic():
            transfer.questions.update(answered_at=NOON)
        with pytest.raises(IntegrityError), transaction.atomic():
            transfer.questions.create(question=asked.question, asked_by=asked.asked_by, asked_at=NOON)
        with pytest.raises(IntegrityError), transaction.atomic():
            Transfer.objects.create(
                case=two.case, from_programme=two.programme, to_programme=two.there.programme, why="moves",
                basis="consent", told="not_safe", reason=transfer.reason, proposed_by=two.coordinator,
                proposed_by_account=two.coordinator.account, proposed_at=NOON, due_at=NOON,
            )  # fmt: skip


class TestGoingBack:
    def give_back(self, two, transfer, **changes):
        asked = {
            "transfer_id": transfer.pk,
            "reason": "She stays.",
            "actor": two.there.coordinator,
            "at": NOON,
        }
        return taking_over.propose_return(**{**asked, **changes})

    def test_restores_the_team_as_it_was(self, two):
        before = {one.pk: levels(one, two.case) for one in (two.officer, two.probation, two.coordinator)}
        transfer = accept(two, propose(two))
        back = self.give_back(two, transfer)
        assert Case.objects.get(pk=two.case.pk).programme == two.there.programme
        accept(two, back, actor=two.coordinator)

        case = Case.objects.get(pk=two.case.pk)
        assert (case.programme, case.lead) == (two.programme, two.coordinator)
        transfer.refresh_from_db()
        assert transfer.state == "returned"
        for who in (two.officer, two.probation, two.coordinator):
            after = levels(who, case)
            assert {k: v for k, v in after.items() if k in before[who.pk]} == before[who.pk]
        assert levels(two.there.coordinator, case) is None
        assert (
            not EndNotice.objects.filter(case=case, superseded_at=None)
            .exclude(agency=two.there.lead)
            .exists()
        )

    def test_not_once_the_person_was_reached_there(self, two):
        two.safe_contact(two.case)
        transfer = accept(two, propose(two))
        attempt = contacting.begin_contact(
            case_id=two.case.pk, channel="in_person", is_interpreter_booked=True, override_reason="Agreed.",
            actor=two.there.advocate, at=NOON + timedelta(hours=1),
        )  # fmt: skip
        contacting.end_contact(
            case_id=two.case.pk, attempt_id=attempt.pk, outcome="reached", actor=two.there.advocate,
            at=NOON + timedelta(hours=1),
        )  # fmt: skip
        with pytest.raises(Refused, match="reached there already"):
            self.give_back(two, transfer)

    def test_by_agreement_and_by_who_leads_now(self, two):
        transfer = accept(two, propose(two))
        with pytest.raises((PermissionDenied, NotVisible)):
            self.give_back(two, transfer, actor=two.coordinator)
        with pytest.raises(Refused, match="Say why"):
            self.give_back(two, transfer, reason=" ")
        back = self.give_back(two, transfer)
        transferring.refuse_transfer(
            transfer_id=back.pk, refusal="other", words="We let them go.", actor=two.coordinator, at=NOON
        )
        assert Case.objects.get(pk=two.case.pk).programme == two.there.programme


class TestThePages:
    def test_from_one_team_to_the_other(self, two, client):
        url = reverse("cases:transfer", args=[two.case.pk])
        sign_in(client, two.coordinator)
        assert "What goes along" in client.get(url).content.decode()
        typed = {
            "why": "moves", "reason": WHERE, "told": "told", "told_by": str(two.advocate.pk), "wishes": WISHES,
        }  # fmt: skip
        again = post(client, url, {**typed, "wishes": ""})
        assert again.status_code == 422
        assert WHERE in again.content.decode()
        assert post(client, url, typed).status_code == 302
        transfer = Transfer.objects.get()
        page = transfer.get_absolute_url()
        assert client.get(url)["Location"] == page

        sign_in(client, two.there.coordinator)
        assert WHERE in client.get(page).content.decode()
        for name, data in (("accept", {}), ("refuse", {}), ("ask", {})):
            answer = post(client, reverse(f"cases:transfer-{name}", args=[transfer.pk]), data)
            assert answer.status_code == 422
        asked = reverse("cases:transfer-ask", args=[transfer.pk])
        assert post(client, asked, {"text": "Children?"}).status_code == 302
        sign_in(client, two.second)
        assert "Children?" in client.get(page).content.decode()
        answered = reverse("cases:transfer-answer", args=[transfer.pk])
        assert post(client, answered, {"text": "None."}).status_code == 302
        sign_in(client, two.there.coordinator)
        taken = reverse("cases:transfer-accept", args=[transfer.pk])
        data = {"coordinator": str(two.there.coordinator.pk), "first_on": "2026-11-24"}
        assert post(client, taken, data).status_code == 302
        assert "Receipt" in client.get(page).content.decode()
        assert client.get(reverse("cases:case", args=[two.case.pk])).status_code == 200

        sign_in(client, two.coordinator)
        content = client.get(page).content.decode()
        assert "Receipt" in content
        assert not any(words in content for words in (WHERE, WISHES, "Children?", "None."))
        assert client.get(reverse("cases:case", args=[two.case.pk])).status_code == 404
        done = client.get(f"{reverse('cases:transfers')}?list=done").content.decode()
        assert two.case.reference in done

    def test_costs_at_most_twelve_queries(self, two, client):
        sign_in(client, two.coordinator)
        form = reverse("cases:transfer", args=[two.case.pk])
        asked = queries_of(client, form)
        assert len(asked) <= MOST_QUERIES, "\n".join(asked)
        drafting.save_draft(
            form="transfer", subject=two.case.pk, content={"reason": WHERE}, actor=two.coordinator, at=NOON
        )
        # What was typed is sealed too: its key is one more.
        assert len(queries_of(client, form)) <= MOST_QUERIES + 1
        assert WHERE in client.get(form).content.decode()
        transfer = propose(two)
        for who in (two.coordinator, two.there.coordinator):
            sign_in(client, who)
            for url in (transfer.get_absolute_url(), reverse("cases:transfers")):
                asked = queries_of(client, url)
                assert len(asked) <= MOST_QUERIES, "\n".join(asked)
        accept(two, transfer)
        sign_in(client, two.there.coordinator)
        asked = queries_of(client, transfer.get_absolute_url())
        assert len(asked) <= MOST_QUERIES, "\n".join(asked)

    @pytest.mark.parametrize("who", ["probation", "officer", "nurse", "referrer", "advocate", "chair"])
    def test_nobody_else_is_told_that_it_waits(self, two, client, who):
        transfer = propose(two)
        sign_in(client, getattr(two, who))
        for url in (transfer.get_absolute_url(), reverse("cases:transfers")):
            assert client.get(url).status_code == 404
        content = client.get(reverse("cases:my-day")).content.decode()
        case = client.get(reverse("cases:case", args=[two.case.pk])).content.decode()
        if who in ("advocate", "chair"):
            return
        for text in (content, case):
            assert "Transfer to another area" not in text
            assert two.there.lead.name_en not in text
            assert two.there.programme.name_en not in text


class TestTheOtherSide:
    def everything(self, two, client, who):
        """All that an agency let go may open, in the words it reads."""
        sign_in(client, who)
        names = ("my-day", "caseload", "referrals", "received", "receipts", "conferences", "search")
        found = {name: client.get(reverse(f"cases:{name}")) for name in names}
        found["case"] = client.get(reverse("cases:case", args=[two.case.pk]))
        found |= {
            str(one.made_at): client.get(reverse("cases:end-notice", args=[one.pk]))
            for one in EndNotice.objects.filter(agency=who.agency)
        }
        from tests.cases.test_recused_sees_nothing import bare

        return {name: (one.status_code, bare(one.content.decode())) for name, one in found.items()}

    @pytest.mark.parametrize("who", ["probation", "referrer", "officer"])
    def test_reads_the_same_whether_the_case_moved_or_the_agency_was_let_go(self, two, client, who):
        """To the byte: the new area shows in no page, no list and no count."""
        member = getattr(two, who)
        with transaction.atomic():
            accept(two, propose(two), at=NOON)
            moved = self.everything(two, client, member)
            transaction.set_rollback(True)
        with transaction.atomic():
            agencies = [two.police_agency, two.probation_agency, two.school_agency, two.health_agency]
            for agency in agencies:
                sharing.end_assignment(case_id=two.case.pk, agency=agency, at=NOON)
            from egide.cases.services import cascading, deadlines
            from egide.cases.services.locking import lock_case

            case = lock_case(two.case.pk, actor=two.coordinator)
            cascading.tell_let_go(
                case=case, agencies=[one.pk for one in agencies], actor=two.coordinator, at=NOON
            )
            deadlines.refresh_next_due(case, at=NOON)
            let_go = self.everything(two, client, member)
            transaction.set_rollback(True)
        pks = r"[0-9a-f]{8}-[0-9a-f-]{27}"
        import re

        same = {name: (status, re.sub(pks, "", text)) for name, (status, text) in moved.items()}
        assert same == {name: (status, re.sub(pks, "", text)) for name, (status, text) in let_go.items()}

    def test_no_mail_and_no_line_of_the_ledger_says_where(self, two):
        accept(two, propose(two))
        told = set(Notice.objects.values_list("account", flat=True))
        assert not told & {two.probation.account_id, two.officer.account_id, two.there.probation.account_id}
        body = "".join(Line.objects.values_list("body", flat=True))
        assert not any(words in body for words in (WHERE, WISHES, SAFE))


def test_a_team_without_consent_is_let_go_too(world):
    world = World("nor", protocol="btam")
    world.there = World("edm", protocol="btam")
    world.case = _a_case(world, "btam")
    from egide.cases.services import enrolling

    enrolling.decide_eligibility(
        case_id=world.case.pk,
        is_eligible=True,
        doors=["judgement"],
        reasons="x",
        actor=world.coordinator,
        at=NOON,
    )
    teaming.bring_in(
        case_id=world.case.pk,
        agency_id=world.police_agency.pk,
        reason="Knows.",
        actor=world.coordinator,
        at=NOON,
    )
    a_ground(world, kind="common_programme")
    transfer = propose(world, told="not_safe", told_by=None, wishes="")
    accept(world, transfer)
    assert levels(world.officer, world.case) is None
    assert transfer.pk == Transfer.objects.get(state="accepted").pk
    with CaptureQueriesContext(connection) as captured:
        queries.listed(actor=world.coordinator, which="done")
    assert len(captured) <= 2
