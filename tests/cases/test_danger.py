"""The danger is told without the person: nothing of the file, written by one, checked by another, accounted for."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from egide.cases.models import DangerReport
from egide.cases.services import alerting
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger.models import Entry as Line
from egide.sharing.models import Disclosure, Ground
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.factories import a_member

pytestmark = pytest.mark.django_db
FACTS = "A man with a rifle waits near the school on King Street at three."


@pytest.fixture
def case(world):
    return world.eligible()


def write(world, case, facts=FACTS, **fields):
    said = {"is_unnamed": True, "is_client_unsaid": True, "actor": world.advocate, **fields}
    return alerting.write_report(
        case_id=case.pk, recipient_id=world.police_agency.pk, facts=facts, at=NOON, **said
    )


def check(case, report, actor, *, is_cleared=True):
    return alerting.check_report(
        report_id=report.pk, case_id=case.pk, is_cleared=is_cleared, actor=actor, at=NOON
    )


def test_cleared_it_is_a_disclosure_that_holds_nothing_of_the_file(world, case):
    check(case, write(world, case), world.coordinator)

    made = Disclosure.objects.order_by().get()
    assert (made.recipient, made.categories, made.basis) == (world.police_agency, [], "danger_unnamed")


def test_it_opens_nothing_and_tells_of_no_case(client, world, case):
    check(case, write(world, case), world.coordinator)

    assert not Ground.objects.exists()
    page = sign_in(client, world.officer).get(reverse("cases:case", args=[case.pk]))
    assert page.status_code == 404


def test_stopped_it_is_none(world, case):
    check(case, write(world, case), world.coordinator, is_cleared=False)

    assert not Disclosure.objects.exists()


@pytest.mark.parametrize(
    "facts",
    [
        "Thériault is in danger.", "Theriault is in danger.", "He waits.\nThe\u0301riault is in danger.",
        "marie-ève is followed", "A gun is at 12 Union Street.", "Ring 5065550101.", "", "  ",
    ],
)  # fmt: skip
def test_words_that_name_her_or_nothing_are_refused(world, case, facts):
    with pytest.raises(Refused):
        write(world, case, facts)


def test_a_street_without_its_number_may_be_told(world, case):
    assert write(world, case, "A man with a rifle waits on Union Street.").pk


def test_words_with_the_reference_are_refused(world, case):
    with pytest.raises(Refused):
        write(world, case, f"See {case.reference}.")


@pytest.mark.parametrize("name", ["is_unnamed", "is_client_unsaid"])
def test_each_confirmation_is_needed(world, case, name):
    with pytest.raises(Refused):
        write(world, case, **{name: False})


def test_who_wrote_it_does_not_check_it_under_any_hat(world, case):
    report = write(world, case)
    hat = a_member(world.lead, "coordinator", account=world.advocate.account, areas=[world.area])

    for actor in (world.advocate, hat):
        with pytest.raises(PermissionDenied):
            check(case, report, actor)


def test_it_is_decided_once(world, case):
    report = write(world, case)
    check(case, report, world.coordinator)

    with pytest.raises(Refused):
        check(case, report, world.second, is_cleared=False)


def test_another_agency_finds_nothing(world, case):
    with pytest.raises(NotVisible):
        write(world, case, actor=world.officer)


def test_its_words_are_in_no_line_of_the_ledger(world, case):
    write(world, case)

    assert not any("rifle" in line.body for line in Line.objects.order_by("pk"))


def test_the_database_wants_a_second_person(world, case):
    report = write(world, case)

    with pytest.raises(IntegrityError, match="cases_danger_checked_by_another"), transaction.atomic():
        DangerReport.objects.filter(pk=report.pk).update(
            checked_by=world.advocate, checked_by_account=world.advocate.account, checked_at=NOON
        )


def test_the_page_takes_it_and_a_colleague_clears_it(client, world, case):
    url = reverse("cases:danger", args=[case.pk])
    sign_in(client, world.advocate)
    assert "Say it aloud" in client.get(url).content.decode()
    answer = post(client, url, {"agency": str(world.police_agency.pk), "facts": FACTS})
    assert answer.status_code == 422
    assert "rifle" in answer.content.decode()
    said = {
        "agency": str(world.police_agency.pk),
        "facts": FACTS,
        "is_unnamed": "on",
        "is_client_unsaid": "on",
    }
    assert post(client, url, said).status_code == 302
    sign_in(client, world.coordinator)
    assert "rifle" in client.get(url).content.decode()

    report = DangerReport.objects.order_by().get()
    post(client, reverse("cases:danger-check", args=[case.pk, report.pk]), {"do": "clear"})

    assert DangerReport.objects.order_by().get().is_cleared
