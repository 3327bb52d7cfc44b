"""Words on pages: codes, days and colons as the reader's language says them; nothing typed is cut."""

import re

import pytest
from django.urls import reverse

from egide.cases.forms.fields import words
from egide.cases.services.entries import LONGEST_TEXT
from egide.common.text import with_colon
from tests.cases.test_pages import post, sign_in

pytestmark = pytest.mark.django_db


def page(client, member, name, *args, language="fr"):
    return sign_in(client, member, language).get(reverse(f"cases:{name}", args=args)).content.decode()


def test_a_case_names_the_victim_first_and_says_days_and_languages_in_words(client, world):
    case = world.accepted()
    world.safe_contact(case, interpreter_language="ar")

    html = page(client, world.coordinator, "case", case.pk)

    people = html[html.index("<h2>Personnes</h2>") :]
    assert people.index("Thériault") < people.index("Cyr")
    assert "3 février 1984" in html
    assert "1984-02-03" not in html
    assert re.search(r"Interprète</dt>\s*<dd[^>]*>\s*Arabe", html)


def test_a_referral_sets_its_colons_apart_in_french(client, world):
    case = world.referral().case

    assert "<b>Victime\u00a0:</b>" in page(client, world.coordinator, "triage-case", case.pk)
    assert "<b>Victim:</b>" in page(client, world.coordinator, "triage-case", case.pk, language="en")


def test_a_long_text_is_given_back_whole_with_what_is_wrong(client, world):
    case = world.active()
    long = "Long. " * (LONGEST_TEXT // 5)
    address = reverse("cases:review", args=[case.pk])

    shown = sign_in(client, world.coordinator).get(address).content.decode()
    answer = post(client, address, {"text": long})

    assert "maxlength" not in re.search(r"<textarea[^>]*>", shown)[0]
    assert answer.status_code == 422
    assert long.strip() in answer.content.decode()
    assert "at most 20,000 characters" in answer.content.decode()


def test_the_sentence_names_the_bound_that_is_kept():
    field = words("What")

    assert f"{LONGEST_TEXT:,}" in str(field.error_messages["max_length"])
    assert with_colon("Why") == "Why:"
