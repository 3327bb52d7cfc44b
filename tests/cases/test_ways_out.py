"""Everything that leaves leaves a row: whatever is no page of the screen is walked, and its trace is looked for."""

from datetime import timedelta

import pytest
from django.urls import get_resolver, reverse

from egide.cases.models import AccessRequest, Plan
from egide.cases.services import entries
from egide.cases.views import foreseeing
from egide.common.idempotency import new_key
from egide.ledger import services as ledger
from egide.ledger.models import Entry as LedgerEntry
from egide.sharing import disclosures
from egide.sharing.models import Disclosure
from tests.cases.test_matrix import addresses, ours
from tests.cases.test_pages import full, sign_in  # noqa: F401
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
WORDS = "Bag at her sister"
#: Nobody's: the time left of a session, the ledger's public head and key.
NOBODYS = {"web:session-left", "ledger:checkpoint", "ledger:key"}
#: What leaves by asking for it, and the ledger entry it leaves: it says nothing of a file (who sees what, a receipt, the
#: one letter), or its handing over is the disclosure (a person's own file).
LEAVES = {
    # What the page of a document shows: its trace is that of any reading. A copy that leaves is a disclosure.
    "cases:document-content": "sharing.opened",
    "cases:who?format=print": "cases.access_shown",
    "cases:who?format=csv": "cases.access_shown",
    "cases:who?format=json": "cases.access_shown",
    "cases:disclosure-receipt": "sharing.receipt_given",
    "cases:receipt-received": "sharing.receipt_given",
    "cases:inquiry-letter": "cases.inquiry_letter_made",
    "cases:access-letter": "cases.access_letter_made",
}
#: Shown on screen to be read first; the style sheet prints none of it.
PREVIEWS = {"cases:disclosure-letter"}


def leaves(answer):
    """Say whether an answer is anything but a page of the screen."""
    if answer.status_code != 200 or not answer.content:
        return False
    is_page = answer.headers["Content-Type"].startswith("text/html")
    return not is_page or b'<main id="main" class="print' in answer.content


def rows():
    return Disclosure.objects.count()


def traces(action):
    return LedgerEntry.objects.filter(body__contains=f'"{action}"').count()


@pytest.fixture
def everything(full):  # noqa: F811
    """Something of each kind that can leave."""
    file = entries.subject_file(full.case)
    full.told = disclosures.record_disclosure(
        actor=full.coordinator, file=file, categories=["incident.facts"], method="share", basis="consent",
        recipient=full.lead, at=NOON,
    )  # fmt: skip
    AccessRequest.objects.filter(pk=full.asked.pk).update(
        state="ready",
        reply="neither",
        second_reader=full.advocate,
        second_reader_account=full.advocate.account,
        first_reader_account=full.coordinator.account,
        decided_at=NOON,
    )
    ledger.integrate(at=NOON)
    return full


def walked(world):
    """Yield name and address of everything one may ask for."""
    known = addresses(world)
    known["cases:disclosure-receipt"] = [str(world.case.pk), str(world.told.pk)]
    known["cases:receipt-received"] = [str(world.told.pk)]
    for name in sorted(set(ours(get_resolver().url_patterns))):
        try:
            url = reverse(name, args=known.get(name, []))
        except Exception:
            url = reverse(name, args=[world.case.pk])
        yield name, url
    for shape in foreseeing._LEAVES:
        yield f"cases:who?format={shape}", f"{reverse('cases:who', args=[world.case.pk])}?format={shape}"


def test_whatever_is_no_page_of_the_screen_leaves_a_row(everything, client):
    sign_in(client, everything.coordinator)
    found = set()
    for name, url in walked(everything):
        before = LedgerEntry.objects.count()
        traced = traces(LEAVES.get(name, ""))
        answer = client.get(url)
        if not leaves(answer):
            continue
        found.add(name)
        if name in NOBODYS:
            assert LedgerEntry.objects.count() == before
        elif name not in PREVIEWS:
            assert traces(LEAVES[name]) == traced + 1, f"{name} left without a trace"

    assert found == NOBODYS | PREVIEWS | set(LEAVES)


class TestThePlan:
    def page(self, world, *args):
        plan = Plan.objects.order_by("pk").first()
        return reverse(
            "cases:plan-paper" if args else "cases:plan-print", args=[world.case.pk, plan.pk, *args]
        )

    def test_is_not_on_paper_before_its_row(self, full, client):  # noqa: F811
        sign_in(client, full.advocate)
        asked = client.get(self.page(full))
        assert WORDS not in asked.content.decode()
        assert "Record the print" in asked.content.decode()

        before = rows()
        sent = client.post(self.page(full), {"submission": new_key(), "parts": ["leaving"]})
        row = Disclosure.objects.order_by("-pk").first()
        assert rows() == before + 1
        assert (row.method, row.categories, row.is_to_the_person) == ("print", ["plan.safety"], True)
        assert sent.headers["Location"] == self.page(full, row.pk)
        paper = client.get(self.page(full, row.pk)).content.decode()
        assert WORDS in paper
        assert 'class="print"' in paper

    def test_asks_again_after_an_hour(self, full, client, monkeypatch):  # noqa: F811
        sign_in(client, full.advocate)
        client.post(self.page(full), {"submission": new_key(), "parts": ["leaving"]})
        row = Disclosure.objects.order_by("-pk").first()
        Disclosure.objects.filter(pk=row.pk).update(disclosed_at=row.disclosed_at - timedelta(hours=1))

        answer = client.get(self.page(full, row.pk))
        assert answer.status_code == 302
        assert answer.headers["Location"] == self.page(full)

    def test_is_not_shown_by_anothers_row_nor_by_one_of_something_else(self, full, client):  # noqa: F811
        sign_in(client, full.advocate)
        client.post(self.page(full), {"submission": new_key(), "parts": ["leaving"]})
        plan = Disclosure.objects.order_by("-pk").first()
        client.post(
            reverse("cases:disclosure-letter", args=[full.case.pk, "victim", "hipaa"]),
            {"submission": new_key()},
        )
        letter = Disclosure.objects.order_by("-pk").first()
        assert client.get(self.page(full, letter.pk)).status_code == 404

        sign_in(client, full.coordinator)
        assert client.get(self.page(full, plan.pk)).status_code == 404


class TestTheScreen:
    def test_of_what_was_opened_prints_a_line_alone(self, full, client):  # noqa: F811
        sign_in(client, full.coordinator)
        for page in ("case", "plan", "contact"):
            text = client.get(reverse(f"cases:{page}", args=[full.case.pk])).content.decode()
            assert 'class="main main--read-here"' in text
            assert 'class="only-print"' in text

    def test_of_what_opened_nothing_prints(self, full, client):  # noqa: F811
        sign_in(client, full.coordinator)
        text = client.get(reverse("cases:disclosures", args=[full.case.pk])).content.decode()

        assert "main--read-here" not in text

    def test_the_letter_is_read_first_and_printed_after_its_row(self, full, client):  # noqa: F811
        sign_in(client, full.coordinator)
        page = reverse("cases:disclosure-letter", args=[full.case.pk, "victim", "everything"])
        assert 'class="print main--read-here"' in client.get(page).content.decode()
        assert "main--read-here" in client.get(f"{page}?recorded=1").content.decode()
        before = rows()
        paper = client.post(page, {"submission": new_key()}).headers["Location"]

        assert rows() == before + 1
        assert 'class="print"' in client.get(paper).content.decode()
