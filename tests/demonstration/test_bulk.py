"""Many simple cases are real cases: constraints, names that open and are found, a whole ledger."""

import pytest
from django.db import connection

from egide.cases.models import Case, Entry, File, NameToken, Task
from egide.cases.queries import caseload, searching
from egide.cases.services import entries, tasks
from egide.common.errors import Refused
from egide.demonstration import bulk
from egide.ledger import services as ledger
from egide.ledger.verification import verify
from egide.sharing import services as sharing
from egide.sharing.models import Consent
from egide.vault.models import FileKeys
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(made):
    bulk.add_cases(made, count=200, at=NOON, thick_file=60)
    return made


def test_makes_as_many_as_asked_with_keys_for_each_file(many):
    assert Case.objects.count() == 200
    assert File.objects.count() == FileKeys.objects.count() == 400
    assert len(set(Case.objects.values_list("reference", flat=True))) == 200
    assert NameToken.objects.filter(is_exact=True).count() >= 800


def test_each_open_case_has_its_next_date_and_its_task(many):
    for case in Case.objects.filter(is_open=True).order_by("pk")[:40]:
        assert {t.due_at for t in Task.objects.filter(case=case, done_at=None)} == {case.next_due_at}


def test_every_reference_is_whole(many):
    connection.check_constraints()


def test_a_case_holds_about_ten_entries_and_one_file_holds_many(many):
    sizes = sorted(file.entries.count() for file in File.objects.order_by("pk"))

    assert set(sizes[:-1]) <= set(range(1, 11))
    assert 9 <= sum(sizes[:-1]) / 200 <= 11
    assert 65 <= sizes[-1] <= 70


def test_names_open_through_sharing_and_are_found_again(many):
    for username in ("coordinator", "coordonnatrice"):
        actor = many.people[username]
        rows = caseload.caseload(actor=actor, filters=caseload.Filters(), at=NOON).rows
        assert len(rows) == 25
        assert all(row.name for row in rows)
        file = entries.subject_file(rows[0].case)
        view = sharing.open_file(actor=actor, file=file, purpose="case_management", at=NOON)
        identity = next(item for item in view.items if item.category == "identity.core")
        found = searching.search(actor=actor, text=identity.text, at=NOON).rows
        assert rows[0].case.pk in {row.case.pk for row in found}


def test_a_consented_case_is_read_by_its_partner_and_no_other_is(many):
    officer = many.people["police"]
    rows = caseload.caseload(actor=officer, filters=caseload.Filters(), at=NOON).rows

    assert Consent.objects.exists()
    assert rows
    assert all(row.name for row in rows)
    assert Case.objects.visible_to(many.people["nurse"]).count() == 0


def test_a_thick_file_opens(many):
    entry = Entry.objects.filter(form="note:1").order_by("-pk")[0]
    file = File.objects.select_related("case__programme__lead_agency").get(pk=entry.file_id)
    actor = next(
        many.people[name]
        for name in ("coordinator", "coordonnatrice")
        if many.people[name].agency_id == file.case.programme.lead_agency_id
    )
    view = sharing.open_file(
        actor=actor, file=file, purpose="case_management", at=NOON, only=["incident.facts"]
    )
    assert len(view.items) >= 60


def test_leaves_a_whole_ledger_with_an_entry_for_each_case(many):
    ledger.integrate(at=NOON)

    found = verify()
    assert found.is_whole
    assert found.size >= 200


def test_a_case_made_in_bulk_goes_on_like_any_other(many):
    coordinator = many.people["coordinator"]
    case = Case.objects.visible_to(coordinator).filter(state="active").order_by("pk")[0]

    review = tasks.record_review(case_id=case.pk, text="Seen again.", actor=coordinator, at=NOON)

    case.refresh_from_db()
    assert case.next_due_at == review.due_at > NOON


def test_a_second_run_adds_others(many):
    bulk.add_cases(many, count=50, at=NOON, thick_file=0)

    assert Case.objects.count() == 250
    assert len(set(Case.objects.values_list("reference", flat=True))) == 250


def test_references_are_all_different():
    assert len({bulk.reference("FRE", number) for number in range(20_000)}) == 20_000


def test_goes_only_where_everything_is_fictional(made, settings):
    settings.EGIDE_FICTIONAL = False

    with pytest.raises(Refused):
        bulk.add_cases(made, count=1, at=NOON)


@pytest.mark.slow
@pytest.mark.skipif("connection.vendor != 'postgresql'")
@pytest.mark.django_db(transaction=True)
def test_two_processes_write_together_on_postgresql():
    from egide.demonstration import world

    made = world.build(at=NOON)
    bulk.add_cases(made, count=bulk.MANY, at=NOON, thick_file=0)

    assert Case.objects.count() == bulk.MANY
    assert len(set(Case.objects.values_list("reference", flat=True))) == bulk.MANY
