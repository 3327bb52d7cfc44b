"""kill -9 while a case goes to another area: it is before or after, never between."""

import random
import time

import pytest

from egide.cases.models import Case, EndNotice, Task, Transfer
from egide.cases.models.work import TaskKind
from egide.cases.services import taking_over, transferring
from egide.ledger.models import Entry as LedgerEntry
from egide.partners.models import Membership
from egide.sharing.models import Assignment, Disclosure
from tests.conftest import NOON
from tests.factories import DAY, World
from tests.faults.test_kills import forked, killed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
KILLS = 12


def again(member):
    return Membership.objects.select_related("agency", "account").get(pk=member.pk)


def go_back_and_forth(transfer_id, here, there):
    """Accept, propose to give back, accept that, and propose anew, without end."""
    while True:
        for giver, taker in ((there, here), (here, there)):
            transfer = Transfer.objects.get(pk=transfer_id)
            taking_over.accept_transfer(
                transfer_id=transfer_id, coordinator_id=giver.pk, first_at=NOON + DAY, actor=giver, at=NOON
            )
            if transfer.returns_id is None:
                made = taking_over.propose_return(
                    transfer_id=transfer_id, reason="She stays.", actor=giver, at=NOON
                )
            else:
                made = propose(transfer.case_id, giver, taker)
            transfer_id = made.pk


def propose(case_id, sender, receiver):
    said = transferring.Said(why="moves", reason="x", told="told", told_by=sender.pk, wishes="y")
    programme = receiver.agency.programmes.get()
    return transferring.propose_transfer(
        case_id=case_id, programme_id=programme.pk, said=said, actor=sender, at=NOON
    )


def check_is_whole(case_id, here, there):
    """Whoever leads has all of it: lead, tasks, next date, team; and a transfer says how it came there."""
    case = Case.objects.select_related("programme", "lead").get(pk=case_id)
    done = list(Transfer.objects.filter(case=case, state__in=["accepted", "returned"]).order_by("pk"))
    waiting = Transfer.objects.filter(case=case, state="proposed").count()
    lead = case.programme.lead_agency_id
    assert waiting <= 1
    assert case.next_due_at is not None
    assert (done[-1].to_programme_id if done else here.programme.pk) == case.programme_id
    open_tasks = Task.objects.filter(case=case, done_at__isnull=True)
    asked = open_tasks.filter(kind=TaskKind.TRANSFER)
    assert asked.count() == waiting
    if done:
        assert case.lead.agency_id == lead
        assert not open_tasks.exclude(kind=TaskKind.TRANSFER).exclude(agency=lead).exists()
        assert done[-1].first_task.owner_id == case.lead_id
    working = set(
        Assignment.objects.filter(case_id=case_id, ends_at=None).values_list("agency_id", flat=True)
    )
    is_here = case.programme_id == here.programme.pk
    assert (here.probation_agency.pk in working) is is_here
    owed = EndNotice.objects.filter(case=case, agency=here.probation_agency, superseded_at=None)
    assert owed.exists() is not is_here
    moved = LedgerEntry.objects.filter(body__contains='"cases.transferred"').count()
    assert moved == len(done)
    accounted = Disclosure.objects.filter(case_id=case_id, purpose="case_management", method="share")
    assert accounted.filter(recipient__in=[here.lead, there.lead]).exists() is bool(done)
    return len(done)


def test_it_is_before_or_after():
    here, rng = World(), random.Random(29)
    there = World("edm")
    case = here.active(agencies=[*here.partners, there.lead])
    before = Disclosure.objects.filter(case_id=case.pk, recipient=there.lead, method="share")
    before.update(purpose="given")
    reached = set()
    for _turn in range(KILLS):
        done = check_is_whole(case.pk, here, there)
        reached.add(done)
        waiting = Transfer.objects.filter(case=case, state="proposed").first()
        if waiting is None:
            leads = Case.objects.get(pk=case.pk).programme_id == here.programme.pk
            sides = [again(here.coordinator), again(there.coordinator)]
            if leads:
                waiting = propose(case.pk, *sides)
            else:
                last = Transfer.objects.filter(case=case, state="accepted").latest("pk")
                waiting = taking_over.propose_return(transfer_id=last.pk, reason="x", actor=sides[1], at=NOON)
        pk = waiting.pk
        is_out = waiting.to_programme_id == there.programme.pk

        def work(pk=pk, is_out=is_out):
            first, second = again(here.coordinator), again(there.coordinator)
            if not is_out:
                taking_over.accept_transfer(
                    transfer_id=pk, coordinator_id=first.pk, first_at=NOON + DAY, actor=first, at=NOON
                )
                pk = propose(case.pk, again(here.second), second).pk
            go_back_and_forth(pk, again(here.second), second)

        child = forked(work)
        time.sleep(rng.uniform(0.05, 0.9))
        killed(child)
    check_is_whole(case.pk, here, there)
    assert len(reached) > 1
