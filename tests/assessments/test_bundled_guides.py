"""The two guides that ship: unscored prompts in our own words, which act on nobody."""

import re

import pytest

from egide.assessments.models import Assessment
from egide.assessments.rules.catalogue import find
from egide.assessments.services import record_assessment, record_right
from egide.common.errors import Refused
from tests.conftest import NOON

GUIDES = ("ntac-guide", "protective-factors")
#: domain/instruments.md §6, "Never in the list". A neighbourhood that helps is no place one lives in.
NEVER = re.compile(
    r"religi|\bfaith|belief in god|church|mosque|origin|ethnic|\brace|racial|nationalit|immigra|migrant|refugee"
    r"|politic|diagnos|schizo|autis|psychosis|disab|handicap|neighbourhood|district|postal"
    r"|croyan(?!ces rigides sur les rôles)|église|mosquée|origine|ethni|nationalité|réfugié|politique|trouble mental"
    r"|incapacit|quartier|voisinage",
    re.IGNORECASE,
)
ALLOWED = {"IPV-P03"}  # "Neighbourhood cohesion and willingness to help": protective, and of no address


@pytest.fixture(params=GUIDES)
def guide(request):
    return find(request.param)


def test_nothing_of_who_a_person_is_stands_in_a_line(guide):
    found = {
        item.code: text
        for item in guide.items
        for text in (item.label.en, item.label.fr, *((item.hint.en, item.hint.fr) if item.hint else ()))
        if NEVER.search(text)
    }

    assert set(found) <= ALLOWED, found


def test_the_search_itself_finds_what_must_not_be_there():
    for text in (
        "Religion",
        "Country of origin",
        "Nationalité",
        "Opinion politique",
        "Diagnosis",
        "Quartier",
    ):
        assert NEVER.search(text), text


def test_nothing_is_scored(guide):
    assert guide.kind == "checklist"
    assert not guide.bands
    assert not guide.norm_sets
    assert not guide.triggers
    assert {(item.points, item.is_scored) for item in guide.items} == {(0, False)}


def test_says_that_it_screens_and_decides_nothing(guide):
    assert "not a screening or decision tool" in guide.banner.en
    assert "ni un outil de dépistage ni un outil de décision" in guide.banner.fr


def test_factors_are_of_populations():
    banner = find("protective-factors").banner

    assert "linked with violence in populations; most people who have them are never violent" in banner.en
    assert "la plupart des personnes qui les présentent ne sont jamais violentes" in banner.fr


def test_every_text_is_in_both_languages_with_french_spacing(guide):
    texts = [
        guide.titles, guide.banner, guide.verification, guide.validity.notes, guide.rights.note,
        *(item.label for item in guide.items), *(item.hint for item in guide.items if item.hint),
        *(group.title for group in guide.groups), *(one.label for one in guide.codings),
    ]  # fmt: skip
    for text in texts:
        assert text.en
        assert text.fr
        for mark in " ;", " :", " !", " ?", "« ", " »", "'":
            assert mark not in text.fr, text.fr


def test_unknown_or_not_discussed_is_always_an_answer(guide):
    assert all(guide.open_answers <= set(item.answers) for item in guide.items)


def test_the_threat_assessment_guide_has_the_thirteen_themes_all_to_be_verified():
    guide = find("ntac-guide")

    assert [item.code for item in guide.items] == [f"TA{number:02d}" for number in range(1, 14)]
    assert {item.mark for item in guide.items} == {"R"}
    assert "To be verified by the deployer" in guide.verification.en
    assert [one.code for one in guide.codings] == ["concern", "mitigates", "neutral", "unknown"]


def test_protective_factors_come_first_and_every_line_has_its_mark():
    factors = find("protective-factors")

    assert [group.code for group in factors.groups][:2] == ["ipv-protective", "tv-protective"]
    assert factors.items[0].code == "IPV-P01"
    assert all(item.mark for item in factors.items)
    assert {item.code for item in factors.items if item.mark == "R"} == {
        "TV-P01", "TV-P04", "TV-P06", "TV-R01", "TV-R02", "TV-S01",
    }  # fmt: skip
    assert [one.code for one in factors.codings] == ["present", "absent", "unknown", "not_discussed"]


@pytest.mark.django_db
class TestUse:
    def fill(self, file, case, actor, code="ntac-guide", **more):
        return record_assessment(
            file=file, case_id=case.pk, instrument=code, answers={"TA07": "mitigates"}, actor=actor, at=NOON, **more
        )  # fmt: skip

    def test_waits_until_an_administrator_proof_read_it(self, file, case, world):
        with pytest.raises(Refused, match="not active"):
            self.fill(file, case, world.advocate)

        assert not Assessment.objects.exists()

    def test_keeps_evidence_with_period_source_day_and_nature(self, file, case, world, administrator):
        from egide.assessments.queries import open_assessment

        record_right(instrument="ntac-guide", note="Proof-read, 2026-11-20.", actor=administrator, at=NOON)
        made = self.fill(
            file, case, world.advocate,
            notes={"TA07": "Calls her brother every day"}, sources={"TA07": "person"},
            details={"TA07": {"period": "this autumn", "on": "2026-11-02", "nature": "fact"}},
        )  # fmt: skip

        opened = open_assessment(assessment_id=made.pk, file=file, actor=world.advocate, at=NOON)
        assert opened.answers == {"TA07": "mitigates"}
        assert opened.notes == {"TA07": "Calls her brother every day"}
        assert {"period": "this autumn", "on": "2026-11-02", "nature": "fact"}.items() <= opened.details[
            "TA07"
        ].items()
        assert (opened.summary.raw, opened.summary.band, opened.summary.judgement) == (
            None,
            None,
            "not_known",
        )

    @pytest.mark.parametrize(
        "said",
        [{"period": "x" * 81}, {"nature": "rumour"}, {"on": "yesterday"}, {"relevance": "much"}],
    )
    def test_refuses_what_is_not_of_its_kind(self, file, case, world, administrator, said):
        record_right(instrument="ntac-guide", note="Proof-read.", actor=administrator, at=NOON)

        with pytest.raises(Refused):
            self.fill(file, case, world.advocate, details={"TA07": said})
