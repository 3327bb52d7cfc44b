"""`egide score` and `egide instruments check`: from the command line. Neither reads the database nor keeps anything.

`run` and `check` are what the management commands call.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import override

from egide.assessments import wording
from egide.assessments.rules import catalogue
from egide.assessments.rules.catalogue import UnknownInstrumentError
from egide.assessments.rules.definition import Definition, DefinitionError
from egide.assessments.rules.reading import LARGEST_FILE as LARGEST_DEFINITION
from egide.assessments.rules.reading import parse_text
from egide.assessments.rules.scoring import AnswerError, Finding, NormFinding, Score, finding, score

EXIT_OK, EXIT_BAD_INPUT = 0, 2
#: A sheet of answers is a few lines: anything larger is something else. In bytes.
LARGEST_FILE = 1024 * 1024


class Writer(Protocol):
    """Where lines go: a stream, or Django's wrapper of one."""

    def write(self, text: str, /) -> Any: ...


class BadInput(Exception):
    """The input cannot be scored; the arguments are the lines to show."""


def run(
    *,
    instrument: str,
    answers: str,
    as_json: bool,
    language: str = "",
    stdout: Writer | None = None,
    stderr: Writer | None = None,
) -> int:
    """Score a file of answers and write the result.

    Args:
        instrument: code or alias of one that ships, or the path of a definition file.
        answers: path of a JSON file `{"1": "yes", …}`; `-` reads the standard input.
        language: of what is written; that of the environment when empty.
    Returns:
        The exit status: 0, or 2 when the input cannot be scored, with the reasons on `stderr`.
    """
    out, err = stdout or sys.stdout, stderr or sys.stderr
    with override(language or environment_language()):
        try:
            definition = _definition(instrument)
            read = score if definition.is_summed else finding
            result: Score | Finding = read(definition, read_answers(answers))
        except UnknownInstrumentError as error:
            lines = [
                _("There is no instrument “%(name)s”. Known: %(known)s.")
                % {"name": wording.echo(error.name), "known": ", ".join(error.known)}
            ]
        except DefinitionError as error:
            lines = [_("The definition of an instrument cannot be used."), wording.definition_error(error)]
        except AnswerError as error:
            lines = wording.problem_sentences(definition, error.problems)
        except BadInput as error:
            lines = [str(line) for line in error.args]
        else:
            data = _data_of(definition, result)
            text = json.dumps(data, ensure_ascii=False) if as_json else as_text(definition, result)
            out.write(text + "\n")
            return EXIT_OK
        err.write("".join(f"{line}\n" for line in lines))
        return EXIT_BAD_INPUT


def check(
    path: str, *, language: str = "", stdout: Writer | None = None, stderr: Writer | None = None
) -> int:
    """Check a definition file whole, as bringing it in would, and say what it holds or where it is wrong.

    Returns:
        The exit status: 0, or 2 when it cannot be used, with the reason on `stderr`.
    """
    out, err = stdout or sys.stdout, stderr or sys.stderr
    with override(language or environment_language()):
        try:
            definition = parse_text(_read_bytes(path, most=LARGEST_DEFINITION))
        except DefinitionError as error:
            err.write(f"{_('This definition cannot be used.')}\n{wording.definition_error(error)}\n")
            return EXIT_BAD_INPUT
        except BadInput as error:
            err.write("".join(f"{line}\n" for line in error.args))
            return EXIT_BAD_INPUT
        lines = [
            f"{wording.in_language(definition.titles)}, {definition.code} {definition.version}",
            str(wording.KINDS[definition.kind]),
            _("Lines: %(items)d.") % {"items": len(definition.items)},
        ]
        if definition.is_summed:
            lines.append(
                _("Score from %(low)d to %(high)d, bands: %(bands)s.")
                % {
                    "low": definition.minimum,
                    "high": definition.maximum,
                    "bands": ", ".join(wording.in_language(band.label) for band in definition.bands) or "—",
                }
            )
        lines += [
            f"SHA-256 {definition.digest}",
            _("Whole. It is not used before two people signed it off."),
        ]
        out.write("\n".join(lines) + "\n")
        return EXIT_OK


def _definition(instrument: str) -> Definition:
    if instrument.endswith((".yaml", ".yml", ".json")):
        return parse_text(_read_bytes(instrument, most=LARGEST_DEFINITION))
    return catalogue.find(instrument)


def environment_language(environment: Mapping[str, str] = os.environ) -> str:
    """Answer `fr` or `en` from the locale of the environment, in the order POSIX gives."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value:
            return "fr" if value.lower().startswith("fr") else "en"
    return "en"


def read_answers(path: str) -> dict[str, str]:
    """Read answers by item code.

    Raises:
        BadInput: the file cannot be read, or is not one JSON object of texts without repeats.
    """
    raw = _read_bytes(path)
    if len(raw) > LARGEST_FILE:
        raise BadInput(_("The file is too large to be a sheet of answers."))
    try:
        data = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_without_repeats)
    except UnicodeDecodeError as error:
        raise BadInput(_("The file is not UTF-8 text.")) from error
    except json.JSONDecodeError as error:
        raise BadInput(
            _("The file is not valid JSON (line %(line)d, column %(column)d).")
            % {"line": error.lineno, "column": error.colno}
        ) from error
    except (RecursionError, ValueError) as error:
        raise BadInput(_("The file is not valid JSON.")) from error
    if not isinstance(data, dict):
        raise BadInput(_('The file must hold one object of answers, such as {"1": "yes", "2": "unknown"}.'))
    return {
        code: value if isinstance(value, str) else json.dumps(value)[:100] for code, value in data.items()
    }


def _read_bytes(path: str, *, most: int = LARGEST_FILE) -> bytes:
    """Answer a file's bytes, and one more than it may hold when it is too large."""
    if path == "-":
        return sys.stdin.buffer.read(most + 1)
    try:
        with Path(path).open("rb") as file:
            return file.read(most + 1)
    except (OSError, ValueError) as error:
        raise BadInput(_("The file %(path)s cannot be read.") % {"path": path}) from error


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an item answered twice: the last one would win in silence."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise BadInput(_("Item %(item)s is answered twice.") % {"item": wording.echo(key)})
        found[key] = value
    return found


def _data_of(definition: Definition, result: Score | Finding) -> dict[str, Any]:
    if isinstance(result, Score):
        return as_data(result)
    return {
        "instrument": definition.code,
        "version": definition.version,
        "unknown": result.unknown,
        "outcome": result.outcome or None,
    }


def as_data(result: Score) -> dict[str, Any]:
    """Answer a score as plain data, texts in the active language."""
    data: dict[str, Any] = {
        "instrument": result.instrument,
        "version": result.version,
        "raw": result.raw,
        "unknown": result.unknown,
        "possible": [result.low, result.high],
        "band": result.band,
        "determined": result.is_determined,
        "norms": [_norm_data(finding) for finding in result.norms],
    }
    if result.prorated is not None:
        data["prorated"] = result.prorated
    return data


def _norm_data(finding: NormFinding) -> dict[str, Any]:
    norms = finding.norms
    data: dict[str, Any] = {
        "id": norms.id,
        "title": wording.in_language(norms.title),
        "period": wording.in_language(norms.period),
        "place": wording.in_language(norms.place),
        "population": wording.in_language(norms.population),
        "outcome": wording.in_language(norms.outcome),
        "source": norms.source,
        "caveat": wording.in_language(norms.caveat),
        "mean": norms.mean,
        "median": norms.median,
        "rows": [],
    }
    for row in finding.rows:
        shown = {"band": row.band, "outcome_rate": row.outcome_rate}
        if norms.are_ranks_current:
            shown |= {"share": row.share, "lower": row.lower, "higher": row.higher}
        data["rows"].append(shown)
    return data


def as_text(definition: Definition, result: Score | Finding) -> str:
    """Answer a score, or what a tool that is not added up says, as lines for a person."""
    if isinstance(result, Score):
        return _score_as_text(definition, result)
    lines = [
        f"{wording.in_language(definition.titles)}, {definition.version}",
        _("Open: %(unknown)d. Nothing is added up.") % {"unknown": result.unknown},
    ]
    if result.outcome:
        lines.append(f"{wording.OUTCOMES[result.outcome]}.")
    return "\n".join([*lines, *_quality(definition), _("Nothing here decides. You do.")])


def _quality(definition: Definition) -> list[str]:
    found = (
        (_("Published accuracy: %(text)s"), definition.evidence),
        (_("Limits: %(text)s"), definition.limits),
    )
    return [sentence % {"text": wording.in_language(text)} for sentence, text in found if text]


def _score_as_text(definition: Definition, result: Score) -> str:
    lines = [
        f"{wording.in_language(definition.titles)}, {definition.version}",
        _("Known: %(raw)d. Unknown: %(unknown)d. Possible: %(low)d to %(high)d.")
        % {"raw": result.raw, "unknown": result.unknown, "low": result.low, "high": result.high},
        wording.verdict(definition, result) + ".",
    ]
    if result.prorated is not None:
        lines.append(_("With the imported table: %(value)d.") % {"value": result.prorated})
    for found in result.norms:
        lines.append(
            _("%(norms)s: %(outcome)s.")
            % {
                "norms": wording.norm_label(found.norms),
                "outcome": wording.in_language(found.norms.outcome),
            }
        )
        lines += [
            "  "
            + _("%(rate)d %% of those who scored %(band)s")
            % {"rate": row.outcome_rate, "band": wording.band_label(definition, row.band)}
            for row in found.rows
            if row.outcome_rate is not None
        ]
        lines.append("  " + wording.in_language(found.norms.caveat))
    lines += _quality(definition)
    lines.append(_("The score does not decide. You do."))
    return "\n".join(lines)
