"""Every form of the application: what is typed in it is kept, or it is written here why not.

Found in the templates and in the pages, not listed by hand: a new form fails here until it keeps drafts, or its
reason is written down.
"""

import re
from pathlib import Path

import pytest
from django.urls import get_resolver, reverse

from egide.cases.models import Draft
from egide.partners.models import Role
from tests.cases.test_matrix import addresses, ours
from tests.cases.test_pages import full, post, sign_in  # noqa: F401
from tests.cases.test_table_pages import CELL
from tests.factories import a_member

pytestmark = pytest.mark.django_db
SOURCE = Path(__file__).resolve().parents[2] / "src" / "egide"

PRESSED = "Nothing is typed: a button, ticks, or one choice."
LINE = (
    "One line, or a few names and dates; shown again with its error, and given back after the session's end."
)
GATE = "Passes a gate at one moment: what was ticked yesterday must not open it today."
AT_ONCE = "Sent at once or not at all: nothing of it is to wait anywhere."
SECOND_PAGE = "The second page of a form that keeps drafts: what was typed is in that draft."
BRIEF = (
    "A reason of 300 characters at most; shown again with its error, and given back after the session's end."
)
PASTED = "A file is pasted: it is still where it came from."
SECRET = "A password or a code: never kept."
NOT_YET = "Not kept yet: shown again with its error, and given back after the session's end."

#: Templates with a form to send that keeps no draft, and why.
WITHOUT = {
    "assessments/import.html": BRIEF,
    "assessments/import_new.html": PASTED,
    "assessments/right.html": LINE,
    "cases/_access_given.html": GATE,
    "cases/_access_side.html": PRESSED,
    "cases/_agreed.html": PRESSED,
    "cases/_audit_line.html": PRESSED,
    "cases/_repeats.html": PRESSED,
    "cases/_same_line.html": PRESSED,
    "cases/_same_people.html": PRESSED,
    "cases/_tasks.html": PRESSED,
    "cases/_turn.html": PRESSED,
    "cases/agency_out.html": PRESSED,
    "cases/audit.html": PRESSED,
    "cases/audit_item.html": NOT_YET,
    "cases/audits.html": PRESSED,
    "cases/case.html": PRESSED,
    "cases/conference.html": PRESSED,
    "cases/conference_form.html": LINE,
    "cases/conference_item.html": PRESSED,
    "cases/conference_minutes.html": PRESSED,
    "cases/conferences.html": PRESSED,
    "cases/conflicts.html": PRESSED,
    "cases/consent_check.html": SECOND_PAGE,
    "cases/contact.html": GATE,
    "cases/danger.html": PRESSED,
    "cases/disclosure_letter.html": GATE,
    "cases/document_check.html": SECOND_PAGE,
    "cases/document_copy.html": GATE,
    "cases/emergency.html": AT_ONCE,
    "cases/emergency_reviews.html": LINE,
    "cases/end_notice.html": LINE,
    "cases/expression.html": PRESSED,
    "cases/inquiry.html": PRESSED,
    "cases/lead_change.html": PRESSED,
    "cases/my_calendar.html": PRESSED,
    "cases/my_ties.html": LINE,
    "cases/needs.html": NOT_YET,
    "cases/plan.html": PRESSED,
    "cases/plan_print.html": GATE,
    "cases/prosecutor_one.html": GATE,
    "cases/return.html": PRESSED,
    "cases/sharing.html": PRESSED,
    "cases/supervision.html": PRESSED,
    "cases/table_version.html": BRIEF,
    "cases/team.html": PRESSED,
    "cases/training_member.html": PRESSED,
    "cases/transfer.html": NOT_YET,
    "cases/training_programme.html": LINE,
    "cases/triage_case.html": PRESSED,
    "cases/welcome.html": PRESSED,
    "cases/withdrawal_check.html": SECOND_PAGE,
    "errors/other_hat.html": SECOND_PAGE,
    "partners/acting_for.html": PRESSED,
    "partners/administration.html": PRESSED,
    "partners/factor_resets.html": LINE,
    "partners/form.html": BRIEF,
    "partners/invitation.html": SECRET,
    "partners/person.html": PRESSED,
    "account/login.html": SECRET,
    "web/_header.html": LINE,
    "web/_languages.html": PRESSED,
}
#: Boxes of several lines in forms that keep no draft, by the address they stand at, and why.
BOXES = {
    ("cases:contact", "override_reason"): GATE,
    ("assessments:import-new", "content"): PASTED,
    ("assessments:import-new", "rights"): PASTED,
    ("assessments:import", "reason"): BRIEF,
    ("assessments:right", "note"): BRIEF,
    ("cases:table-version", "reason"): BRIEF,
    ("partners:agency-new", "regimes"): LINE,
    ("partners:agency-edit", "regimes"): LINE,
    **{
        (f"partners:{page}", "reason"): BRIEF
        for page in (
            "agency-new",
            "agency-edit",
            "agency-close",
            "agency-reopen",
            "agreement-terminate",
            "home-change",
            "membership-new",
        )
    },
}
#: Addresses of the templates above that do not keep what is typed yet.
PAGES_NOT_YET = ("cases:transfer", "cases:audit", "cases:need", "cases:return")
_SENT = re.compile(r'{% form_page[^%]*%}|<form[^>]*method="post"(?:{[^}]*}|[^>{])*>')


def without_draft():
    found = set()
    for path in SOURCE.rglob("templates/**/*.html"):
        if {"samples", "allauth", "components"} & set(path.parts):
            continue  # the gallery's, and the sign-in library's
        if any("autosave" not in form for form in _SENT.findall(path.read_text(encoding="utf-8"))):
            found.add(path.as_posix().split("/templates/")[1])
    return found


def boxes(client, world):
    """Answer where somebody may type several lines in a form that keeps no draft, of every page this client may open."""
    needs, found = addresses(world), set()
    for name in sorted(set(ours(get_resolver().url_patterns))):
        if name == "web:gallery":
            continue
        try:
            url = reverse(name, args=needs.get(name, []))
        except Exception:
            url = reverse(name, args=[world.case.pk])
        answer = client.get(url)
        if answer.status_code != 200 or "html" not in answer.headers["Content-Type"]:
            continue
        for form in re.findall(r"(?s)<form\b.*?</form>", answer.content.decode()):
            if 'method="post"' in form and "data-autosave" not in form:
                found |= {(name, box) for box in re.findall(r'<textarea[^>]*\bname="(\w+)"', form)}
    return found


def test_every_form_keeps_drafts_or_says_why_not():
    found = without_draft()

    assert found - set(WITHOUT) == set()
    assert "cases/contact.html" in found


def test_no_page_has_a_box_of_several_lines_whose_words_are_not_kept(full, client):  # noqa: F811
    found = set()
    for reader in (full.coordinator, a_member(full.lead, Role.ADMINISTRATOR)):
        found |= boxes(sign_in(client, reader), full)

    unkept = {(name, box) for name, box in found if not name.startswith(PAGES_NOT_YET)}
    assert unkept - set(BOXES) == set()
    assert ("cases:contact", "override_reason") in found


def test_a_reason_to_change_the_table_is_given_back(world, client):
    sign_in(client, a_member(world.lead, Role.PRIVACY_OFFICER))
    page = f"{reverse('cases:table-change')}?cell={CELL}"
    assert reverse("cases:draft", args=["table-change"]) in client.get(page).content.decode()
    client.post(reverse("cases:draft", args=["table-change"]), {"reason": "The school asks too much."})

    assert "The school asks too much." in client.get(page).content.decode()

    post(client, reverse("cases:table-change"), {"cell": CELL, "based_on": 1, "reason": "It asks too much."})
    assert not Draft.objects.exists()
