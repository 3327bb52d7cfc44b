"""`egide decide`: one decision from the command line. Opens nothing and keeps nothing; reads which table is in force."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _
from django.utils.translation import override

from egide.common.text import localized
from egide.sharing import tables
from egide.sharing.models import TableVersion
from egide.sharing.rules.catalogue import Rule, catalogue
from egide.sharing.rules.decision import Decision, decide
from egide.sharing.rules.enabling import Deployment
from egide.sharing.rules.levels import Level
from egide.sharing.rules.policies import PolicySet, load, texts
from egide.sharing.rules.request import Request, RequestError, read

EXIT_OK, EXIT_BAD_INPUT, EXIT_NO_TABLE = 0, 2, 3
#: A request is a few lines: anything larger is something else. In bytes.
LARGEST = 1024 * 1024


class Writer(Protocol):
    """Where lines go: a stream, or Django's wrapper of one."""

    def write(self, text: str, /) -> Any: ...


class BadInput(Exception):
    """The request cannot be decided; the argument is the line to show."""


def run(*, request: str, as_json: bool, language: str, stdout: Writer, stderr: Writer) -> int:
    """Decide a request read from a file and write the answer.

    Args:
        request: path of a JSON file; `-` reads the standard input.
    Returns:
        The exit status: 0; 2 when the request cannot be read, with the field named on `stderr`; 3 when the
        database cannot say which version of the table is in force: nothing is decided by another.
    """
    with override(language):
        try:
            asked = read(_load(request))
        except RequestError as error:
            stderr.write(_sentence(error) + "\n")
            return EXIT_BAD_INPUT
        except BadInput as error:
            stderr.write(f"{error}\n")
            return EXIT_BAD_INPUT
        try:
            version = _version()
        except DatabaseError:
            stderr.write(_("The database cannot say which version of the decision table is in force.") + "\n")
            return EXIT_NO_TABLE
        found = decide(replace(asked.question, table=tables.key_of(version)), _rules(asked))
        number = tables.number_of(version)
        text = json.dumps(as_data(found, number), ensure_ascii=False) if as_json else as_text(found, number)
        stdout.write(text + "\n")
    return EXIT_OK


def _version() -> TableVersion | None:
    """The version in force of this deployment; before there is one, the table that ships.

    Raises:
        DatabaseError: there is a deployment, and its database does not answer.
    """
    if connection.vendor == "sqlite" and not _exists(str(connection.settings_dict["NAME"])):
        return None  # opening it would make it
    if TableVersion._meta.db_table not in connection.introspection.table_names():
        return None
    return tables.in_force().first()


def _exists(name: str) -> bool:
    return name.startswith("file:") or name == ":memory:" or Path(name).exists()


def _rules(asked: Request) -> PolicySet:
    """The rules of the profile asked about; unread ones act only where this deployment lets them."""
    is_real = Path(settings.EGIDE_KEY_FILE).exists() and not settings.EGIDE_FICTIONAL
    deployment = Deployment(
        is_fictional=not is_real, reviewed=settings.EGIDE_REVIEWED_RULES, profiles=asked.profiles
    )
    return load(*texts(), rules=catalogue(), deployment=deployment)


def _load(path: str) -> Any:
    try:
        raw = sys.stdin.buffer.read(LARGEST + 1) if path == "-" else Path(path).read_bytes()[: LARGEST + 1]
    except (OSError, ValueError) as error:
        raise BadInput(_("The file %(path)s cannot be read.") % {"path": path}) from error
    if len(raw) > LARGEST:
        raise BadInput(_("The file is too large to be a request."))
    try:
        return json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadInput(_("The file is not valid JSON.")) from error


def _sentence(error: RequestError) -> str:
    said = {
        "missing": _("is missing"),
        "unknown": _("is not a field of a request"),
        "type": _("does not hold what it should; expected: %(expected)s") % {"expected": error.expected},
        "value": _("is not known; expected: %(expected)s") % {"expected": error.expected},
    }[error.flaw]
    return f"{error.path or _('the request')} {said}"


def as_data(found: Decision, version: int) -> dict[str, Any]:
    """Answer a decision as plain data: level, rules that had a part, duties, the version of the table it was made by,
    and the reason in both languages.
    """
    named = [*found.allowed_by, *found.withheld_by]
    known = catalogue()
    return {
        "level": found.level.name.lower(),
        "basis": found.basis,
        "table": version,
        "rules": [
            {"id": r.id, "effect": r.effect, "status": r.status, "verified": r.verified}
            for r in (known[name] for name in dict.fromkeys(named) if name in known)
        ],
        "obligations": [
            {"id": name, "text": {"en": known[name].text_en, "fr": known[name].text_fr}}
            for name in found.obligations
        ],
        "reason": {tongue: reason(found, tongue) for tongue in ("en", "fr")},
    }


def reason(found: Decision, language: str) -> str:
    """Answer why, in sentences: what withholds, then what opens."""
    known = catalogue()
    with override(language):
        parts = [_LEVELS[found.level]()]
        withheld = [known[name] for name in found.withheld_by if name in known]
        if found.level < Level.VIEW or not found.allowed_by:
            parts += [_text(rule) for rule in withheld]
        doors = [known[name] for name in found.allowed_by if name in known and name != "table"]
        parts += [_("By: %(title)s (%(citation)s).") % _names(rule) for rule in doors]
        if "error" in found.withheld_by:
            parts.append(
                _("The purpose is not one this platform opens anything for, or the rules could not answer.")
            )
        return " ".join(parts)


def _text(rule: Rule) -> str:
    return localized(rule, "text")


def _names(rule: Rule) -> dict[str, str]:
    return {"title": localized(rule, "title"), "citation": rule.citation}


_LEVELS = {
    Level.NONE: lambda: _("Nothing is opened."),
    Level.FLAG: lambda: _("Only that something exists is shown."),
    Level.VIEW: lambda: _("It may be read here, not copied."),
    Level.SHARE: lambda: _("It may be read and shared under notice."),
}


def as_text(found: Decision, version: int) -> str:
    """Answer a decision as lines for a person, in the active language."""
    from django.utils.translation import get_language

    known = catalogue()
    lines = [reason(found, (get_language() or "en")[:2])]
    lines += ["- " + _text(known[name]) for name in found.obligations]
    lines.append(_("Decided by version %(n)s of the decision table.") % {"n": version})
    return "\n".join(lines)
