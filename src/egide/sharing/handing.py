"""What a person may have of their own file: the same rules as for anybody, asked for them (basis `self`)."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from egide.common.clock import add_working_days
from egide.sharing.opened import ClassDecision
from egide.sharing.relation import ItemClass, SharedFile
from egide.sharing.rules.access import (
    Authority,
    Clock,
    Withholding,
    authorities,
    clocks,
    withholdings,
)
from egide.sharing.rules.decision import Question, decide_many
from egide.sharing.rules.policies import policies

PURPOSE = "redress_request"
BASIS = "self"
#: The person is of no sector: the column of the table is the public's.
SECTOR, ROLE = "PUB", "person"


def for_the_person(
    *, file: SharedFile, classes: Sequence[ItemClass], table: str
) -> dict[ItemClass, ClassDecision]:
    """Answer, for each class of a file, what the person it is about may have: nothing, to be shown it, or a copy.

    No agency's hat counts here: what an agency holds is given through the doors of the law that binds it, or not.

    Args:
        table: the version of the decision table in force.
    """
    side = "management" if str(file.role) == "person_of_concern" else "victim"
    asked = [
        Question(
            sector=SECTOR,
            role=ROLE,
            category=one.category,
            subject_role=str(file.role),
            purpose=PURPOSE,
            regimes=frozenset(one.regimes),
            is_served=one.is_served,
            side=side,
            is_named_recipient=True,
            needs_consent=file.needs_consent(),
            named_basis=BASIS,
            table=table,
        )
        for one in classes
    ]
    found = decide_many(asked)
    return {one: ClassDecision(one, decision) for one, decision in zip(classes, found, strict=True)}


def answer_by(*, bound_by: Collection[str], at: datetime) -> tuple[Clock, datetime]:
    """Answer until when a request received now is answered, and the clock that says so: the soonest there is.

    Args:
        bound_by: regimes of the agency that answers.
    """
    known = [one for one in clocks() if one.acts(on=policies().ids, bound_by=bound_by)]
    lawful = [one for one in known if one.rule] or known
    due = {one: _end(one, at) for one in lawful}
    soonest = min(due, key=lambda one: due[one])
    return soonest, due[soonest]


def _end(clock: Clock, at: datetime) -> datetime:
    return add_working_days(at, clock.working_days) if clock.working_days else at + timedelta(days=clock.days)


def why_not_given(*, bound_by: Collection[str]) -> list[Withholding]:
    """Answer the grounds on which something may be kept back here."""
    return [one for one in withholdings().values() if one.acts(on=policies().ids, bound_by=bound_by)]


def complain_to(*, bound_by: Collection[str]) -> list[Authority]:
    """Answer whom the person may complain to here."""
    return [one for one in authorities() if one.acts(on=policies().ids, bound_by=bound_by)]
