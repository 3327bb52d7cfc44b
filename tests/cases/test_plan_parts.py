"""A safety plan is talked through part by part; its paper holds what the person chose, and never where they can go."""

import pytest
import yaml
from django.urls import reverse

from egide.cases.forms.plans import SECTION_LABELS, PaperForm
from egide.cases.models import Plan
from egide.cases.rules import protocol_file
from egide.cases.rules.plans import KINDS, MANAGEMENT, SAFETY
from egide.cases.rules.protocol import ProtocolError
from egide.cases.services import planning
from egide.sharing.models import Disclosure
from tests.cases.test_pages import post, sign_in
from tests.cases.test_protocols import SHIPPED
from tests.conftest import NOON

pytestmark = pytest.mark.django_db

WRITTEN = {
    "leaving": "Zbag by the back door.",
    "safe_places": "Zaunt Rose.",
    "children": "Zschool knows.",
    "code_word": "Zpineapple.",
}


@pytest.fixture
def case(world):
    return world.active()


@pytest.fixture
def plan(world, case):
    return planning.write_plan(
        case_id=case.pk, sections=WRITTEN, made_with="in_person", actor=world.advocate, at=NOON
    )


class TestTheParts:
    @pytest.mark.parametrize("kind", KINDS.values())
    def test_have_each_a_name(self, kind):
        assert set(kind.sections) <= set(SECTION_LABELS)
        assert {*kind.never_on_paper, *kind.on_paper_if_asked} <= set(kind.sections)

    @pytest.mark.parametrize("code", SHIPPED)
    def test_of_every_safety_plan_have_their_questions_in_both_languages(self, code):
        found = protocol_file.load(code)

        if found.plan is SAFETY:
            assert {"children", "phone_devices", "pets", "work_school", "orders", "code_word"} <= set(
                found.plan_parts
            )
        for part in found.plan_parts.values():
            for one in part.questions:
                assert one.title_en.endswith("?")
                assert one.title_fr.endswith("\u202f?")

    def test_of_devices_say_first_that_nothing_is_removed_at_once(self):
        part = protocol_file.load("ccr").plan_parts["phone_devices"]

        assert part.first_en.startswith("Do not remove")
        assert "Ne retirez pas" in part.first_fr

    @pytest.mark.parametrize(
        "wrong",
        [
            {"measures": {"questions": [{"title_en": "A?", "title_fr": "A ?"}]}},
            {"pets": {"questions": []}},
            {"pets": {"questions": [{"title_en": "A?", "title_fr": ""}]}},
            {"pets": {"first_en": "A.", "questions": [{"title_en": "A?", "title_fr": "A ?"}]}},
            {"pets": {"questions": [{"title_en": "A?"}]}},
        ],
    )
    def test_that_a_protocol_cannot_ask_are_refused_with_their_place(self, wrong):
        data = yaml.safe_load((protocol_file.FOLDERS[0] / "ccr.yaml").read_text(encoding="utf-8"))

        with pytest.raises(ProtocolError):
            protocol_file.parse({**data, "plan_parts": wrong})

    def test_a_protocol_may_ask_nothing(self):
        data = yaml.safe_load((protocol_file.FOLDERS[0] / "ccr.yaml").read_text(encoding="utf-8"))
        del data["plan_parts"]

        assert protocol_file.parse(data).plan_parts == {}

    @pytest.mark.parametrize(
        ("language", "words"), [("en", "Who could keep my animals"), ("fr", "Qui pourrait garder")]
    )
    def test_are_asked_on_the_page_which_begins_empty(self, world, case, client, language, words):
        sign_in(client, world.advocate, language)

        page = client.get(reverse("cases:plan-write", args=[case.pk])).content.decode()

        assert words in page
        assert "checked" not in page.split("<main")[1].split("</main>")[0]
        assert 'class="prompts__first"' in page


class TestThePaper:
    def page(self, case, plan, *args):
        return reverse("cases:plan-paper" if args else "cases:plan-print", args=[case.pk, plan.pk, *args])

    def test_is_asked_with_nothing_ticked_and_no_word_of_the_plan(self, world, case, plan, client):
        sign_in(client, world.advocate)

        page = client.get(self.page(case, plan)).content.decode()

        assert " checked" not in page.split("<main")[1].split("</main>")[0]
        assert "is never on paper" in page
        assert not any(words in page for words in WRITTEN.values())

    @pytest.mark.parametrize(
        "chosen",
        [
            {},
            {"parts": ["safe_places"]},
            {"parts": ["code_word"]},
            {"asked": ["children"]},
            {"parts": ["pets"]},
        ],
    )
    def test_is_not_made_of_nothing_nor_of_what_may_not_be_there(self, world, case, plan, client, chosen):
        sign_in(client, world.advocate)
        before = Disclosure.objects.count()

        assert post(client, self.page(case, plan), chosen).status_code == 422
        assert Disclosure.objects.count() == before

    @pytest.mark.parametrize(
        ("chosen", "there"),
        [
            ({"parts": ["children"]}, {"children"}),
            ({"parts": ["leaving", "children"]}, {"leaving", "children"}),
            ({"parts": ["children"], "asked": ["code_word"]}, {"children", "code_word"}),
            ({"asked": ["code_word"]}, {"code_word"}),
        ],
    )
    def test_holds_what_was_chosen_and_nothing_else(self, world, case, plan, client, chosen, there):
        sign_in(client, world.advocate)

        sent = post(client, self.page(case, plan), chosen)
        page = client.get(sent.headers["Location"]).content.decode()

        assert {name for name, words in WRITTEN.items() if words in page} == there
        assert "<h1>My notes</h1>" in page
        for telling in ("Safety plan", case.reference, world.lead.short_name, "Cyr"):
            assert telling not in page
        assert "children" not in sent.headers["Location"], "what was chosen is in no address"

    def test_is_asked_again_from_another_session(self, world, case, plan, client):
        sign_in(client, world.advocate)
        sent = post(client, self.page(case, plan), {"parts": ["children"]})
        client.logout()
        sign_in(client, world.advocate)

        answer = client.get(sent.headers["Location"])

        assert answer.status_code == 302
        assert answer.headers["Location"] == self.page(case, plan)

    def test_of_a_plan_with_nowhere_but_a_place_is_refused_in_words(self, world, case, client):
        only = planning.write_plan(
            case_id=case.pk,
            sections={"safe_places": "Zaunt Rose."},
            made_with="in_person",
            actor=world.advocate,
            at=NOON,
        )
        sign_in(client, world.advocate)

        page = client.get(self.page(case, only)).content.decode()

        assert "Nothing of this version can go on paper." in page
        assert post(client, self.page(case, only)).status_code == 422
        assert Plan.objects.get().state == "draft"

    def test_of_a_management_plan_leaves_nothing_out_by_itself(self):
        assert MANAGEMENT.for_paper({"goals": "G."}) == ["goals"]
        assert PaperForm({"parts": ["goals"]}, kind=MANAGEMENT, written={"goals": "G."}).is_valid()
