"""Find instruments: those we ship, and those a deployment imported under its own right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from egide.assessments.rules.definition import Definition, DefinitionError, gettext_noop
from egide.assessments.rules.reading import parse_text

SHIPPED = Path(__file__).resolve().parent.parent / "instruments"


class UnknownInstrumentError(LookupError):
    """No instrument answers to that name; `known` lists the codes that exist."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(name)
        self.name = name
        self.known = tuple(known)


@dataclass(frozen=True)
class Catalogue:
    """The definitions of some folders, by code then version, and the files that cannot be used."""

    definitions: tuple[Definition, ...]
    errors: tuple[DefinitionError, ...]


def catalogue(folders: Sequence[Path] = (SHIPPED,), *, imported: Iterable[Definition] = ()) -> Catalogue:
    """Read every definition of the folders; one that is wrong keeps none of the others out.

    An absent folder is empty. Of two that give the same version, the first one counts, what was imported last.

    Args:
        imported: definitions two people signed off here.
    """
    found: dict[tuple[str, str], Definition] = {}
    errors = []
    for folder in folders:
        for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.json")]):
            try:
                definition = _read(path, path.stat().st_mtime_ns)
                _add(found, definition, path)
            except DefinitionError as error:
                errors.append(error)
    for definition in imported:
        found.setdefault((definition.code, definition.version), definition)
    return Catalogue(tuple(found[key] for key in sorted(found)), tuple(errors))


def _add(found: dict[tuple[str, str], Definition], definition: Definition, path: Path) -> None:
    key = (definition.code, definition.version)
    if key in found:
        raise DefinitionError(
            path.name,
            gettext_noop("%(code)s %(version)s exists already"),
            code=definition.code,
            version=definition.version,
        )
    found[key] = definition


def find(name: str, *, version: str = "", folders: Sequence[Path] = (SHIPPED,)) -> Definition:
    """Answer the instrument of that code or alias, in that version or else the latest. See `choose`."""
    return choose(catalogue(folders), name, version=version)


def choose(every: Catalogue, name: str, *, version: str = "") -> Definition:
    """Answer, of a catalogue, the instrument of that code or alias, in that version or else the latest.

    Args:
        name: as people write it: capitals, spaces and underscores do not matter.
    Raises:
        UnknownInstrumentError: there is none, and every file could be read.
        DefinitionError: there is none, and this file could not be read.
    """
    wanted = as_code(name)
    # A code before an alias: an import cannot take the place of another instrument by its name.
    answering = [each for each in every.definitions if wanted == each.code] or [
        each for each in every.definitions if wanted in each.aliases
    ]
    if version:
        answering = [each for each in answering if each.version == version]
    if answering:
        return answering[-1]
    if every.errors:
        raise every.errors[0]
    raise UnknownInstrumentError(name, sorted({each.code for each in every.definitions}))


def as_code(name: str) -> str:
    """Answer a name as a code: capitals, spaces and underscores do not matter."""
    return "-".join(name.strip().lower().replace("_", " ").replace("-", " ").split())


@lru_cache(maxsize=64)
def _read(path: Path, changed_at: int) -> Definition:
    """Read one file; a changed file is read again."""
    try:
        return parse_text(path.read_bytes())
    except OSError as error:
        raise DefinitionError(path.name, gettext_noop("cannot be read")) from error
    except DefinitionError as error:
        raise DefinitionError(f"{path.name}: {error.where}", error.reason, **error.params) from error
