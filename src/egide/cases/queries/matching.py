"""Who may be the same person, among the files this reader may open; nobody else's file is looked at (ADR 28).

Names lead to candidates through the blind index, within the reader's scope; those the reader may read are opened, which
leaves a trace on each, and compared. What a victim service or a treatment programme keeps meets only what the same agency
keeps: matching it elsewhere, keyed or not, would be a disclosure (`us-vawa-release`).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, QuerySet

from egide.cases.intake import Person
from egide.cases.models import Case, Entry, File, NameToken
from egide.cases.models.file import FileRole, codes_of
from egide.cases.queries.conflicts import NEVER_ACROSS
from egide.cases.queries.rows import bring_programmes
from egide.cases.rules import matching
from egide.cases.rules.matching import Band, Comparison, Known
from egide.common.compound import any_of
from egide.partners.models import Agency, Membership
from egide.sharing import services as sharing
from egide.sharing.rules.sides import is_management_only
from egide.vault import blind
from egide.vault.rules import names

#: What says who somebody is, and how they are reached: what is compared.
FORMS = ("identity:1", "contact-given:1", "safe-contact:1", "address:1")
#: Files looked at for each spelling of a name, newest first; and compared for one question.
NEWEST, MOST = 20, 40
#: Words of a name looked for.
MOST_WORDS = 4


@dataclass(frozen=True)
class Keepers:
    """The agencies that keep a file: who holds it, and those whose law never lets its names meet another's."""

    holder_id: UUID
    bound: frozenset[UUID]

    def may_meet(self, other: "Keepers") -> bool:
        """Say whether names of the two may be compared: bound ones, within one agency and one source alone."""
        if not self.bound and not other.bound:
            return True
        return self == other


@dataclass(frozen=True)
class Sought:
    """Somebody who is looked for."""

    known: Known
    side: str
    keepers: Keepers


@dataclass(frozen=True)
class Somebody(Sought):
    """Somebody known, as far as this reader may read."""

    file: File


@dataclass(frozen=True)
class Likeness:
    """Two people who may be the same: the one looked for, the one known, and why."""

    sought: Sought
    found: Somebody
    comparison: Comparison


def side_of(role: str) -> str:
    """Answer the side of the index a role is on: the two never meet."""
    return "management" if role == FileRole.PERSON_OF_CONCERN else "victim"


def typed(person: Person, *, role: str, holder: Agency, by: Agency) -> Sought:
    """Answer somebody as they are typed in a referral, by an agency, to another one."""
    known = Known(
        person.given_name,
        person.family_name,
        person.born_on.isoformat() if person.born_on else "",
        (person.phone,) if person.phone else (),
        (person.address,) if person.address else (),
    )
    return Sought(known, side_of(role), Keepers(holder.pk, bound_among([holder, by])))


def bound_among(agencies: Iterable[Agency]) -> frozenset[UUID]:
    """Answer those of some agencies whose law never lets names meet another's."""
    return frozenset(one.pk for one in agencies if NEVER_ACROSS & set(one.regimes))


def alike(sought: Sequence[Sought], *, actor: Membership, at: datetime) -> list[Likeness]:
    """Compare people who are being typed with those this reader may read."""
    parts = [part for one in sought for part in _parts(one, actor)]
    files = File.objects.filter(pk__in=any_of(parts)).order_by("-pk").values("pk")[:MOST]
    return _likely(sought, open_people(files if parts else [], sought=sought, actor=actor, at=at))


def _likely(sought: Sequence[Sought], known: Sequence[Somebody]) -> list[Likeness]:
    """Answer those worth asking about: the closest band first, then the newest."""
    found = [
        Likeness(one, somebody, comparison)
        for one in sought
        for somebody in known
        if one.side == somebody.side
        and one.keepers.may_meet(somebody.keepers)
        and (comparison := matching.compare(one.known, somebody.known)).is_worth_asking
    ]
    bands = list(Band)
    return sorted(found, key=lambda one: (bands.index(one.comparison.band), -one.found.file.pk.int))


def of_case(*, case: Case, actor: Membership, at: datetime) -> list[Likeness]:
    """Compare the people of a case with those this reader may read, all opened together."""
    sought: dict[tuple[UUID, str], list[bytes]] = {}
    names_of_case = NameToken.objects.filter(file__in=File.objects.filter(case=case).order_by().values("pk"))
    for file, side, token in names_of_case.order_by().values_list("file", "side", "token"):
        sought.setdefault((file, side), []).append(bytes(token))
    scope = Case.objects.visible_to(actor).exclude(pk=case.pk).order_by().values("pk")
    others = NameToken.objects.filter(case__in=scope)
    parts = [names_met(others, tokens=tokens, side=side)[:MOST] for (_file, side), tokens in sought.items()]
    mine = File.objects.filter(case=case).order_by().values("pk")
    known = open_people(
        File.objects.filter(pk__in=any_of([mine, *parts])).order_by().values("pk"),
        case=case,
        actor=actor,
        at=at,
    )
    return _likely(
        [one for one in known if one.file.case_id == case.pk],
        [one for one in known if one.file.case_id != case.pk],
    )


#: Tokens that meet when two words of a name do, by spelling or by ear: three of one word, and one of another. Ours (O).
ENOUGH = 4


def names_met(rows: QuerySet[NameToken], *, tokens: Sequence[bytes], side: str) -> QuerySet[Any]:
    """Answer files of a side in which two words of a name meet, by spelling or by ear, most first, then newest."""
    met = rows.filter(token__in=tokens, side=side).order_by().values("file")
    shared = met.annotate(shared=Count("token", distinct=True)).filter(shared__gte=ENOUGH)
    return shared.order_by("-shared", "-file").values("file")


def open_people(
    files: QuerySet[Any] | Sequence[UUID],
    *,
    actor: Membership,
    at: datetime,
    sought: Sequence[Sought] = (),
    case: Case | None = None,
) -> list[Somebody]:
    """Open who the people of some files are, as far as the reader may; those whose name is withheld are left out.

    Args:
        files: within the reader's scope.
        sought: when somebody is looked for, or (with `case`) the people of a case are, only those they may be compared
            with are opened.
    """
    rows = File.entries_from(files, FORMS)
    found = {row.file_id: row.file for row in rows}
    keepers = keepers_of(rows)
    looking = [(one.side, one.keepers) for one in sought]
    looking += [(side_of(f.role), keepers[pk]) for pk, f in found.items() if case and f.case_id == case.pk]
    if looking:
        found = {
            pk: file
            for pk, file in found.items()
            if (case and file.case_id == case.pk)
            or any(side == side_of(file.role) and kept.may_meet(keepers[pk]) for side, kept in looking)
        }
    bring_programmes([file.case for file in found.values()], actor)
    items = sharing.open_records_of_files(
        actor=actor,
        files=list(found.values()),
        purpose=sharing.purpose_of(actor),
        at=at,
        records=[row.sealed_record() for row in rows if row.file_id in found],
    )
    by_file: dict[UUID, list[sharing.OpenedItem]] = {}
    for item in items:
        by_file.setdefault(item.file_id, []).append(item)
    return [
        Somebody(_known(said), side_of(found[pk].role), keepers[pk], found[pk])
        for pk, said in by_file.items()
        if any(item.form == "identity:1" for item in said)
    ]


def keepers_of(rows: Sequence[Entry]) -> dict[UUID, Keepers]:
    """Answer who keeps each file: of what is written of who the person is, who holds it and who brought it.

    The law is that of the rows, which travels with them; where no agency of theirs is bound any more, all count as bound.
    """
    agencies: dict[UUID, dict[UUID, Agency]] = {}
    is_bound: dict[UUID, bool] = {}
    for row in rows:
        own = agencies.setdefault(row.file_id, {})
        own |= {one.pk: one for one in (row.file.holder, row.holder, row.agency)}
        laws = {*codes_of(row.regimes), *codes_of(row.file.name_regimes)}
        is_bound[row.file_id] = is_bound.get(row.file_id, False) or bool(NEVER_ACROSS & laws)
    holders = {row.file_id: row.file.holder_id for row in rows}
    return {
        pk: Keepers(
            holders[pk], (bound_among(own.values()) or frozenset(own)) if is_bound[pk] else frozenset()
        )
        for pk, own in agencies.items()
    }


def _known(items: Sequence[sharing.OpenedItem]) -> Known:
    identity = next(item.content for item in items if item.form == "identity:1")
    given, family = identity.get("given_name", ""), identity.get("family_name", "")
    if not given and not family:
        # A name written whole.
        given, _space, family = str(identity.get("text", "")).rpartition(" ")
    return Known(
        given,
        family,
        identity.get("born_on", "") or "",
        tuple(phone for item in items if (phone := item.content.get("phone", ""))),
        tuple(item.text for item in items if item.form == "address:1" and item.text),
    )


# -- the blind index -------------------------------------------------------------------------------


def _parts(sought: Sought, actor: Membership) -> list[QuerySet[Any]]:
    """One query for each spelling of the rarer name, newest files first, each limited; another name must meet too.

    The scope comes before the limit: what others hold neither shows nor crowds out what the reader may open.
    """
    if is_management_only(actor.sector) and sought.side != "management":
        return []
    family, given = _spelt(sought.known.family), _spelt(sought.known.given)
    first, others = (family, given) if family else (given, [])
    if not first:
        return []
    scope = Case.objects.visible_to(actor).order_by().values("pk")
    also = {token for tokens in others for token in tokens}
    parts = []
    for tokens in _one_by_one(first):
        rows = NameToken.objects.filter(token__in=tokens, side=sought.side, case__in=scope)
        if also:
            second = NameToken.objects.filter(token__in=also, side=sought.side)
            rows = rows.filter(file__in=second.order_by().values("file"))
        # Slips are sorted once found: in the order of an index of cases, the database would read it to its end for them.
        newest = F("case_id").desc(nulls_last=True) if len(tokens) > 1 else "-case_id"
        parts.append(rows.order_by(newest).values("file_id")[:NEWEST])
    return parts


def _spelt(name: str) -> list[list[bytes]]:
    """Answer, for each word of a name, its tokens: as it is written, as it is heard, then other spellings of it."""
    words = names.words(name)
    # Anne Marie is also looked for as Annemarie.
    whole = ["".join(word.joined for word in words)] if len(words) > 1 else []
    return [
        [exact, *sounds, *blind.spelling_tokens([*matching.spellings(word), *whole])]
        for word, (exact, sounds) in zip(words, blind.search_tokens(name), strict=True)
    ][:MOST_WORDS]


def _one_by_one(spelt: Collection[list[bytes]]) -> list[list[bytes]]:
    """What many bear is asked by itself, so that the database stops at the newest; slips, that nobody bears, together."""
    own = 3
    return [
        part
        for tokens in spelt
        for part in (*([one] for one in dict.fromkeys(tokens[:own])), tokens[own:])
        if part
    ]
