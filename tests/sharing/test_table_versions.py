"""The version of the decision table in force: acts at once everywhere, costs no query, and opens nothing when damaged."""

import re
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from egide.common.errors import NotVisible
from egide.partners.models import Role
from egide.sharing import tables
from egide.sharing.models import TableState, TableVersion
from egide.sharing.rules import editing
from egide.sharing.rules import table as rules_table
from egide.sharing.rules.categories import CATEGORIES
from egide.sharing.rules.decision import Question, decide
from egide.sharing.rules.levels import Level
from egide.sharing.rules.table import TableError, parse, shipped, table
from tests.conftest import NOON
from tests.factories import a_member, an_agency
from tests.sharing.situations import situation

pytestmark = pytest.mark.usefixtures("new_process")


def version(officers, cells=(), *, content=None, state=TableState.IN_FORCE, number=2, **fields):
    first, second = officers
    made = editing.with_cells(tables.content_of(None), dict(cells)) if content is None else content
    acted = state in (TableState.IN_FORCE, TableState.SUPERSEDED)
    decided = {} if state == TableState.PROPOSED else {
        "decided_by": second, "decided_by_account": second.account, "decided_at": NOON,
        "decision_reason": "Too wide." if state == TableState.REFUSED else "",
    }  # fmt: skip
    return TableVersion.objects.create(
        **{
            "number": number if acted else None, "based_on": 1, "content": made, "reason": "Less for police.",
            "state": state, "proposed_by": first, "proposed_by_account": first.account, "proposed_at": NOON,
            **decided, **fields,
        }
    )  # fmt: skip


INCIDENT = ("consent", "incident.facts", "POL")


class TestInForce:
    def test_a_partner_loses_a_category_at_the_next_opening(self, world, officers):
        s = situation(world)
        s.write("incident.facts")
        assert s.open("officer").of("incident.facts")

        version(officers, {INCIDENT: Level.NONE})

        assert all(
            item.holder_id == s.people["officer"].agency_id for item in s.open("officer").of("incident.facts")
        )

    def test_another_process_decides_the_same(self, world, officers):
        s = situation(world)
        s.write("incident.facts")
        version(officers, {INCIDENT: Level.FLAG})
        here = s.open("officer").level("incident.facts")

        rules_table.forget_versions()

        assert s.open("officer").level("incident.facts") == here

    def test_the_version_before_never_answers_again(self, world, officers):
        s = situation(world)
        s.write("health.general")
        lowered = version(officers, {("consent", "health.general", "EDU"): Level.VIEW})
        assert s.open("teacher").of("health.general")

        TableVersion.objects.filter(pk=lowered.pk).update(state=TableState.SUPERSEDED)
        version(officers, {}, number=3)

        assert not s.open("teacher").of("health.general")

    def test_a_version_only_proposed_changes_nothing(self, world, officers):
        s = situation(world)
        s.write("incident.facts")
        before = s.open("officer").level("incident.facts")

        version(officers, {INCIDENT: Level.NONE}, state=TableState.PROPOSED)

        assert s.open("officer").level("incident.facts") == before

    def test_costs_no_query_once_a_process_knows_it(self, world, officers):
        s = situation(world)
        s.open("officer")  # what a process reads once is read
        with queries() as without:
            s.open("officer")

        version(officers, {INCIDENT: Level.NONE})
        s.open("officer")  # this process meets it
        with queries() as with_one:
            s.open("officer")

        assert len(with_one) == len(without)


@contextmanager
def queries():
    with CaptureQueriesContext(connection) as found:
        yield found


def _unsealed(content):
    content["sealed"] = []


def _short(content):
    content["bases"]["consent"]["incident.facts"].pop()


def _raised(content):
    content["bases"]["none"]["justice.orders"][2] = "V"


def _gone(content):
    content.clear()


def _odd(content):
    content["bases"] = ["consent"]


class TestDamaged:
    @pytest.mark.parametrize("flaw", [_unsealed, _short, _raised, _gone, _odd])
    def test_opens_nothing_to_anyone(self, world, officers, flaw):
        s = situation(world)
        content = editing.with_cells(tables.content_of(None), {})
        flaw(content)
        version(officers, content=content)

        for who in ("officer", "nurse", "advocate", "coordinator"):
            with pytest.raises(NotVisible):
                s.open(who)

    def test_a_version_this_process_does_not_know_denies(self):
        asked = Question(
            sector="VIC", role="advocate", category="incident.facts", subject_role="victim",
            purpose="case_management", side="both", is_holder=True, is_assigned=True, has_agreement=True, is_trained=True,
        )  # fmt: skip
        assert decide(asked).level == Level.SHARE

        found = decide(replace(asked, table="no such version"))
        assert (found.level, found.withheld_by) == (Level.NONE, ("error",))


class TestBounds:
    @pytest.mark.parametrize(
        ("cell", "level", "reason"),
        [
            (("consent", "reporter.identity", "VIC"), Level.FLAG, "sealed"),
            (("legal_mandate", "health.psychotherapy-notes", "JUS"), Level.FLAG, "sealed"),
            (("consent", "justice.intelligence", "POL"), Level.VIEW, "sealed"),
            (("consent", "victim.privileged", "VIC"), Level.VIEW, "sealed"),
            (("none", "justice.orders", "HLT"), Level.FLAG, "none"),
            (("none", "justice.orders", "POL"), Level.SHARE, "none"),
            (("none", "justice.orders", "POL"), Level.VIEW, ""),
            (("none", "justice.orders", "POL"), Level.NONE, ""),
            (("consent", "incident.facts", "EVA"), Level.FLAG, "outside"),
            (("consent", "incident.facts", "PUB"), Level.FLAG, "outside"),
            (("self", "incident.facts", "PUB"), Level.VIEW, ""),
            (("self", "incident.facts", "PUB"), Level.SHARE, "outside"),
            (("medical_emergency", "health.general", "POL"), Level.FLAG, "medical"),
            (("medical_emergency", "health.general", "HLT"), Level.SHARE, ""),
            (("consent", "health.general", "EDU"), Level.VIEW, ""),
        ],
    )
    def test_says_what_no_version_may_open(self, cell, level, reason):
        assert editing.why_not(cell, level) == reason

    def test_the_shipped_table_is_within_them(self):
        editing.check_bounds(table())

    @pytest.mark.parametrize("category", sorted(set(CATEGORIES) - {"aggregate.deidentified"}))
    def test_no_version_opens_anything_of_a_person_to_evaluators(self, category):
        for basis in shipped()["bases"]:
            assert not any(
                editing.why_not((basis, category, "EVA"), level) == ""
                for level in Level
                if level > Level.NONE
            )

    def test_a_change_names_its_cells_and_nothing_else(self):
        made = editing.with_cells(tables.content_of(None), {INCIDENT: Level.FLAG})

        [found] = editing.changes(table(), parse({**made, "version": 2}))

        assert found.code == "consent/incident.facts/POL/SF"
        assert editing.change(found.as_data()) == found
        assert table().cells[INCIDENT] == Level.SHARE

    def test_lowering_cells_never_raises_one(self):
        lowered = {cell: Level(max(0, level - 1)) for cell, level in table().cells.items()}
        made = parse({**editing.with_cells(tables.content_of(None), lowered), "version": 2})

        for basis, row, sector in table().cells:
            category, _mark, role = row.partition("@")
            asked = {
                "basis": basis,
                "category": category,
                "sector": sector,
                "is_holder": False,
                "subject_role": role,
            }
            assert made.level(**asked) <= table().level(**asked)

    @pytest.mark.parametrize(
        "cell", [("consent", "nothing.known", "POL"), ("consent", "incident.facts", "XXX")]
    )
    def test_refuses_a_cell_there_is_not(self, cell):
        with pytest.raises(TableError):
            editing.with_cells(tables.content_of(None), {cell: Level.VIEW})


class TestConstraints:
    def refused(self, name, make):
        with pytest.raises(IntegrityError) as error, transaction.atomic():
            make()
        return name in str(error.value) or connection.vendor == "sqlite"

    def test_two_cannot_be_in_force(self, officers):
        version(officers)
        assert self.refused("sharing_table_one_in_force", lambda: version(officers, number=3))

    def test_two_cannot_wait(self, officers):
        version(officers, state=TableState.PROPOSED)
        assert self.refused("sharing_table_one_open", lambda: version(officers, state=TableState.PROPOSED))

    @pytest.mark.parametrize("state", [TableState.IN_FORCE, TableState.REFUSED, TableState.SUPERSEDED])
    def test_nobody_decides_their_own_under_any_hat(self, officers, state):
        first, _second = officers
        other_hat = a_member(an_agency(), Role.PRIVACY_OFFICER, account=first.account)
        assert self.refused(
            "sharing_table_decided_by_another", lambda: version((first, other_hat), state=state)
        )

    def test_nobody_withdraws_the_proposal_of_another(self, officers):
        assert self.refused(
            "sharing_table_decided_by_another", lambda: version(officers, state=TableState.WITHDRAWN)
        )

    @pytest.mark.parametrize(
        ("state", "reason"),
        [(TableState.REFUSED, ""), (TableState.IN_FORCE, "Good."), (TableState.PROPOSED, "No.")],
    )
    def test_a_refusal_and_nothing_else_says_why(self, officers, state, reason):
        assert self.refused(
            "sharing_table_refusal_says_why", lambda: version(officers, state=state, decision_reason=reason)
        )

    @pytest.mark.parametrize("state", [TableState.IN_FORCE, TableState.SUPERSEDED])
    def test_what_acts_has_a_number(self, officers, state):
        assert self.refused(
            "sharing_table_numbered_once_it_acts", lambda: version(officers, state=state, number=None)
        )


def test_every_question_asked_of_a_case_says_by_which_version():
    """The default is the table that ships: a question that forgets its version would be decided by that one."""
    source = Path(tables.__file__).resolve().parents[1]
    found = {
        file.relative_to(source).as_posix(): text
        for file in source.rglob("*.py")
        if re.search(r"(?<![A-Za-z_])Question\(\n", text := file.read_text(encoding="utf-8"))
    }

    named = {name for name, text in found.items() if "table=" in text}
    # The prosecutor's door is the law's: no version of the table opens or shuts it. The bench asks of no case.
    assert set(found) - named <= {"demonstration/bench/throughput.py", "sharing/prosecutor.py"}
    assert {"sharing/opening.py", "sharing/ending.py"} <= named
