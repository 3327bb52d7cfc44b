"""The demonstration's cases: every state, both languages, nothing in clear, the same each time."""

import datetime
import re

import pytest
from django.db import connection
from django.db.models import Q

from egide.assessments.models import Assessment
from egide.cases.lifecycle import ConferenceState, Level, PlanState, State
from egide.cases.models import (
    Case,
    CaseLink,
    Conference,
    ContactAttempt,
    EndNotice,
    Entry,
    LevelDecision,
    Plan,
    Referral,
    Task,
    Transfer,
    TriageDecision,
)
from egide.cases.queries import caseload
from egide.cases.queries.conflicts import possible_conflicts
from egide.cases.services import entries
from egide.demonstration import generate
from egide.demonstration.stories import words
from egide.ledger import services as ledger
from egide.ledger.models import Entry as LedgerEntry
from egide.ledger.verification import verify
from egide.sharing import services as sharing
from egide.sharing.models import Consent, Recusal
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def everything_stored():
    """Yield (table, value) for every text and every blob of every table but the one of what ships: sheets and cards."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table == "assessments_keptdefinition":
                continue
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for value in row:
                    if isinstance(value, bytes | memoryview):
                        yield table, bytes(value)
                    elif value is not None:
                        yield table, str(value)


class TestTheWholeDemonstration:
    @pytest.fixture(autouse=True)
    def _made(self, whole, key_file):
        self.world = whole

    def test_shows_a_withdrawn_consent_that_one_agency_has_not_answered(self):
        for code in ("ccr-fre", "ccr-edm"):
            case = Case.objects.get(
                programme__code=code,
                state=State.CONSENT_REFUSED,
                pk__in=EndNotice.objects.order_by().values("case"),
            )
            told = EndNotice.objects.filter(case=case)
            assert told.waiting().count() == 1
            assert "kept" in set(told.values_list("answer", flat=True))

    def test_shows_a_possible_conflict_at_triage_and_on_the_next_agenda(self):
        programme = self.world.programmes["ccr-fre"]
        cases = list(
            Case.objects.filter(programme=programme).select_related("programme__lead_agency").order_by("pk")
        )
        actor = self.world.people["coordinator"]
        found = possible_conflicts(cases=cases, actor=actor, at=NOON)
        next_one = Conference.objects.get(programme=programme, state=ConferenceState.PLANNED)

        assert State.RECEIVED in {case.state for case in cases if case.pk in found}
        assert next_one.items.filter(case__in=found).exists()

    def test_has_170_cases_in_every_state_at_every_level(self):
        assert Case.objects.count() == generate.total() == 170
        assert set(Case.objects.values_list("state", flat=True)) == set(State.values)
        assert set(Case.objects.filter(state=State.ACTIVE).values_list("level", flat=True)) == set(
            Level.values
        )

    def test_is_half_in_french(self):
        assert Case.objects.filter(language="fr").count() == Case.objects.filter(language="en").count() == 85

    def test_happened_before_now_and_waits_for_what_comes(self):
        assert not Case.objects.filter(received_at__gt=NOON).exists()
        assert not Entry.objects.filter(created_at__gt=NOON).exists()
        assert not Task.objects.filter(done_at__gt=NOON).exists()
        assert not LedgerEntry.objects.filter(body__contains='"at":"2027').exists()
        assert Conference.objects.filter(state=ConferenceState.PLANNED, starts_at__gt=NOON).count() == 2
        assert Conference.objects.filter(state=ConferenceState.HELD, locked_at__lt=NOON).count() >= 2

    def test_has_what_is_late_and_what_is_urgent_without_being_mostly_late(self):
        still_open = Case.objects.filter(is_open=True)
        late = still_open.filter(next_due_at__lt=NOON)
        assert 10 <= late.count() <= still_open.count() / 2
        assert late.filter(state=State.RECEIVED).exists()
        assert Task.objects.filter(kind="task", done_at=None, due_at__lt=NOON).exists()
        emergency = Referral.objects.filter(is_emergency=True, case__state=State.RECEIVED)
        assert emergency.exists()
        assert emergency.filter(case__next_due_at__gt=NOON).exists()

    def test_shows_each_kind_of_consent(self):
        assert Consent.objects.filter(withdrawn_at=None, expires_at__gt=NOON + 30 * DAY).count() > 40
        assert Consent.objects.filter(withdrawn_at=None, expires_at__range=(NOON, NOON + 7 * DAY)).exists()
        assert Consent.objects.filter(withdrawn_at=None, expires_at__lt=NOON).exists()
        assert Consent.objects.filter(withdrawn_at__isnull=False).exists()

    def test_shows_each_thing_people_do(self):
        assert {"accepted", "no_action", "confirmed"} <= set(
            TriageDecision.objects.values_list("outcome", flat=True)
        )
        assert Plan.objects.filter(state=PlanState.REPLACED).exists()
        assert Plan.objects.filter(state=PlanState.CURRENT, version__gte=2).exists()
        assert {"odara", "danger-assessment", "protective-factors", "hcr-20-v3", "lap"} <= set(
            Assessment.objects.values_list("instrument", flat=True)
        )
        assert Assessment.objects.filter(second_of__isnull=False).exists()
        assert Assessment.objects.filter(is_result=True).exists()
        assert {"valid", "none"} <= set(Assessment.objects.values_list("certificate", flat=True))
        assert LevelDecision.objects.filter(is_in_force=False, answered_at=None, level="raised").exists()
        assert {"reached", "no_answer"} <= set(ContactAttempt.objects.values_list("outcome", flat=True))
        assert CaseLink.objects.filter(kind="repeat").exists()
        assert Recusal.objects.exists()

    def test_shows_a_transfer_done_and_one_that_waits_each_way(self):
        told = Transfer.objects.values_list("from_programme__code", "state")
        assert sorted(told) == sorted(
            (code, state) for code in ("ccr-fre", "ccr-edm") for state in ("accepted", "proposed")
        )
        done = Transfer.objects.filter(state="accepted")
        assert {one.case.programme_id == one.to_programme_id for one in done.select_related("case")} == {True}

    def test_offers_duplicates_to_triage(self):
        coordinator = self.world.people["coordinator"]
        received = Case.objects.visible_to(coordinator).filter(state=State.RECEIVED)
        names = sharing.open_names(
            actor=coordinator,
            files=[entries.subject_file(case) for case in received.select_related("programme__lead_agency")],
            purpose="intake_triage",
            at=NOON,
        )
        assert len(set(names.values())) < len(names) == received.count()

    @pytest.mark.parametrize(
        "username", ["coordinator", "police", "nurse", "coordonnatrice", "policier", "agent"]
    )
    def test_gives_each_person_something_to_read(self, username):
        page = caseload.caseload(actor=self.world.people[username], filters=caseload.Filters(), at=NOON)
        assert len(page.rows) >= 5
        assert any(row.name for row in page.rows)

    def test_names_no_one_and_tells_nothing_in_clear(self):
        names, sentences = set(), set()
        for language in ("en", "fr"):
            said = words(language)
            names.update(*(said[kind] for kind in ("women", "men", "family", "streets")))
            sentences.update(text[:30] for text in said["incidents"])
            sentences.update(text["text"][:30] for text in (*said["decisions"], *said["tasks"]))
            sentences.update(said["wishes"])
        anywhere = re.compile(
            "|".join(rf"\b{re.escape(name)}\b" for name in (*names, *sentences, "506-555-01"))
        )
        stored = re.compile(
            b"|".join(re.escape(text.encode()) for text in (*names, *sentences) if len(text.encode()) > 4)
        )
        for table, value in everything_stored():
            found = anywhere.search(value) if isinstance(value, str) else stored.search(value)
            assert found is None, (table, found)

    def test_leaves_a_whole_ledger(self):
        ledger.integrate(at=NOON)

        assert verify().is_whole

    def test_everything_sealed_opens(self):
        """A case worked from end to end is read by its coordinator, and every class of it opens."""
        case = (
            Case.objects.filter(state=State.ACTIVE, programme__code="ccr-fre")
            .filter(~Q(level=Level.NOT_KNOWN))
            .order_by("received_at")[0]
        )
        view = sharing.open_file(
            actor=self.world.people["advocate"],
            file=entries.subject_file(case),
            purpose="victim_safety",
            at=NOON,
        )
        assert len(view.items) > 10
        assert all(item.text or item.content for item in view.items)
