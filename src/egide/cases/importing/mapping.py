"""From the columns of a partner's file to referrals: every mistake found at once, with its line and column."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from egide.cases.forms.fields import LANGUAGES
from egide.cases.forms.referring import INDICATORS
from egide.cases.importing.columns import BY_CODE, NEEDED, code_of, fold
from egide.cases.importing.reading import Row, Table
from egide.cases.intake import Person, ReferralContent

_YES = frozenset({"yes", "y", "oui", "o", "true", "vrai", "1", "x"})
_NO = frozenset({"no", "n", "non", "false", "faux", "0"})
_UNKNOWN = frozenset({"", "unknown", "inconnu", "not_known", "na", "n_a"})
#: What exports call the languages of the form; anything else is asked again rather than guessed.
_LANGUAGES = {
    "": "",
    **{code: code for code, _label in LANGUAGES},
    **dict.fromkeys(("eng", "english", "anglais"), "en"),
    **dict.fromkeys(("fra", "fre", "french", "francais"), "fr"),
    **dict.fromkeys(("mikmaq", "mi_kmaq", "mi_kmaw", "micmac"), "mic"),
    **dict.fromkeys(("wolastoqey", "maliseet", "malecite"), "mal"),
    **dict.fromkeys(("ara", "arabic", "arabe"), "ar"),
    **dict.fromkeys(("spa", "spanish", "espagnol"), "es"),
    **dict.fromkeys(("ukr", "ukrainian", "ukrainien"), "uk"),
    **dict.fromkeys(("autre", "another_language", "autre_langue"), "other"),
}
_INDICATORS = tuple(code for code, _label in INDICATORS)
#: How many other lines one message names.
_NAMED = 5
#: How to read 03/04/2026, when the file's maker says so.
DAY_FIRST, MONTH_FIRST = "day-first", "month-first"


@dataclass(frozen=True, slots=True)
class RowError:
    """One mistake: where, and what is expected. Never what was there.

    Args:
        line: the row as a spreadsheet numbers it (in JSON, its place in the list); 0 for the file as a whole.
        column: as the file names it; empty for the row as a whole.
    """

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        place = _("Row %(line)s") % {"line": self.line} if self.line else _("The file")
        if self.column:
            place = f"{place}, {self.column}"
        return _("%(place)s: %(message)s") % {"place": place, "message": self.message}


@dataclass(frozen=True)
class Checked:
    """What a file holds.

    Args:
        rows: the referrals that are whole, each with its line.
        errors: every mistake, in the order of the lines.
        repeats: rows that say again, word for word, what another one says.
        ignored: columns nobody reads.
        count: rows read, of every kind.
    """

    rows: Sequence[tuple[int, ReferralContent]] = ()
    errors: Sequence[RowError] = ()
    repeats: int = 0
    ignored: Sequence[str] = ()
    count: int = 0

    @property
    def referrals(self) -> list[ReferralContent]:
        """What `import_referrals` takes."""
        return [content for _line, content in self.rows]

    @property
    def bad_lines(self) -> set[int]:
        """The lines with a mistake; the file as a whole is none."""
        return {error.line for error in self.errors if error.line}


def check(table: Table, *, today: date, dates: str = "") -> Checked:
    """Map every row; answers the referrals that are whole and every mistake of those that are not.

    Args:
        today: no date may be after it.
        dates: `day-first` or `month-first`, to read 03/04/2026; refused as ambiguous otherwise.
    """
    places, ignored, wrong = _places(table.columns)
    if wrong:
        return Checked(errors=wrong, ignored=ignored, count=len(table.rows))
    reader = _Reader(table.columns, places, today, dates)
    found: list[tuple[int, ReferralContent]] = []
    for row in table.rows:
        content = reader.content(row)
        if content is not None:
            found.append((row.line, content))
    kept, repeats = _said_once(found, table.columns, places, reader.errors)
    order = {name: place for place, name in enumerate(table.columns)}
    errors = sorted(reader.errors, key=lambda error: (error.line, order.get(error.column, -1)))
    return Checked(kept, errors, repeats, ignored, len(table.rows))


def _places(columns: Sequence[str]) -> tuple[dict[str, int], list[str], list[RowError]]:
    """Find our columns among the file's; answers their places, those nobody reads, and what is wrong."""
    places: dict[str, int] = {}
    ignored, wrong = [], []
    for place, name in enumerate(columns):
        code = code_of(name)
        if code is None:
            ignored.append(name or _("(no name)"))
        elif code in places:
            message = _("says the same as the column “%(other)s”: keep one") % {
                "other": columns[places[code]]
            }
            wrong.append(RowError(0, name, message))
        else:
            places[code] = place
    # The names we advise, in the reader's language.
    which = 1 if (get_language() or "").startswith("fr") else 0
    missing = [BY_CODE[code].names[which] for code in NEEDED if code not in places]
    if missing:
        # Then nothing else is said: the first line may be a person, not the names of columns.
        message = _("columns are missing: %(names)s. The first line names the columns.")
        return places, [], [RowError(0, "", message % {"names": ", ".join(missing)})]
    return places, ignored, wrong


def _said_once(
    found: Sequence[tuple[int, ReferralContent]],
    columns: Sequence[str],
    places: Mapping[str, int],
    errors: list[RowError],
) -> tuple[list[tuple[int, ReferralContent]], int]:
    """Keep one of the rows that say the same; of those that contradict each other, none."""
    by_number: dict[str, list[tuple[int, ReferralContent]]] = {}
    for line, content in found:
        if content.external_id:
            by_number.setdefault(content.external_id, []).append((line, content))
    dropped: set[int] = set()
    repeats = 0
    for same in by_number.values():
        if len(same) == 1:
            continue
        if all(content == same[0][1] for _line, content in same):
            repeats += len(same) - 1
            dropped.update(line for line, _content in same[1:])
            continue
        for line, _content in same:
            dropped.add(line)
            others = [str(other) for other, _other in same if other != line][:_NAMED]
            message = _(
                "this number is also on row %(lines)s, with other content: keep one, or give two numbers"
            )
            column = columns[places["external_id"]]
            errors.append(RowError(line, column, message % {"lines": ", ".join(others)}))
    return [(line, content) for line, content in found if line not in dropped], repeats


@dataclass
class _Reader:
    """Reads the cells of one row after another, noting each mistake."""

    columns: Sequence[str]
    places: Mapping[str, int]
    today: date
    dates: str
    errors: list[RowError] = field(default_factory=list)
    row: Row = field(default_factory=lambda: Row(0, ()))

    def content(self, row: Row) -> ReferralContent | None:
        """Answer the referral a row makes, or None when it has a mistake."""
        self.row, before = row, len(self.errors)
        if row.problem:
            self.errors.append(RowError(row.line, "", row.problem))
            return None
        for code in NEEDED:
            if not row.cells[self.places[code]]:
                self.wrong(code, _("is empty"))
        content = ReferralContent(
            victim=self.victim(),
            person_of_concern=self.person_of_concern(),
            incident=self.text("incident"),
            incident_on=self.day("incident_on"),
            reasons=self.text("reasons"),
            safe_contact_note=self.text("safe_contact"),
            children=self.text("children"),
            indicators=self.indicators(),
            is_emergency=self.answer("is_emergency") == "yes",
            victim_informed=self.answer("victim_informed"),
            external_id=self.text("external_id"),
            police_orders=self.text("police_orders"),
            is_unserved=self.is_unserved(),
        )
        return content if len(self.errors) == before else None

    def wrong(self, code: str, message: str) -> None:
        self.errors.append(RowError(self.row.line, self.columns[self.places[code]], message))

    def text(self, code: str) -> str:
        """Answer a cell, in one form of Unicode; one that is not narrative has one line."""
        place = self.places.get(code)
        value = self.row.cells[place] if place is not None else ""
        if not value:
            return ""
        column = BY_CODE[code]
        if not value.isprintable():
            value = value.replace("\r\n", "\n").replace("\r", "\n")
            if not column.is_narrative:
                value = re.sub(r"\s+", " ", value)
            if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in value):
                self.wrong(code, _("holds characters that are not text"))
                return ""
        value = value if value.isascii() else unicodedata.normalize("NFC", value)
        if len(value) > column.longest:
            self.wrong(code, _("is too long: at most %(count)s characters") % {"count": column.longest})
            return ""
        return value

    def victim(self) -> Person:
        return Person(
            self.text("victim_given"),
            self.text("victim_family"),
            self.day("victim_born_on"),
            self.language(),
            self.text("victim_phone"),
            self.text("victim_address"),
        )

    def person_of_concern(self) -> Person | None:
        given, family, born_on = (
            self.text("concern_given"),
            self.text("concern_family"),
            self.day("concern_born_on"),
        )
        if given or family:
            return Person(given, family, born_on)
        if born_on is not None:
            self.wrong("concern_born_on", _("is given without a name"))
        return None

    def language(self) -> str:
        folded = fold(self.text("victim_language"))
        tag = re.fullmatch(r"([a-z]{2})_[a-z]{2}", folded)  # fr-CA
        code = _LANGUAGES.get(tag[1] if tag else folded)
        if code is None:
            known = ", ".join(code for code, _label in LANGUAGES)
            self.wrong("victim_language", _("is none of: %(names)s") % {"names": known})
        return code or ""

    def answer(self, code: str) -> str:
        folded = fold(self.text(code))
        if folded in _YES:
            return "yes"
        if folded in _NO:
            return "no"
        if folded not in _UNKNOWN:
            self.wrong(code, _("is neither yes nor no"))
        return "unknown"

    def day(self, code: str) -> date | None:
        value = self.text(code)
        if not value:
            return None
        found = parse_day(value, dates=self.dates)
        if found is None:
            self.wrong(code, _("is not a date such as 2026-11-23 or 23/11/2026"))
        elif found == "ambiguous":
            message = _(
                "day and month cannot be told apart: write it as 2026-11-23, or say which comes first"
            )
            self.wrong(code, message)
        elif isinstance(found, date) and found > self.today:
            self.wrong(code, _("is in the future"))
        elif isinstance(found, date):
            return found
        return None

    def is_unserved(self) -> bool:
        """Say whether the orders wait to be served; what is not known counts as served, as on the form."""
        found = self.answer("is_unserved") == "yes"
        if found and not self.text("police_orders"):
            self.wrong("is_unserved", _("is given without an order"))
        return found

    def indicators(self) -> tuple[str, ...]:
        given = {fold(part) for part in re.split(r"[;|,]", self.text("indicators")) if part.strip()}
        if not given.issubset(_INDICATORS):
            known = ", ".join(_INDICATORS)
            self.wrong("indicators", _("holds a sign that is none of: %(names)s") % {"names": known})
        return tuple(code for code in _INDICATORS if code in given)


_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm]|Z|[+-]\d{2}:?\d{2})?$")


def parse_day(text: str, *, dates: str = "") -> date | str | None:
    """Read a date: ISO, or day and month with slashes when only one reading is possible. A time is left out.

    Answers the date, "ambiguous", or None when it is none.
    """
    value = _TIME.sub("", text.strip())
    if match := re.fullmatch(r"([0-9]{4})[-/.]?([0-9]{1,2})[-/.]?([0-9]{1,2})", value):
        # 2026115 could be two days: without separators there are eight digits.
        return _date(*map(int, match.groups())) if len(value) == 8 or not value.isdigit() else None
    if match := re.fullmatch(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})", value):
        first, second, year = map(int, match.groups())
        by_day, by_month = _date(year, second, first), _date(year, first, second)
        if by_day and by_month and by_day != by_month:
            return {DAY_FIRST: by_day, MONTH_FIRST: by_month}.get(dates, "ambiguous")
        return by_day or by_month
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1900 <= year <= 2100 else None
    except ValueError:
        return None
