"""References tried one after another: counted, stopped at the fifth in a day, told, forgiven by somebody else."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from egide.common import clock, idempotency
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.common.ids import new_id
from egide.ledger.models import Entry as LedgerEntry
from egide.partners.models import Notice, NoticeKind, Role
from egide.sharing import emergency, misses
from egide.sharing.models import EmergencyAccess, EmergencyMiss, Recusal
from tests.conftest import NOON
from tests.factories import a_member, an_agency
from tests.sharing.situations import situation

HOUR = timedelta(hours=1)


@pytest.fixture
def s(world, noon):
    made = situation(world, agencies=[world.school_agency])
    emergency.name_user(membership=world.officer, actor=made.people["privacy_officer"], at=NOON)
    return made


@pytest.fixture
def ask(s, client):
    client.force_login(s.world.officer.account)

    def send(reference):
        data = {"reference": reference, "reason": "He is at her door.", "is_understood": "on"}
        return client.post(reverse("cases:emergency"), {**data, idempotency.FIELD: str(new_id())})

    return send


def missed(s, times, *, at=NOON, actor=None):
    actor = actor or s.world.officer
    for _turn in range(times):
        attempt = misses.begin_try(actor=actor, at=at)
        misses.end_try(attempt=attempt, is_missed=True, actor=actor, at=at)


class TestTrying:
    def test_what_is_not_there_is_counted_and_recorded_without_what_was_typed(self, s, ask):
        assert ask("FRE-99999").status_code == 422

        entry = LedgerEntry.objects.order_by("-id").first()
        assert EmergencyMiss.objects.count() == 1
        assert '"sharing.emergency_missed"' in entry.body
        assert "99999" not in entry.body

    def test_what_opens_leaves_no_miss(self, s, ask):
        assert ask(s.case.reference).status_code == 302
        assert not EmergencyMiss.objects.exists()

    def test_a_refusal_of_another_kind_is_no_miss(self, s, ask):
        ask(s.case.reference)
        assert "opened this case already" in ask(s.case.reference).content.decode()
        assert not EmergencyMiss.objects.exists()

    def test_a_case_one_is_kept_out_of_counts_as_one_that_is_not_there(self, s, ask):
        Recusal.objects.create(
            case_id=s.case.pk,
            account=s.world.officer.account,
            reason_code="relative",
            recorded_by=s.people["coordinator"],
            recused_at=NOON,
        )
        there, absent = ask(s.case.reference), ask("FRE-99999")

        assert there.status_code == absent.status_code == 422
        assert EmergencyMiss.objects.count() == 2

    def test_the_fifth_stops_even_for_a_case_that_is_there(self, s, ask):
        for turn in range(5):
            assert "No case of this reference" in ask(f"FRE-9999{turn}").content.decode()

        refused = ask(s.case.reference)

        assert refused.status_code == 422
        assert "Five references in a day" in refused.content.decode()
        assert "He is at her door." in refused.content.decode()
        assert not EmergencyAccess.objects.exists()
        assert EmergencyMiss.objects.count() == 5

    def test_the_page_says_so_before_anything_is_typed(self, s, client, ask):
        missed(s, 5, at=clock.now())

        assert "Call the privacy officer" in client.get(reverse("cases:emergency")).content.decode()


class TestStopping:
    def test_is_under_every_hat_and_for_a_day(self, s):
        other = a_member(an_agency(), account=s.world.officer.account)
        missed(s, 3)
        missed(s, 2, actor=other)

        assert misses.is_stopped(s.world.officer, at=NOON)
        assert misses.is_stopped(other, at=NOON)
        assert misses.is_stopped(other, at=NOON + 24 * HOUR - timedelta(seconds=1))
        assert not misses.is_stopped(other, at=NOON + 24 * HOUR)
        with pytest.raises(Refused):
            misses.begin_try(actor=other, at=NOON)

    def test_is_told_to_privacy_officers_once(self, s):
        missed(s, 4)
        assert not Notice.objects.filter(kind=NoticeKind.EMERGENCY_MISSED).exists()
        missed(s, 1)

        told = Notice.objects.filter(kind=NoticeKind.EMERGENCY_MISSED).order_by()
        assert {notice.account_id for notice in told} == {s.people["privacy_officer"].account_id}

    def test_is_told_once_when_the_tries_began_together(self, s):
        """Five requests at once are all counted before the first of them ends."""
        begun = [misses.begin_try(actor=s.world.officer, at=NOON) for _turn in range(5)]

        for attempt in begun:
            misses.end_try(attempt=attempt, is_missed=True, actor=s.world.officer, at=NOON)

        assert Notice.objects.filter(kind=NoticeKind.EMERGENCY_MISSED).count() == 1

    def test_is_told_again_once_the_person_was_let_go_on(self, s):
        missed(s, 5)
        misses.forgive(membership_id=s.world.officer.pk, actor=s.people["privacy_officer"], at=NOON)
        missed(s, 5)

        assert Notice.objects.filter(kind=NoticeKind.EMERGENCY_MISSED).count() == 2

    def test_is_told_again_of_a_later_day_that_shares_a_miss_with_it(self, s):
        missed(s, 4)
        missed(s, 1, at=NOON + 20 * HOUR)
        missed(s, 4, at=NOON + 30 * HOUR)

        assert misses.is_stopped(s.world.officer, at=NOON + 30 * HOUR)
        assert Notice.objects.filter(kind=NoticeKind.EMERGENCY_MISSED).count() == 2


class TestForgiving:
    def test_lets_the_person_try_again_and_is_recorded(self, s):
        missed(s, 5)

        misses.forgive(membership_id=s.world.officer.pk, actor=s.people["privacy_officer"], at=NOON + HOUR)

        assert not misses.is_stopped(s.world.officer, at=NOON + HOUR)
        assert "emergency_misses_forgiven" in LedgerEntry.objects.order_by("-id").first().body
        with pytest.raises(NotVisible):
            misses.forgive(
                membership_id=s.world.officer.pk, actor=s.people["privacy_officer"], at=NOON + HOUR
            )

    def test_is_never_ones_own_nor_for_others(self, s):
        missed(s, 5)
        with pytest.raises(NotVisible):
            misses.forgive(membership_id=s.world.officer.pk, actor=s.people["coordinator"], at=NOON)
        hat = a_member(an_agency(), Role.PRIVACY_OFFICER, account=s.world.officer.account)
        with pytest.raises(PermissionDenied):
            misses.forgive(membership_id=s.world.officer.pk, actor=hat, at=NOON)
        with pytest.raises(IntegrityError), transaction.atomic():
            EmergencyMiss.objects.update(forgiven_by=s.world.officer, forgiven_at=NOON)

    def test_by_hand(self, s, client):
        missed(s, 5, at=clock.now())
        client.force_login(s.people["privacy_officer"].account)
        page = reverse("cases:emergency-reviews")
        url = reverse("cases:emergency-forgive", args=[s.world.officer.pk])

        assert url in client.get(page).content.decode()
        sent = client.post(url, {idempotency.FIELD: str(new_id())})

        assert sent.status_code == 302
        assert url not in client.get(page).content.decode()
        assert not misses.is_stopped(s.world.officer, at=clock.now())
