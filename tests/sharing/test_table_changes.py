"""Changing the decision table takes two privacy officers, a reason, and acts at the very next decision."""

import io
import json
import threading

import pytest
from django.db import connection
from django.urls import reverse

from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger.models import Entry as LedgerEntry
from egide.partners.models import Notice, NoticeKind, Role
from egide.sharing import cli, proposing, tables
from egide.sharing.models import TableState, TableVersion
from egide.sharing.rules import table as rules_table
from egide.sharing.rules.levels import Level
from tests.conftest import NOON
from tests.factories import DAY, a_member, an_agency
from tests.sharing.situations import situation
from tests.sharing.test_request import CONSENT
from tests.sharing.test_table_versions import INCIDENT, version

pytestmark = pytest.mark.usefixtures("new_process")

REASON = "The team no longer needs the facts in full."


def propose(officer, cells=None, **more):
    said = {
        "cells": {INCIDENT: Level.FLAG} if cells is None else cells,
        "based_on": 1,
        "reason": REASON,
        "actor": officer,
        "at": NOON,
    }
    return proposing.propose(**{**said, **more})


def approved(officers, cells=None, **more):
    made = propose(officers[0], cells, **more)
    return proposing.approve(version_id=made.pk, actor=officers[1], at=NOON)


def facts(action):
    row = LedgerEntry.objects.order_by("-pk").first()
    said = json.loads(row.body)
    assert said["action"] == action
    return said


class TestPropose:
    def test_changes_nothing_and_says_what_it_would(self, world, officers):
        s = situation(world)
        before = s.open("officer").level("incident.facts")

        made = propose(officers[0])

        assert (made.state, made.number, made.based_on) == (TableState.PROPOSED, None, 1)
        assert made.changes == [[*INCIDENT, "S", "F"]]
        assert s.open("officer").level("incident.facts") == before

    def test_is_in_the_ledger_in_codes(self, officers):
        propose(officers[0])
        said = facts("sharing.table_proposed")
        assert said["details"] == {"based_on": 1, "cells": ["consent/incident.facts/POL/SF"]}
        assert REASON not in json.dumps(said)

    def test_tells_the_other_privacy_officers_and_not_who_proposed(self, officers):
        a_member(an_agency(), Role.PRIVACY_OFFICER, account=officers[0].account)  # the same person elsewhere
        third = a_member(an_agency(), Role.PRIVACY_OFFICER)
        a_member(officers[0].agency, Role.ADMINISTRATOR)

        propose(officers[0])

        told = Notice.objects.filter(kind=NoticeKind.CHANGE_PROPOSED).values_list("account", flat=True)
        assert sorted(told) == sorted([officers[1].account_id, third.account_id])

    @pytest.mark.parametrize("role", sorted(set(Role) - {Role.PRIVACY_OFFICER}))
    def test_is_absent_to_everyone_else(self, officers, role):
        with pytest.raises(NotVisible):
            propose(a_member(officers[0].agency, role))

    @pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
    def test_needs_a_reason_somebody_reads(self, officers, reason):
        with pytest.raises(Refused):
            propose(officers[0], reason=reason)

    def test_refuses_what_would_change_nothing(self, officers):
        with pytest.raises(Refused):
            propose(officers[0], {INCIDENT: Level.SHARE})

    @pytest.mark.parametrize(
        "cell",
        [
            ("consent", "reporter.identity", "VIC"),
            ("consent", "incident.facts", "EVA"),
            ("none", "justice.orders", "HLT"),
            ("medical_emergency", "health.general", "POL"),
        ],
    )
    def test_refuses_what_no_version_may_open_and_says_why(self, officers, cell):
        with pytest.raises(Refused) as refusal:
            propose(officers[0], {cell: Level.VIEW})
        assert ": " in str(refusal.value.message)

    @pytest.mark.parametrize(
        "cell",
        [
            ("rumour", "incident.facts", "POL"),
            ("consent", "incident.facts@nobody", "POL"),
            ("consent", "anything", "POL"),
            ("consent", "incident.facts", "XYZ"),
        ],
    )
    def test_a_cell_there_is_not_is_not_there(self, officers, cell):
        with pytest.raises(NotVisible):
            propose(officers[0], {cell: Level.VIEW})

    def test_too_many_cells_are_not_read_by_anyone(self, officers):
        opened = [cell for cell, level in rules_table.table().cells.items() if level]
        cells = dict.fromkeys(opened[: proposing.MOST_CELLS + 1], Level.NONE)
        with pytest.raises(Refused):
            propose(officers[0], cells)

    def test_waits_for_the_one_that_waits_already(self, officers):
        propose(officers[0])
        with pytest.raises(Refused):
            propose(officers[1], {("consent", "health.general", "POL"): Level.NONE})

    def test_made_while_looking_at_a_version_that_is_no_longer_in_force_is_refused(self, officers):
        approved(officers)
        with pytest.raises(Refused) as refusal:
            propose(officers[0], {("consent", "health.general", "POL"): Level.NONE}, based_on=1)
        assert "2" in str(refusal.value.message)


class TestApprove:
    def test_acts_at_the_very_next_decision(self, world, officers):
        s = situation(world)
        s.write("incident.facts")
        assert s.open("officer").of("incident.facts")
        made = propose(officers[0])

        proposing.approve(version_id=made.pk, actor=officers[1], at=NOON)

        own = s.people["officer"].agency_id
        assert all(item.holder_id == own for item in s.open("officer").of("incident.facts"))

    def test_takes_the_next_number_and_replaces_the_version_before(self, officers):
        first = approved(officers)
        second = approved(officers, {("consent", "health.general", "POL"): Level.NONE}, based_on=2)

        first.refresh_from_db()
        assert (first.state, first.number) == (TableState.SUPERSEDED, 2)
        assert (second.state, second.number, second.decided_by) == (TableState.IN_FORCE, 3, officers[1])
        assert facts("sharing.table_approved")["details"] == {
            "based_on": 2, "number": 3, "cells": ["consent/health.general/POL/V-"],
        }  # fmt: skip

    def test_is_refused_to_who_proposed_under_any_hat(self, officers):
        made = propose(officers[0])
        other_hat = a_member(an_agency(), Role.PRIVACY_OFFICER, account=officers[0].account)
        for actor in (officers[0], other_hat):
            with pytest.raises(PermissionDenied):
                proposing.approve(version_id=made.pk, actor=actor, at=NOON)
        made.refresh_from_db()
        assert made.is_open

    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.COORDINATOR, Role.EVALUATOR])
    def test_is_absent_to_everyone_else(self, officers, role):
        made = propose(officers[0])
        with pytest.raises(NotVisible):
            proposing.approve(version_id=made.pk, actor=a_member(officers[0].agency, role), at=NOON)

    def test_of_a_proposal_made_against_another_version_is_refused(self, officers):
        made = propose(officers[0])
        version(officers, {("consent", "health.general", "POL"): Level.NONE}, number=2)

        with pytest.raises(Refused):
            proposing.approve(version_id=made.pk, actor=officers[1], at=NOON)

        assert tables.number_of(tables.in_force().get()) == 2

    @pytest.mark.parametrize("flaw", ["bases", "sealed"])
    def test_of_what_can_no_longer_be_read_is_refused(self, officers, flaw):
        made = propose(officers[0])
        content = dict(made.content)
        content[flaw] = {} if flaw == "none" else []
        TableVersion.objects.filter(pk=made.pk).update(content=content)

        with pytest.raises(Refused):
            proposing.approve(version_id=made.pk, actor=officers[1], at=NOON)

    @pytest.mark.parametrize("answer", ["approve", "refuse", "withdraw"])
    def test_what_was_answered_is_not_answered_again(self, officers, answer):
        made = approved(officers)
        more = {"reason": "No."} if answer == "refuse" else {}
        actor = officers[0] if answer == "withdraw" else officers[1]
        with pytest.raises(Refused):
            getattr(proposing, answer)(version_id=made.pk, actor=actor, at=NOON, **more)


class TestRefuseAndWithdraw:
    def test_a_refusal_says_why_and_leaves_room_for_another(self, officers):
        made = proposing.refuse(
            version_id=propose(officers[0]).pk, reason="Too wide.", actor=officers[1], at=NOON
        )

        assert (made.state, made.decision_reason) == (TableState.REFUSED, "Too wide.")
        assert "Too wide" not in json.dumps(facts("sharing.table_refused"))
        assert propose(officers[1]).is_open

    def test_a_refusal_without_reason_is_none(self, officers):
        with pytest.raises(Refused):
            proposing.refuse(version_id=propose(officers[0]).pk, reason=" ", actor=officers[1], at=NOON)

    def test_nobody_refuses_their_own_nor_withdraws_another_s(self, officers):
        made = propose(officers[0])
        with pytest.raises(PermissionDenied):
            proposing.refuse(version_id=made.pk, reason="No.", actor=officers[0], at=NOON)
        with pytest.raises(PermissionDenied):
            proposing.withdraw(version_id=made.pk, actor=officers[1], at=NOON)

    def test_who_proposed_withdraws(self, officers):
        made = proposing.withdraw(version_id=propose(officers[0]).pk, actor=officers[0], at=NOON)
        assert made.state == TableState.WITHDRAWN
        facts("sharing.table_withdrawn")


class TestBack:
    def test_going_back_to_the_table_that_ships_undoes_every_change(self, world, officers):
        s = situation(world)
        s.write("incident.facts")
        before = s.open("officer").level("incident.facts")
        approved(officers)

        made = approved(officers, {}, based_on=2, back_to=1, reason="It was needed after all.")

        assert made.number == 3
        assert made.changes == [[*INCIDENT, "F", "S"]]
        assert s.open("officer").level("incident.facts") == before

    def test_going_back_replaces_a_damaged_version(self, world, officers):
        s = situation(world)
        version(officers, content={"sectors": []}, number=2)
        with pytest.raises(NotVisible):
            s.open("advocate")
        with pytest.raises(Refused):
            propose(officers[0], based_on=2)

        approved(officers, {}, based_on=2, back_to=1)

        assert s.open("advocate").items

    def test_a_version_there_never_was_is_not_there(self, officers):
        with pytest.raises(NotVisible):
            propose(officers[0], back_to=7)


@pytest.mark.django_db(transaction=True)
def test_two_who_approve_at_once_make_one_version(officers):
    made = propose(officers[0])
    third = a_member(an_agency(), Role.PRIVACY_OFFICER)
    ready, refused = threading.Barrier(2), []

    def approve(actor):
        ready.wait()
        try:
            proposing.approve(version_id=made.pk, actor=actor, at=NOON)
        except Refused:
            refused.append(actor)
        finally:
            connection.close()

    threads = [threading.Thread(target=approve, args=[one]) for one in (officers[1], third)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert (tables.in_force().count(), len(refused)) == (1, 1)


class TestPublished:
    def test_the_public_page_shows_the_version_in_force_with_its_history(self, officers, client):
        approved(officers, at=NOON - DAY)
        text = client.get(reverse("sharing:rules")).content.decode()

        assert "Decision table, version 2" in text
        assert REASON in text
        assert "Consent, Facts: Police, from “Sharing under notice” to “That it exists”" in text
        assert officers[0].person_name not in text

    def test_what_is_only_proposed_or_was_refused_is_not_public(self, officers, client):
        made = propose(officers[0])
        assert REASON not in client.get(reverse("sharing:rules")).content.decode()
        proposing.refuse(version_id=made.pk, reason="Too wide.", actor=officers[1], at=NOON)
        text = client.get(reverse("sharing:rules")).content.decode()
        assert REASON not in text
        assert "Too wide" not in text

    def test_a_damaged_version_is_said_to_open_nothing(self, officers, client):
        version(officers, content={"sectors": []})
        text = client.get(reverse("sharing:rules")).content.decode()
        assert "nothing is open to anyone" in text


class TestDecide:
    def ask(self, tmp_path):
        file = tmp_path / "request.json"
        file.write_text(json.dumps(CONSENT), encoding="utf-8")
        out, err = io.StringIO(), io.StringIO()
        status = cli.run(request=str(file), as_json=True, language="en", stdout=out, stderr=err)
        return status, json.loads(out.getvalue() or "{}"), err.getvalue()

    def test_answers_by_the_version_in_force(self, officers, tmp_path):
        assert self.ask(tmp_path)[1]["level"] == "share"
        approved(officers)
        _status, found, _said = self.ask(tmp_path)
        assert (found["level"], found["table"]) == ("flag", 2)

    def test_a_damaged_version_opens_nothing(self, officers, tmp_path):
        version(officers, content={"sectors": []})
        assert self.ask(tmp_path)[1]["level"] == "none"

    def test_decides_nothing_when_the_database_does_not_answer(self, officers, tmp_path, monkeypatch):
        from django.db import OperationalError

        def broken():
            raise OperationalError

        monkeypatch.setattr(tables, "in_force", broken)
        status, found, said = self.ask(tmp_path)
        assert (status, found) == (3, {})
        assert "decision table" in said
