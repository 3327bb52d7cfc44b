"""The ties of many readers to many cases at once, in as many queries as for one: what a change of rules is weighed by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, Value
from django.utils import timezone

from egide.common import clock
from egide.partners import queries as partners
from egide.partners.models import Membership
from egide.sharing import queries
from egide.sharing.models import Recusal
from egide.sharing.receiving import (
    CONSENT_COLUMNS,
    EMERGENCY_COLUMNS,
    GROUND,
    GROUND_COLUMNS,
    TRAINING,
    TRAINING_COLUMNS,
    Grounded,
    Named,
    consents_in_force,
    course_of,
    ground_of,
    grounds_in_force,
    named_of,
    open_emergencies,
    training_held,
)
from egide.sharing.relation import Relation, SharedFile

#: Somebody (an agency, an account, a membership) and a case.
_Pair = tuple[UUID, UUID]


@dataclass
class _Read:
    """What two queries said."""

    agreed: set[UUID] = field(default_factory=set)
    sides: dict[_Pair, str] = field(default_factory=dict)
    recused: set[_Pair] = field(default_factory=set)
    consents: dict[_Pair, list[Named]] = field(default_factory=dict)
    grounds: dict[_Pair, list[Grounded]] = field(default_factory=dict)
    training: dict[UUID, dict[str, datetime]] = field(default_factory=dict)


class Everyone:
    """Readers and files, with what ties each to each case; two queries, whatever their number.

    Args:
        members: with their agency and account; whether each works for a programme is asked of the files.
        files: of any number of cases.
    """

    def __init__(self, *, members: Sequence[Membership], files: Sequence[SharedFile], at: datetime) -> None:
        self.members, self.files, self.at = members, files, at
        self._by_case = {file.case_id: file for file in files}
        self._read = _Read()
        if members and files:
            self._read_ties(at)
            self._read_bases()

    def _read_ties(self, at: datetime) -> None:
        agencies = {one.agency_id for one in self.members}
        accounts = {one.account_id for one in self.members}
        cases = list(self._by_case)
        agreement = partners.bound_parties(on=timezone.localdate(at)).filter(agency__in=agencies)
        assigned = queries.active_assignments(now=clock.now()).filter(agency__in=agencies, case_id__in=cases)
        recused = Recusal.objects.filter(
            Q(account__in=accounts) | Q(agency__in=agencies), ended_at__isnull=True, case_id__in=cases
        )
        rows = agreement.values_list(Value("agreement"), "agency_id", "agency_id").union(
            assigned.order_by().values_list("side", "agency_id", "case_id"),
            recused.filter(account__isnull=False)
            .order_by()
            .values_list(Value("recused"), "account_id", "case_id"),
            recused.filter(agency__isnull=False)
            .order_by()
            .values_list(Value("recused"), "agency_id", "case_id"),
            all=True,
        )
        for kind, who, case_id in rows:
            if kind == "agreement":
                self._read.agreed.add(who)
            elif kind == "recused":
                self._read.recused.add((who, case_id))
            else:
                self._read.sides[who, case_id] = kind

    def _read_bases(self) -> None:
        agencies = {one.agency_id for one in self.members}
        asked: dict[str, Any] = {"case_ids": list(self._by_case), "now": clock.now()}
        rows = (
            consents_in_force(**asked)
            .filter(agency__in=agencies)
            .values_list("agency_id", *CONSENT_COLUMNS)
            .union(
                grounds_in_force(**asked)
                .filter(recipient__in=agencies)
                .values_list("recipient_id", *GROUND_COLUMNS),
                open_emergencies(**asked)
                .filter(membership__in=[one.pk for one in self.members])
                .values_list("membership_id", *EMERGENCY_COLUMNS),
                training_held(membership_ids=[one.pk for one in self.members]).values_list(
                    "membership_id", *TRAINING_COLUMNS
                ),
                all=True,
            )
        )
        for who, kind, case_id, *row in rows:
            if kind == GROUND:
                self._read.grounds.setdefault((who, case_id), []).append(ground_of(*row))
            elif kind == TRAINING:
                course, until = course_of(*row)
                mine = self._read.training.setdefault(who, {})
                mine[course] = max(until, mine.get(course, until))
            else:
                self._read.consents.setdefault((who, case_id), []).append(named_of(kind, *row))

    def ties(self, member: Membership) -> dict[UUID, Relation]:
        """Answer what ties a member to each case, as `relations` would alone; the table is the caller's to say."""
        return {case_id: self._tie(member, case_id) for case_id in self._by_case}

    def _tie(self, member: Membership, case_id: UUID) -> Relation:
        said, agency = self._read, member.agency_id
        is_staff = self._by_case[case_id].is_staffed_by(member)
        side = said.sides.get((agency, case_id)) if member.role in queries.ASSIGNABLE_ROLES else None
        return Relation(
            side="both" if is_staff else side or "none",
            is_assigned=is_staff or side is not None,
            is_recused=(agency, case_id) in said.recused or (member.account_id, case_id) in said.recused,
            has_agreement=agency in said.agreed,
            consents=tuple(said.consents.get((agency, case_id), ())),
            grounds=(
                *said.grounds.get((agency, case_id), ()),
                *said.grounds.get((member.pk, case_id), ()),
            ),
            training=None if getattr(member, "is_anyone", False) else said.training.get(member.pk, {}),
        )

    def alike(self) -> Mapping[Any, list[Membership]]:
        """Answer the members by what decisions ask of them: those of one group get the same of every file."""
        cases: dict[UUID, set[UUID]] = {}
        for who, case_id in [*self._read.recused, *self._read.grounds]:
            cases.setdefault(who, set()).add(case_id)
        groups: dict[Any, list[Membership]] = {}
        for one in self.members:
            staffed = frozenset(c for c, file in self._by_case.items() if file.is_staffed_by(one))
            own = frozenset(cases.get(one.account_id, ())), frozenset(cases.get(one.pk, ()))
            held = self._read.training.get(one.pk, {}).items()
            valid = frozenset(course for course, until in held if until > self.at)
            key = (one.agency_id, str(one.role), one.is_visiting, staffed, *own, valid)
            groups.setdefault(key, []).append(one)
        return groups
