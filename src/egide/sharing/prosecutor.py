"""The doors by which a bound professional may tell the French prosecutor, asked of the rules themselves.

The recipient is the office the law names and nobody else: no agency is chosen, nothing opens in the application.
Source: domain/information-sharing.md §1.8 (fr-226-14-victime-majeure, code pénal art. 226-14).
"""

from dataclasses import dataclass

from egide.common.text import localized
from egide.partners.models import Membership, Sector
from egide.sharing.rules.catalogue import catalogue
from egide.sharing.rules.decision import ConsentState, Question, ThreatState, decide
from egide.sharing.rules.policies import policies

#: Without her agreement: danger now, and a hold. With it, no danger is asked for.
WITHOUT, WITH = "fr-226-14-victime-majeure", "fr-226-14-accord"
REGIME = "fr-secret"
#: The facts are what a report tells; the table gives them to justice on either basis.
CATEGORY = "incident.facts"
#: Who is a health professional, by the sector they work in.
SECTORS = (Sector.HEALTH, Sector.BEHAVIOURAL_HEALTH)


@dataclass(frozen=True)
class Said:
    """What the professional states, each with its reasons written beside."""

    is_danger_immediate: bool = False
    is_under_hold: bool = False
    is_agreement_sought: bool = False
    is_agreed: bool = False
    is_in_conscience: bool = False


def rules_on() -> frozenset[str]:
    """Answer which of the two doors act in this deployment."""
    return frozenset({WITHOUT, WITH}) & policies().ids


def may_report(actor: Membership) -> bool:
    """Say whether this is offered: a health professional bound by the French secret, for their own agency."""
    return (
        actor.agency.sector in SECTORS
        and REGIME in actor.agency.regimes
        and not actor.is_visiting
        and bool(rules_on())
    )


def door(*, said: Said, subject_role: str = "victim", regimes: frozenset[str] = frozenset({REGIME})) -> str:
    """Answer the door that is open on what was said: the rule's id, or nothing.

    No second person approves it: the law leaves it to the conscience of the one who reports.
    """
    question = Question(
        sector=Sector.JUSTICE,
        role="prosecutor",
        category=CATEGORY,
        subject_role=subject_role,
        purpose="emergency_response",
        regimes=regimes,
        side="victim",
        is_named_recipient=True,
        has_agreement=True,
        is_trained=True,
        needs_consent=False,
        named_basis="consent" if said.is_agreed else "serious_imminent_threat",
        consent=ConsentState(is_valid=said.is_agreed, is_of_subject=True, is_written=False, has_end=True),
        threat=ThreatState(
            is_stated=said.is_in_conscience,
            is_serious=said.is_danger_immediate,
            is_imminent=said.is_danger_immediate,
            can_be_reduced=said.is_in_conscience,
            is_in_good_faith=said.is_in_conscience,
            is_approved=True,
            is_current=True,
            is_under_hold=said.is_under_hold,
            is_agreement_sought=said.is_agreement_sought,
        ),
    )
    found = decide(question).allowed_by
    return next((name for name in (WITHOUT, WITH) if name in found), "")


def words_of(rule: str) -> tuple[str, str]:
    """Answer a door in plain words and its citation, in the active language."""
    one = catalogue()[rule]
    return localized(one, "text"), one.citation
