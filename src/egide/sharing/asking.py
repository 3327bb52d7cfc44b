"""What may be told to whom, asked before anything is shared: today, with consent, or on a ground."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from egide.common.text import localized
from egide.partners.models import Agency, Role
from egide.sharing.grounds import LASTS, PURPOSE
from egide.sharing.opening import class_question, class_questions, named, resting
from egide.sharing.relation import ItemClass, SharedFile, relations
from egide.sharing.rules.bases import states
from egide.sharing.rules.catalogue import catalogue
from egide.sharing.rules.decision import ConsentState, Decision, Question, best_of, decide, decide_many
from egide.sharing.rules.levels import Level

#: Everything a ground of that kind needs, said: what it would open at most.
_WHOLE: dict[str, dict[str, Any]] = {
    "serious_imminent_threat": {"is_serious": True, "is_imminent": True, "is_in_good_faith": True},
    "serious_harm_reduction": {"is_serious": True, "is_in_good_faith": True},
    "legal_mandate": {"instrument": "court_order", "is_reviewed": True},
    "medical_emergency": {"is_medical_recipient": True},
    "common_programme": {"is_common": True},
}


@dataclass
class Seat:
    """Anyone who works for an agency, nobody in particular: enough of a membership to be asked about."""

    agency: Agency
    role: str = Role.TEAM_MEMBER
    pk: UUID = field(default_factory=uuid4)
    account_id: UUID = field(default_factory=uuid4)

    #: The agency the person belongs to, when the seat is a hat of another one.
    home: Agency | None = None
    #: Nobody in particular: asked about as somebody whose training is valid.
    is_anyone = True

    @property
    def is_visiting(self) -> bool:
        return self.home is not None and self.home.pk != self.agency.pk

    @property
    def agency_id(self) -> UUID:
        return self.agency.pk

    @property
    def sector(self) -> str:
        return self.agency.sector


@dataclass(frozen=True)
class Way:
    """One way information could be told: consent, or a ground; what it would open, or why it would not."""

    kind: str
    level: Level
    reason: str
    citation: str = ""

    @property
    def is_open(self) -> bool:
        return self.level >= Level.VIEW


@dataclass(frozen=True)
class Possibility:
    """One class of a file and one agency: what it gets today, and the ways that would give it more."""

    item_class: ItemClass
    today: Level
    reason: str
    ways: tuple[Way, ...]


def may_receive(
    *, agency: Agency, files: Sequence[SharedFile], classes: Sequence[ItemClass], at: datetime
) -> list[Possibility]:
    """Answer, for each class of these files, what anyone of an agency gets today and what each way would open.

    The same decisions as opening; nothing is unsealed and nothing is recorded. The caller shows only classes
    its own reader may know of. One query.
    """
    if not classes:
        return []
    seat: Any = Seat(agency)
    by_id = {file.id: file for file in files}
    ties = relations(actor=seat, files=files, at=at)
    asks = {}
    for one in classes:
        file = by_id[one.file_id]
        asks[one] = (seat, file, one, ties[file.case_id], "case_management", at)
    today = {one: class_questions(*ask) for one, ask in asks.items()}
    asked = {one: _asked(class_question(*ask), by_id[one.file_id]) for one, ask in asks.items()}
    decide_many(
        [question for ways in asked.values() for question in ways.values()]
    )  # all at once, then by name
    opens = best_of(today)
    return [
        Possibility(
            one,
            opens[one].level,
            _why(opens[one]),
            tuple(_way(kind, decide(question)) for kind, question in ways.items()),
        )
        for one, ways in asked.items()
    ]


def _asked(question: Question, file: SharedFile) -> dict[str, Question]:
    """The same class on each basis there is, with everything it needs said.

    The consent asked about is of whom the case is about: for the file of anybody else it lets the programme's own
    basis act.
    """
    is_hers = file.is_subject
    consent = ConsentState(is_valid=True, is_of_subject=is_hers, is_written=True, has_end=True)
    basis = {"named_basis": "consent"} if is_hers else resting(file, question.category, consent)
    agreed = replace(named(question), is_assigned=True, consent=consent, named_basis="")
    # Where the programme asks for none, nobody records one: that way is not there.
    ways = {"consent": replace(agreed, **basis)} if file.needs_consent() else {}
    for kind in LASTS:
        ways[kind] = replace(named(question), purpose=PURPOSE[kind], **states(kind, _WHOLE[kind]))
    return ways


def _way(kind: str, found: Decision) -> Way:
    known = catalogue()
    doors = [known[name] for name in found.allowed_by if name in known and name != "table"]
    if found.level >= Level.VIEW:
        return Way(
            kind,
            found.level,
            "; ".join(localized(rule, "title") for rule in doors),
            "; ".join(rule.citation for rule in doors),
        )
    return Way(kind, found.level, _why(found))


def _why(found: Decision) -> str:
    """The reason that tells most: a law before the platform's own rules, and the table last."""
    known = catalogue()
    rules = [known[name] for name in found.withheld_by if name in known]
    rules.sort(key=lambda rule: (rule.status == "deployment_choice", rule.id == "table", rule.id))
    return localized(rules[0], "text") if rules else ""
