"""The main pages as pictures, of the fictional demonstration; those of the README are these.

Pictures go to `output/`, which is not kept; `EGIDE_WRITE_PICTURES=1` puts them in `docs/pictures/` instead.
"""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from egide.cases.lifecycle import ConferenceState, State
from egide.cases.models import AgendaItem, Case
from egide.demonstration import generate, world
from tests.browser.conftest import OUTPUT

pytestmark = pytest.mark.django_db(transaction=True)
KEPT = Path(__file__).resolve().parents[2] / "docs" / "pictures"
#: The README's own pictures; the others are for those who change a page.
IN_README = (
    "my-day-fr-1440",
    "cases-en-1440",
    "case-fr-1440",
    "sheet-fr-1440",
    "who-en-1440",
    "refer-fr-375",
)


@pytest.fixture
def demonstration(noon, settings):
    settings.EGIDE_FICTIONAL = True
    now = timezone.now()
    noon(now)
    made = world.build(at=now - timedelta(days=180), now=now)
    generate.generate(made, at=now)
    return made


def richest(coordinator):
    """Answer the case with most to see: active, shared, with a plan, assessments and tasks."""
    cases = Case.objects.visible_to(coordinator).filter(state=State.ACTIVE)
    return max(
        cases, key=lambda case: (case.level != "not_known", case.tasks.count(), case.agenda_items.count())
    )


def test_the_main_pages_are_pictured_in_both_languages_wide_and_narrow(demonstration, open_page):
    is_written = bool(os.environ.get("EGIDE_WRITE_PICTURES"))
    for folder in (OUTPUT, *([KEPT] if is_written else [])):
        folder.mkdir(parents=True, exist_ok=True)
    french = demonstration.people["coordonnatrice"]
    english = demonstration.people["coordinator"]
    for member, language, width in ((french, "fr", 1440), (english, "en", 1440), (french, "fr", 375)):
        case = richest(member)
        item = AgendaItem.objects.filter(
            case__in=Case.objects.visible_to(member), conference__state=ConferenceState.PLANNED
        ).first()
        addresses = {
            "my-day": reverse("cases:my-day"),
            "cases": reverse("cases:caseload"),
            "case": reverse("cases:case", args=[case.pk]),
            "sheet": reverse("cases:assess-with", args=[case.pk, "ODARA"]),
            "who": reverse("cases:who", args=[case.pk]),
            "conference": reverse("cases:conference-item", args=[item.conference_id, item.pk]),
            "refer": reverse("cases:refer"),
        }
        page = open_page(member, language=language, width=width, height=900)
        for name, url in addresses.items():
            page.goto(url)
            assert page.locator("h1").count() >= 1, url
            title = f"{name}-{language}-{width}"
            page.screenshot(path=OUTPUT / f"{title}.png", full_page=True)
            if is_written and title in IN_README:
                page.screenshot(path=KEPT / f"{title}.png", full_page=name == "sheet")
    assert len(list(OUTPUT.glob("*.png"))) >= 21
