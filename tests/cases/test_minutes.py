"""The minutes taken out: a tagged PDF of what each reader may keep, in their language, recorded as a disclosure."""

import io

import pikepdf
import pypdfium2
import pytest
from django.urls import reverse

from egide.cases.models import Attendance
from egide.cases.queries.minutes import minutes
from egide.cases.services import conferring
from egide.common import tagged_pdf
from egide.common.errors import Refused
from egide.ledger.models import Entry as LedgerEntry
from egide.sharing import services as sharing
from egide.sharing.models import Disclosure
from tests.cases.test_cost import MOST_QUERIES, queries_of
from tests.cases.test_journey import conference
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.factories import DAY

pytestmark = pytest.mark.django_db
WISHES, POLICE, NURSE = "Zwishesmark stays home.", "Zpolicemark two calls.", "Znursemark one visit."
SAFETY, MANAGED, OTHER = "Zsafetymark new locks.", "Zmanagedmark weekly report.", "Zothermark"


@pytest.fixture
def held(world):
    """Answer the world with locked minutes: one case of all, and one the police do not work on."""
    world.case = world.active()
    world.sitting, world.item = conference(world, world.case)
    Attendance.objects.create(
        conference=world.sitting,
        membership=world.probation,
        account=world.probation.account,
        seat="team_member",
    )
    apart = world.active(given="Anne", family="Zapartmark", agencies=[world.health_agency])
    world.apart = conferring.put_on_agenda(
        conference_id=world.sitting.pk, case_id=apart.pk, actor=world.coordinator, at=NOON
    )
    conferring.record_attendance(
        conference_id=world.sitting.pk,
        present=list(world.sitting.attendances.values_list("pk", flat=True)),
        actor=world.coordinator,
        at=NOON,
    )
    conferring.open_conference(conference_id=world.sitting.pk, actor=world.coordinator, at=NOON)
    asked = {"item_id": world.item.pk, "at": NOON}
    conferring.record_wishes(words=WISHES, actor=world.advocate, **asked)
    conferring.contribute(text=POLICE, kind="fact", actor=world.officer, **asked)
    conferring.contribute(text=NURSE, kind="fact", actor=world.nurse, **asked)
    run = {"actor": world.coordinator, "action_due_at": NOON + 3 * DAY, **asked}
    conferring.decide(text=SAFETY, action_side="victim", action_agency_id=world.lead.pk, **run)
    conferring.decide(
        text=MANAGED, action_side="management", action_agency_id=world.probation_agency.pk, **run
    )
    conferring.contribute(item_id=world.apart.pk, text=OTHER, kind="fact", actor=world.nurse, at=NOON)
    conferring.lock_minutes(conference_id=world.sitting.pk, actor=world.coordinator, at=NOON)
    world.sitting.refresh_from_db()
    return world


def address(world):
    return reverse("cases:conference-minutes", args=[world.sitting.pk])


def text_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document).replace("\r", "")


def given(client, world, reader, language="en"):
    sign_in(client, reader, language)
    answer = post(client, address(world))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="meeting.pdf"'
    return answer.content


class TestEachReader:
    def test_gets_what_they_may_keep_of_the_cases_they_may_see(self, held, client):
        lead = text_of(given(client, held, held.coordinator))
        for words in (WISHES, SAFETY, MANAGED, "Thériault", "Zapartmark", "2. "):
            assert words in lead, words
        # What others brought is read on the page and not copied, as the decision table has it.
        assert "To be read on the page" in lead
        assert not any(words in lead for words in (POLICE, NURSE, OTHER))

        police = text_of(given(client, held, held.officer))
        assert POLICE in police
        for words in ("Zapartmark", OTHER, "2. "):
            assert words not in police, words

    def test_of_the_other_side_learns_nothing_of_the_victim_s(self, held, client):
        found = text_of(given(client, held, held.probation))
        for words in (
            WISHES,
            SAFETY,
            "Zapartmark",
            OTHER,
            "wishes",
            held.advocate.person_name,
        ):
            assert words not in found, words
        page = client.get(
            reverse("cases:conference-item", args=[held.sitting.pk, held.item.pk])
        ).content.decode()
        assert "1. " in found
        assert (MANAGED in found) <= (MANAGED in page)

    def test_never_gets_more_than_the_page_shows(self, held, client):
        for reader in (held.coordinator, held.officer, held.nurse, held.probation):
            paper = text_of(given(client, held, reader))
            page = client.get(
                reverse("cases:conference-item", args=[held.sitting.pk, held.item.pk])
            ).content.decode()
            for words in (WISHES, POLICE, NURSE, SAFETY, MANAGED):
                assert (words in paper) <= (words in page), (reader, words)

    def test_kept_out_of_a_case_gets_the_paper_without_it(self, held, client):
        sharing.recuse(
            case_id=held.case.pk, membership=held.nurse, reason_code="party", actor=held.coordinator, at=NOON
        )
        found = text_of(given(client, held, held.nurse))
        assert NURSE not in found
        assert f"Zapartmark, {held.apart.case.reference}" in found
        assert "2. " not in found

    def test_of_an_agency_let_go_or_not_invited_gets_none(self, held, client):
        sign_in(client, held.teacher)
        assert client.get(address(held)).status_code == post(client, address(held)).status_code == 404


class TestTheFile:
    @pytest.mark.parametrize(("language", "said"), [("en", "Meeting of"), ("fr", "Réunion du")])
    def test_is_tagged_in_the_language_of_its_reader_under_a_neutral_title(
        self, held, client, language, said
    ):
        made = given(client, held, held.coordinator, language)
        with pikepdf.open(io.BytesIO(made)) as pdf, pdf.open_metadata() as about:
            assert pdf.Root.MarkInfo.Marked
            assert str(pdf.Root.Lang) == language
            assert pdf.Root.StructTreeRoot.K
            assert pdf.Root.ViewerPreferences.DisplayDocTitle
            assert about["pdfuaid:part"] == "1"
            title = str(about["dc:title"])
        assert title.startswith(said)
        for words in ("CCR", "RCC", held.case.reference, "Thériault"):
            assert words not in title

    def test_holds_words_as_they_are_written_whatever_they_hold(self):
        from egide.cases.views.minutes import TEMPLATE

        words = '#read("/etc/passwd") *bold* $x$ \\ "quoted" </script>'
        data = {
            "title": "T", "lang": "en", "foot": "", "lead": [words, "中 and 😀"], "cases": [], "unshown": "Frames.",
            "notices_title": "", "notices": [],
        }  # fmt: skip
        made, is_whole = tagged_pdf.render(TEMPLATE, data)
        found = text_of(made)
        assert '#read("/etc/passwd") *bold* $x$' in found
        assert is_whole == ("Frames." not in found)
        with pytest.raises(tagged_pdf.NotMade, match=r"minutes\.typ"):
            tagged_pdf.render(TEMPLATE, {"title": "T"})


class TestLeaving:
    def test_is_a_disclosure_of_each_file_to_one_s_own_agency_and_once_for_a_double_click(self, held, client):
        sign_in(client, held.officer)
        key = {"submission": "double-click-1"}
        from egide.common.idempotency import new_key

        key = {"submission": new_key()}
        assert client.post(address(held), key).status_code == 200
        assert client.post(address(held), key).status_code == 200

        rows = Disclosure.objects.filter(method="export", recipient=held.police_agency)
        assert rows.exists()
        assert len({(row.file_id, row.basis) for row in rows}) == len(rows)
        assert {row.case_id for row in rows} == {held.case.pk}
        assert all(row.disclosed_by == held.officer for row in rows)
        assert LedgerEntry.objects.filter(body__contains='"cases.minutes_exported"').count() == 1
        assert not LedgerEntry.objects.filter(body__contains="Zpolicemark").exists()

    def test_waits_for_the_minutes_to_be_locked(self, world, client):
        sitting, _item = conference(world, world.active())
        sign_in(client, world.coordinator)
        assert client.get(reverse("cases:conference-minutes", args=[sitting.pk])).status_code == 409
        opened = minutes(conference=sitting, actor=world.coordinator, at=NOON)
        with pytest.raises(Refused, match="locked"):
            conferring.record_export(minutes=opened, actor=world.coordinator, at=NOON)
        assert not Disclosure.objects.filter(method="export").exists()

    def test_its_page_is_cheap_and_opening_costs_the_same_for_one_case_or_many(self, held, client):
        sign_in(client, held.coordinator)
        assert len(queries_of(client, address(held))) <= MOST_QUERIES
        assert (
            "Take out the minutes"
            in client.get(reverse("cases:conference", args=[held.sitting.pk])).content.decode()
        )
