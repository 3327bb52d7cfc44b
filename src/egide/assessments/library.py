"""The instruments of this deployment: those that ship, and those two people signed off here."""

import json
import logging
from functools import lru_cache

from django.utils.translation import gettext as _

from egide.assessments.lifecycle import ImportState
from egide.assessments.models import InstrumentImport
from egide.assessments.rules import catalogue
from egide.assessments.rules.definition import Definition, DefinitionError, gettext_noop
from egide.assessments.rules.reading import parse_text
from egide.common.errors import Refused
from egide.vault import blind

log = logging.getLogger(__name__)


def find(name: str, *, version: str = "") -> Definition:
    """Answer an instrument by code or alias; the latest when no version is given.

    Raises:
        UnknownInstrumentError, DefinitionError: see `catalogue.choose`.
    """
    return catalogue.choose(every(), name, version=version)


def every() -> catalogue.Catalogue:
    """Answer every version of every instrument, and those that cannot be used; one query."""
    imported, errors = _approved()
    found = catalogue.catalogue(imported=imported)
    return catalogue.Catalogue(found.definitions, (*found.errors, *errors))


def _approved() -> tuple[list[Definition], list[DefinitionError]]:
    """Answer what two people signed off, each read once a process; one that was altered since is not used."""
    definitions, errors = [], []
    rows = InstrumentImport.objects.filter(state=ImportState.APPROVED).order_by("instrument", "version")
    for instrument, version, content, rights, seal in rows.values_list(
        "instrument", "version", "content", "rights", "seal"
    ):
        try:
            definitions.append(_sealed(content, rights, seal))
        except DefinitionError as error:
            log.error("the import of %s %s cannot be used: %s", instrument, version, error.where)
            errors.append(DefinitionError(f"{instrument} {version}", error.reason, **error.params))
    return definitions, errors


@lru_cache(maxsize=128)
def _sealed(content: str, rights: str, seal: str) -> Definition:
    if seal_of(content=content, rights=rights) != seal:
        raise DefinitionError("seal", gettext_noop("was altered since it was approved"))
    return parse_text(content)


def seal_of(*, content: str, rights: str) -> str:
    """Answer the seal of a definition together with the right under which it is used.

    Keyed: who holds the database alone changes neither without its being seen.
    """
    return blind.digest("instrument-import", json.dumps([content, rights], ensure_ascii=False)).hex()


def check_is_free(definition: Definition) -> None:
    """Pass only a version that is not there, of an instrument whose name nobody else bears.

    Raises:
        Refused: it is, or its code or another name is that of another instrument.
    """
    known = every().definitions
    if any((one.code, one.version) == (definition.code, definition.version) for one in known):
        raise Refused(_("This version is here already, or waits for an answer."))
    others = {name for one in known if one.code != definition.code for name in (one.code, *one.aliases)}
    taken = sorted(others & {definition.code, *definition.aliases})
    if taken:
        raise Refused(_("Another instrument bears the name %(name)s.") % {"name": taken[0]})
