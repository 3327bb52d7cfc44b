"""A session that ends while somebody types: nothing is recorded, nothing typed is lost, nothing is told to others."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from egide.cases.models import Entry

pytestmark = pytest.mark.django_db
_TOKEN = re.compile(r'value="[A-Za-z0-9]{64}"')
WORDS = "Typed with care <b>and</b> not to be lost."


@pytest.fixture
def note(world):
    return reverse("cases:note", args=[world.active().pk])


class TestAFormSentAfterTheSession:
    @pytest.mark.parametrize(
        ("language", "said"),
        [("en", "nothing was recorded"), ("fr", "rien n’a été enregistré")],
    )
    def test_gives_back_what_was_typed_and_records_nothing(self, client, note, language, said):
        client.cookies["egide_language"] = language
        before = Entry.objects.count()

        answer = client.post(note, {"kind": "fact", "submission": "a b", "text": WORDS})

        html = answer.content.decode()
        assert answer.status_code == 401
        assert "Typed with care &lt;b&gt;and&lt;/b&gt;" in html
        assert said in html
        assert "a b" not in html
        assert Entry.objects.count() == before

    def test_says_the_same_of_a_case_that_does_not_exist(self, client, note):
        absent = note.replace(note.split("/")[2], "00000000-0000-7000-8000-000000000000")

        one, other = (client.post(address, {"text": WORDS}) for address in (note, absent))

        assert one.status_code == other.status_code == 401
        plain = [_TOKEN.sub("", answer.content.decode()) for answer in (one, other)]
        assert plain[0].replace(note, absent) == plain[1]

    def test_without_words_leads_to_signing_in(self, client, note):
        assert client.post(note, {"kind": "fact"}).status_code == 302

    def test_never_gives_back_a_password(self, client):
        answer = client.post(reverse("account_change_password"), {"oldpassword": "Hunter 2 hunts again"})

        assert "Hunter" not in answer.content.decode()

    def test_sent_by_a_script_is_refused_and_not_led_to_another_page(self, client):
        answer = client.post(
            reverse("cases:draft", args=["refer"]), {"incident": WORDS}, headers={"HX-Request": "true"}
        )

        assert answer.status_code == 401
        assert not answer.content


class TestAFormOfAnotherSession:
    """Signing in again changes the form's secret: the form left open in another tab no longer passes."""

    def test_gives_back_what_was_typed(self, note):
        strict = Client(enforce_csrf_checks=True)

        answer = strict.post(note, {"text": WORDS})

        assert answer.status_code == 403
        assert "Typed with care" in answer.content.decode()

    def test_says_nothing_that_another_site_wrote(self, note):
        strict = Client(enforce_csrf_checks=True)

        answer = strict.post(note, {"text": WORDS}, headers={"Origin": "https://elsewhere.example"})

        assert answer.status_code == 403
        assert "Typed with care" not in answer.content.decode()
