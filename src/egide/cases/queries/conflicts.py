"""Colleagues whose name, or whose declared ties, meet the names of a case. Only that they do is told: not whom.

Names are never compared in clear: whole-word keyed tokens meet, at least two in the same file. What a victim
service or a treatment programme is bound to keep is compared inside the lead agency alone (ADR 12).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import DateTimeField, Exists, OuterRef, Q, UUIDField, Value
from django.utils import timezone

from egide.cases.models import Case, ConflictAnswer, DeclaredToken, Entry, File, NameToken, Programme, Task
from egide.cases.permissions import WORKING_ROLES
from egide.common.errors import NotVisible
from egide.ledger import queries as ledger_queries
from egide.partners.models import Agency, Membership
from egide.sharing.models import ConsentRecipient, Recusal
from egide.sharing.queries import assigned_agencies
from egide.vault import blind

#: Words of a name that must meet in one file; one alone is a common first name.
ENOUGH = 2
#: Laws under which matching a name across agencies is itself a disclosure, hashed or not (us-vawa-release).
NEVER_ACROSS = frozenset({"us-vawa", "us-fvpsa", "us-voca", "us-part2"})


@dataclass(frozen=True)
class PossibleConflict:
    """One colleague whom a case may concern: by their own name, or by somebody they declared."""

    member: Membership
    is_by_name: bool


@dataclass(frozen=True)
class _Met:
    """The names of one file, as tokens, and whether another agency's staff may be compared with them."""

    case_id: UUID
    tokens: frozenset[bytes]
    is_lead_only: bool


def possible_conflicts(
    *, cases: Sequence[Case], actor: Membership, at: datetime
) -> dict[UUID, list[PossibleConflict]]:
    """Answer, for cases of one programme, the colleagues who may have a conflict and of whom nothing was decided.

    In four queries whatever the number of cases. The actor is not told of themselves.
    """
    if not cases:
        return {}
    programme = cases[0].programme
    files = _names(cases, programme.lead_agency)
    members = _staff(programme, at)
    own = {account: frozenset(blind.exact_tokens(ones[0].person_name)) for account, ones in members.items()}
    declared = _declared({token for file in files for token in file.tokens}, members)
    decided = _decided([case.pk for case in cases], members)
    found: dict[UUID, dict[UUID, PossibleConflict]] = {}
    for file in files:
        for account, ones in members.items():
            allowed = [m for m in ones if not file.is_lead_only or m.agency_id == programme.lead_agency_id]
            if not allowed or account == actor.account_id:
                continue
            answered_at = decided.get((file.case_id, account))
            is_by_name = len(own[account] & file.tokens) >= ENOUGH and answered_at is None
            ties = declared.get(account, {})
            if is_by_name or any(
                len(tokens & file.tokens) >= ENOUGH and (answered_at is None or declared_at > answered_at)
                for declared_at, tokens in ties.values()
            ):
                found.setdefault(file.case_id, {})[account] = PossibleConflict(allowed[0], is_by_name)
    return {
        case_id: sorted(ones.values(), key=lambda one: (one.member.person_name, str(one.member.pk)))
        for case_id, ones in found.items()
    }


def _names(cases: Sequence[Case], lead: Agency) -> list[_Met]:
    bound = Q()
    for code in NEVER_ACROSS:
        bound |= Q(regimes__contains=code)
    kept = Entry.objects.filter(bound, file=OuterRef("file"), category="identity.core").order_by()
    rows = (
        # By file, whose index is short: that of tokens begins with the token.
        NameToken.objects.filter(
            file__in=File.objects.filter(case__in=[case.pk for case in cases]).order_by().values("pk"),
            is_exact=True,
        )
        .order_by()
        .values_list("case_id", "file_id", "side", Exists(kept), "token")
    )
    tokens: dict[tuple[UUID, UUID, str, bool], set[bytes]] = {}
    for *key, token in rows:
        tokens.setdefault((key[0], key[1], key[2], key[3]), set()).add(bytes(token))
    is_bound = bool(NEVER_ACROSS & set(lead.regimes))
    return [
        _Met(case_id, frozenset(words), is_kept or (is_bound and side == "victim"))
        for (case_id, _file, side, is_kept), words in tokens.items()
    ]


def _staff(programme: Programme, at: datetime) -> dict[UUID, list[Membership]]:
    """Answer whoever works on cases of the programme, by person, the hat of the lead agency first."""
    lead = programme.lead_agency_id
    rows = (
        Membership.objects.in_force(timezone.localdate(at))
        .filter(
            Q(agency=lead) | Q(agency__in=programme.partners.order_by().values("pk")),
            role__in=WORKING_ROLES,
        )
        .select_related("account", "agency")
        .order_by("pk")
    )
    found: dict[UUID, list[Membership]] = {}
    for row in rows:
        found.setdefault(row.account_id, []).append(row)
    for ones in found.values():
        ones.sort(key=lambda member: member.agency_id != lead)
    return found


def _declared(
    tokens: Collection[bytes], members: Collection[UUID]
) -> dict[UUID, dict[UUID, tuple[datetime, set[bytes]]]]:
    rows = (
        DeclaredToken.objects.filter(token__in=list(tokens), declared__owner__in=list(members))
        .order_by()
        .values_list("declared__owner", "declared_id", "declared__declared_at", "token")
    )
    found: dict[UUID, dict[UUID, tuple[datetime, set[bytes]]]] = {}
    for owner, tie, declared_at, token in rows:
        found.setdefault(owner, {}).setdefault(tie, (declared_at, set()))[1].add(bytes(token))
    return found


def _decided(
    case_ids: Sequence[UUID], members: dict[UUID, list[Membership]]
) -> dict[tuple[UUID, UUID], datetime]:
    """Answer when something was decided of one person in one case: kept out, alone or with their agency, or set aside."""
    kept_out = Recusal.objects.filter(case_id__in=case_ids, ended_at__isnull=True).order_by()
    set_aside = ConflictAnswer.objects.filter(case__in=case_ids).exclude(answer="recused").order_by()
    nobody, no_moment = Value(None, output_field=UUIDField()), Value(None, output_field=DateTimeField())
    rows = kept_out.values_list("case_id", "account_id", "agency_id", no_moment).union(
        set_aside.values_list("case_id", "account_id", nobody, "answered_at"), all=True
    )
    never = datetime.max.replace(tzinfo=UTC)
    found: dict[tuple[UUID, UUID], datetime] = {}
    for case, account, agency, moment in rows:
        people = [account] if account else []
        if agency:
            people = [
                one for one, hats in members.items() if all(member.agency_id == agency for member in hats)
            ]
        for person in people:
            found[case, person] = max(moment or never, found.get((case, person), moment or never))
    return found


def recusals(*, case: Case) -> list[Recusal]:
    """Answer who is kept out of a case, newest first: the fact and who to turn to, never the reason."""
    return list(
        Recusal.objects.filter(case_id=case.pk, ended_at__isnull=True)
        .select_related("account", "agency", "substitute__account", "substitute__agency")
        .order_by("-recused_at", "-pk")
    )


def substitutes(*, case: Case, kept_out: Sequence[Recusal], at: datetime) -> list[Membership]:
    """Answer whom others may turn to instead: whoever works on this case and is not kept out."""
    accounts = {one.account_id for one in kept_out}
    agencies = {one.agency_id for one in kept_out}
    staff = _staff(case.programme, at)
    working = {case.programme.lead_agency_id, *assigned_agencies(case_id=case.pk)}
    found = [
        member
        for account, ones in staff.items()
        if account not in accounts
        for member in ones[:1]
        if member.agency_id not in agencies and member.agency_id in working
    ]
    return sorted(found, key=lambda member: (member.agency.code, member.person_name))


@dataclass(frozen=True)
class Consequences:
    """What keeping a whole agency out would change, before it is done."""

    agency: Agency
    people: int
    open_tasks: int
    is_named_in_consent: bool


def consequences(*, case: Case, agency: Agency, at: datetime) -> Consequences:
    """Answer what keeping a whole agency out would change."""
    return Consequences(
        agency,
        Membership.objects.in_force(timezone.localdate(at))
        .filter(agency=agency, role__in=WORKING_ROLES)
        .count(),
        Task.objects.filter(case=case, agency=agency, done_at__isnull=True).count(),
        ConsentRecipient.objects.filter(
            agency=agency,
            consent__case_id=case.pk,
            consent__withdrawn_at__isnull=True,
            consent__expires_at__gt=at,
        )
        .order_by()
        .exists(),
    )


@dataclass(frozen=True)
class ReadLine:
    """One opening of the case by somebody kept out since, or one list in which its name was shown."""

    at: datetime
    member: Membership | None
    action: str
    categories: list[str]
    is_denied: bool


#: Lines on the page of what somebody had read.
READ_LINES = 100


def had_read(*, case: Case, recusal_id: UUID) -> tuple[Recusal, list[ReadLine]]:
    """Answer what a person, or the people of an agency, kept out of a case had read of it, newest first.

    Raises:
        NotVisible: there is no such recusal of this case.
    """
    recusal = next((one for one in recusals(case=case) if one.pk == recusal_id), None)
    if recusal is None:
        raise NotVisible
    people = {member.pk: member for member in members_of(recusal)}
    files = File.objects.filter(case=case).order_by().values_list("pk", flat=True)
    lines = [
        ReadLine(
            datetime.fromisoformat(one.facts["at"]),
            people.get(UUID(one.facts["actor"])),
            one.facts["action"],
            [] if one.facts["action"] == "sharing.names_shown" else sorted(one.facts.get("counts", {})),
            one.facts.get("result") == "denied",
        )
        for one in ledger_queries.reads_by(actors=list(people), subjects=list(files), limit=READ_LINES)
    ]
    return recusal, lines


def members_of(recusal: Recusal) -> list[Membership]:
    """Answer every place, past or present, of who is kept out."""
    whose = Q(account=recusal.account_id) if recusal.account_id else Q(agency=recusal.agency_id)
    return list(Membership.objects.filter(whose).select_related("account", "agency").order_by("pk"))
