"""What was typed under one hat is never recorded under another: not sent, nothing lost."""
# ruff: noqa: F811

import re
from html import unescape

import pytest
from django.urls import get_resolver, reverse

from egide.cases.models import Entry
from egide.common.http import HAT_FIELD
from egide.common.idempotency import new_key
from egide.ledger.models import Entry as LedgerEntry
from egide.partners.middleware import _ANY_HAT, AGAIN
from egide.partners.models import Membership, Role
from tests.cases.test_matrix import NOT_OURS, addresses
from tests.cases.test_pages import full, sign_in  # noqa: F401
from tests.factories import a_member

pytestmark = pytest.mark.django_db
WORDS = "She says “he knows <where> I park”.\nSecond line."
FORM = re.compile(r"<form\b[^>]*method=[\"']post[\"'][^>]*>.*?</form>", re.S)
#: Sent under any hat: they record nothing of what an agency knows.
FREE = ("set_language", "account_logout", "cases:search", "partners:acting-for")


@pytest.fixture
def other(world):
    """A second place of the coordinator's account, in another agency."""
    return Membership.objects.create(
        account=world.coordinator.account,
        agency=world.police_agency,
        role=Role.TEAM_MEMBER,
        starts_on=world.coordinator.starts_on,
    )


def _patterns(patterns, prefix=""):
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _patterns(pattern.url_patterns, space)
        elif pattern.name and not pattern.name.startswith(NOT_OURS):
            yield f"{prefix}{pattern.name}", pattern


def _urls(world):
    """Answer every address of our own that can be reached, by its name."""
    needs, found = addresses(world), {}
    for name, pattern in _patterns(get_resolver().url_patterns):
        takes = pattern.pattern.converters
        arguments = needs.get(name, [str(world.case.pk)] * len(takes))
        found[name] = reverse(name, args=arguments)
    return found


def sent(client, url, hat, **data):
    return client.post(url, {"submission": new_key(), HAT_FIELD: str(hat.pk), **data})


def note_url(world):
    return reverse("cases:note", args=[world.case.pk])


def kept_fields(page):
    return {
        unescape(name): unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    }


def test_no_address_takes_what_was_typed_under_another(client, full, other):
    sign_in(client, full.coordinator)
    urls = {n: u for n, u in _urls(full).items() if not u.startswith(_ANY_HAT)}
    before = LedgerEntry.objects.count()

    statuses = {name: sent(client, url, other).status_code for name, url in urls.items()}

    assert len(urls) > 80
    assert {name: status for name, status in statuses.items() if status != 409} == {}
    assert LedgerEntry.objects.count() == before


def test_every_form_says_under_which_hat_it_was_shown(client, full):
    sign_in(client, full.coordinator)
    free = {reverse(name) for name in FREE}
    seen = 0

    for name, url in _urls(full).items():
        page = client.get(url)
        if page.status_code != 200 or "html" not in page.headers.get("Content-Type", ""):
            continue
        for form in FORM.findall(page.content.decode()):
            action = re.search(r'action="([^"]+)"', form.split(">", 1)[0])
            if (action[1] if action else url) in free:
                continue
            seen += 1
            assert f'name="{HAT_FIELD}" value="{full.coordinator.pk}"' in form, (name, form[:300])
    assert seen > 30


def test_the_words_are_given_back_whole_in_both_languages(client, full, other):
    for language, said in (("en", "nothing was recorded"), ("fr", "rien n’a été enregistré")):
        sign_in(client, full.coordinator, language)

        page = sent(client, note_url(full), other, category="incident.facts", text=WORDS).content.decode()

        assert said in page
        assert unescape(re.search(r"readonly>(.*?)</textarea>", page, re.S)[1]) == WORDS
        assert page.count("</textarea>") == 1
        assert other.agency.short_name in page or str(other.agency) in unescape(page)


def test_one_button_takes_the_former_hat_and_sends(client, full, other):
    sign_in(client, other)
    about = str(full.case.files.get(role="victim").pk)
    words = {"about": about, "category": "incident.facts", "kind": "fact", "text": WORDS}
    answer = sent(client, note_url(full), full.coordinator, **words)
    before = Entry.objects.count()
    fields = kept_fields(answer.content.decode())
    del fields["csrfmiddlewaretoken"]

    again = client.post(note_url(full), {**fields, AGAIN: "yes"})

    assert again.status_code == 302, again.content.decode()[:3000]
    made = Entry.objects.order_by("-pk").first()
    assert Entry.objects.count() == before + 1
    assert made.author_id == full.coordinator.pk
    assert client.session["acting_as"] == str(full.coordinator.pk)
    assert LedgerEntry.objects.filter(body__contains="partners.acting_for_changed").count() == 1


def test_a_place_of_somebody_else_is_never_taken(client, full):
    stranger = a_member(full.police_agency, Role.TEAM_MEMBER)
    sign_in(client, full.coordinator)

    answer = sent(client, note_url(full), stranger, **{AGAIN: "yes"}, text=WORDS)

    assert answer.status_code == 409
    assert AGAIN not in answer.content.decode()
    assert client.session["acting_as"] == str(full.coordinator.pk)


def test_a_draft_is_not_kept_under_another(client, full, other):
    sign_in(client, full.coordinator)

    answer = sent(client, reverse("cases:draft", args=["refer-harm"]), other, given="Anne")

    assert answer.status_code == 409
