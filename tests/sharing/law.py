"""For every rule, one situation where it acts and one beside it where it does not: what `test_law` asks by name.

A situation is a question whose answer would be `share` or `view`, with what the rule looks at. `acts` and
`does_not` are the changes made to it.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from egide.sharing.rules.decision import ConsentState, MandateState, ProgrammeState, Question, ThreatState

WRITTEN = ConsentState(is_valid=True, is_of_subject=True, is_written=True, has_end=True)
ALOUD = replace(WRITTEN, is_written=False)
ENDLESS = replace(WRITTEN, has_end=False)
A_CLASS = replace(WRITTEN, names_recipient=False)
BY_ABUSER = replace(WRITTEN, is_by_alleged_abuser=True)
NONE = ConsentState()
DANGER = ThreatState(
    is_stated=True, is_serious=True, is_imminent=True, can_be_reduced=True, is_in_good_faith=True, is_approved=True,
    is_current=True,
)  # fmt: skip
LATER = replace(DANGER, is_imminent=False)
ORDER = MandateState(instrument="court_order", is_reviewed=True, is_in_scope=True, is_current=True)
STATUTE = replace(ORDER, instrument="statute")
COMMON = ProgrammeState(is_common=True, is_necessary=True)

CONSENTED = Question(
    sector="HLT", role="team_member", category="incident.facts", subject_role="victim", purpose="case_management",
    side="both", is_assigned=True, has_agreement=True, is_trained=True, consent=WRITTEN,
)  # fmt: skip
THREATENED = replace(
    CONSENTED,
    consent=NONE,
    named_basis="serious_imminent_threat",
    threat=DANGER,
    purpose="emergency_response",
)
HARMED = replace(THREATENED, named_basis="serious_harm_reduction", threat=LATER)
ORDERED = replace(CONSENTED, consent=NONE, sector="JUS", named_basis="legal_mandate", mandate=ORDER)
REPORTED = replace(
    ORDERED, sector="SOC", mandate=STATUTE, purpose="mandated_report", category="health.general"
)
TOGETHER = replace(
    CONSENTED, consent=NONE, named_basis="common_programme", programme=COMMON, needs_consent=False
)
TREATED = replace(
    CONSENTED, consent=NONE, named_basis="medical_emergency", is_medical_recipient=True, threat=DANGER
)
ASKED = replace(
    CONSENTED,
    consent=NONE,
    sector="PUB",
    role="person",
    named_basis="self",
    purpose="redress_request",
    side="victim",
)
COUNTED = replace(
    CONSENTED, consent=NONE, sector="EVA", role="evaluator", category="aggregate.deidentified",
    named_basis="deidentified", purpose="evaluation_aggregate", needs_consent=False,
)  # fmt: skip


@dataclass(frozen=True)
class Sides:
    """One rule: where it acts, where it does not, and which deployment both are asked in."""

    base: Question
    acts: dict[str, Any] = field(default_factory=dict)
    does_not: dict[str, Any] = field(default_factory=dict)
    profiles: tuple[str, ...] = ("ca-nb", "us-ct")
    #: What the situation is bound by, in both.
    law: str = ""
    #: More situations to ask when a condition is turned round: one for each way the rule can be met.
    also: tuple[dict[str, Any], ...] = ()

    def _asked(self, changes: dict[str, Any]) -> Question:
        return replace(self.base, **{"regimes": frozenset({self.law} - {""}), **changes})

    @property
    def others(self) -> list[Question]:
        return [self._asked(changes) for changes in self.also]

    @property
    def acting(self) -> Question:
        return self._asked(self.acts)

    @property
    def beside(self) -> Question:
        return self._asked(self.does_not)


def us(base, law, acts=None, does_not=None, *also):
    return Sides(base, acts or {}, does_not or {}, law=law, also=also)


def eu(base, law, acts=None, does_not=None, *also, profile="fr"):
    return Sides(base, acts or {}, does_not or {}, profiles=(profile,), law=law, also=also)


EMERGENCY = {"is_emergency_access": True}
BY_A_DOCTOR = {
    **EMERGENCY, "named_basis": "medical_emergency", "is_medical_recipient": True, "category": "health.general",
    "regimes": frozenset({"us-part2"}),
}  # fmt: skip
BY_MANDATE = {"named_basis": "legal_mandate", "mandate": ORDER, "sector": "JUS", "consent": NONE}
IN_COMMON = {"named_basis": "common_programme", "programme": COMMON, "consent": NONE, "needs_consent": False}
SCHOOL = {"category": "education.record", "sector": "SOC"}
CASES: dict[str, Sides] = {
    # -- the platform's own ----------------------------------------------------------------------
    "table": Sides(CONSENTED, {"category": "plan.safety"}, {"sector": "POL"}),
    "need-to-know": Sides(CONSENTED, {"is_assigned": False}, {"is_assigned": False, "is_named_recipient": True}),
    "recusal": Sides(CONSENTED, {"is_recused": True}),
    "perpetrator-side": Sides(CONSENTED, {"side": "management", "category": "contact.safe"}, {"category": "contact.safe"}),
    "agreement-in-force": Sides(CONSENTED, {"has_agreement": False}),
    "training-current": Sides(CONSENTED, {"is_trained": False}),
    "visiting-hat": Sides(CONSENTED, {"is_visiting": True, "sector": "POL"}, {"sector": "POL"}),
    "protected-location": Sides(
        CONSENTED, {"category": "location.confidential", "sector": "VIC"},
        {"category": "incident.facts", "sector": "VIC"},
        also=(
            {"category": "location.confidential", "sector": "VIC", "role": "advocate", "is_holder": True},
            {"category": "location.confidential", "sector": "VIC", "role": "coordinator"},
        ),
    ),
    "guardian-not-abuser": Sides(
        CONSENTED, {"named_basis": "consent", "consent": BY_ABUSER}, {"named_basis": "consent"}
    ),
    "consent-in-force": Sides(
        CONSENTED, {"named_basis": "consent", "consent": NONE, "needs_consent": False}, {"named_basis": "consent"}
    ),
    "regime-without-rule": Sides(CONSENTED, {"regimes": frozenset({"xx-new-law"})}),
    "threat-statement": Sides(THREATENED, {"threat": replace(DANGER, is_approved=False)}),
    "harm-statement": Sides(HARMED, {"threat": replace(LATER, is_stated=False)}),
    "mandate-reviewed": Sides(ORDERED, {"mandate": replace(ORDER, instrument="subpoena")}),
    "common-programme": Sides(TOGETHER, {"programme": ProgrammeState(is_common=True)}),
    "medical-recipient": Sides(TREATED, {"is_medical_recipient": False}),
    "emergency-access-limits": Sides(
        THREATENED, {**EMERGENCY, "category": "threat.indicators"}, {"category": "threat.indicators"},
        also=({**BY_A_DOCTOR}, {**BY_A_DOCTOR, "is_medical_recipient": False}),
    ),
    "ca-nb-ccr-consent": Sides(CONSENTED, {"consent": NONE}),
    # -- Canada ----------------------------------------------------------------------------------
    "closed-ca-nb-rtippa": us(CONSENTED, "ca-nb-rtippa", {"consent": NONE, "needs_consent": False}),
    "ca-nb-rtippa-consent-or-purpose": us(CONSENTED, "ca-nb-rtippa", {}, {"consent": NONE}, BY_MANDATE),
    "ca-nb-rtippa-common-program": us(TOGETHER, "ca-nb-rtippa", {}, {"programme": ProgrammeState(is_common=True)}),
    "ca-nb-rtippa-law-enforcement": us(THREATENED, "ca-nb-rtippa", {"sector": "POL"}, {"sector": "SOC"}),
    "closed-ca-nb-phipaa": us(THREATENED, "ca-nb-phipaa", {"threat": replace(DANGER, is_serious=False)}),
    "ca-nb-phipaa-common-program": us(CONSENTED, "ca-nb-phipaa", {}, {"consent": NONE}, IN_COMMON),
    "ca-nb-phipaa-serious-harm": us(HARMED, "ca-nb-phipaa", {}, {"threat": replace(LATER, is_serious=False)}),
    "ca-nb-ipvia": Sides(
        CONSENTED,
        {"category": "justice.orders", "side": "management", "is_served": False},
        {"category": "justice.orders", "side": "management"},
    ),
    "closed-ca-pipeda": us(TOGETHER, "ca-pipeda", {}, {"named_basis": "consent", "consent": WRITTEN}),
    "ca-pipeda-consent": us(CONSENTED, "ca-pipeda", {}, {"consent": NONE}),
    "ca-pipeda-emergency": us(THREATENED, "ca-pipeda", {}, {"named_basis": "serious_harm_reduction"}),
    "ca-nb-child-protection": us(REPORTED, "ca-nb-rtippa", {}, {"purpose": "case_management"}),
    "ca-nb-person-access": us(ASKED, "ca-nb-rtippa", {}, {"purpose": "case_management"}),
    # -- United States: health ---------------------------------------------------------------------
    "closed-us-hipaa": us(CONSENTED, "us-hipaa", {"consent": ALOUD}),
    "us-hipaa-authorization": us(CONSENTED, "us-hipaa", {}, {"consent": ENDLESS}),
    "us-hipaa-serious-threat": us(THREATENED, "us-hipaa", {}, {"threat": replace(DANGER, is_to_identify=True, is_from_treatment=True)}),
    "us-hipaa-abuse-dv-report": us(REPORTED, "us-hipaa", {}, {"sector": "JUS"}),
    "us-hipaa-law-enforcement": us(
        ORDERED, "us-hipaa", {"purpose": "law_enforcement_process"},
        {"purpose": "law_enforcement_process", "mandate": STATUTE},
    ),
    "us-hipaa-treatment": us(TREATED, "us-hipaa", {}, {"is_medical_recipient": False}),
    "us-hipaa-psychotherapy-notes": us(CONSENTED, "us-hipaa", {"category": "health.psychotherapy-notes"}),
    "us-hipaa-abuser-not-representative": us(
        CONSENTED, "us-hipaa", {"named_basis": "consent", "consent": BY_ABUSER}, {"named_basis": "consent"}
    ),
    "us-hipaa-min-necessary": us(THREATENED, "us-hipaa", {}, {"named_basis": "consent", "consent": WRITTEN}),
    "us-hipaa-accounting": us(THREATENED, "us-hipaa", {}, {"named_basis": "consent", "consent": WRITTEN}),
    # -- United States: substance use ----------------------------------------------------------------
    "closed-us-part2": us(CONSENTED, "us-part2", {"consent": A_CLASS}),
    "us-part2-consent": us(CONSENTED, "us-part2", {}, {"consent": A_CLASS}),
    "us-part2-emergency": us(TREATED, "us-part2", {}, {"is_medical_recipient": False}),
    "us-part2-court-order": us(ORDERED, "us-part2", {}, {"mandate": STATUTE}),
    "us-part2-no-threat-exception": us(THREATENED, "us-part2", {}, {"named_basis": "consent", "consent": WRITTEN}),
    "us-part2-redisclosure-notice": us(CONSENTED, "us-part2", {}, {"is_holder": True}),
    "us-part2-accounting-rights": us(CONSENTED, "us-part2", {}, {"is_holder": True}),
    # -- United States: education --------------------------------------------------------------------
    "closed-us-ferpa": us(CONSENTED, "us-ferpa", {**SCHOOL, "consent": ALOUD}, SCHOOL),
    "us-ferpa-consent": us(CONSENTED, "us-ferpa", SCHOOL, {**SCHOOL, "consent": ALOUD}),
    "us-ferpa-observation-not-record": us(CONSENTED, "us-ferpa", {}, SCHOOL),
    "us-ferpa-tat-official": us(
        CONSENTED, "us-ferpa",
        {"category": "education.record", "sector": "EDU", "is_holder": True, "is_visiting": True, "purpose": "threat_assessment"},
        {"category": "education.record", "sector": "EDU", "is_holder": True, "is_visiting": True},
    ),
    "us-ferpa-emergency": us(THREATENED, "us-ferpa", SCHOOL, {**SCHOOL, "threat": replace(DANGER, is_stated=False)}),
    "us-ferpa-disclosure-record": us(THREATENED, "us-ferpa", SCHOOL, {**SCHOOL, "named_basis": "consent", "consent": WRITTEN}),
    "us-ferpa-redisclosure": us(CONSENTED, "us-ferpa", SCHOOL, {**SCHOOL, "is_holder": True}),
    # -- United States: victim services ----------------------------------------------------------------
    "closed-us-vawa": us(CONSENTED, "us-vawa", {"consent": ENDLESS}),
    "closed-us-fvpsa": us(CONSENTED, "us-fvpsa", {"consent": ALOUD}),
    "closed-us-voca": us(CONSENTED, "us-voca", {"consent": ALOUD}),
    "us-vawa-release": us(CONSENTED, "us-vawa", {}, {"consent": A_CLASS}),
    "us-fvpsa-confidentiality": us(CONSENTED, "us-fvpsa", {}, {"consent": ENDLESS}),
    "us-voca-confidentiality": us(CONSENTED, "us-voca", {}, {"consent": ENDLESS}),
    "us-vawa-compelled": us(ORDERED, "us-vawa", {}, {"mandate": replace(ORDER, instrument="warrant")}),
    "us-vawa-aggregate": us(COUNTED, "us-vawa", {}, {"named_basis": "none"}),
    "victim-service-notice": us(CONSENTED, "us-vawa", {}, {"is_holder": True}),
    "us-hmis-vsp": us(CONSENTED, "us-vawa", {"purpose": "hmis_entry"}, {"purpose": "service_referral"}),
    # -- United States: justice -----------------------------------------------------------------------
    "us-28cfr23-entry": us(CONSENTED, "us-28cfr23", {}, {"regimes": frozenset()}),
    "us-ise-sar": Sides(
        CONSENTED, {"sector": "POL", "category": "threat.indicators"}, {"sector": "HLT", "category": "threat.indicators"}
    ),
    "us-duty-to-warn-state": us(THREATENED, "us-hipaa", {"category": "threat.indicators"}, {}),
    "closed-us-juvenile": us(CONSENTED, "us-juvenile", {"sector": "JUS", "category": "justice.juvenile"}, {"is_holder": True}),
    "us-juvenile-records": us(
        ORDERED, "us-juvenile", {"category": "justice.juvenile"}, {"category": "justice.juvenile", "mandate": STATUTE}
    ),
    "us-child-abuse-report": us(REPORTED, "us-part2", {"category": "child.protection"}, {"category": "child.protection", "mandate": ORDER}),
    "us-privacy-act": Sides(CONSENTED, {"regimes": frozenset({"us-privacy-act"})}),
    "us-person-access": us(ASKED, "us-hipaa", {}, {"purpose": "case_management"}),
    # -- Europe ---------------------------------------------------------------------------------------
    "closed-eu-gdpr": eu(CONSENTED, "eu-gdpr", {"consent": NONE, "needs_consent": False}),
    "eu-gdpr-basis": eu(
        TOGETHER, "eu-gdpr", {}, {"programme": ProgrammeState()}, BY_MANDATE,
        {"named_basis": "serious_imminent_threat", "threat": DANGER}, {"named_basis": "consent", "consent": WRITTEN},
    ),
    "eu-gdpr-access": eu(ASKED, "eu-gdpr", {}, {"purpose": "case_management"}),
    "eu-gdpr-transparency": eu(CONSENTED, "eu-gdpr", {}, {"is_holder": True}),
    "eu-gdpr-rights": eu(ASKED, "eu-gdpr", {}, {"named_basis": "consent", "consent": WRITTEN, "sector": "SOC"}),
    "eu-gdpr-accountability": eu(TOGETHER, "eu-gdpr", {}, {"named_basis": "consent", "consent": WRITTEN}),
    "closed-eu-led": eu(CONSENTED, "eu-led", {"sector": "POL"}, {"sector": "POL", "is_holder": True}),
    "eu-led-basis": eu(TOGETHER, "eu-led", {"sector": "POL"}, {"sector": "SOC"}),
    "eu-led": eu(TOGETHER, "eu-led", {"sector": "POL"}, {"sector": "POL", "is_holder": True}),
    "eu-istanbul-coordination": eu(CONSENTED, "eu-gdpr", {"category": "risk.assessment.summary"}),
    "closed-eu-secrecy": eu(THREATENED, "eu-secrecy", {"sector": "EDU"}, {"sector": "POL"}, profile="eu-generic"),
    "eu-secrecy-consent": eu(CONSENTED, "eu-secrecy", {}, {"consent": NONE}, profile="eu-generic"),
    "eu-dir-2024-1385": eu(THREATENED, "eu-secrecy", {"sector": "POL"}, {"sector": "HLT"}, profile="eu-generic"),
    "fr-secret-226-13": eu(THREATENED, "fr-secret", {"sector": "POL"}, {"is_holder": True}),
    "fr-226-14-victime-majeure": eu(
        THREATENED, "fr-secret",
        {"sector": "JUS", "role": "prosecutor", "threat": replace(DANGER, is_under_hold=True, is_agreement_sought=True)},
        {"sector": "POL", "threat": replace(DANGER, is_under_hold=True, is_agreement_sought=True)},
    ),
    "fr-226-14-accord": eu(CONSENTED, "fr-secret", {"sector": "JUS", "role": "prosecutor"}, {"sector": "JUS"}),
    "fr-226-14-mineur": eu(
        REPORTED, "fr-secret", {"subject_role": "child"}, {"subject_role": "victim"}
    ),
    "fr-226-14-arme": eu(
        THREATENED, "fr-secret",
        {"sector": "SOC", "role": "prefect", "category": "threat.indicators", "subject_role": "person_of_concern"},
        {"sector": "SOC", "role": "prefect"},
    ),
    "fr-partage-secret": eu(TOGETHER, "fr-secret", {}, {"sector": "POL"}),
    "fr-art40-cpp": eu(
        REPORTED, "fr-secret", {"sector": "JUS", "role": "prosecutor"}, {"sector": "JUS", "role": "chair"}
    ),
    "fr-clspd-groupe": eu(TOGETHER, "fr-clspd", {}, {"is_holder": True}),
    "es-viogen": eu(CONSENTED, "eu-gdpr", {"category": "risk.assessment.summary"}, profile="es"),
    "closed-uk-gdpr": eu(CONSENTED, "uk-gdpr", {"consent": NONE, "needs_consent": False}, profile="uk"),
    "uk-consent": eu(CONSENTED, "uk-gdpr", {}, {"consent": NONE}, profile="uk"),
    "uk-marac-share": eu(TOGETHER, "uk-gdpr", {}, {"has_agreement": False}, profile="uk"),
    "uk-dpa-safeguarding": eu(HARMED, "uk-gdpr", {}, {"threat": replace(LATER, is_stated=False)}, profile="uk"),
    "uk-dvds": eu(
        TOGETHER, "uk-gdpr", {"sector": "POL", "category": "justice.history", "purpose": "victim_safety"},
        {"sector": "POL", "category": "justice.history"}, profile="uk",
    ),
    "uk-caldicott": eu(CONSENTED, "uk-gdpr", {"category": "health.general"}, profile="uk"),
    "uk-person-access": eu(ASKED, "uk-gdpr", {}, {"purpose": "case_management"}, profile="uk"),
}  # fmt: skip
#: Rules that act nowhere yet, and why.
ACT_NOWHERE = {
    "ca-nb-clare": "enacted, not in force",
    "us-28cfr23-dissemination-retention": "what it binds opens to nobody here, so that no duty comes along",
}
