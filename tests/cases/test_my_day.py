"""My day: each line leads where it is done; what is with others says with whom and since when."""

import re

import pytest
from django.urls import reverse

from egide.cases.models import Task
from egide.cases.models.work import TaskKind
from egide.cases.services import tasks
from tests.cases.test_pages import sign_in
from tests.conftest import NOON
from tests.factories import DAY

pytestmark = pytest.mark.django_db


def links(client):
    text = client.get(reverse("cases:my-day")).content.decode()
    return text, re.findall(r'class="action__text" href="([^"]+)"', text)


def due_today(case, kind):
    assert Task.objects.filter(case=case, kind=kind, done_at__isnull=True).update(due_at=NOON) == 1


def test_a_line_leads_where_it_is_done_and_its_button_to_the_case(world, client):
    case = world.active()
    due_today(case, TaskKind.FIRST_CONTACT)
    due_today(case, TaskKind.REVIEW)

    text, found = links(sign_in(client, world.coordinator))

    assert reverse("cases:contact", args=[case.pk]) in found
    assert reverse("cases:review", args=[case.pk]) in found
    assert re.search(rf'class="button[^"]*" href="{case.get_absolute_url()}"', text)
    for href in found:
        assert client.get(href).status_code == 200, href


def test_whoever_may_not_open_that_page_is_led_to_the_case(world, client):
    case = world.active()
    Task.objects.filter(case=case, kind=TaskKind.FIRST_CONTACT).update(due_at=NOON, owner=None)

    _text, found = links(sign_in(client, world.chair))

    assert case.get_absolute_url() in found
    assert reverse("cases:contact", args=[case.pk]) not in found


def test_a_referral_to_triage_leads_to_its_triage(world, client):
    case = world.referral().case
    Task.objects.filter(case=case, kind=TaskKind.TRIAGE).update(due_at=NOON)

    _text, found = links(sign_in(client, world.coordinator))

    assert reverse("cases:triage-case", args=[case.pk]) in found


def test_what_is_with_a_partner_says_with_whom_and_since_when(world, client):
    case = world.active()
    tasks.add_task(
        case_id=case.pk,
        text="Go past the house.",
        side="both",
        agency_id=world.police_agency.pk,
        due_at=NOON + DAY,
        actor=world.coordinator,
        at=NOON - 2 * DAY,
    )
    Task.objects.filter(case=case, agency=world.police_agency).update(rises_to=world.coordinator)

    text, _found = links(sign_in(client, world.coordinator))

    waiting = text[text.index(">With partners<") :]
    assert world.police_agency.short_name in waiting
    assert re.search(r"since \w+ 21|since 21 \w+|since [^<]*21", waiting)
