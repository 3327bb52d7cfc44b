"""The core rules a second time, written from the domain notes and not from the policies: the lowest ceiling wins.

It shares nothing with `egide.sharing.rules` but the names of things. `ceilings` answers each rule's own
ceiling, so that a disagreement says which rule is read differently.
"""

from tests.sharing.transcription import CELLS, LEVELS

NOTHING, FLAG, VIEW, SHARE = (LEVELS[letter] for letter in "-FVS")

PURPOSES = {
    "intake_triage", "threat_assessment", "case_management", "victim_safety", "service_referral",
    "emergency_response", "supervision_reentry", "quality_audit",
}  # fmt: skip
STORED = {category for _basis, category, _sector in CELLS} | {"reporter.identity"}

#: §7.1: what the side of the person of concern never learns of, in any file but that person's own.
HIDDEN_FROM_THE_OTHER_SIDE = {
    "contact.safe", "location.confidential", "plan.safety", "referral.status", "consent.record", "reporter.identity",
    "identity.protected", "identity.immigration", "social.services", "child.protection", "education.record",
    "health.general", "health.mental", "health.substance-use", "risk.assessment.answers",
}  # fmt: skip
REGIMES = ("ca-nb-rtippa", "ca-nb-phipaa", "us-ferpa", "us-vawa")


def table(q):
    """§4: the sector's cell on the basis there is; all of its own, but what only the reporter releases."""
    if q.category not in STORED or q.category == "reporter.identity":
        return NOTHING
    if q.is_holder:
        return SHARE
    return CELLS.get(("consent" if q.consent.is_valid else "none", q.category, q.sector), NOTHING)


def regime(q, name):
    """§1: what one law lets leave its holder."""
    if q.is_holder:
        return SHARE
    consent = q.consent
    is_met = {
        "ca-nb-rtippa": consent.is_valid,
        "ca-nb-phipaa": consent.is_valid and q.has_agreement,
        "us-ferpa": consent.is_valid and consent.is_written,
        "us-vawa": consent.is_valid and consent.is_written and consent.has_end,
    }
    return SHARE if is_met.get(name, False) else NOTHING  # a law nobody wrote a rule for lets nothing leave


def protected_location(q):
    """§7.1: where she is: read by her advocate and the coordinator, copied by the holder alone; others, a flag."""
    if q.category != "location.confidential":
        return SHARE
    if q.role not in ("advocate", "coordinator"):
        return FLAG
    return SHARE if q.is_holder else VIEW


def ceilings(q):
    """Answer {rule: the most it leaves}."""
    may_know = q.side in ("victim", "both") or q.subject_role == "person_of_concern"
    # The conference speaks of the victim: its record is hidden too, but what the reader's own agency brought.
    spoken = q.category == "conference.record" and not q.is_holder
    hidden = not may_know and (q.category in HIDDEN_FROM_THE_OTHER_SIDE or spoken)
    return {
        "purpose": SHARE if q.purpose in PURPOSES else NOTHING,
        "table": table(q),
        "need-to-know": SHARE if q.is_assigned else NOTHING,
        "recusal": NOTHING if q.is_recused else SHARE,
        "perpetrator-side": NOTHING if hidden else SHARE,
        "agreement-in-force": SHARE if q.has_agreement else NOTHING,
        "training-current": SHARE if q.is_trained else NOTHING,
        "ca-nb-ccr-consent": SHARE if not q.needs_consent or q.is_holder or q.consent.is_valid else NOTHING,
        "protected-location": protected_location(q),
        **{name: regime(q, name) for name in q.regimes},
    }


def level(q):
    """Answer the level: the lowest of the ceilings."""
    return min(ceilings(q).values())


def is_silent(q):
    """§7: not even told that it exists: outside the case, recused, or what protects the other side."""
    found = ceilings(q)
    silencing = ("purpose", "need-to-know", "recusal", "perpetrator-side")
    return level(q) == NOTHING and any(found[name] == NOTHING for name in silencing)
