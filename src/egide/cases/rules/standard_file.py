"""Read a standard a team audits itself against: every part is there in both languages, or it is refused with the place.

Those that ship are in `standards/`; a deployment adds its own in the folder `standards` of its protocols. Whoever audits
keeps the text as it was: `parse` reads it again from there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

#: Where standards are looked for, in this order; the application adds the deployment's folder when it starts.
FOLDERS = [Path(__file__).resolve().parent.parent / "standards"]
#: How sure a text is: read in two sources, in one, from the founders' brief, or our own proposal. What was only recalled,
#: or looked for and not found, is no standard (`domain/frameworks.md`).
MARKS = ("V2", "V1", "S", "O")
#: As long as a statement's code may be: the name of its draft holds it.
LONGEST_CODE = 30
_WORDS = ("title_en", "title_fr", "text_en", "text_fr")
_HEAD = ("title_en", "title_fr", "note_en", "note_fr", "source_en", "source_fr")


class StandardError(ValueError):
    """A standard's file is incomplete or contradicts itself; the message names the place."""


@dataclass(frozen=True)
class Statement:
    """One thing a team says of itself whether it is so."""

    code: str
    title_en: str
    title_fr: str
    text_en: str
    text_fr: str


@dataclass(frozen=True)
class Standard:
    """One version of a written standard, with where it comes from and how sure that is."""

    code: str
    version: int
    title_en: str
    title_fr: str
    note_en: str
    note_fr: str
    source_en: str
    source_fr: str
    #: Marks of confidence, one of `MARKS`: of the titles of statements, and of their texts.
    titles: str
    texts: str
    statements: tuple[Statement, ...]

    def statement(self, code: str) -> Statement | None:
        """Answer the statement of that code; None when there is none."""
        return next((one for one in self.statements if one.code == code), None)


@cache
def read(code: str) -> Mapping[str, Any]:
    """Answer the text of the standard of that code, as its file holds it, checked; read once a process.

    Raises:
        StandardError: there is none, or it is not whole.
    """
    found = next((path for folder in FOLDERS if (path := folder / f"{code}.yaml").is_file()), None)
    if not code.isidentifier() or found is None:
        raise StandardError(f"no standard {code!r}")
    data: Mapping[str, Any] = yaml.safe_load(found.read_text(encoding="utf-8"))
    if parse(data).code != code:
        raise StandardError(f"code: the file {code}.yaml holds {data['code']!r}")
    return data


@cache
def load(code: str) -> Standard:
    """Read and check the standard of that code: one that ships, or the deployment's own.

    Raises:
        StandardError: there is none, or it is not whole.
    """
    return parse(read(code))


def parse(data: Mapping[str, Any]) -> Standard:
    """Turn a loaded file, or a text kept with an audit, into a standard.

    Raises:
        StandardError: a part is missing, empty or there twice, or a mark is none of `MARKS`.
    """
    try:
        return _standard(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise StandardError(f"standard: {error}") from error


def _standard(data: Mapping[str, Any]) -> Standard:
    version = data["version"]
    if not isinstance(version, int) or isinstance(version, bool) or version <= 0:
        raise StandardError("version: give a whole number above zero")
    words = {name: _said(data, name, where=name) for name in _HEAD}
    statements = tuple(_statement(one) for one in data["statements"])
    codes = [one.code for one in statements]
    if not statements or len(set(codes)) < len(codes):
        raise StandardError("statements: there is none, or a code is there twice")
    return Standard(
        code=_said(data, "code", where="code"),
        version=version,
        titles=_mark(data, "titles"),
        texts=_mark(data, "texts"),
        statements=statements,
        **words,
    )


def _statement(data: Mapping[str, Any]) -> Statement:
    code = _said(data, "code", where="statements")
    if not (code.isascii() and code.isidentifier() and code == code.lower()) or len(code) > LONGEST_CODE:
        raise StandardError(f"statements: {code!r} is not a short word in small letters")
    return Statement(code, *(_said(data, name, where=f"statements.{code}.{name}") for name in _WORDS))


def _said(data: Mapping[str, Any], name: str, *, where: str) -> str:
    said = data[name]
    if not isinstance(said, str) or not said.strip():
        raise StandardError(f"{where}: nothing is written")
    return said


def _mark(data: Mapping[str, Any], name: str) -> str:
    if data[name] not in MARKS:
        raise StandardError(f"{name}: {data[name]!r} is none of {', '.join(MARKS)}")
    return str(data[name])
