"""The session's end: what a page may ask, and what renews it."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import a_member, an_agency

pytestmark = pytest.mark.django_db
LEFT, STAY = reverse("web:session-left"), reverse("web:session-stay")


@pytest.fixture
def signed_in():
    client = Client()
    client.force_login(a_member(an_agency()).account, backend="egide.partners.backends.Backend")
    return client


def ends_in(minutes):
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=minutes))


def test_a_page_is_told_how_long_is_left(signed_in):
    ends_in(12)

    assert 700 < signed_in.get(LEFT).json()["left"] <= 720


def test_asking_renews_nothing(signed_in):
    ends_in(12)

    answer = signed_in.get(LEFT)

    assert not answer.cookies
    assert Session.objects.get().expire_date < timezone.now() + timedelta(minutes=13)


def test_staying_renews(signed_in, settings):
    ends_in(5)

    answer = signed_in.post(STAY)

    assert answer.json()["left"] == settings.SESSION_COOKIE_AGE
    assert settings.SESSION_COOKIE_NAME in answer.cookies
    assert signed_in.get(LEFT).json()["left"] > settings.SESSION_COOKIE_AGE - 60


def test_a_session_that_ended_cannot_be_renewed(signed_in):
    ends_in(-1)

    assert signed_in.get(LEFT).json() == {"left": 0}
    assert signed_in.post(STAY).json() == {"left": 0}


def test_nobody_has_nothing_left(client):
    assert client.get(LEFT).json() == {"left": 0}
    assert client.post(STAY).json() == {"left": 0}


def test_staying_takes_a_token_of_the_page(signed_in):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in.cookies

    assert strict.post(STAY).status_code == 403


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("Keyboard shortcuts", "Stay signed in")), ("fr", ("Raccourcis clavier", "Rester en session"))],
)
def test_the_windows_are_on_the_page_closed_and_in_both_languages(signed_in, settings, language, words):
    signed_in.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    page = signed_in.get(reverse("web:gallery")).content.decode()

    assert all(word in page for word in words)
    assert page.count("<dialog") == 2
    assert "<dialog open" not in page


def test_nobody_is_warned_of_the_end_of_nothing(client):
    assert "session-end" not in client.get(reverse("web:gallery")).content.decode()
