"""The same marked words, looked for in every page the other side, or those who are no part of it, can reach."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from egide.cases.models import Plan
from tests.sharing.test_leaks import MARKS, NAME, NO_PART, OTHER_SIDE, STAFF, s  # noqa: F401 - the situation is a fixture

pytestmark = pytest.mark.django_db
#: Pages of one case, whether or not a link leads there.
CASE_PAGES = (
    "case", "who", "trace", "consents", "safe-contact", "contact", "assess", "eligibility", "consent", "refusal",
    "withdrawal", "level", "note", "task", "review", "help", "close", "reopen", "plan", "plan-write", "triage-case",
    "link", "recuse", "development", "emergency-conference", "conference-part", "repeats", "same-people",
)  # fmt: skip
OWN_PAGES = (
    "my-day",
    "caseload",
    "search",
    "triage",
    "referrals",
    "refer",
    "conferences",
    "same-people-list",
)


def addresses(s):  # noqa: F811
    yield from (reverse(f"cases:{name}") for name in OWN_PAGES)
    yield from (reverse(f"cases:{name}", args=[s.case.pk]) for name in CASE_PAGES)
    plan = Plan.objects.order_by("pk").first()
    yield reverse("cases:plan-print", args=[s.case.pk, plan.pk])
    yield reverse("cases:plan-paper", args=[s.case.pk, plan.pk, plan.pk])
    for words in (NAME, "Marqueuse", "Cyr", s.case.reference, *MARKS[:3]):
        yield f"{reverse('cases:search')}?q={words}"
        yield f"{reverse('cases:caseload')}?q={words}"
    for member in s.people.values():
        yield f"{reverse('cases:who', args=[s.case.pk])}?member={member.pk}"


def pages(s, who):  # noqa: F811
    """Answer {address: text} of what this reader gets, links followed once; their own words left out."""
    client = Client()
    client.force_login(s.people[who].account)
    if len(s.people[who].account.memberships.all()) > 1:
        client.post(reverse("partners:acting-for"), {"membership": str(s.people[who].pk)})
    found, todo = {}, list(addresses(s))
    while todo and len(found) < 150:
        address = todo.pop(0)
        if address in found or "logout" in address:
            continue
        answer = client.get(address)
        text = answer.content.decode()
        found[address] = text if answer.status_code == 200 else f"{answer.status_code}"
        if answer.status_code == 200:
            todo += [
                link for link in re.findall(r'href="(/[^"#]*)"', text) if not link.startswith("/static/")
            ]
    return found


def words_of(found):
    """What was asked for comes back in the search box, and a token may spell anything: neither is told."""

    def bare(address, text):
        text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|hx-headers=\'[^\']*\'', "", text)
        asked = address.partition("?q=")[2]
        return text.replace(asked, "") if asked else text

    return {address: bare(address, text) for address, text in found.items()}


@pytest.mark.parametrize("who", OTHER_SIDE)
def test_the_other_side_finds_no_marked_word_in_any_page(s, who):  # noqa: F811
    found = words_of(pages(s, who))

    leaks = {(address, mark) for address, text in found.items() for mark in MARKS if mark in text}
    assert leaks == set()
    assert any("Cyr" in text for text in found.values()) or who == "parole"


@pytest.mark.parametrize("who", OTHER_SIDE)
def test_the_other_side_is_not_told_of_her_plan_contact_or_consent(s, who):  # noqa: F811
    """Not even that there is a date for it: timing tells (§7.1)."""
    shown = "\n".join(text for text in pages(s, who).values() if not text.isdigit())
    main = "\n".join(re.findall(r"(?s)<main.*?</main>", shown))

    told = [
        words
        for words in (
            "Safety plan, in person",
            "First safe contact",
            "Informed consent",
            "Code word",
            "Safe contact rule",
        )
        if words in main
    ]
    assert told == []


@pytest.mark.parametrize("who", NO_PART)
def test_those_who_are_no_part_of_it_find_nothing_at_all(s, who):  # noqa: F811
    found = words_of(pages(s, who))
    if who == "referrer":  # not recused: told the stage of what they sent, by its reference, and nothing else
        found = {address: text for address, text in found.items() if "referrals" not in address}

    for address, text in found.items():
        for mark in (*MARKS, NAME, "Cyr", s.case.reference):
            # The names of one's own colleagues are no secret where they may be asked to a conference, or named
            # for emergency access by a privacy officer.
            may_name = who == "recused_staff" or (who == "privacy_officer" and "emergency" in address)
            assert mark not in text or (mark == STAFF and may_name), address
        if str(s.case.pk) in address:
            assert text in ("404", "405"), address


def test_recused_outsider_and_absent_answer_alike(s):  # noqa: F811
    """Byte for byte, with the same number of queries, on every page of a case."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from egide.common.ids import new_id

    def answers(who, case_id):
        client, found = Client(), []
        client.force_login(s.people[who].account)
        client.get(reverse("cases:my-day"))
        for name in CASE_PAGES:
            for method in ("get", "post"):
                with CaptureQueriesContext(connection) as spent:
                    answer = getattr(client, method)(reverse(f"cases:{name}", args=[case_id]))
                text = re.sub(r'name="(csrfmiddlewaretoken|next)" value="[^"]*"', "", answer.content.decode())
                found.append((name, method, answer.status_code, text.replace(str(case_id), "ID"), len(spent)))
        return found

    absent = answers("recused", new_id())
    assert answers("recused", s.case.pk) == absent
    assert [a[:3] for a in answers("stranger", s.case.pk)] == [a[:3] for a in absent]
    assert answers("stranger", s.case.pk) == answers("stranger", new_id())
    assert {status for _name, _method, status, *_rest in absent} <= {404, 405}


@pytest.mark.parametrize("page", ["conference", "conference-run", "conferences"])
def test_a_recused_members_agenda_is_as_if_the_case_did_not_exist(world, page):
    """Same bytes, same number of queries, with the case on the agenda and without it (§7.5, 7)."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from egide.cases.models import AgendaItem
    from egide.cases.services import conferring
    from egide.sharing import services as sharing
    from tests.conftest import NOON
    from tests.factories import DAY

    shown, hidden = world.active(given="Anne"), world.active(given=NAME)
    seats = [(world.chair, "chair"), (world.coordinator, "coordinator"), (world.officer, "team_member")]
    sitting = conferring.call_conference(
        programme_id=world.programme.pk,
        starts_at=NOON + DAY,
        kind="regular",
        seats=seats,
        actor=world.coordinator,
        at=NOON,
    )
    for case in (hidden, shown):
        conferring.put_on_agenda(conference_id=sitting.pk, case_id=case.pk, actor=world.coordinator, at=NOON)
    sharing.recuse(
        case_id=hidden.pk, membership=world.officer, reason_code="relative", actor=world.coordinator, at=NOON
    )
    client = Client()
    client.force_login(world.officer.account)
    address = reverse(f"cases:{page}", args=[] if page == "conferences" else [sitting.pk])

    def seen():
        with CaptureQueriesContext(connection) as spent:
            answer = client.get(address)
        text = re.sub(
            r'name="(?:csrfmiddlewaretoken|submission)" value="[^"]*"|hx-headers=\'[^\']*\'',
            "",
            answer.content.decode(),
        )
        return answer.status_code, text, len(spent)

    seen()
    with_it = seen()
    AgendaItem.objects.filter(case=hidden).delete()

    without = seen()
    assert with_it == without
    assert NAME not in with_it[1]
    assert hidden.reference not in with_it[1]
