"""What the columns of an export are called, in English and in French, and how long each may be."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from egide.cases.services.entries import LONGEST_TEXT

#: Words that change nothing: "date de naissance de la victime" is "date_naissance_victime".
_LINKS = frozenset({"a", "au", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "of", "s", "the"})
_NUMBER = re.compile(r"\bn\s?[°º]|№|#")


@dataclass(frozen=True)
class Column:
    """One column.

    Args:
        code: our name for it.
        names: what exports call it; the first English one and the first French one are those we advise.
        longest: characters; the same as the form allows.
        is_narrative: keeps its line breaks.
    """

    code: str
    names: Sequence[str]
    longest: int
    is_narrative: bool = False


def _all(pattern: str, *choices: str) -> list[str]:
    return [pattern.format(choice) for choice in choices]


_PERSONS = ("accused", "suspect", "subject", "concern", "person_of_concern", "respondent", "offender")
_PERSONNES = ("accuse", "suspect", "auteur", "personne_preoccupante", "prevenu", "mis_cause")

COLUMNS: Sequence[Column] = (
    Column(
        "external_id",
        [
            "incident_number", "numero_dossier", "external_id", "file_number", "case_number", "occurrence_number",
            "occurrence", "report_number", "reference", "no_dossier", "numero_incident", "no_incident",
            "numero_evenement", "no_evenement", "dossier", "incident_no", "file_no", "incident_id",
        ],
        40,
    ),
    Column(
        "victim_given",
        ["victim_given_name", "prenom_victime", "victim_first_name", "victim_given", "prenoms_victime"],
        80,
    ),
    Column(
        "victim_family",
        [
            "victim_family_name", "nom_victime", "victim_last_name", "victim_surname", "victim_family", "victim_name",
            "nom_famille_victime",
        ],
        80,
    ),
    Column(
        "victim_born_on",
        [
            "victim_date_of_birth", "date_naissance_victime", "victim_dob", "victim_birth_date", "victim_birthdate",
            "victim_born_on", "naissance_victime", "ddn_victime",
        ],
        40,
    ),
    Column(
        "victim_language",
        ["victim_language", "langue_victime", "language", "langue", "victim_preferred_language", "langue_preferee"],
        40,
    ),
    Column(
        "victim_phone",
        ["victim_phone", "telephone_victime", "victim_telephone", "victim_phone_number", "victim_cell", "tel_victime"],
        40,
    ),
    Column("victim_address", ["victim_address", "adresse_victime", "victim_home_address"], 200),
    Column(
        "safe_contact",
        [
            "safe_contact", "contact_securitaire", "safe_contact_note", "safe_contact_notes", "contact_sur",
            "contact_sans_danger", "consignes_contact",
        ],
        LONGEST_TEXT,
        is_narrative=True,
    ),
    Column("victim_informed", ["victim_informed", "victime_informee", "victim_aware", "victime_avisee"], 40),
    Column(
        "concern_given",
        [
            "accused_given_name", "prenom_accuse", *_all("{}_given_name", *_PERSONS), *_all("{}_first_name", *_PERSONS),
            "concern_given", *_all("prenom_{}", *_PERSONNES),
        ],
        80,
    ),
    Column(
        "concern_family",
        [
            "accused_family_name", "nom_accuse", *_all("{}_family_name", *_PERSONS), *_all("{}_last_name", *_PERSONS),
            *_all("{}_surname", *_PERSONS), *_all("{}_name", *_PERSONS), "concern_family",
            *_all("nom_{}", *_PERSONNES), *_all("nom_famille_{}", *_PERSONNES),
        ],
        80,
    ),
    Column(
        "concern_born_on",
        [
            "accused_date_of_birth", "date_naissance_accuse", *_all("{}_date_of_birth", *_PERSONS),
            *_all("{}_dob", *_PERSONS), *_all("{}_birth_date", *_PERSONS), *_all("{}_birthdate", *_PERSONS),
            "concern_born_on", *_all("naissance_{}", *_PERSONNES), *_all("date_naissance_{}", *_PERSONNES),
            *_all("ddn_{}", *_PERSONNES),
        ],
        40,
    ),
    Column(
        "incident",
        [
            "synopsis", "resume", "incident", "narrative", "what_happened", "incident_description", "description",
            "incident_summary", "summary", "faits", "resume_faits", "description_faits", "resume_incident", "recit",
        ],
        LONGEST_TEXT,
        is_narrative=True,
    ),
    Column(
        "incident_on",
        [
            "incident_date", "date_incident", "incident_on", "occurred_on", "occurrence_date", "date_of_occurrence",
            "date_evenement", "date_faits",
        ],
        40,
    ),
    Column(
        "indicators",
        [
            "risk_indicators", "indicateurs", "indicators", "risk_factors", "signs_of_danger", "indicateurs_risque",
            "facteurs_risque", "signes_danger",
        ],
        1000,
    ),
    Column(
        "reasons",
        ["officer_opinion", "motifs", "reasons", "reason_for_referral", "opinion", "concerns", "motif_signalement",
         "opinion_agent", "preoccupations"],
        LONGEST_TEXT,
        is_narrative=True,
    ),
    Column(
        "children",
        ["children", "enfants", "others_at_risk", "children_at_risk", "enfants_risque", "autres_personnes_risque"],
        LONGEST_TEXT,
        is_narrative=True,
    ),
    Column(
        "police_orders",
        ["court_orders", "ordonnances", "police_orders", "orders", "conditions", "release_conditions",
         "ordonnances_conditions", "conditions_liberation"],
        LONGEST_TEXT,
        is_narrative=True,
    ),
    Column(
        "is_unserved",
        ["orders_not_served", "ordonnances_non_signifiees", "order_not_served", "ordonnance_non_signifiee",
         "not_served", "non_signifiee"],
        40,
    ),
    Column("is_emergency", ["emergency", "urgence", "is_emergency", "urgent", "est_urgent"], 40),
)  # fmt: skip
BY_CODE: Mapping[str, Column] = {column.code: column for column in COLUMNS}
#: Without these there is no referral: someone in danger, and what happened.
NEEDED = ("victim_family", "incident")


def fold(name: str) -> str:
    """Fold a name: "N° de dossier", "no_dossier" and "NoDossier" are one."""
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    text = _NUMBER.sub(" no ", text.casefold())
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def _key(name: str) -> frozenset[str]:
    """The order of the words says nothing: "victime_nom" is "nom_victime"."""
    tokens = frozenset(fold(name).split("_"))
    return frozenset("numero" if token in ("no", "number", "num") else token for token in tokens) - _LINKS


@cache
def _known() -> dict[frozenset[str], str]:
    found: dict[frozenset[str], str] = {}
    for column in COLUMNS:
        for name in (column.code, *column.names):
            if found.setdefault(_key(name), column.code) != column.code:
                raise AssertionError(f"{name} would be two columns")
    return found


def code_of(name: str) -> str | None:
    """Answer our column for a name of an export; None when it is none of ours."""
    return _known().get(_key(name)) if name else None
