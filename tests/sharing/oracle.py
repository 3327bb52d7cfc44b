"""The rules a second time, in plain Python, written from the domain notes and not from the policies.

It shares nothing with `egide.sharing.rules` but the names of things. `ceilings` answers each rule's own
ceiling and `doors` the exceptions of the law that are met, so that a disagreement says which is read differently.
"""

from tests.sharing.transcription import CELLS, LEVELS

NOTHING, FLAG, VIEW, SHARE = (LEVELS[letter] for letter in "-FVS")

PURPOSES = {
    "intake_triage", "threat_assessment", "case_management", "victim_safety", "service_referral", "emergency_response",
    "mandated_report", "law_enforcement_process", "court_or_defence", "supervision_reentry", "redress_request",
    "quality_audit", "evaluation_aggregate", "transparency_public", "hmis_entry",
}  # fmt: skip
BASES = {
    "none", "consent", "common_programme", "serious_imminent_threat", "serious_harm_reduction", "legal_mandate",
    "medical_emergency", "self", "deidentified",
}  # fmt: skip
THREAT, HARM, MANDATE, DOCTOR = (
    "serious_imminent_threat", "serious_harm_reduction", "legal_mandate", "medical_emergency",
)  # fmt: skip
NEEDS_NO_AGREEMENT = {THREAT, HARM, MANDATE, DOCTOR, "self"}
STORED = {category.split("@")[0] for _basis, category, _sector in CELLS} | {"reporter.identity"}

#: §7.1: what the side of the person of concern never learns of, in any file but that person's own.
HIDDEN_FROM_THE_OTHER_SIDE = {
    "contact.safe", "location.confidential", "plan.safety", "referral.status", "consent.record", "reporter.identity",
    "identity.protected", "identity.immigration", "social.services", "child.protection", "education.record",
    "health.general", "health.mental", "health.substance-use", "risk.assessment.answers",
}  # fmt: skip
GRANTEES = {"us-vawa", "us-fvpsa", "us-voca"}
#: The doors each law leaves, by name; `regime` says whether one is open.
DOORS_OF = {
    "us-hipaa": {"us-hipaa-authorization", "us-hipaa-serious-threat", "us-hipaa-abuse-dv-report",
                 "us-hipaa-law-enforcement", "us-hipaa-treatment", "us-child-abuse-report", "us-person-access"},
    "us-part2": {"us-part2-consent", "us-part2-emergency", "us-part2-court-order", "us-child-abuse-report",
                 "us-person-access"},
    "us-ferpa": {"us-ferpa-consent", "us-ferpa-tat-official", "us-ferpa-emergency", "us-ferpa-observation-not-record",
                 "us-child-abuse-report", "us-person-access"},
    "us-vawa": {"us-vawa-release", "us-vawa-compelled", "us-vawa-aggregate", "us-child-abuse-report", "us-person-access"},
    "us-fvpsa": {"us-fvpsa-confidentiality", "us-vawa-compelled", "us-vawa-aggregate", "us-child-abuse-report",
                 "us-person-access"},
    "us-voca": {"us-voca-confidentiality", "us-vawa-compelled", "us-vawa-aggregate", "us-child-abuse-report",
                "us-person-access"},
    "us-juvenile": {"us-juvenile-records", "us-person-access"},
    "ca-nb-rtippa": {"ca-nb-rtippa-consent-or-purpose", "ca-nb-rtippa-common-program", "ca-nb-rtippa-law-enforcement",
                     "ca-nb-child-protection", "ca-nb-person-access"},
    "ca-nb-phipaa": {"ca-nb-phipaa-common-program", "ca-nb-phipaa-serious-harm", "ca-nb-child-protection",
                     "ca-nb-person-access"},
    "ca-pipeda": {"ca-pipeda-consent", "ca-pipeda-emergency", "ca-nb-child-protection", "ca-nb-person-access"},
    "eu-gdpr": {"eu-gdpr-basis", "eu-gdpr-access"},
    "eu-led": {"eu-led-basis", "eu-gdpr-access"},
    "eu-secrecy": {"eu-dir-2024-1385", "eu-secrecy-consent"},
    "fr-secret": {"fr-226-14-victime-majeure", "fr-226-14-accord", "fr-226-14-mineur", "fr-226-14-arme",
                  "fr-partage-secret", "fr-art40-cpp"},
    "uk-gdpr": {"uk-consent", "uk-marac-share", "uk-dpa-safeguarding", "uk-dvds", "uk-person-access"},
}  # fmt: skip
REGIMES = (*DOORS_OF, "fr-clspd", "us-28cfr23", "us-privacy-act")
#: Which deployment opens which doors: the first letters of their names.
PROFILE_DOORS = {
    "us-ct": ("us-",), "us-generic": ("us-",), "ca-nb": ("ca-",), "eu-generic": ("eu-",), "fr": ("eu-", "fr-"),
    "es": ("eu-", "es-"), "uk": ("uk-",),
}  # fmt: skip


def claimed(q):
    """The basis said: the one named, else consent, else none."""
    given = q.consent.is_valid and q.consent.is_of_subject and not q.consent.is_by_alleged_abuser
    return q.named_basis or ("consent" if given else "none")


def table(q):
    """§4: the sector's cell on the basis there is; all of its own, but what only the reporter releases."""
    if q.category == "reporter.identity" or q.category not in STORED:
        return NOTHING
    if q.is_holder:
        return SHARE
    basis = claimed(q)
    own_row = (basis, f"{q.category}@{q.subject_role}", q.sector)
    if any(b == basis and c == own_row[1] for b, c, _s in CELLS):
        return CELLS.get(own_row, NOTHING)
    return CELLS.get((basis, q.category, q.sector), NOTHING)


def doors(q, profiles=("ca-nb", "us-ct")):
    """§1: the exceptions of the law that are met, of the laws switched on; none for whoever may not know."""
    if q.is_recused or hidden(q) or hidden_order(q) or never(q):
        return set()
    basis, consent, threat, mandate = claimed(q), q.consent, q.threat, q.mandate
    agreed = basis == "consent" and consent.is_valid
    signed = agreed and consent.is_written and consent.names_recipient
    released = signed and consent.has_end
    in_common = basis == "common_programme" and q.programme.is_common and q.programme.is_necessary
    medical = basis == DOCTOR and q.is_medical_recipient
    report = q.purpose == "mandated_report" and basis == MANDATE and mandate.instrument == "statute"
    reported = report and q.sector in ("POL", "SOC")
    person = basis == "self" and q.purpose == "redress_request"
    told = threat.is_stated and threat.is_serious
    found = set()

    def open_if(name, law, met):
        laws = {law} if isinstance(law, str) else set(law)
        if met and (not laws or laws & q.regimes):
            found.add(name)

    admitted = threat.is_to_identify and (
        threat.is_from_treatment or q.category not in ("identity.core", "incident.facts")
    )
    open_if("us-hipaa-authorization", "us-hipaa", released)
    open_if(
        "us-hipaa-serious-threat",
        "us-hipaa",
        basis == THREAT
        and threat.is_serious
        and threat.is_imminent
        and threat.can_be_reduced
        and threat.is_in_good_faith
        and not admitted,
    )
    open_if("us-hipaa-abuse-dv-report", "us-hipaa", reported)
    open_if(
        "us-hipaa-law-enforcement",
        "us-hipaa",
        q.purpose == "law_enforcement_process"
        and basis == MANDATE
        and mandate.instrument in ("court_order", "warrant")
        and q.sector in ("POL", "JUS"),
    )
    open_if("us-hipaa-treatment", "us-hipaa", medical)
    open_if("us-part2-consent", "us-part2", released)
    open_if("us-part2-emergency", "us-part2", medical)
    open_if("us-part2-court-order", "us-part2", basis == MANDATE and mandate.instrument == "court_order")
    open_if("us-ferpa-consent", "us-ferpa", signed)
    open_if(
        "us-ferpa-tat-official",
        "us-ferpa",
        q.is_holder and q.is_visiting and q.purpose == "threat_assessment",
    )
    open_if(
        "us-ferpa-emergency",
        "us-ferpa",
        basis == THREAT and told and threat.can_be_reduced and threat.is_current,
    )
    open_if(
        "us-ferpa-observation-not-record", "us-ferpa", q.category in ("incident.facts", "threat.indicators")
    )
    by_herself = released and not consent.is_by_alleged_abuser
    open_if("us-vawa-release", "us-vawa", by_herself)
    open_if("us-fvpsa-confidentiality", "us-fvpsa", by_herself)
    open_if("us-voca-confidentiality", "us-voca", by_herself)
    open_if(
        "us-vawa-compelled",
        GRANTEES,
        basis == MANDATE and mandate.is_reviewed and mandate.instrument in ("statute", "court_order"),
    )
    open_if("us-vawa-aggregate", GRANTEES, q.category == "aggregate.deidentified" and basis == "deidentified")
    open_if("us-juvenile-records", "us-juvenile", basis == MANDATE and mandate.instrument == "court_order")
    open_if("us-child-abuse-report", GRANTEES | {"us-hipaa", "us-part2", "us-ferpa"}, reported)
    for name in ("us-person-access", "ca-nb-person-access", "eu-gdpr-access", "uk-person-access"):
        open_if(name, (), person)
    open_if(
        "ca-nb-rtippa-consent-or-purpose",
        "ca-nb-rtippa",
        agreed or (basis == MANDATE and mandate.is_reviewed),
    )
    open_if("ca-nb-rtippa-common-program", "ca-nb-rtippa", in_common and q.has_agreement)
    open_if(
        "ca-nb-rtippa-law-enforcement",
        "ca-nb-rtippa",
        q.sector == "POL"
        and (
            q.purpose == "law_enforcement_process" or (basis == THREAT and q.purpose == "emergency_response")
        ),
    )
    open_if("ca-nb-phipaa-common-program", "ca-nb-phipaa", q.has_agreement and (agreed or in_common))
    open_if(
        "ca-nb-phipaa-serious-harm",
        "ca-nb-phipaa",
        basis in (THREAT, HARM) and told and threat.can_be_reduced,
    )
    open_if("ca-pipeda-consent", "ca-pipeda", agreed)
    open_if("ca-pipeda-emergency", "ca-pipeda", basis == THREAT and told)
    open_if("ca-nb-child-protection", ("ca-nb-rtippa", "ca-nb-phipaa", "ca-pipeda"), reported)
    open_if(
        "eu-gdpr-basis",
        "eu-gdpr",
        agreed or (basis == MANDATE and mandate.is_reviewed) or in_common or (basis == THREAT and told),
    )
    open_if(
        "eu-led-basis",
        "eu-led",
        q.sector in ("POL", "JUS")
        and (basis == MANDATE or (basis == "common_programme" and q.programme.is_necessary)),
    )
    open_if(
        "eu-dir-2024-1385",
        "eu-secrecy",
        basis == THREAT and told and threat.is_imminent and q.sector in ("POL", "JUS", "SOC"),
    )
    open_if("eu-secrecy-consent", "eu-secrecy", agreed)
    prosecutor = q.role == "prosecutor"
    open_if(
        "fr-226-14-victime-majeure",
        "fr-secret",
        prosecutor
        and q.subject_role == "victim"
        and basis == THREAT
        and threat.is_imminent
        and threat.is_under_hold
        and threat.is_agreement_sought,
    )
    open_if("fr-226-14-accord", "fr-secret", prosecutor and agreed)
    open_if(
        "fr-226-14-mineur",
        "fr-secret",
        q.subject_role == "child" and q.sector in ("POL", "SOC", "JUS") and q.purpose == "mandated_report",
    )
    open_if(
        "fr-226-14-arme",
        "fr-secret",
        q.role == "prefect"
        and q.category == "threat.indicators"
        and q.subject_role == "person_of_concern"
        and threat.is_stated,
    )
    open_if("fr-partage-secret", "fr-secret", q.sector in ("HLT", "BHV", "SOC") and in_common)
    open_if("fr-art40-cpp", "fr-secret", prosecutor and report)
    open_if("uk-consent", "uk-gdpr", agreed)
    open_if("uk-marac-share", "uk-gdpr", in_common and q.has_agreement)
    open_if("uk-dpa-safeguarding", "uk-gdpr", basis in (THREAT, HARM) and told)
    open_if(
        "uk-dvds",
        "uk-gdpr",
        q.category == "justice.history" and q.purpose == "victim_safety" and q.programme.is_necessary,
    )
    wanted = tuple(start for name in profiles for start in PROFILE_DOORS[name])
    return {name for name in found if name.startswith(wanted)}  # fmt: skip


def hidden(q):
    """§7.1: not to be known on the other side."""
    if q.side in ("victim", "both"):
        return False
    # The conference speaks of both, whomever the case is about: hidden, but what the reader's own agency brought.
    spoken = q.category == "conference.record" and not q.is_holder
    of_another = q.subject_role != "person_of_concern"
    kept = q.category in HIDDEN_FROM_THE_OTHER_SIDE or claimed(q) == "common_programme"
    return (of_another and kept) or spoken or q.category == "plan.safety"


def hidden_order(q):
    """An order made without notice is not known to the side it binds before it is served."""
    return q.category == "justice.orders" and not q.is_served and q.side not in ("victim", "both")


def never(q):
    """What nobody opens by any door."""
    return (
        q.category in ("justice.intelligence", "health.psychotherapy-notes")
        or "us-28cfr23" in q.regimes
        or (q.purpose == "hmis_entry" and bool(GRANTEES & q.regimes))
    )


def regime(q, law, open_doors, profiles):
    """§1: what one law lets leave its holder."""
    if law == "us-28cfr23":
        return NOTHING
    if law == "us-part2" and not q.is_holder and claimed(q) in (THREAT, HARM):
        return NOTHING
    if law == "fr-clspd":
        if q.is_holder:
            return SHARE
        return VIEW if q.has_agreement and claimed(q) == "common_programme" else NOTHING
    if law == "us-privacy-act" and any(name.startswith("us-") for name in profiles):
        return SHARE  # it asks for an account, and closes nothing
    if law not in DOORS_OF:
        return SHARE if q.is_holder else NOTHING  # a law nobody wrote a rule for lets nothing leave
    if q.is_holder and not (law == "us-ferpa" and q.is_visiting):
        return SHARE
    return SHARE if open_doors & DOORS_OF[law] else NOTHING


def protected_location(q):
    """§7.1: where she is: read by her advocate and the coordinator, copied by the holder alone; others, a flag."""
    if q.category != "location.confidential":
        return SHARE
    if q.role in ("advocate", "coordinator"):
        return SHARE if q.is_holder else VIEW
    return VIEW if q.sector == "POL" and claimed(q) == THREAT else FLAG


def basis_met(q):
    """§0.2, §3: whether what the basis needs was said."""
    threat, mandate = q.threat, q.mandate
    stated = threat.is_stated and threat.is_serious and threat.can_be_reduced and threat.is_in_good_faith
    stated = stated and threat.is_approved and threat.is_current
    return {
        THREAT: stated and threat.is_imminent,
        HARM: stated,
        MANDATE: mandate.instrument in ("statute", "court_order", "warrant")
        and mandate.is_reviewed
        and mandate.is_in_scope
        and mandate.is_current,
        "common_programme": q.has_agreement and q.programme.is_common and q.programme.is_necessary,
        DOCTOR: q.is_medical_recipient and threat.is_stated and threat.is_current,
        "consent": q.consent.is_valid and q.consent.is_of_subject and not q.consent.is_by_alleged_abuser,
    }.get(claimed(q), True)


def emergency(q):
    """§7.3: what emergency access opens: reading, of some things."""
    if not q.is_emergency_access:
        return SHARE
    if q.category in ("reporter.identity", "plan.safety", "consent.record"):
        return NOTHING
    if "us-part2" in q.regimes and not q.is_medical_recipient:
        return NOTHING
    return VIEW


def visiting(q):
    """Under another agency's hat: reading, for the team's work."""
    if not q.is_visiting:
        return SHARE
    return VIEW if q.purpose in ("threat_assessment", "case_management", "victim_safety") else FLAG


def ceilings(q, profiles=("ca-nb", "us-ct")):
    """Answer {rule: the most it leaves}."""
    if q.purpose not in PURPOSES or claimed(q) not in BASES:
        return {"purpose": NOTHING}
    basis, open_doors = claimed(q), doors(q, profiles)
    return {
        "table": table(q),
        "need-to-know": SHARE if q.is_assigned or q.is_named_recipient else NOTHING,
        "recusal": NOTHING if q.is_recused else SHARE,
        "perpetrator-side": NOTHING if hidden(q) else SHARE,
        "ca-nb-ipvia": NOTHING if hidden_order(q) else SHARE,
        "never": NOTHING if never(q) else SHARE,
        "agreement-in-force": SHARE if q.has_agreement or basis in NEEDS_NO_AGREEMENT else NOTHING,
        "training-current": SHARE if q.is_trained or basis in (MANDATE, "self") else NOTHING,
        "ca-nb-ccr-consent": SHARE
        if not q.needs_consent
        or q.is_holder
        or (q.consent.is_valid and not q.consent.is_by_alleged_abuser)
        or basis in NEEDS_NO_AGREEMENT
        else NOTHING,
        "protected-location": protected_location(q),
        "basis": SHARE if basis_met(q) else NOTHING,
        "emergency-access-limits": emergency(q),
        "visiting-hat": visiting(q),
        **{name: regime(q, name, open_doors, profiles) for name in q.regimes},
    }


def level(q, profiles=("ca-nb", "us-ct")):
    """Answer the level: the lowest of the ceilings."""
    return min(ceilings(q, profiles).values())


def is_silent(q, profiles=("ca-nb", "us-ct")):
    """§7: not even told that it exists: outside the case, recused, or what protects the other side."""
    found = ceilings(q, profiles)
    silencing = ("purpose", "need-to-know", "recusal", "perpetrator-side", "ca-nb-ipvia")
    return level(q, profiles) == NOTHING and any(found.get(name) == NOTHING for name in silencing)
