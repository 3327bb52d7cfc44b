"""What a list shows is what can be opened, and the other way round, whatever happened to the cases."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from egide.cases.models import Case, File
from egide.cases.queries import caseload
from egide.common.errors import NotVisible
from egide.partners.models import AgreementParty, Role
from egide.sharing import queries, services
from egide.sharing.models import Assignment, Consent, Recusal
from tests.conftest import NOON
from tests.factories import World, a_member
from tests.sharing.situations import everyone

CASES = 4
MINUTE = timedelta(minutes=1)
#: Every open case is late by then.
LATER = NOON + timedelta(days=90)


class RolledBack(Exception):
    """Ends one example, and with it what it did to the database."""


@pytest.fixture
def place(db):
    """Two programmes, four cases, and everyone, some under several hats."""
    fre, edm = World("fre"), World("edm")
    cases = [fre.active(), fre.active(agencies=[fre.police_agency]), fre.eligible(), edm.active()]
    people = [*everyone(fre).values(), edm.coordinator, edm.officer, edm.nurse]
    people.append(a_member(edm.health_agency, account=fre.officer.account))
    people.append(a_member(fre.lead, Role.COORDINATOR, account=edm.nurse.account, areas=[fre.area, edm.area]))
    return fre, edm, cases, people


deeds = st.lists(
    st.tuples(
        st.sampled_from(
            ["recuse person", "recuse agency", "end recusal", "assign", "end assignments", "withdraw", "expire", "unsign", "later"]
        ),
        st.integers(0, CASES - 1),
        st.integers(0, 100),
    ),
    max_size=8,
)  # fmt: skip


def do(deed, number, case, people, actor):
    who = people[number % len(people)]
    if deed == "recuse person":
        services.recuse(case_id=case.pk, membership=who, reason_code="relative", actor=actor, at=NOON)
    elif deed == "recuse agency":
        services.recuse(case_id=case.pk, agency=who.agency, reason_code="party", actor=actor, at=NOON)
    elif deed == "end recusal":
        Recusal.objects.filter(case_id=case.pk).update(ended_at=NOON)
    elif deed == "assign":
        side = ("victim", "management", "both")[number % 3]
        consent = Consent.objects.filter(case_id=case.pk).order_by("pk").first() if number % 2 else None
        services.assign(case_id=case.pk, agency=who.agency, side=side, consent=consent, actor=actor, at=NOON)
    elif deed == "end assignments":
        services.end_assignments(case_id=case.pk, actor=actor, at=NOON)
    elif deed == "withdraw":
        Consent.objects.filter(case_id=case.pk).update(
            withdrawn_at=NOON, withdrawn_recorded_by=actor, ended_how="withdrawn"
        )
    elif deed == "expire":
        Consent.objects.filter(case_id=case.pk).update(given_at=NOON - 2 * MINUTE, expires_at=NOON)
    elif deed == "unsign":
        AgreementParty.objects.filter(agency=who.agency).delete()
    elif deed == "later":
        Assignment.objects.filter(case_id=case.pk).update(starts_at=NOON + MINUTE)


def opens(actor, file):
    try:
        services.open_file(actor=actor, file=file, purpose="case_management", at=NOON)
    except NotVisible:
        return False
    return True


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds)
def test_a_list_shows_what_can_be_opened(place, done):
    fre, _edm, cases, people = place
    try:
        with transaction.atomic():
            for deed, index, number in done:
                do(deed, number, cases[index], people, fre.coordinator)
            agree(cases, people)
            raise RolledBack
    except RolledBack:
        pass


def agree(cases, people):
    files = {
        f.case_id: f
        for f in File.objects.filter(role="victim").select_related("case__programme__lead_agency")
    }
    for actor in people:
        vars(actor).pop("_own_programmes", None)  # as the next request would
        listed = set(Case.objects.visible_to(actor).order_by().values_list("pk", flat=True))
        opened = {case.pk for case in cases if opens(actor, files[case.pk])}
        names = services.open_names(
            actor=actor, files=[files[c.pk] for c in cases], purpose="case_management", at=NOON
        )
        page = caseload.caseload(actor=actor, filters=caseload.Filters(), at=NOON)
        late = caseload.caseload(actor=actor, filters=caseload.Filters(is_late=True), at=LATER)
        counted = caseload.counts(actor=actor, at=LATER)["late"]

        assert listed == opened
        assert {files[pk].pk for pk in opened} >= set(names)
        assert {row.case.pk for row in page.rows} == opened
        assert {row.case.pk for row in late.rows} == (opened if caseload.knows_dates(actor) else set())
        assert counted == len(late.rows)
        assert (
            (actor.agency_id in queries.assigned_agencies(case_id=cases[0].pk))
            or actor.role != "team_member"
            or (cases[0].pk not in listed)
        )
