"""What a consent, or its withdrawal, changes for whom: said before it is recorded, by the decisions that serve pages."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count

from egide.cases.models import Case, File, Task
from egide.cases.queries.foreseeing import Foresight, Line, SeenFile
from egide.cases.queries.holding import held_kinds
from egide.common.text import localized
from egide.partners.models import Agency, Membership
from egide.sharing import ending, tables
from egide.sharing import queries as sharing_queries
from egide.sharing.asking import Seat
from egide.sharing.everyone import Everyone
from egide.sharing.foreseeing import COMMON, Draft
from egide.sharing.models import Consent, Ground
from egide.sharing.relation import Relation
from egide.sharing.rules.categories import CATEGORIES
from egide.sharing.rules.levels import Level


def titles(slugs: Iterable[str]) -> list[str]:
    """Answer the names of kinds of information, in the active language and in the order of the list of kinds."""
    wanted = set(slugs)
    return [localized(one, "title") for slug, one in CATEGORIES.items() if slug in wanted]


@dataclass(frozen=True)
class FileChange:
    """What one agency reads more, and less, of one file."""

    file: File
    gained: frozenset[str]
    lost: frozenset[str]
    #: Still read here, and no longer copied.
    lessened: frozenset[str]
    #: Newly consented to, and still closed: with the rule that keeps it.
    kept: tuple[tuple[str, str], ...] = ()

    @property
    def more(self) -> list[str]:
        return titles(self.gained)

    @property
    def less(self) -> list[str]:
        return titles(self.lost)

    @property
    def copied_no_more(self) -> list[str]:
        return titles(self.lessened)

    @property
    def closed(self) -> list[tuple[str, str]]:
        return [(localized(CATEGORIES[slug], "title"), why) for slug, why in self.kept]


@dataclass(frozen=True)
class Change:
    """What changes for one agency."""

    agency: Agency
    files: tuple[FileChange, ...]
    #: It begins to work on the case; it works on it no more.
    comes: bool
    leaves: bool
    #: It is told to stop using what it received.
    is_told: bool
    #: Of what nothing is written yet: it would receive it, or it would not.
    later_gained: frozenset[str]
    later_lost: frozenset[str]

    @property
    def loses(self) -> bool:
        shrinks = any(one.lost or one.lessened for one in self.files)
        return self.leaves or self.is_told or bool(self.later_lost) or shrinks

    @property
    def gains(self) -> bool:
        return self.comes or bool(self.later_gained) or any(one.gained or one.kept for one in self.files)

    @property
    def later_more(self) -> list[str]:
        return titles(self.later_gained)

    @property
    def later_less(self) -> list[str]:
        return titles(self.later_lost)

    @property
    def code(self) -> Any:
        """The same in codes, whatever the language."""
        said = [
            [str(one.file.pk), sorted(one.gained), sorted(one.lost), sorted(one.lessened)]
            for one in self.files
        ]
        flags = [self.comes, self.leaves, self.is_told]
        return [str(self.agency.pk), *flags, said, sorted(self.later_gained), sorted(self.later_lost)]


@dataclass(frozen=True)
class Effect:
    """What changes for everyone, and the consents it was compared with."""

    changes: list[Change]
    #: Named before and after, and nothing changes for them.
    same: list[Agency]
    in_force: list[Consent]
    #: Grounds in force that do not rest on consent: they stand.
    standing: list[Ground] = field(default_factory=list)
    draft: Draft | None = None

    @property
    def gainers(self) -> list[Change]:
        return [one for one in self.changes if one.gains]

    @property
    def losers(self) -> list[Change]:
        return [one for one in self.changes if one.loses]

    @property
    def replaced(self) -> frozenset[UUID]:
        """The consents in force that were looked at."""
        return frozenset(one.pk for one in self.in_force)

    @property
    def mark(self) -> str:
        """What the page showed, as a short code: recorded is what was shown, or nothing."""
        draft = self.draft
        asked: Any = None
        if draft is not None:
            sets = (draft.agencies, draft.categories, draft.purposes)
            asked = [*(sorted(map(str, one)) for one in sets), draft.is_written, draft.expires_at.isoformat()]
        told = [asked, sorted(map(str, self.replaced)), [one.code for one in self.changes]]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def effect(*, case: Case, file: File, actor: Membership, draft: Draft, at: datetime) -> Effect:
    """Answer what would change for each agency if a consent as drafted stood in the place of those in force.

    Nothing is opened and nothing recorded. What the actor may not know of is left out of the answer.

    Args:
        file: whose consent it is. draft: names nobody when everything is withdrawn; `staying` and `ends_common` are
            filled in here.
    """
    in_force = ending.in_force_on(file_id=file.pk, at=at)
    grounds = _grounds(case)
    draft = _settled(draft, case, file, in_force, at)
    agencies = _agencies(case, draft, in_force, grounds)
    foresight = Foresight(case=case, actor=actor, at=at)
    seats: list[Any] = [Seat(one) for one in agencies]
    everyone = Everyone(members=seats, files=foresight.files, at=at)
    terms = _Terms(case, file, draft, in_force, actor)
    table = terms.table
    changes = [
        _change(seat, foresight, draft, terms, {pk: replace(tie, table=table) for pk, tie in ties.items()})
        for seat in seats
        for ties in [everyone.ties(seat)]
    ]
    kept = [one for one in changes if one.gains or one.loses]
    changed = {one.agency.pk for one in kept}
    return Effect(
        kept,
        [one for one in agencies if one.pk in terms.after and one.pk not in changed],
        in_force,
        [one for one in grounds if one.kind != COMMON or not draft.ends_common],
        draft,
    )


def tasks_given_back(*, case: Case, effect: Effect) -> list[tuple[Agency, int]]:
    """Answer how many open tasks each agency that leaves would give back to the lead agency."""
    leaving = {one.agency.pk: one.agency for one in effect.changes if one.leaves}
    rows = Task.objects.filter(case=case, agency__in=leaving, done_at__isnull=True).order_by("agency")
    counted = rows.values_list("agency").annotate(n=Count("pk"))
    return sorted(((leaving[pk], n) for pk, n in counted), key=lambda pair: str(pair[0]))


def _grounds(case: Case) -> list[Ground]:
    rows = Ground.objects.in_force().filter(case_id=case.pk).select_related("recipient")
    return list(rows.order_by("recipient__code", "pk"))


def _settled(draft: Draft, case: Case, file: File, in_force: Sequence[Consent], at: datetime) -> Draft:
    """The draft, with who stays whatever it says: the lead agency, and whoever was assigned on no consent."""
    others = sharing_queries.active_assignments(now=at).filter(case_id=case.pk)
    others = others.exclude(consent__in=[one.pk for one in in_force])
    staying = {case.programme.lead_agency_id, *others.order_by().values_list("agency_id", flat=True)}
    return replace(
        draft,
        staying=frozenset(staying),
        ends_common=file.is_subject and case.programme.protocol.is_consent_required,
        takes_part=file.is_subject,
    )


def _agencies(
    case: Case, draft: Draft, in_force: Sequence[Consent], grounds: Sequence[Ground]
) -> list[Agency]:
    """Those anything may change for, by name: the lead agency answers for the file and loses nothing."""
    found = {agency.pk: agency for consent in in_force for agency in consent.recipients.all()}
    found |= {one.recipient_id: one.recipient for one in grounds if one.kind == COMMON}
    missing = draft.agencies - found.keys()
    if missing:
        found |= Agency.objects.in_bulk(list(missing))
    found.pop(case.programme.lead_agency_id, None)
    return sorted(found.values(), key=str)


class _Terms:
    """What the consents say, before and after, whatever the file holds; and who is told that some of it ended."""

    def __init__(
        self, case: Case, file: File, draft: Draft, in_force: Sequence[Consent], actor: Membership
    ) -> None:
        self.needs_consent = case.programme.protocol.is_consent_required
        self.table = tables.current()
        self.before: Mapping[UUID, Collection[ending.Pair]] = ending.covered(in_force)
        pairs = {(category, purpose) for category in draft.categories for purpose in draft.purposes}
        named = {*draft.agencies, actor.agency_id} if draft.agencies else set()
        self.after = dict.fromkeys(named, pairs)
        held = held_kinds(case, file=None if file.is_subject else file)
        self.roles = sorted({role for _category, role in held})
        # Of anybody else's consent, agencies lose something of one file and go on working on the case.
        kept: dict[UUID, Collection[ending.Pair]] = (
            {} if file.is_subject else {pk: set() for pk in self.before}
        )
        lost = ending.losses(
            ended=in_force,
            now={**kept, **self.after},
            held=held,
            kept_by=case.programme.lead_agency_id,
            needs_consent=self.needs_consent,
        )
        self.told = {one.agency.pk for one in lost}

    def readable(self, agency: Agency, slugs: Collection[str]) -> frozenset[str]:
        """Of these kinds, those the agency could read in some file, were something of them written."""
        return frozenset(
            slug
            for slug in slugs
            if ending.could_read(
                agency,
                [(slug, role) for role in self.roles],
                needs_consent=self.needs_consent,
                table=self.table,
            )
        )


def _change(
    seat: Any, foresight: Foresight, draft: Draft, terms: _Terms, ties: Mapping[UUID, Relation]
) -> Change:
    pk = seat.agency.pk
    before = {category for category, _purpose in terms.before.get(pk, ())}
    after = {category for category, _purpose in terms.after.get(pk, ())}
    today = foresight.of(seat, ties=ties)
    then = foresight.of(seat, ties=ties, draft=draft)
    files = tuple(_file_change(a, b, after - before) for a, b in zip(today, then, strict=True))
    was_on, is_on = any(tie.is_assigned for tie in ties.values()), pk in terms.after or pk in draft.staying
    gained = frozenset().union(*(one.gained for one in files))
    lost = frozenset().union(*(one.lost for one in files))
    leaves = was_on and not is_on
    held = {line.slug for seen in (*today, *then) for line in seen.lines or ()}
    return Change(
        seat.agency,
        files,
        comes=is_on and not was_on,
        leaves=leaves,
        is_told=pk in terms.told,
        later_gained=terms.readable(seat.agency, after - before - gained - held),
        later_lost=frozenset() if leaves else terms.readable(seat.agency, before - after - lost - held),
    )


def _file_change(before: SeenFile, after: SeenFile, chosen: Collection[str]) -> FileChange:
    had = {line.slug: line for line in before.lines or ()}
    gets = {line.slug: line for line in after.lines or ()}
    gained, lost, lessened = set(), set(), set()
    for slug in had.keys() | gets.keys():
        was, now = _level(had.get(slug)), _level(gets.get(slug))
        if was < Level.VIEW <= now:
            gained.add(slug)
        elif now < Level.VIEW <= was:
            lost.add(slug)
        elif Level.VIEW <= now < was:
            lessened.add(slug)
    kept = [
        (slug, " ".join(line.texts))
        for slug, line in gets.items()
        if slug in chosen and line.level < Level.VIEW
    ]
    return FileChange(after.file, frozenset(gained), frozenset(lost), frozenset(lessened), tuple(kept))


def _level(line: Line | None) -> Level:
    return line.level if line is not None else Level.NONE
