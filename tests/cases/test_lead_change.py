"""Another agency leads a case: proposed, accepted all at once; nobody gains a level that the rules do not give."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from egide.cases.lifecycle import LEAD_CHANGE, LeadChangeState
from egide.cases.models import AccessRequest, AgendaItem, Case, Draft, LeadChange, Task
from egide.cases.models.work import TaskKind
from egide.cases.queries import casefile
from egide.cases.services import accessing, closing, conferring, enrolling, leading, tasks, triaging
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.common.lifecycle import TransitionRefused
from egide.ledger.models import Entry as Line
from egide.partners.models import AgreementParty, Notice, Role, Sector
from egide.sharing import services as sharing
from egide.sharing.models import Consent, Ground
from egide.sharing.rules.levels import Level
from tests.cases.test_drafts import keep
from tests.cases.test_journey import conference
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.factories import DAY, World, a_member

pytestmark = pytest.mark.django_db
WHY = "She moved to her sister’s."


@pytest.fixture
def there(world):
    """One active case whose consent names the agency that leads the programme next door."""
    world.next = World("edm", area=world.area)
    world.case = world.active(agencies=[*world.partners, world.next.lead])
    return world


def propose(there, **changes):
    asked = {
        "case_id": there.case.pk, "programme_id": there.next.programme.pk, "reason": WHY,
        "actor": there.coordinator, "at": NOON, **changes,
    }  # fmt: skip
    return leading.propose_lead_change(**asked)


def accept(there, change, *, actor=None, at=NOON + DAY):
    return leading.accept_lead_change(change_id=change.pk, actor=actor or there.next.coordinator, at=at)


def fresh(member):
    """The same person in another request: nothing remembered of their programmes."""
    return type(member).objects.select_related("agency", "account").get(pk=member.pk)


def levels(member, case):
    """What a reader gets of every class of the case; None when there is no case for them."""
    member = fresh(member)
    try:
        case = Case.objects.select_related("programme__lead_agency").fetch(case.pk, actor=member)
        view = sharing.open_files(
            actor=member, files=list(case.files.order_by("pk")), purpose="case_management", at=NOON
        )
    except NotVisible:
        return None
    return {one.item_class: one.level for one in view.classes}


class TestAccepting:
    def test_moves_everything_and_tells_both(self, there):
        task = tasks.add_task(
            case_id=there.case.pk, text="Change the locks.", side="both", agency_id=there.lead.pk,
            due_at=NOON + 5 * DAY, actor=there.coordinator, at=NOON,
        )  # fmt: skip
        change = propose(there)
        asked = Task.objects.get(case=there.case, kind=TaskKind.LEAD_CHANGE)
        assert (asked.agency, asked.owner, asked.side) == (there.next.lead, None, "victim")

        accept(there, change)

        case = Case.objects.get(pk=there.case.pk)
        assert (case.programme, case.lead) == (there.next.programme, there.next.coordinator)
        task.refresh_from_db()
        assert (task.agency, task.owner, task.due_at) == (
            there.next.lead, there.next.coordinator, NOON + 5 * DAY
        )  # fmt: skip
        assert not Task.objects.filter(case=case, agency=there.lead, done_at=None).exists()
        assert Task.objects.filter(case=case, kind=TaskKind.LEAD_CONSENTS, done_at=None).exists()
        told = set(Notice.objects.filter(kind="lead_change").values_list("account", flat=True))
        assert {there.next.coordinator.account_id, there.coordinator.account_id} <= told
        for action in ("cases.lead_change_proposed", "cases.lead_changed"):
            assert Line.objects.filter(body__contains=action).count() == 1
        assert case.next_due_at is not None

    def test_is_on_the_timeline_of_the_case(self, there):
        accept(there, propose(there))
        done = Task.objects.get(case=there.case, kind=TaskKind.LEAD_CHANGE)

        assert (done.outcome, done.done_by) == ("done", there.next.coordinator)

    def test_nobody_gains_a_level_that_a_partner_named_alike_would_not_have(self, there):
        """Whoever reads after the change reads no more than before, but the new lead: no more than the consent says."""
        everyone = [
            getattr(world, name)
            for world in (there, there.next)
            for name in (
                "coordinator",
                "second",
                "advocate",
                "chair",
                "officer",
                "nurse",
                "teacher",
                "probation",
            )
        ]
        news = {there.next.coordinator.pk, there.next.second.pk, there.next.advocate.pk, there.next.chair.pk}
        before = {one.pk: levels(one, there.case) for one in everyone}
        accept(there, propose(there))

        for one in everyone:
            after = levels(one, there.case)
            if one.agency_id == there.lead.pk:
                assert after is None
            elif one.pk not in news:
                own = {key: level for key, level in (after or {}).items() if key in (before[one.pk] or {})}
                assert own == (before[one.pk] or {})
            else:
                consented = {name for name, level in _consented(there).items() if level}
                read = {key.category for key, level in after.items() if level >= Level.VIEW}
                held = {key.category for key in after if key.holder_id == one.agency_id}
                assert read <= consented | held

    def test_words_of_tasks_stay_those_of_the_agency_that_had_them(self, there):
        task = tasks.add_task(
            case_id=there.case.pk, text="Change the locks.", side="victim", agency_id=there.lead.pk,
            due_at=NOON + 5 * DAY, actor=there.coordinator, at=NOON,
        )  # fmt: skip
        accept(there, propose(there))
        task.refresh_from_db()

        assert casefile.task_record(task).holder_id == there.lead.pk

    def test_what_a_person_asked_stays_held_by_whom_it_was_asked_of(self, there):
        asked = accessing.record_request(
            case_id=there.case.pk, role="victim", asked_by="person", identified="in_person", way="in_person",
            language="en", words={"asked": "All.", "place": "At the library.", "proof": "Her card."},
            representative_may_be_abuser="", actor=there.coordinator, at=NOON,
        )  # fmt: skip
        accept(there, propose(there))
        asked = AccessRequest.objects.select_related("case__programme").get(pk=asked.pk)

        assert {(one.holder_id, one.regimes) for one in asked.sealed_records()} == {
            (there.lead.pk, tuple(there.lead.regimes))
        }

    def test_the_former_agency_sees_the_case_no_more(self, there, client):
        accept(there, propose(there))
        for who in (there.coordinator, there.advocate, there.chair):
            sign_in(client, who)
            assert client.get(reverse("cases:case", args=[there.case.pk])).status_code == 404
        sign_in(client, there.coordinator)
        content = client.get(reverse("cases:lead-changes")).content.decode()
        assert there.case.reference in content
        assert WHY not in content

    def test_ends_what_the_former_agency_received_and_what_rested_on_the_programme(self, there):
        file = there.case.files.get(role="victim")
        made = [
            Ground.objects.create(
                file_id=file.pk, case_id=there.case.pk, kind=kind, recipient=recipient,
                categories=["incident.facts"], purposes=["case_management"], statement=b"x",
                stated_by=there.advocate, stated_at=NOON, ends_at=NOON + 3 * DAY,
                decided_by=there.coordinator, decided_at=NOON, is_approved=True,
            )
            for kind, recipient in (
                ("serious_imminent_threat", there.lead),
                ("common_programme", there.police_agency),
                ("serious_imminent_threat", there.police_agency),
            )
        ]  # fmt: skip
        accept(there, propose(there))

        assert [Ground.objects.get(pk=one.pk).ended_at is not None for one in made] == [True, True, False]

    def test_leaves_the_agenda_and_keeps_a_date_for_a_conference(self, there):
        _sitting, item = conference(there, there.case)
        accept(there, propose(there))

        assert not AgendaItem.objects.filter(pk=item.pk).exists()
        called = Task.objects.get(case=there.case, kind=TaskKind.CONFERENCE, done_at=None)
        assert called.agency == there.next.lead


def _consented(there):
    return dict.fromkeys(there.consent()["categories"], True)


class TestRefusalsToPropose:
    def test_by_others(self, there):
        for who in (there.advocate, there.chair, there.next.coordinator):
            with pytest.raises(PermissionDenied):
                propose(there, actor=who)
        for who in (there.next.officer, World("mon").coordinator):
            with pytest.raises(NotVisible):
                propose(there, actor=who)

    def test_without_a_consent_that_names_it(self, world):
        world.next = World("edm", area=world.area)
        world.case = world.active()
        with pytest.raises(Refused, match="consent does not name"):
            propose(world)

    def test_with_a_consent_that_does_not_say_who_the_person_is(self, world):
        world.next = World("edm", area=world.area)
        world.case = world.eligible()
        consent = {**world.consent(agencies=[world.next.lead]), "categories": ["incident.facts"]}
        enrolling.enrol(case_id=world.case.pk, consent=consent, actor=world.advocate, at=NOON)
        with pytest.raises(Refused, match="consent does not name"):
            propose(world)

    def test_without_an_agreement_closed_or_kept_out_alike(self, there):
        said = set()
        for how in ("unsigned", "closed", "kept out"):
            with transaction.atomic():
                if how == "unsigned":
                    AgreementParty.objects.filter(agency=there.next.lead).delete()
                elif how == "closed":
                    type(there.lead).objects.filter(pk=there.next.lead.pk).update(is_active=False)
                else:
                    sharing.recuse(
                        case_id=there.case.pk, agency=there.next.lead, reason_code="party",
                        actor=there.chair, at=NOON,
                    )  # fmt: skip
                with pytest.raises(Refused) as refused:
                    propose(there)
                said.add(str(refused.value.message))
                transaction.set_rollback(True)
        assert len(said) == 1

    def test_for_an_agency_of_the_other_side_whatever_the_consent_says(self, there, client):
        change = propose(there)
        type(there.lead).objects.filter(pk=there.next.lead.pk).update(sector=Sector.JUSTICE)
        with pytest.raises(Refused, match="cannot lead this case"):
            accept(there, change)
        assert Case.objects.get(pk=there.case.pk).programme == there.programme
        leading.withdraw_lead_change(change_id=change.pk, actor=there.coordinator, at=NOON)
        with pytest.raises(Refused, match="cannot lead this case"):
            propose(there)

        sign_in(client, there.coordinator)
        content = client.get(reverse("cases:lead-change", args=[there.case.pk])).content.decode()
        assert str(there.next.programme.pk) not in content

    def test_to_oneself_twice_without_a_reason_or_closed(self, there):
        with pytest.raises(Refused, match="already"):
            propose(there, programme_id=there.programme.pk)
        with pytest.raises(Refused, match="Say why"):
            propose(there, reason="  ")
        propose(there)
        with pytest.raises(Refused, match="waits"):
            propose(there)

    def test_to_another_area(self, there, client):
        elsewhere = World("mon")
        with pytest.raises(Refused, match="propose a transfer"):
            propose(there, programme_id=elsewhere.programme.pk)

        sign_in(client, there.coordinator)
        content = client.get(reverse("cases:lead-change", args=[there.case.pk])).content.decode()
        assert str(elsewhere.programme.pk) not in content


class TestRefusalsToAccept:
    @pytest.mark.parametrize("who", ["advocate", "chair"])
    def test_by_another_role_of_the_agency(self, there, who):
        change = propose(there)
        with pytest.raises((PermissionDenied, NotVisible)):
            accept(there, change, actor=getattr(there.next, who))

    def test_by_who_proposed_or_somebody_elsewhere(self, there):
        change = propose(there)
        with pytest.raises(PermissionDenied):
            accept(there, change, actor=there.coordinator)
        with pytest.raises(NotVisible):
            accept(there, change, actor=World("mon").coordinator)

    def test_by_the_same_person_under_another_hat(self, there):
        change = propose(there)
        hat = a_member(
            there.next.lead, Role.COORDINATOR, account=there.coordinator.account, areas=[there.next.area]
        )
        with pytest.raises(PermissionDenied):
            accept(there, change, actor=hat)
        with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
            LeadChange.objects.filter(pk=change.pk).update(
                state="accepted", answered_by=hat, answered_by_account=hat.account, answered_at=NOON
            )

    def test_once_consent_no_longer_names_it_and_nothing_moved(self, there):
        change = propose(there)
        Consent.objects.filter(case_id=there.case.pk).update(
            withdrawn_at=NOON, withdrawn_recorded_by=there.advocate, ended_how="withdrawn"
        )
        with pytest.raises(NotVisible):
            accept(there, change)
        case = Case.objects.get(pk=there.case.pk)
        assert (case.programme, LeadChange.objects.get().state) == (there.programme, "proposed")

    def test_during_a_conference(self, there):
        change = propose(there)
        sitting, _item = conference(there, there.case)
        conferring.open_conference(conference_id=sitting.pk, actor=there.chair, at=NOON)
        with pytest.raises(Refused, match="being discussed"):
            accept(there, change)
        assert LeadChange.objects.get().state == "proposed"

    def test_once_the_case_closed(self, there):
        change = propose(there)
        Case.objects.filter(pk=there.case.pk).update(
            state="closed", is_open=False, closed_at=NOON, next_due_at=None, next_due_kind=""
        )
        with pytest.raises(Refused, match="closed"):
            accept(there, change)

    def test_kept_out_it_does_not_exist(self, there, client):
        change = propose(there)
        sharing.recuse(
            case_id=there.case.pk, membership=there.next.coordinator, reason_code="relative",
            actor=there.chair, at=NOON,
        )  # fmt: skip
        with pytest.raises(NotVisible):
            accept(there, change)
        leading.withdraw_lead_change(change_id=change.pk, actor=there.coordinator, at=NOON)
        Notice.objects.all().delete()
        propose(there)
        told = set(Notice.objects.values_list("account", flat=True))
        assert there.next.second.account_id in told
        assert there.next.coordinator.account_id not in told
        sign_in(client, there.next.coordinator)
        assert there.case.reference not in client.get(reverse("cases:lead-changes")).content.decode()


class TestOtherEnds:
    def test_refused_or_withdrawn_the_case_stays(self, there):
        for end, who in (
            (leading.refuse_lead_change, there.next.coordinator),
            (leading.withdraw_lead_change, there.coordinator),
        ):
            change = propose(there)
            end(change_id=change.pk, actor=who, at=NOON)
            case = Case.objects.get(pk=there.case.pk)
            assert case.programme == there.programme
            assert not Task.objects.filter(case=case, kind=TaskKind.LEAD_CHANGE, done_at=None).exists()
            with pytest.raises(TransitionRefused):
                accept(there, change)

    def test_ends_with_the_case_and_another_may_be_made_once_it_is_reopened(self, there):
        change = propose(there)
        Notice.objects.all().delete()
        closing.close_case(
            case_id=there.case.pk, reason="moved", note="Moved.", victim_view="not_reached",
            victim_words="", actor=there.second, at=NOON,
        )  # fmt: skip
        change.refresh_from_db()
        assert (change.state, change.answered_by, change.answered_at) == ("withdrawn", there.second, NOON)
        assert Line.objects.filter(body__contains="cases.lead_change_withdrawn").count() == 1
        assert not Notice.objects.filter(kind="lead_change").exists()

        closing.reopen_case(case_id=there.case.pk, reasons="Back.", actor=there.coordinator, at=NOON)
        enrolling.decide_eligibility(
            case_id=there.case.pk, is_eligible=True, doors=["judgement"], reasons="As before.",
            actor=there.coordinator, at=NOON + DAY,
        )  # fmt: skip
        consent = there.consent(agencies=[there.next.lead])
        enrolling.enrol(case_id=there.case.pk, consent=consent, actor=there.advocate, at=NOON + DAY)
        again = propose(there, at=NOON + DAY)
        assert (again.state, again.pk != change.pk) == ("proposed", True)

    def test_ends_with_a_referral_that_is_not_taken(self, there, monkeypatch):
        there.case = there.referral().case
        monkeypatch.setattr(leading, "check_may_lead", lambda *_, **__: None)  # rules that ask for no consent
        change = propose(there)
        triaging.propose_no_action(case_id=there.case.pk, reason="No.", actor=there.coordinator, at=NOON)
        triaging.answer_no_action(
            case_id=there.case.pk, is_confirmed=True, reason="No.", actor=there.second, at=NOON
        )
        change.refresh_from_db()
        assert change.state == "withdrawn"

    def test_each_by_its_own(self, there):
        change = propose(there)
        with pytest.raises(PermissionDenied):
            leading.withdraw_lead_change(change_id=change.pk, actor=there.next.coordinator, at=NOON + DAY)
        with pytest.raises(PermissionDenied):
            leading.refuse_lead_change(change_id=change.pk, actor=there.coordinator, at=NOON)

    @pytest.mark.parametrize("state", sorted(set(LeadChangeState) - {LeadChangeState.PROPOSED}))
    @pytest.mark.parametrize("action", ["accept", "refuse", "withdraw"])
    def test_an_answer_is_the_last(self, state, action):
        with pytest.raises(TransitionRefused):
            LEAD_CHANGE.next_state(action, state=state)

    def test_the_database_keeps_one_waiting_and_answers_whole(self, there):
        change = propose(there)
        again = {
            "case": change.case, "from_programme": change.from_programme, "reason": change.reason,
            "proposed_by": change.proposed_by, "proposed_by_account": change.proposed_by_account,
            "proposed_at": NOON,
        }  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            LeadChange.objects.create(**again, to_programme=change.to_programme)
        with pytest.raises(IntegrityError), transaction.atomic():
            LeadChange.objects.filter(pk=change.pk).update(to_programme=change.from_programme)
        with pytest.raises(IntegrityError), transaction.atomic():
            LeadChange.objects.filter(pk=change.pk).update(state="refused")


class TestThePages:
    def test_from_one_agency_to_the_other(self, there, client):
        url = reverse("cases:lead-change", args=[there.case.pk])
        sign_in(client, there.coordinator)
        empty = post(client, url, {"programme": str(there.next.programme.pk), "reason": ""})
        assert empty.status_code == 422
        assert (
            post(client, url, {"programme": str(there.next.programme.pk), "reason": WHY}).status_code == 302
        )
        assert "Withdraw the proposal" in client.get(url).content.decode()

        sign_in(client, there.next.coordinator)
        case_page = client.get(reverse("cases:case", args=[there.case.pk])).content.decode()
        assert "See the proposal" in case_page
        content = client.get(url).content.decode()
        assert WHY in content
        change = LeadChange.objects.get()
        answer = reverse("cases:lead-change-answer", args=[change.pk])
        assert post(client, answer, {"answer": "perhaps"}).status_code == 409
        assert post(client, answer, {"answer": "accept"}).status_code == 302
        assert client.get(reverse("cases:case", args=[there.case.pk])).status_code == 200

    def test_what_was_begun_is_given_back_and_forgotten_once_sent(self, there, client):
        url = reverse("cases:lead-change", args=[there.case.pk])
        sign_in(client, there.coordinator)
        keep(client, url, {"programme": str(there.next.programme.pk), "reason": WHY})
        assert WHY in client.get(url).content.decode()
        assert url in client.get(reverse("cases:my-day")).content.decode()

        post(client, url, {"programme": str(there.next.programme.pk), "reason": WHY})
        assert not Draft.objects.exists()

    def test_what_was_typed_while_a_colleague_proposed_is_shown_again(self, there, client):
        propose(there, actor=there.second, reason="Another reason.")
        sign_in(client, there.coordinator)
        url = reverse("cases:lead-change", args=[there.case.pk])
        again = post(client, url, {"programme": str(there.next.programme.pk), "reason": WHY})
        assert again.status_code == 422
        assert WHY in again.content.decode()
        assert "A proposal waits for an answer already." in again.content.decode()
        assert LeadChange.objects.count() == 1

    def test_the_reason_is_read_by_the_rules_alone(self, world, client):
        """A consent that does not cover the record of conferences does not show why."""
        world.next = World("edm", area=world.area)
        world.case = world.eligible()
        consent = {**world.consent(agencies=[world.next.lead]), "categories": ["identity.core"]}
        enrolling.enrol(case_id=world.case.pk, consent=consent, actor=world.advocate, at=NOON)
        propose(world)

        sign_in(client, world.next.coordinator)
        content = client.get(reverse("cases:lead-change", args=[world.case.pk])).content.decode()
        assert WHY not in content
        assert "what you may read of the file does not include it" in content

    @pytest.mark.parametrize("who", ["probation", "officer"])
    def test_the_other_side_is_told_nothing(self, there, client, who):
        propose(there)
        sign_in(client, getattr(there, who))
        content = client.get(reverse("cases:case", args=[there.case.pk])).content.decode()
        assert "Change of lead agency" not in content
        assert client.get(reverse("cases:lead-change", args=[there.case.pk])).status_code == 403
        assert client.get(reverse("cases:lead-changes")).status_code == 404
