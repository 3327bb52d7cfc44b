"""No state, no access and no order depends on a score. What the import contracts cannot say, read from the code.

A score informs: outside `assessments` it is shown, put beside a way in for a person to rely on, or handed to the person
it is about. Each place that reads one is named here with what it does; another one fails until somebody looks at it.
"""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse

from egide.assessments.models import Assessment
from egide.cases.queries import caseload
from egide.cases.services.entries import subject_file
from egide.sharing import services as sharing
from tests.assessments.sheets import odara_with
from tests.cases.test_pages import sign_in
from tests.conftest import NOON

SOURCE = Path(__file__).resolve().parents[2] / "src" / "egide"
FILES = [path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts]
#: What a tool gave, by the names `assessments.queries.Summary` and `rules.scoring.Score` give it.
FIGURES = {"raw", "low", "high", "band", "is_determined", "prorated", "outcome_rate", "judgement"}
#: Who reads one outside `assessments`, and what for.
READERS = {
    (
        "cases/services/enrolling.py",
        "doors_of",
    ): "puts the range beside each way in; a person relies on one, or not",
    ("cases/rules/eligibility.py", "door_findings"): "says whether the range is in a way in's own; a finding",
    ("cases/own_file.py", "_assessment_words"): "the person reads what was found about them",
    ("cases/views/quality.py", "judgements"): "shows the judgement of the first scorer beside a second one",
    ("web/drawing.py", "*"): "draws it",
    # How alike two records are has a band too: of two records, of nobody's danger, and a person decides.
    (
        "cases/rules/matching.py",
        "is_worth_asking",
    ): "whether somebody is asked if two records are of one person",
    ("cases/queries/matching.py", "_likely"): "the records most alike are asked about first",
    ("cases/presentation/matching.py", "comparison_words"): "says how alike two records are, in words",
}
#: Where the findings of the ways in are used: to show them, to refuse a ground that does not hold, and nowhere else.
DOOR_USERS = {
    "cases/services/enrolling.py",
    "cases/views/casework.py",
    "demonstration/journey.py",
}
#: Modules that decide who sees what, or hold the states: they know nothing of assessments.
BLIND = ("sharing/", "partners/", "ledger/", "vault/", "jobs/", "common/")
BLIND_FILES = {"cases/permissions.py", "cases/lifecycle.py", "assessments/lifecycle.py"}
#: Words by which people could be put in an order.
RANKING = {"raw", "low", "high", "band", "score", "level", "judgement", "risk", "outcome", "kappa", "percent"}


def functions(tree):
    """Yield each node with the name of the function it is in."""

    def walk(node, name):
        for child in ast.iter_child_nodes(node):
            inner = child.name if isinstance(child, ast.FunctionDef) else name
            yield inner, child
            yield from walk(child, inner)

    yield from walk(tree, "")


def figures_read(source):
    """Answer the functions that read a figure of an assessment, by attribute or by key."""
    found = set()
    for name, node in functions(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and node.attr in FIGURES:
            # A class's own constant is no figure of a person.
            is_constant = isinstance(node.value, ast.Name) and node.value.id[:1].isupper()
            found |= set() if is_constant else {name}
        key = node.slice if isinstance(node, ast.Subscript) else None
        if isinstance(key, ast.Constant) and key.value in FIGURES - {"judgement"}:
            found.add(name)
    return found


def orders(source):
    """Answer the lines that put something in order by a level or a score."""
    found = []
    for _name, node in functions(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if called in ("order_by", "latest", "earliest"):
            words = {
                part
                for argument in node.args
                for inner in ast.walk(argument)
                if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
                for part in inner.value.strip("-").split("__")
            }
            if words & RANKING:
                found.append(node.lineno)
        if called in ("sorted", "sort", "min", "max", "nlargest", "nsmallest"):
            keys = [word.value for word in node.keywords if word.arg == "key"]
            names = {
                part
                for key in keys
                for inner in ast.walk(key)
                for part in (
                    getattr(inner, "attr", None),
                    inner.value if isinstance(inner, ast.Constant) else None,
                )
            }
            if names & RANKING:
                found.append(node.lineno)
    return found


def place(path):
    return str(path.relative_to(SOURCE))


def test_only_these_places_outside_assessments_read_a_figure():
    found = {
        (place(path), name if place(path) != "web/drawing.py" else "*")
        for path in FILES
        if not place(path).startswith(
            ("assessments/", "demonstration/", "ledger/", "vault/", "command_line/")
        )
        for name in figures_read(path.read_text(encoding="utf-8"))
    }

    assert found <= set(READERS), found - set(READERS)
    assert {one for one in READERS if one[0] != "web/drawing.py"} <= found, "named, and reads none any more"


def test_what_decides_access_and_holds_the_states_knows_nothing_of_assessments():
    found = []
    for path in FILES:
        name = place(path)
        if not (name.startswith(BLIND) or name in BLIND_FILES or name.startswith("cases/models/")):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [module]
            if name != "assessments/lifecycle.py" and any("egide.assessments" in one for one in names):
                found.append(name)
            if name == "assessments/lifecycle.py" and any(".rules" in one for one in names):
                found.append(name)

    assert not found


def test_findings_of_the_ways_in_are_shown_and_nothing_else():
    found = {
        place(path)
        for path in FILES
        if "doors_of" in path.read_text(encoding="utf-8")
        or "door_findings" in path.read_text(encoding="utf-8")
    }

    assert found - {"cases/rules/eligibility.py"} <= DOOR_USERS, found


def test_nothing_is_put_in_order_by_a_level_or_a_score():
    # `sharing` chooses the widest of the answers to one question: that is a level of access, and of no person.
    # `matching` asks first about the two records most alike: of records, and of no person.
    allowed = {"sharing/rules/decision.py", "cases/queries/matching.py"}
    found = {
        f"{place(path)}:{line}"
        for path in FILES
        if place(path) not in allowed
        for line in orders(path.read_text(encoding="utf-8"))
    }

    assert not found


def test_no_table_is_kept_in_the_order_of_a_level_or_a_score():
    found = [
        model._meta.label
        for model in apps.get_models()
        if model.__module__.startswith("egide.")
        and {str(one).strip("-") for one in model._meta.ordering} & RANKING
    ]

    assert not found


def test_no_figure_is_a_column():
    columns = {field.name for field in Assessment._meta.get_fields()}

    assert not columns & (FIGURES | {"score", "level", "difference", "population"})


@pytest.mark.parametrize(
    "source",
    [
        "def close(summary, case):\n    if summary.raw > 6:\n        case.state = 'closed'",
        "def f(one):\n    return one.band == 'extreme'",
        "def f(one):\n    return one['high']",
    ],
)
def test_a_place_that_reads_a_figure_would_be_found(source):
    assert figures_read(source)


@pytest.mark.parametrize(
    "source",
    [
        "Case.objects.order_by('-level')",
        "rows.order_by(F('case__level').desc())",
        "sorted(people, key=lambda one: one.raw)",
        "people.sort(key=lambda one: (one.name, -one.high))",
        "max(people, key=attrgetter('score'))",
        "heapq.nlargest(10, people, key=lambda one: one['score'])",
    ],
)
def test_an_order_by_a_score_would_be_found(source):
    assert orders(source)


def contents():
    """Answer every row outside assessments, traces and what keeps the order of traces."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if not table.startswith(("assessments_", "ledger_", "django_session", "sqlite_")):
                cursor.execute(f'SELECT * FROM "{table}"')
                found[table] = sorted(map(repr, cursor.fetchall()))
    return found


@pytest.mark.django_db
class TestBehaviour:
    @pytest.mark.parametrize("present", [0, 6, 7, 13])
    def test_no_row_changes_whatever_the_score(self, record, present):
        before = contents()

        record(present=present, unknown=0, judgement="extreme", judgement_reason="All of it.")

        assert contents() == before

    def test_nobody_sees_more_or_less_whatever_the_score(self, record, file, world, case):
        def seen():
            return {
                member.pk: [
                    (one.category, one.level)
                    for one in sharing.explain(
                        actor=member,
                        file=file,
                        purpose="case_management",
                        at=NOON,
                        records=[file.name_record()],
                    )
                ]
                for member in (world.coordinator, world.advocate, world.officer, world.probation)
            }

        before = seen()
        record(present=13, unknown=0, judgement="extreme", judgement_reason="All of it.")

        assert seen() == before

    def test_cases_stay_in_the_order_of_their_dates(self, record, file, world, case, odara, client):
        other = world.active(given="Anne", family="Roy")
        before = [row.case.pk for row in listed(world)]
        record(
            file=subject_file(other), case_id=other.pk, answers=odara_with(odara, present=13),
            judgement="extreme", judgement_reason="All of it.",
        )  # fmt: skip
        record(present=0, unknown=0, judgement="lower", judgement_reason="None of it.")

        assert [row.case.pk for row in listed(world)] == before
        html = sign_in(client, world.coordinator).get(reverse("cases:caseload")).content.decode()
        assert "ODARA" not in html


def listed(world):
    return caseload.caseload(actor=world.coordinator, filters=caseload.Filters(), at=NOON).rows
