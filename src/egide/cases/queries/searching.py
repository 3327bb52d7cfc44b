"""Search by reference, or by the names of people, within the reader's scope only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from egide.cases.models import Case, NameToken
from egide.cases.queries.rows import Row, knows_dates, named, with_name
from egide.common.compound import any_of
from egide.partners.models import Membership
from egide.sharing.rules.sides import is_management_only
from egide.vault import blind
from egide.vault.rules.names import words

PAGE = 25
#: Newest matches looked at for each spelling of a word; a common name is narrowed by a second word.
NEWEST = 50
MOST_WORDS = 6

#: One word of a search: its own token, and those of names that sound alike.
Word = tuple[bytes, list[bytes]]


@dataclass(frozen=True)
class Found:
    """What a search found; `has_more` when other cases of the reader match too."""

    rows: list[Row]
    has_more: bool = False


def search(*, actor: Membership, text: str, at: datetime) -> Found:
    """Find cases by reference, or by names of their people, within the actor's scope only.

    Every word must match, exactly or by sound, in the name of one person. The side that works with the
    person of concern searches that side's names alone. Of a common name the newest cases are looked at.
    """
    cleaned = text.strip()
    searched = list(blind.search_tokens(cleaned)) if words(cleaned) else []
    if not searched:
        return Found([])
    scope = Case.objects.visible_to(actor)
    reference = cleaned.upper().replace(" ", "-")
    matching = [scope.filter(reference=reference).order_by().values("pk")]
    if len(searched) <= MOST_WORDS:
        matching += _by_name(searched, scope, actor)
    order = (F("next_due_at").asc(nulls_last=True), "pk") if knows_dates(actor) else ("pk",)
    # Each part is within the scope already.
    cases = with_name(Case.objects.filter(pk__in=any_of(matching)), actor).order_by("-is_open", *order)
    found = list(cases[: PAGE + 1])
    rows = named(found[:PAGE], actor=actor, at=at)
    # A name found would tell the name: where it may not be read, the case is found by its reference alone.
    kept = [row for row in rows if row.name or row.case.reference == reference]
    return Found(kept, has_more=len(found) > PAGE and len(kept) == len(rows))


def _by_name(searched: Sequence[Word], scope: QuerySet[Case], actor: Membership) -> list[QuerySet[Any]]:
    """Answer one query for each spelling of the first word and each side, newest cases first, each limited.

    One at a time the database reads them in the order of its index and stops; all at once it would sort
    every case of everyone that bears a common name.
    """
    sides = ["management"] if is_management_only(actor.sector) else ["victim", "management"]
    first, *others = searched
    queries = []
    for token in dict.fromkeys([first[0], *first[1]]):
        for side in sides:
            rows = NameToken.objects.filter(token=token, side=side, case__in=scope.order_by().values("pk"))
            for exact, sounds in others:
                also = NameToken.objects.filter(token__in=[exact, *sounds], side=side)
                rows = rows.filter(file__in=also.order_by().values("file"))
            queries.append(rows.order_by("-case_id").values("case_id")[:NEWEST])
    return queries
