"""For who is kept out, every page is byte for byte, and query for query, as if the case did not exist (§7.4)."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from egide.cases.models import AgendaItem, Draft
from egide.cases.services import cascading, conferring, drafting, enrolling, entries, recusing, tasks
from egide.common.ids import new_id
from egide.partners.models import Role
from egide.sharing import emergency
from egide.sharing import services as sharing
from egide.sharing.models import Ground
from tests.cases.test_journey import conference
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.factories import DAY, a_member

pytestmark = pytest.mark.django_db
NAME, FAMILY = "Zoélie", "Marqueuse"


@pytest.fixture
def there(world):
    """What is there already: one case, on the agenda of a sitting that is open."""
    world.case = world.active()
    world.sitting, world.item = conference(world, world.case)
    conferring.open_conference(conference_id=world.sitting.pk, actor=world.chair, at=NOON)
    return world


def one_more_case(world, *, kept_out, client):
    """A case with everything that could show: tasks, an agenda line, a ground, a notice, a draft, an emergency."""
    case = world.eligible(given=NAME, family=FAMILY)
    enrolling.enrol(case_id=case.pk, consent=world.consent(), actor=world.advocate, at=NOON)
    case.refresh_from_db()
    for agency in (world.police_agency, world.lead):
        tasks.add_task(
            case_id=case.pk, text="Change the locks.", side="both", agency_id=agency.pk,
            due_at=NOON + DAY, actor=world.coordinator, at=NOON,
        )  # fmt: skip
    item = conferring.put_on_agenda(
        conference_id=world.sitting.pk, case_id=case.pk, actor=world.coordinator, at=NOON
    )
    # First on the agenda: a gap before the line that stays would be seen.
    AgendaItem.objects.filter(pk=item.pk).update(position=0)
    file = entries.subject_file(case)
    Ground.objects.create(
        file_id=file.pk, case_id=case.pk, kind="serious_imminent_threat", recipient=kept_out.agency,
        categories=["incident.facts"], purposes=["emergency_response"], statement=b"x",
        stated_by=world.advocate, stated_at=NOON, ends_at=NOON + DAY,
        decided_by=world.coordinator, decided_at=NOON, is_approved=True,
    )  # fmt: skip
    drafting.save_draft(form="note", subject=case.pk, content={"text": "Begun."}, actor=kept_out, at=NOON)
    name_for_emergencies(world, kept_out)
    emergency.open_access(case_id=case.pk, file_id=file.pk, reason="He is there.", actor=kept_out, at=NOON)
    ended = cascading.about_to_end(file=file, at=NOON)
    for consent in ended:
        sharing.withdraw_consent(consent_id=consent.pk, actor=world.advocate, at=NOON)
    cascading.tell_recipients(case=case, file=file, ended=ended, actor=world.advocate, at=NOON)
    sharing.give_consent(actor=world.advocate, file_id=file.pk, case_id=case.pk, at=NOON, **world.consent())
    return case, item


def name_for_emergencies(world, member):
    if not emergency.may_open(member):
        officer = a_member(world.lead, Role.PRIVACY_OFFICER, areas=[world.area])
        emergency.name_user(membership=member, actor=officer, at=NOON)


def pages(world):
    names = [
        "my-day", "caseload", "triage", "referrals", "refer", "search", "conferences", "conference-new",
        "received", "my-ties", "my-calendar", "emergency", "same-people-list",
    ]  # fmt: skip
    found = [reverse(f"cases:{name}") for name in names]
    found += [
        f"{reverse('cases:caseload')}?{query}" for query in ("late=1", "lead=none", "state=active", "last=1")
    ]
    found += [
        reverse(f"cases:{name}", args=[world.case.pk])
        for name in ("case", "trace", "who", "consents", "same-people")
    ]
    found += [
        reverse(f"cases:{name}", args=[world.sitting.pk]) for name in ("conference", "conference-actions")
    ]
    found.append(reverse("cases:conference-item", args=[world.sitting.pk, world.item.pk]))
    return found


def bare(text):
    """What differs from one answer to the next whatever is stored."""
    text = re.sub(r'name="(csrfmiddlewaretoken|submission)" value="[^"]*"|hx-headers=\'[^\']*\'', "", text)
    # The address asked for, in the language switch.
    return re.sub(r'name="next" value="[^"]*"', "", text)


def own_trace_out(text):
    """The trace of another case holds one more line each time one looks: the lines are left out, not the page."""
    return re.sub(r"(?s)<tbody>.*?</tbody>", "", text)


def answered(client, url, data=None):
    with CaptureQueriesContext(connection) as captured:
        answer = client.post(url, data) if data is not None else client.get(url)
    asked = [q["sql"] for q in captured.captured_queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    text = bare(answer.content.decode())
    return answer.status_code, own_trace_out(text) if url.endswith("/trace/") else text, len(asked)


def everything(client, world, reference="FRE-ZZZZZ"):
    found = {url: answered(client, url) for url in pages(world)}
    for words in (f"{NAME} {FAMILY}", FAMILY, "Cyr"):
        found[words] = answered(client, reverse("cases:search"), {"q": words})
    return found


def differences(before, after):
    """Answer the lines that differ, with their page."""
    found = []
    for url, one in after.items():
        if one != before[url]:
            pairs = zip(before[url][1].splitlines(), one[1].splitlines(), strict=False)
            changed = [(old, new) for old, new in pairs if old != new]
            found.append((url, (before[url][0], one[0]), (before[url][2], one[2]), changed[:2]))
    return found


@pytest.mark.parametrize("who", ["second", "officer", "whole agency"])
def test_every_page_is_the_same_as_if_the_case_did_not_exist(there, client, who):
    world = there
    kept_out = world.officer if who == "whole agency" else getattr(world, who)
    sign_in(client, kept_out)
    name_for_emergencies(world, kept_out)
    before = everything(client, world)
    case, _item = one_more_case(world, kept_out=kept_out, client=client)
    seen = everything(client, world)
    assert seen != before, "before the recusal it shows, so the comparison says something"
    whom = {"agency": kept_out.agency} if who == "whole agency" else {"membership": kept_out}
    made = sharing.recuse(case_id=case.pk, reason_code="party", actor=world.coordinator, at=NOON, **whom)
    # Somebody has their work from now on; what comes anew goes there too, and nothing of either shows.
    recusing.name_substitute(
        case_id=case.pk, recusal_id=made.pk, membership_id=world.advocate.pk, actor=world.coordinator, at=NOON
    )
    tasks.make_task(
        case=case, file=entries.subject_file(case), text="Call the school.", side="both",
        agency_id=kept_out.agency_id, due_at=NOON + DAY, actor=world.coordinator, at=NOON,
    )  # fmt: skip
    after = everything(client, world)

    assert after.keys() == before.keys()
    assert differences(before, after) == []
    assert Draft.objects.filter(owner=kept_out).exists()


@pytest.mark.parametrize("who", ["second", "officer"])
@pytest.mark.parametrize(
    "page",
    [
        "case",
        "consents",
        "conflicts",
        "triage-case",
        "note",
        "trace",
        "agency-out",
        "development",
        "conference-part",
    ],
)
def test_its_own_pages_answer_what_an_absent_case_answers(there, client, who, page):
    world, kept_out = there, getattr(there, who)
    case, _item = one_more_case(world, kept_out=kept_out, client=client)
    sharing.recuse(
        case_id=case.pk, membership=kept_out, reason_code="party", actor=world.coordinator, at=NOON
    )
    sign_in(client, kept_out)
    client.get(reverse("cases:my-day"))

    here = answered(client, reverse(f"cases:{page}", args=[case.pk]))
    nowhere = answered(client, reverse(f"cases:{page}", args=[new_id()]))
    assert differences({page: nowhere}, {page: here}) == []
    assert here[0] == 404


@pytest.mark.parametrize("who", ["second", "officer"])
def test_its_agenda_line_and_reference_answer_what_absent_ones_answer(there, client, who):
    world, kept_out = there, getattr(there, who)
    case, item = one_more_case(world, kept_out=kept_out, client=client)
    sharing.recuse(
        case_id=case.pk, membership=kept_out, reason_code="party", actor=world.coordinator, at=NOON
    )
    sign_in(client, kept_out)
    client.get(reverse("cases:my-day"))

    sitting = world.sitting.pk
    found = [
        answered(client, reverse("cases:conference-item", args=[sitting, pk])) for pk in (item.pk, new_id())
    ]
    assert (found[0][0], found[0][1]) == (found[1][0], found[1][1])
    asked = [answered(client, reverse("cases:search"), {"q": ref}) for ref in (case.reference, "FRE-22222")]
    assert asked[0][1].replace(case.reference, "") == asked[1][1].replace("FRE-22222", "")
    assert asked[0][2] == asked[1][2]


def test_a_privacy_officer_kept_out_does_not_learn_of_it_from_the_reviews(there, client):
    world = there
    officer = a_member(world.lead, Role.PRIVACY_OFFICER, areas=[world.area])
    sign_in(client, officer)
    case, _item = one_more_case(world, kept_out=world.officer, client=client)
    url = reverse("cases:emergency-reviews")
    assert case.reference in client.get(url).content.decode()
    sharing.recuse(
        case_id=case.pk, membership=officer, reason_code="relative", actor=world.coordinator, at=NOON
    )

    assert case.reference not in client.get(url).content.decode()


def test_answering_a_notice_of_it_answers_as_if_there_were_none(there, client):
    from egide.cases.models import EndNotice

    world = there
    case, _item = one_more_case(world, kept_out=world.officer, client=client)
    notice = EndNotice.objects.get(case=case, agency=world.police_agency)
    sharing.recuse(
        case_id=case.pk, membership=world.officer, reason_code="party", actor=world.coordinator, at=NOON
    )
    sign_in(client, world.officer)

    for pk in (notice.pk, new_id()):
        answer = post(client, reverse("cases:end-notice", args=[pk]), {"answer": "destroyed"})
        assert answer.status_code == 404
