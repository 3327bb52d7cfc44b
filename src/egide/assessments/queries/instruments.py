"""What instruments there are, under which right, and the very text each assessment was made with."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from egide.assessments import library, wording
from egide.assessments.models import Assessment, InstrumentImport, InstrumentRight, KeptDefinition
from egide.assessments.rules import cards
from egide.assessments.rules.cards import Card
from egide.assessments.rules.catalogue import UnknownInstrumentError
from egide.assessments.rules.definition import Definition, DefinitionError, digest_of
from egide.assessments.rules.reading import parse_text
from egide.common.errors import NotVisible, Unavailable

log = logging.getLogger(__name__)
#: Texts read in one process: each is of its digest for ever, so none is ever read again.
_known: dict[str, Definition | Card] = {}
MOST_KNOWN = 500


@dataclass(frozen=True)
class InstrumentState:
    """One instrument, and the right under which it is active here; None when it is not."""

    definition: Definition
    right: InstrumentRight | None

    @property
    def is_active(self) -> bool:
        return self.right is not None


@dataclass(frozen=True)
class Tool:
    """One tool of the library: its card, its sheets, or both."""

    code: str
    card: Card | None
    states: tuple[InstrumentState, ...]

    @property
    def known_by(self) -> Definition | Card:
        """What names it: its card, else its latest sheet."""
        return self.card or self.states[-1].definition

    @property
    def latest(self) -> InstrumentState | None:
        """Its latest sheet; None when there is none."""
        return self.states[-1] if self.states else None

    @property
    def takes_results(self) -> bool:
        """Whether a result obtained elsewhere may be recorded."""
        return self.card is not None and not self.card.is_bundled


def definition_of(instrument: str) -> Definition:
    """Answer the latest definition by code or alias.

    Raises:
        NotVisible: there is none that can be used.
    """
    try:
        return library.find(instrument)
    except (UnknownInstrumentError, DefinitionError) as error:
        raise NotVisible from error


def card_of(instrument: str) -> Card:
    """Answer the card of a tool by code or alias.

    Raises:
        NotVisible: there is none.
    """
    found = cards.find(instrument)
    if found is None:
        raise NotVisible
    return found


def definition_used(row: Assessment) -> Definition:
    """Answer the very text a sheet was filled with.

    Raises:
        Unavailable: it is not there whole; another text would misread the answers.
    """
    found = made_with([row])[row.pk]
    if isinstance(found, Card):
        raise Unavailable(_("This result was obtained elsewhere: there is no sheet here."))
    return found


def made_with(rows: Sequence[Assessment]) -> dict[UUID, Definition | Card]:
    """Answer, of each assessment, the very text it was made with; at most one query.

    Raises:
        Unavailable: one is not there whole.
    """
    found = by_digest({row.definition_id for row in rows if row.definition_id})
    return {row.pk: found.get(row.definition_id or "") or _oldest(row) for row in rows}


def by_digest(digests: Iterable[str]) -> Mapping[str, Definition | Card]:
    """Answer kept texts by digest; at most one query, none for what this process has read.

    A text that is not of its digest any more is left out.
    """
    wanted = set(digests)
    missing = wanted - set(_known)
    if missing:
        rows = KeptDefinition.objects.filter(digest__in=missing).order_by()
        for digest, content, is_card in rows.values_list("digest", "content", "is_card"):
            _remember(digest, content, is_card=is_card)
    return {digest: _known[digest] for digest in wanted if digest in _known}


def _remember(digest: str, content: str, *, is_card: bool) -> None:
    if digest_of(content) != digest:
        log.error("the kept text %s was altered", digest)
        return
    if len(_known) >= MOST_KNOWN:
        _known.clear()
    _known[digest] = cards.parse_text(content) if is_card else parse_text(content)


def _oldest(row: Assessment) -> Definition:
    """Answer the definition of an assessment made before texts were kept, or whose text was altered.

    Raises:
        Unavailable: its text was altered, or this deployment no longer has that version.
    """
    gone = Unavailable(
        _("The definition of %(instrument)s, version %(version)s, is no longer on this server.")
        % {"instrument": row.instrument, "version": row.version}
    )
    if row.definition_id:
        raise gone
    try:
        return library.find(row.instrument, version=row.version)
    except (UnknownInstrumentError, DefinitionError) as error:
        raise gone from error


def instrument_states() -> list[InstrumentState]:
    """Answer every instrument with its right, in two queries."""
    rights = {(right.instrument, right.version): right for right in _rights()}
    return [
        InstrumentState(definition, rights.get((definition.code, definition.version)))
        for definition in library.every().definitions
    ]


def tools() -> list[Tool]:
    """Answer every tool there is, by code, with its card and its sheets; two queries."""
    sheets: dict[str, list[InstrumentState]] = {}
    for state in instrument_states():
        sheets.setdefault(state.definition.code, []).append(state)
    known = cards.cards()
    return [Tool(code, known.get(code), tuple(sheets.get(code, ()))) for code in sorted({*known, *sheets})]


def tool(code: str) -> Tool:
    """Answer one tool.

    Raises:
        NotVisible: there is none of that code.
    """
    found = next((one for one in tools() if one.code == code), None)
    if found is None:
        raise NotVisible
    return found


def import_errors() -> list[str]:
    """Say what keeps imported definitions from being used, a sentence each, for the administrator."""
    return [wording.definition_error(error) for error in library.every().errors]


def _rights() -> Iterable[InstrumentRight]:
    return InstrumentRight.objects.select_related("recorded_by__account").order_by("instrument", "version")


def is_active(definition: Definition) -> bool:
    """Say whether an administrator recorded the right to use this version."""
    return (
        InstrumentRight.objects.filter(instrument=definition.code, version=definition.version)
        .order_by()
        .exists()
    )


def imports() -> QuerySet[InstrumentImport]:
    """Return what was brought in, the newest first."""
    return InstrumentImport.objects.select_related(
        "proposed_by__agency", "proposed_by_account", "decided_by_account"
    ).order_by("-proposed_at", "-pk")


def fetch_import(import_id: UUID) -> InstrumentImport:
    """Answer one import.

    Raises:
        NotVisible: there is none.
    """
    found: InstrumentImport | None = imports().filter(pk=import_id).first()
    if found is None:
        raise NotVisible
    return found


@lru_cache(maxsize=32)
def read_import(content: str) -> Definition | None:
    """Answer the definition of an import; None when it can no longer be read."""
    try:
        return parse_text(content)
    except DefinitionError:
        return None
