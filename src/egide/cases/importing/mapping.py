"""From the columns of a partner's file to a referral: every mistake found at once, with its line and column."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from egide.cases.forms.intake import INDICATORS
from egide.cases.importing.reading import Row, Table
from egide.cases.services.referring import Person, ReferralContent

#: Our columns, each with the names it goes by in exports, folded (no accents, no case, no punctuation).
ALIASES: Mapping[str, Sequence[str]] = {
    "external_id": ("external_id", "incident_number", "file_number", "occurrence", "numero_dossier", "numero_incident", "no_dossier"),
    "victim_given": ("victim_given", "victim_given_name", "victim_first_name", "prenom_victime", "victime_prenom"),
    "victim_family": ("victim_family", "victim_family_name", "victim_last_name", "victim_surname", "nom_victime", "victime_nom"),
    "victim_born_on": ("victim_born_on", "victim_dob", "victim_birth_date", "naissance_victime", "date_naissance_victime"),
    "victim_language": ("victim_language", "language", "langue_victime", "langue"),
    "victim_phone": ("victim_phone", "victim_telephone", "telephone_victime"),
    "victim_address": ("victim_address", "adresse_victime"),
    "safe_contact": ("safe_contact", "safe_contact_note", "contact_securitaire", "contact_sur"),
    "concern_given": ("concern_given", "accused_given_name", "accused_first_name", "subject_first_name", "prenom_accuse", "prenom_auteur"),
    "concern_family": ("concern_family", "accused_family_name", "accused_last_name", "subject_last_name", "nom_accuse", "nom_auteur"),
    "concern_born_on": ("concern_born_on", "accused_dob", "subject_dob", "naissance_accuse", "naissance_auteur"),
    "incident": ("incident", "synopsis", "narrative", "what_happened", "resume", "description", "faits"),
    "incident_on": ("incident_on", "incident_date", "occurred_on", "date_incident", "date_evenement"),
    "indicators": ("indicators", "risk_indicators", "indicateurs"),
    "reasons": ("reasons", "officer_opinion", "motifs", "opinion"),
    "children": ("children", "enfants"),
    "police_orders": ("police_orders", "conditions", "orders", "ordonnances"),
    "is_emergency": ("is_emergency", "emergency", "urgence"),
    "victim_informed": ("victim_informed", "victime_informee"),
}  # fmt: skip
NEEDED = ("victim_family", "incident")
_LENGTHS = {
    "incident": 20_000,
    "reasons": 20_000,
    "children": 5_000,
    "police_orders": 5_000,
    "safe_contact": 5_000,
}
_DEFAULT_LENGTH = 200
_LANGUAGES = {
    "fr": "fr",
    "francais": "fr",
    "french": "fr",
    "en": "en",
    "anglais": "en",
    "english": "en",
    "": "en",
}
_YES = {"yes", "y", "oui", "o", "true", "vrai", "1", "x"}
_NO = {"no", "n", "non", "false", "faux", "0", ""}


@dataclass(frozen=True)
class RowError:
    """One mistake: where, and what is expected. Never what was there."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        place = _("line %(line)s") % {"line": self.line} if self.line else _("the first line")
        return f"{place}, {self.column}: {self.message}" if self.column else f"{place}: {self.message}"


@dataclass(frozen=True)
class Checked:
    """What a file holds: referrals with their line, and every mistake."""

    referrals: list[tuple[int, ReferralContent]] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    repeats: int = 0

    @property
    def bad_lines(self) -> set[int]:
        return {error.line for error in self.errors}


def fold(name: str) -> str:
    """Fold a column's name: "N° dossier" and "no_dossier" are one."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("n°", "no "))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


_BY_ALIAS = {alias: ours for ours, names in ALIASES.items() for alias in names}


def check(table: Table, *, today: date) -> Checked:
    """Map every row; answers the referrals that are whole and every mistake of those that are not."""
    names = {_BY_ALIAS[fold(column)]: column for column in table.columns if fold(column) in _BY_ALIAS}
    missing = [ours for ours in NEEDED if ours not in names]
    if missing:
        wanted = ", ".join(ALIASES[ours][1] for ours in missing)
        return Checked(errors=[RowError(0, "", _("columns are missing: %(names)s") % {"names": wanted})])
    checked, repeats = Checked(), 0
    seen: dict[str, tuple[int, ReferralContent]] = {}
    for row in table.rows:
        content = _Reader(row, names, today, checked.errors).content()
        if content is None:
            continue
        former = seen.get(content.external_id) if content.external_id else None
        if former is not None:
            if former[1] == content:
                repeats += 1
            else:
                message = _("this number is also on line %(line)s, with other content") % {"line": former[0]}
                checked.errors.append(RowError(row.line, names["external_id"], message))
            continue
        if content.external_id:
            seen[content.external_id] = (row.line, content)
        checked.referrals.append((row.line, content))
    return Checked(checked.referrals, checked.errors, repeats)


class _Reader:
    """Reads the cells of one row, noting each mistake."""

    def __init__(self, row: Row, names: Mapping[str, str], today: date, errors: list[RowError]) -> None:
        self.row, self.names, self.today, self.errors = row, names, today, errors
        self.is_whole = True

    def wrong(self, ours: str, message: str) -> None:
        self.is_whole = False
        self.errors.append(RowError(self.row.line, self.names.get(ours, ours), message))

    def text(self, ours: str) -> str:
        value = self.row.cells.get(self.names.get(ours, ""), "")
        longest = _LENGTHS.get(ours, _DEFAULT_LENGTH)
        if len(value) > longest:
            self.wrong(ours, _("too long: at most %(count)s characters") % {"count": longest})
        elif any(unicodedata.category(c) == "Cc" and c not in "\n\r\t" for c in value):
            self.wrong(ours, _("holds characters that are not text"))
        return value

    def day(self, ours: str) -> date | None:
        value = self.text(ours)
        if not value:
            return None
        found = parse_day(value)
        if found is None:
            self.wrong(ours, _("not a date: write 2026-11-23 or 23/11/2026"))
        elif isinstance(found, str):
            self.wrong(ours, _("day and month cannot be told apart: write 2026-11-23"))
        elif found > self.today:
            self.wrong(ours, _("in the future"))
        else:
            return found
        return None

    def yes(self, ours: str) -> bool:
        value = fold(self.text(ours))
        if value not in _YES | _NO:
            self.wrong(ours, _("write yes or no"))
        return value in _YES

    def content(self) -> ReferralContent | None:
        for ours in NEEDED:
            if not self.row.cells.get(self.names[ours], ""):
                self.wrong(ours, _("is empty"))
        language = _LANGUAGES.get(fold(self.text("victim_language")), "other")
        informed = fold(self.text("victim_informed"))
        other = (self.text("concern_given"), self.text("concern_family"), self.day("concern_born_on"))
        content = ReferralContent(
            victim=Person(
                self.text("victim_given"),
                self.text("victim_family"),
                self.day("victim_born_on"),
                language,
                self.text("victim_phone"),
                self.text("victim_address"),
            ),
            person_of_concern=Person(*other) if other[0] or other[1] else None,
            incident=self.text("incident"),
            incident_on=self.day("incident_on"),
            reasons=self.text("reasons"),
            safe_contact_note=self.text("safe_contact"),
            children=self.text("children"),
            indicators=self.indicators(),
            is_emergency=self.yes("is_emergency"),
            victim_informed="yes" if informed in _YES else "no" if informed in _NO - {""} else "unknown",
            external_id=self.text("external_id"),
            police_orders=self.text("police_orders"),
        )
        return content if self.is_whole else None

    def indicators(self) -> tuple[str, ...]:
        given = [fold(part) for part in re.split(r"[;|]", self.text("indicators")) if part.strip()]
        known = [code for code, _label in INDICATORS]
        unknown = [part for part in given if part not in known]
        if unknown:
            self.wrong("indicators", _("unknown sign; known ones: %(names)s") % {"names": ", ".join(known)})
        return tuple(code for code in known if code in given)


def parse_day(text: str) -> date | str | None:
    """Read a date: ISO, or day and month with slashes when only one reading is possible.

    Answers the date, "ambiguous", or None when it is none.
    """
    value = text.strip().split("T")[0].split(" ")[0]
    if match := re.fullmatch(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", value):
        return _date(*map(int, match.groups()))
    if match := re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", value):
        first, second, year = map(int, match.groups())
        readings = {found for found in (_date(year, second, first), _date(year, first, second)) if found}
        if len(readings) == 2:
            return "ambiguous"
        return readings.pop() if readings else None
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1900 <= year <= 2100 else None
    except ValueError:
        return None


def canonical(content: ReferralContent) -> str:
    """Write a referral in one way, to recognise it again when the sender gives no number."""
    plain: dict[str, Any] = {**vars(content), "victim": vars(content.victim)}
    plain["person_of_concern"] = vars(content.person_of_concern) if content.person_of_concern else None
    return json.dumps(plain, sort_keys=True, default=str, ensure_ascii=False)
