"""`egide score`: the scorer from the command line. Reads no database and keeps nothing.

`run` is what both entrances call: the management command and `python -m egide score`.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import override

from egide.assessments import library, wording
from egide.assessments.rules.catalogue import UnknownInstrumentError
from egide.assessments.rules.definition import Definition, DefinitionError
from egide.assessments.rules.scoring import AnswerError, NormFinding, Score, score

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
        instrument: code or alias.
        answers: path of a JSON file `{"1": "yes", …}`; `-` reads the standard input.
        language: of what is written; that of the environment when empty.
    Returns:
        The exit status: 0, or 2 when the input cannot be scored, with the reasons on `stderr`.
    """
    out, err = stdout or sys.stdout, stderr or sys.stderr
    with override(language or environment_language()):
        try:
            definition = library.find(instrument)
            result = score(definition, read_answers(answers))
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
            text = json.dumps(as_data(result), ensure_ascii=False) if as_json else as_text(definition, result)
            out.write(text + "\n")
            return EXIT_OK
        err.write("".join(f"{line}\n" for line in lines))
        return EXIT_BAD_INPUT


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


def _read_bytes(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read(LARGEST_FILE + 1)
    try:
        with Path(path).open("rb") as file:
            return file.read(LARGEST_FILE + 1)
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


def as_text(definition: Definition, result: Score) -> str:
    """Answer a score as lines for a person."""
    lines = [
        f"{wording.in_language(definition.titles)}, {definition.version}",
        _("Known: %(raw)d. Unknown: %(unknown)d. Possible: %(low)d to %(high)d.")
        % {"raw": result.raw, "unknown": result.unknown, "low": result.low, "high": result.high},
        wording.verdict(definition, result) + ".",
    ]
    if result.prorated is not None:
        lines.append(_("With the imported table: %(value)d.") % {"value": result.prorated})
    for finding in result.norms:
        lines.append(
            _("%(norms)s: %(outcome)s.")
            % {
                "norms": wording.norm_label(finding.norms),
                "outcome": wording.in_language(finding.norms.outcome),
            }
        )
        lines += [
            "  "
            + _("%(rate)d %% of those who scored %(band)s")
            % {"rate": row.outcome_rate, "band": wording.band_label(definition, row.band)}
            for row in finding.rows
            if row.outcome_rate is not None
        ]
        lines.append("  " + wording.in_language(finding.norms.caveat))
    lines.append(_("The score does not decide. You do."))
    return "\n".join(lines)
