"""The library and the result form, as those who use them see them, and as those who may not."""

import re
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from egide.assessments.models import Assessment, InstrumentImport, InstrumentRight
from egide.assessments.services import propose_import, record_right
from egide.partners.models import Role
from tests.assessments.sheets import MINIMAL
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.factories import a_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(world):
    return a_member(world.lead, Role.PRIVACY_OFFICER)


class TestLibrary:
    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_lists_every_tool_by_name_with_what_may_be_done_here(self, client, world, active, language):
        page = sign_in(client, world.advocate, language).get(reverse("assessments:library"))

        html = page.content.decode()
        assert page.status_code == 200
        for short in ("ODARA", "VERA-2R", "HCR-20", "VioGén", "CSTAG"):
            assert short in html
        assert ("Sheet in use" if language == "en" else "Grille en service") in html
        titles = [line["title"].casefold() for line in page.context["lines"]]
        assert titles == sorted(titles)

    @pytest.mark.parametrize("code", ["odara", "lap", "viogen", "ntac-guide", "protective-factors"])
    def test_shows_what_is_known_of_a_tool_with_marks_and_limits(self, client, world, code):
        html = (
            sign_in(client, world.coordinator).get(reverse("assessments:tool", args=[code])).content.decode()
        )

        for part in ("Published accuracy", "Limits", "Rights", "Sources"):
            assert part in html
        assert "seen in" in html or "recalled, to be verified" in html

    def test_a_recalled_line_says_so(self, client, world):
        html = sign_in(client, world.coordinator).get(reverse("assessments:tool", args=["ntac-guide"]))

        assert "13 are recalled and to be verified" in html.content.decode()

    def test_is_not_there_for_who_neither_assesses_nor_keeps(self, client, world):
        for role in (Role.REFERRER, Role.EVALUATOR, Role.TRAINER):
            sign_in(client, a_member(world.lead, role))

            for url in (reverse("assessments:library"), reverse("assessments:tool", args=["odara"])):
                assert client.get(url).status_code == 404

    def test_a_tool_that_does_not_exist_is_not_there(self, client, world):
        sign_in(client, world.coordinator)

        assert client.get(reverse("assessments:tool", args=["tarot"])).status_code == 404

    def test_costs_few_queries(self, client, world, active):
        sign_in(client, world.coordinator)
        for url in (reverse("assessments:library"), reverse("assessments:tool", args=["odara"])):
            client.get(url)
            with CaptureQueriesContext(connection) as captured:
                client.get(url)
            assert len(captured) <= 12


class TestRight:
    def test_an_administrator_records_having_proof_read_a_guide(self, client, administrator):
        sign_in(client, administrator)
        url = reverse("assessments:right", args=["ntac-guide"])
        assert "To be verified by the deployer" in client.get(url).content.decode()

        answer = post(client, url, {"note": "Proof-read against the 2002 guide, M. Cyr, 2026-11-20."})

        assert answer.status_code == 302
        assert InstrumentRight.objects.get().instrument == "ntac-guide"

    def test_says_what_is_missing(self, client, administrator):
        answer = post(sign_in(client, administrator), reverse("assessments:right", args=["ntac-guide"]))

        assert answer.status_code == 422
        assert not InstrumentRight.objects.exists()

    def test_a_refusal_is_shown_with_what_was_typed(self, client, administrator, active):
        answer = post(
            sign_in(client, administrator), reverse("assessments:right", args=["odara"]), {"note": "Again"}
        )

        assert answer.status_code == 422
        assert "already recorded" in answer.content.decode()


class TestImport:
    def test_goes_from_one_person_to_another_and_into_use(self, client, administrator, officer):
        answer = post(
            sign_in(client, administrator), reverse("assessments:import-new"),
            {"content": MINIMAL, "rights": "Licence 12."},
        )  # fmt: skip
        url = answer.url
        mine = client.get(url).content.decode()
        assert "somebody else answers" in mine
        assert post(client, url + "approve/").status_code == 403

        sign_in(client, officer)
        page = client.get(url).content.decode()
        assert "First" in page
        assert "Licence 12." in page
        assert post(client, url + "approve/").status_code == 302

        assert InstrumentImport.objects.get().state == "approved"
        assert (
            "Sheet in use" in client.get(reverse("assessments:tool", args=["own-checklist"])).content.decode()
        )

    def test_a_file_that_is_wrong_comes_back_with_its_place_and_what_was_typed(self, client, administrator):
        answer = post(
            sign_in(client, administrator), reverse("assessments:import-new"),
            {"content": MINIMAL.replace("max: 5", "max: 6"), "rights": "Licence 12."},
        )  # fmt: skip

        html = answer.content.decode()
        assert answer.status_code == 422
        assert "score.max" in html
        assert "Licence 12." in html
        assert not InstrumentImport.objects.exists()

    def test_comes_in_a_file_too(self, client, administrator):
        sent = SimpleUploadedFile("own.yaml", MINIMAL.encode(), "application/yaml")
        answer = post(
            sign_in(client, administrator), reverse("assessments:import-new"),
            {"file": sent, "rights": "Licence 12."},
        )  # fmt: skip

        assert answer.status_code == 302
        assert InstrumentImport.objects.get().rights == "Licence 12."

    def test_sent_twice_is_brought_in_once(self, client, administrator):
        from egide.common.idempotency import new_key

        sign_in(client, administrator)
        data = {"content": MINIMAL, "rights": "Licence 12.", "submission": new_key()}

        first, second = (client.post(reverse("assessments:import-new"), data) for _twice in range(2))

        assert first.url == second.url
        assert InstrumentImport.objects.count() == 1

    def test_is_refused_with_a_reason(self, client, administrator, officer):
        made = propose_import(content=MINIMAL, rights="Licence 12.", actor=administrator, at=NOON)
        sign_in(client, officer)
        url = reverse("assessments:import-refuse", args=[made.pk])

        assert post(client, url).status_code == 422
        assert post(client, url, {"reason": "Item 2 differs from the manual."}).status_code == 302
        assert "Item 2 differs" in client.get(reverse("assessments:import", args=[made.pk])).content.decode()

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_the_list_has_its_empty_state(self, client, officer, language):
        html = sign_in(client, officer, language).get(reverse("assessments:imports")).content.decode()

        assert ("Nothing waits." if language == "en" else "Rien n’attend.") in html


class TestResult:
    def test_is_recorded_from_the_case(self, client, world, case):
        sign_in(client, world.advocate)
        choose = client.get(reverse("cases:assess", args=[case.pk])).content.decode()
        url = reverse("cases:assess-result", args=[case.pk, "hcr-20-v3"])
        assert url in choose

        answer = post(client, url, {
            "assessed_on": "2026-06-01", "who": "other", "assessor_words": "Dr Cyr", "level": "moderate",
            "text": "Discussed with the team.", "judgement": "raised", "judgement_reason": "He lost his work.",
            "difference": "higher", "population": "outside", "certificate_valid": "no",
        })  # fmt: skip

        assert answer.status_code == 302, answer.content.decode()
        page = client.get(answer.url).content.decode()
        for text in (
            "Moderate", "Dr Cyr", "Discussed with the team.", "Higher than the score suggests",
            "was not made for people like this person", "did not hold a valid certificate",
            "No cut-off: a person judges.", "Published accuracy", "Limits",
        ):  # fmt: skip
            assert text in page, text
        assert "Score as a second person" not in page

    def test_what_is_wrong_comes_back_with_what_was_typed(self, client, world, case):
        sign_in(client, world.advocate)
        url = reverse("cases:assess-result", args=[case.pk, "lap"])

        answer = post(client, url, {"who": "own", "text": "She called from the shop."})

        assert answer.status_code == 422
        assert "She called from the shop." in answer.content.decode()
        assert not Assessment.objects.exists()

    def test_is_not_there_for_a_guide_of_ours_an_unknown_tool_or_an_uninvolved_agency(
        self, client, world, case
    ):
        sign_in(client, world.advocate)
        for code in ("ntac-guide", "tarot"):
            assert client.get(reverse("cases:assess-result", args=[case.pk, code])).status_code == 404
        sign_in(client, a_member(world.school_agency))
        assert client.get(reverse("cases:assess-result", args=[case.pk, "lap"])).status_code == 404


class TestQualityBesideEveryScore:
    def test_stands_on_the_sheet_the_page_and_the_paper(self, client, world, case, record):
        made = record()
        sign_in(client, world.advocate)

        for url in (
            reverse("cases:assess-with", args=[case.pk, "odara"]),
            reverse("cases:assessment", args=[case.pk, made.pk]),
            reverse("cases:assessment-print", args=[case.pk, made.pk]),
        ):
            html = client.get(url).content.decode()
            assert "Published accuracy" in html, url
            assert "A study of 309 police reports" in html, url

    def test_a_paper_is_for_who_reads_the_page(self, client, world, case, record):
        made = record()
        url = reverse("cases:assessment-print", args=[case.pk, made.pk])

        sign_in(client, a_member(world.school_agency))
        assert client.get(url).status_code == 404


class TestGuide:
    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_is_filled_line_by_line_and_read_facts_apart(
        self, client, world, case, administrator, monkeypatch, language
    ):
        record_right(instrument="protective-factors", note="Proof-read.", actor=administrator, at=NOON)
        protocol = case.programme.protocol
        named = replace(protocol, instruments=("protective-factors",))
        monkeypatch.setattr(type(case.programme), "protocol", property(lambda _self: named))
        sign_in(client, world.advocate, language)
        url = reverse("cases:assess-with", args=[case.pk, "protective-factors"])
        sheet = client.get(url).content.decode()
        banner = "never violent" if language == "en" else "jamais violentes"
        assert banner in sheet
        assert not re.search(r'name="answer_[^>]* checked', sheet)
        assert 'name="judgement"' not in sheet

        answer = post(client, url, {
            "answer_IPV-P01": "present", "note_IPV-P01": "Two friends call daily", "nature_IPV-P01": "fact",
            "source_IPV-P01": "person", "period_IPV-P01": "since May", "on_IPV-P01": "2026-05-03",
            "answer_TV-P01": "not_discussed", "answer_IPV-I14": "present", "note_IPV-I14": "I fear for his job",
            "nature_IPV-I14": "opinion",
        })  # fmt: skip

        assert answer.status_code == 302, answer.content.decode()
        page = client.get(answer.url).content.decode()
        facts = "What was seen, said or recorded" if language == "en" else "Ce qui a été vu, dit ou consigné"
        opinions = "What people think of it" if language == "en" else "Ce que l’on en pense"
        assert page.index(facts) < page.index("Two friends call daily") < page.index(opinions)
        assert page.index(opinions) < page.index("I fear for his job")
        assert banner in page
        assert ("to be verified" if language == "en" else "à vérifier") in page
