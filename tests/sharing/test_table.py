"""The decision table and the categories: data, compared with what the source says."""

import copy
import re
from pathlib import Path

import pytest
import yaml

from egide.partners.models import Sector
from egide.sharing.rules import categories
from egide.sharing.rules.categories import AGGREGATE, CATEGORIES, STORED, NeverStored, compartment_of
from egide.sharing.rules.levels import Level
from egide.sharing.rules.question import BASES
from egide.sharing.rules.table import DATA, TableError, parse, table
from egide.vault.models import COMPARTMENTS
from tests.sharing.transcription import CELLS, LEVELS, SECTORS, THREAT, rows

DOMAIN = Path(__file__).resolve().parents[3] / "shared" / "domain" / "information-sharing.md"
NEVER = {"health.psychotherapy-notes", "justice.intelligence", "victim.privileged"}


@pytest.fixture(scope="module")
def domain():
    if not DOMAIN.exists():
        pytest.skip(
            "the domain notes are not beside this checkout: the table is compared with its transcription only"
        )
    return DOMAIN.read_text(encoding="utf-8")


def section(text, title, until):
    return text.split(title, 1)[1].split(until, 1)[0]


def cell(text):
    """Read one cell of the source as the transcription says conditions are read."""
    bare = text.strip().rstrip("‡§")
    if bare in ("V*",):
        return LEVELS["F"]
    if bare in ("V†", "emergency only", "court order", "own", "—", "needed facts"):
        return LEVELS["-"]
    return LEVELS[bare.split(",")[0]]


def slugs(label):
    """Answer the categories one row of the source speaks for."""
    label = label.strip()
    known = {
        "identity.core (person of concern)": ["identity.core@person_of_concern"],
        "identity.core (victim)": ["identity.core"],
        "risk.assessment (summary)": ["risk.assessment.summary"],
        "risk.assessment (answers)": ["risk.assessment.answers"],
        "psychotherapy / intelligence / privileged": sorted(NEVER),
        "health.general / mental (HIPAA)": ["health.general", "health.mental"],
        "justice.orders / history": ["justice.orders", "justice.history"],
        "plan.safety, victim.privileged": ["plan.safety", "victim.privileged"],
    }
    return known.get(label, [label.split(" (")[0]])


def source_rows(text):
    """Answer {(category, sector): level} of one table of the source."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    heads = [head.strip() for head in lines[0].strip("|").split("|")][1:]
    found = {}
    for line in lines[2:]:
        label, *cells = line.strip().strip("|").split("|")
        for slug in slugs(label):
            for sector, text_of in zip(heads, cells, strict=True):
                if sector in SECTORS:
                    assert (slug, sector) not in found
                    found[slug, sector] = cell(text_of)
    return found


class TestTable:
    @pytest.mark.parametrize("basis", BASES)
    @pytest.mark.parametrize("category", sorted(CATEGORIES))
    def test_every_cell_is_the_transcribed_one(self, basis, category):
        for role in ("victim", "person_of_concern", "child"):
            named = f"{category}@{role}"
            row = named if any((basis, named, s) in CELLS for s in SECTORS) else category
            for sector in SECTORS:
                found = table().level(
                    basis=basis, category=category, sector=sector, is_holder=False, subject_role=role
                )
                assert found == CELLS.get((basis, row, sector), 0), (sector, role)

    def test_every_sector_has_a_column(self):
        assert set(yaml.safe_load((DATA / "table.yaml").read_text(encoding="utf-8"))["sectors"]) == set(
            Sector.values
        )

    def test_what_is_with_consent_agrees_with_the_source(self, domain):
        source = source_rows(section(domain, "**4.2", "`*` only the tasks"))
        ours = {(c, s): CELLS.get(("consent", c, s), 0) for c, s in source}

        assert ours == source
        assert {c for c, _s in source} | {"consent.record"} == set(CATEGORIES)

    def test_what_is_under_threat_agrees_with_the_source(self, domain):
        source = source_rows(section(domain, "**4.3", "`‡`"))
        said = rows(THREAT)

        for (category, sector), level in source.items():
            if category.split("@")[0] in CATEGORIES:
                assert said.get((category, sector), 0) == level, (category, sector)
        assert {c for c, _s in said} <= {c for c, _s in source}

    def test_what_is_without_consent_agrees_with_the_source(self, domain):
        words = section(domain, "**4.1", "**4.2")

        assert "everything is `—`" in words
        assert re.findall(r"`([a-z.]+)` ([FVS]) to", words) == [
            ("referral.status", "F"), ("justice.orders", "V"), ("aggregate.deidentified", "V"),
        ]  # fmt: skip
        assert {k for k in CELLS if k[0] == "none"} == {
            ("none", "justice.orders", "POL"), ("none", "justice.orders", "JUS"),
            ("none", "aggregate.deidentified", "EVA"), ("none", "aggregate.deidentified", "PUB"),
        }  # fmt: skip

    def test_who_holds_an_item_has_it_whole_except_what_is_sealed_to_everyone(self):
        for category in STORED:
            found = table().level(basis="holder", category=category, sector="POL", is_holder=True)
            assert found == (Level.NONE if category == "reporter.identity" else Level.SHARE)

    @pytest.mark.parametrize("category", [*sorted(NEVER), "nothing.known", ""])
    def test_opens_nothing_never_stored_or_unknown(self, category):
        for is_holder in (True, False):
            assert (
                table().level(basis="consent", category=category, sector="VIC", is_holder=is_holder)
                == Level.NONE
            )

    @pytest.mark.parametrize(
        ("basis", "sector"), [("", "POL"), ("court", "POL"), ("consent", "XXX"), ("consent", "")]
    )
    def test_opens_nothing_on_an_unknown_basis_or_sector(self, basis, sector):
        assert (
            table().level(basis=basis, category="identity.core", sector=sector, is_holder=False) == Level.NONE
        )


class TestMalformedTable:
    @pytest.fixture
    def data(self):
        return copy.deepcopy(yaml.safe_load((DATA / "table.yaml").read_text(encoding="utf-8")))

    @pytest.mark.parametrize(
        ("flaw", "named"),
        [
            (lambda d: d["bases"]["consent"]["identity.core"].pop(), "identity.core"),
            (lambda d: d["bases"]["consent"]["identity.core"].append("S"), "identity.core"),
            (lambda d: d["bases"]["consent"]["identity.core"].__setitem__(3, "X"), "identity.core, EDU"),
            (lambda d: d["bases"]["consent"]["identity.core"].__setitem__(0, None), "identity.core, POL"),
            (lambda d: d["bases"]["consent"].__setitem__("identity.cor", ["S"] * 11), "identity.cor"),
            (lambda d: d["bases"].__setitem__("consnt", {}), "consnt"),
            (lambda d: d["sealed"].append("reporter.identty"), "reporter.identty"),
            (lambda d: d["sectors"].__setitem__(1, "POL"), "POL"),
            (lambda d: d.pop("sealed"), "sealed"),
            (lambda d: d.pop("version"), "version"),
            (lambda d: d.pop("bases"), "bases"),
        ],
    )
    def test_is_refused_and_the_place_is_named(self, data, flaw, named):
        flaw(data)

        with pytest.raises(TableError, match=re.escape(named)):
            parse(data)

    def test_the_whole_one_is_read(self, data):
        assert parse(data) == table()


class TestCategories:
    def test_those_the_law_keeps_out_have_no_compartment(self):
        assert {slug for slug, category in CATEGORIES.items() if not category.compartment} == {
            *NEVER,
            AGGREGATE,
        }
        assert not NEVER & set(STORED)

    @pytest.mark.parametrize("slug", [*sorted(NEVER), "nothing.known", "", "IDENTITY.CORE"])
    def test_what_is_never_stored_has_no_place(self, slug):
        with pytest.raises(NeverStored):
            compartment_of(slug)

    def test_every_other_is_sealed_in_a_compartment_that_exists(self):
        assert {compartment_of(slug) for slug in STORED} == set(COMPARTMENTS)

    @pytest.mark.parametrize(
        ("slug", "compartment"),
        [
            ("location.confidential", "location"),
            ("contact.safe", "contact"),
            ("plan.safety", "safety"),
            ("consent.record", "safety"),
            ("reporter.identity", "safety"),
            ("referral.status", "safety"),
            ("plan.management", "management"),
            ("identity.core", "common"),
        ],
    )
    def test_what_protects_is_sealed_apart(self, slug, compartment):
        assert compartment_of(slug) == compartment

    def test_are_those_of_the_source(self, domain):
        words = section(domain, "## 2. Information categories", "## 3.")
        source = set(re.findall(r"^\| `([a-z.-]+)` \|", words, re.M))
        ours = {slug.removesuffix(".summary").removesuffix(".answers") for slug in CATEGORIES}

        assert ours == source

    def test_are_named_in_both_languages_and_once(self):
        for category in CATEGORIES.values():
            assert category.title_en.strip()
            assert category.title_fr.strip()
        assert len(CATEGORIES) == len(categories._ALL)
        for language in ("title_en", "title_fr"):
            assert len({getattr(c, language) for c in CATEGORIES.values()}) == len(CATEGORIES)
