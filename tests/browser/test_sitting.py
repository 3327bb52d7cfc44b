"""A sitting of sixteen cases, kept in a real browser by one person who has a keyboard and no mouse."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from egide.cases.models import AgendaItem, Conference, Decision
from egide.cases.services import conferring
from egide.common import clock
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
CASES = 16


@pytest.fixture
def sitting(monkeypatch):
    """Answer the world, with a conference of today that begins in a moment: everyone is there."""
    now = timezone.now()
    monkeypatch.setattr(clock, "now", timezone.now)
    monkeypatch.setattr(factories, "NOON", now)
    world = factories.World()
    seats = [(world.chair, "chair"), (world.coordinator, "coordinator"), (world.advocate, "advocate")]
    seats += [(world.officer, "team_member"), (world.nurse, "team_member")]
    world.sitting = conferring.call_conference(
        programme_id=world.programme.pk,
        starts_at=now + timedelta(minutes=5),
        kind="regular",
        seats=seats,
        actor=world.coordinator,
        at=now,
    )
    for n in range(CASES):
        case = world.active(given=f"Anne{n}", family="Roy", at=now)
        conferring.put_on_agenda(
            conference_id=world.sitting.pk, case_id=case.pk, actor=world.coordinator, at=now
        )
    conferring.record_attendance(
        conference_id=world.sitting.pk,
        present=list(world.sitting.attendances.values_list("pk", flat=True)),
        actor=world.coordinator,
        at=now,
    )
    return world


def tab_to(page, place):
    """Press Tab until the place has the focus, as a person does; never a click, never a focus by script."""
    for _ in range(120):
        if page.evaluate("place => document.activeElement.matches(place)", place):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {place}")


def press_and_go(page, key):
    with page.expect_navigation():
        page.keyboard.press(key)


def add(page, words, before):
    """Type one line: what, by whom, by when; Enter adds it."""
    from playwright.sync_api import expect

    line = page.locator("#line-text")
    expect(line).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type((timezone.localdate() + timedelta(days=3)).strftime("%m%d%Y"))
    page.keyboard.press("Enter")
    expect(page.locator(".action--agreed")).to_have_count(before + 1)
    expect(line).to_have_value("")
    expect(line).to_be_focused()


def test_sixteen_cases_are_kept_without_touching_the_mouse(sitting, open_page):
    page = open_page(sitting.coordinator)
    page.goto(reverse("cases:conference", args=[sitting.sitting.pk]))
    tab_to(page, 'button[value="open"]')
    press_and_go(page, "Enter")
    press_and_go(page, "j")
    for n in range(1, CASES + 1):
        assert f"Case {n} of {CASES}" in page.locator(".page-head__caption").inner_text()
        assert re.fullmatch(r"\d+:\d\d", page.locator(".timer").inner_text())
        add(page, f"Patrol {n} passes at night.", before=0)
        page.keyboard.press("Escape")
        press_and_go(page, "j")
    assert page.url.endswith(reverse("cases:conference", args=[sitting.sitting.pk]))
    tab_to(page, 'button[value="lock"]')
    press_and_go(page, "Enter")

    held = Conference.objects.get()
    assert held.state == "held"
    assert AgendaItem.objects.filter(discussed_at__isnull=False, taken_up_at__isnull=False).count() == CASES
    assert Decision.objects.filter(task__isnull=False, ended_at__isnull=True).count() == CASES

    second = open_page(sitting.chair, language="fr")
    second.goto(reverse("cases:conference", args=[held.pk]))
    tab_to(second, 'button[value="countersign"]')
    press_and_go(second, "Enter")
    held.refresh_from_db()
    assert held.countersigned_by_id == sitting.chair.pk
