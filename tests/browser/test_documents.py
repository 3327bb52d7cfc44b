"""A document in a real browser: refused with words, read again, added, shown; with the script and without."""

import pytest
from django.urls import reverse
from django.utils import timezone

from egide.cases.models import Draft, Entry
from egide.common import clock
from tests import factories
from tests.uploads import files

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = {
    "en": ("This PDF holds a program", "Where it was taken", "This file is too large"),
    "fr": ("Ce PDF contient un programme", "Où elle a été prise", "Ce fichier est trop grand"),
}


@pytest.fixture
def today(monkeypatch):
    monkeypatch.setattr(clock, "now", timezone.now)
    monkeypatch.setattr(factories, "NOON", timezone.now())
    world = factories.World()
    world.case = world.active(agencies=[world.police_agency])
    return world


def brought(name, data):
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def send(page):
    with page.expect_navigation():
        page.locator("main form button").first.click()


@pytest.mark.parametrize(("language", "scripts", "width"), [("en", True, 1440), ("fr", False, 375)])
def test_is_refused_then_brought_again_read_and_added(today, open_page, language, scripts, width):
    refused, where, _large = WORDS[language]
    page = open_page(today.officer, language=language, scripts=scripts, width=width)
    page.goto(reverse("cases:document-new", args=[today.case.pk]))
    page.locator("[name=about]").first.check()
    page.fill("[name=title]", "The kitchen")
    page.fill("[name=text]", "Broken plates on the floor.")
    hostile = files.pdf(files.opens("JavaScript", JS="app.alert(1)"))
    page.set_input_files("[name=paper]", brought("a.pdf", hostile))
    send(page)
    assert refused in page.inner_text("main")
    assert page.input_value("[name=text]") == "Broken plates on the floor."

    page.set_input_files("[name=paper]", brought("IMG_1.jpg", files.photo()))
    send(page)
    said = page.inner_text("main")
    assert where in said
    assert "45.96333, -66.64167" in said
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") or not scripts
    send(page)

    shown = page.locator("img.document")
    assert shown.get_attribute("alt") == "Broken plates on the floor."
    assert shown.evaluate("image => image.complete && image.naturalWidth") == 40
    assert Entry.objects.filter(form="document:1").count() == 1
    assert not Draft.objects.exists()


def test_too_large_is_said_before_it_is_sent_and_a_draft_takes_no_file(today, open_page, settings):
    settings.EGIDE_LARGEST_DOCUMENT = 50_000
    page = open_page(today.officer)
    page.goto(reverse("cases:document-new", args=[today.case.pk]))
    assert not page.locator("#too-large").is_visible()
    page.set_input_files("[name=paper]", brought("a.jpg", bytes(60_000)))
    assert WORDS["en"][2] in page.locator("#too-large").inner_text()
    assert page.input_value("[name=paper]") == ""

    page.set_input_files("[name=paper]", brought("a.jpg", files.photo()))
    assert not page.locator("#too-large").is_visible()
    with page.expect_request(lambda request: "/drafts/" in request.url, timeout=20_000) as kept:
        page.locator("[name=text]").press_sequentially("Begun.")
    sent = kept.value.post_data_buffer
    assert b"Begun." in sent
    assert b"a.jpg" not in sent
    assert b"Exif" not in sent
