"""Find instruments: those we ship, and those a deployment imported under its own right."""

from collections.abc import Sequence
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


def instruments(folders: Sequence[Path] = (SHIPPED,)) -> list[Definition]:
    """Answer every definition of the folders, by code then version. A folder that is absent is empty.

    Raises:
        DefinitionError: a file cannot be used, or two give the same version; the place begins with its name.
    """
    found: dict[tuple[str, str], Definition] = {}
    for folder in folders:
        for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.json")]):
            definition = _read(path, path.stat().st_mtime_ns)
            key = (definition.code, definition.version)
            if key in found:
                raise DefinitionError(
                    path.name,
                    gettext_noop("%(code)s %(version)s exists already"),
                    code=definition.code,
                    version=definition.version,
                )
            found[key] = definition
    return [found[key] for key in sorted(found)]


def find(name: str, *, version: str = "", folders: Sequence[Path] = (SHIPPED,)) -> Definition:
    """Answer the instrument of that code or alias, in that version or else the latest.

    Args:
        name: as people write it: capitals, spaces and underscores do not matter.
    Raises:
        UnknownInstrumentError: there is none.
        DefinitionError: a file of the folders cannot be used.
    """
    wanted = "-".join(name.strip().lower().replace("_", " ").replace("-", " ").split())
    every = instruments(folders)
    answering = [each for each in every if wanted in (each.code, *each.aliases)]
    if version:
        answering = [each for each in answering if each.version == version]
    if not answering:
        raise UnknownInstrumentError(name, sorted({each.code for each in every}))
    return answering[-1]


@lru_cache(maxsize=64)
def _read(path: Path, changed_at: int) -> Definition:
    """Read one file; a changed file is read again."""
    try:
        return parse_text(path.read_bytes())
    except DefinitionError as error:
        raise DefinitionError(f"{path.name}: {error.where}", error.reason, **error.params) from error
