"""What an approved ground says, as the rules ask for it."""

from collections.abc import Mapping
from typing import Any

from egide.sharing.rules.question import MandateState, ProgrammeState, ThreatState

#: What may be said of a ground with yes or no; anything else is words, and sealed.
YES_NO = frozenset(
    {
        "is_serious", "is_imminent", "is_in_good_faith", "is_to_identify", "is_from_treatment", "is_under_hold",
        "is_agreement_sought", "is_reviewed", "is_common", "is_medical_recipient",
    }
)  # fmt: skip


_DANGER = ThreatState(
    is_stated=True,
    is_serious=True,
    is_imminent=True,
    can_be_reduced=True,
    is_in_good_faith=True,
    is_approved=True,
    is_current=True,
)


def states(
    kind: str, said: Mapping[str, Any], *, is_stated: bool = True, is_current: bool = True
) -> dict[str, Any]:
    """Answer the parts of a question a ground fills in, from what was said of it."""
    if kind == "emergency_access":
        # The reason is reviewed afterwards; it counts as a threat stated and approved, for reading alone.
        return {"named_basis": "serious_imminent_threat", "threat": _DANGER, "is_emergency_access": True}
    yes = {name: bool(said.get(name)) for name in YES_NO}
    if kind == "legal_mandate":
        mandate = MandateState(
            instrument=str(said.get("instrument", "")),
            is_reviewed=yes["is_reviewed"],
            is_in_scope=is_stated,
            is_current=is_current,
        )
        return {"named_basis": kind, "mandate": mandate}
    if kind == "common_programme":
        return {"named_basis": kind, "programme": ProgrammeState(yes["is_common"], is_stated)}
    threat = ThreatState(
        is_stated=is_stated,
        is_serious=yes["is_serious"],
        is_imminent=yes["is_imminent"],
        can_be_reduced=is_stated,
        is_in_good_faith=yes["is_in_good_faith"],
        is_approved=True,
        is_current=is_current,
        is_to_identify=yes["is_to_identify"],
        is_from_treatment=yes["is_from_treatment"],
        is_under_hold=yes["is_under_hold"],
        is_agreement_sought=yes["is_agreement_sought"],
    )
    return {
        "named_basis": kind,
        "threat": threat,
        "is_medical_recipient": kind == "medical_emergency" and yes["is_medical_recipient"],
    }
