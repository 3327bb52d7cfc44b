"""What programmes ask of whoever reads their cases, and who would read, or read no more, by another choice."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.cases.models import Case, Programme, TrainingChange
from egide.cases.models.case import own_team
from egide.common.text import localized
from egide.partners.models import Membership, Outcome
from egide.partners.queries import training as held
from egide.partners.rules.training import courses
from egide.sharing import queries as sharing

#: Former changes of one programme on its page.
SHOWN = 20


@dataclass(frozen=True)
class Effect:
    """Who would read no more, and who would read again: people, and those who lose it by agency."""

    lose: int
    gain: int
    agencies: tuple[tuple[str, int], ...]


def in_words(programme: Programme, training: Sequence[str] | None) -> str:
    """Answer a choice in words: which courses, and whether they are the protocol's."""
    asked = programme.protocol.training if training is None else training
    known = courses()
    names = ", ".join(localized(known[code], "title") for code in asked if code in known)
    if training is None:
        return _("What the protocol asks: %(courses)s") % {"courses": names or _("no training")}
    return names or _("No training")


def effect(*, programme: Programme, after: Sequence[str] | None, at: datetime) -> Effect:
    """Answer who of those who may read its cases now would read no more, or again; two queries.

    A person who acts for two agencies counts once, and reads no more as soon as they do under one hat.
    """
    asked_before = set(programme.required_training)
    asked_after = set(programme.protocol.training if after is None else after)
    members = _readers(programme, at)
    records = held.held_by(membership_ids=[one.pk for one in members])
    lose, gain = [], []
    for one in members:
        valid = {code for code, record in records[one.pk].items() if record.valid_until > at}
        if asked_before <= valid and not asked_after <= valid:
            lose.append(one)
        elif asked_after <= valid and not asked_before <= valid:
            gain.append(one)
    by_agency: dict[str, set[object]] = {}
    for one in lose:
        by_agency.setdefault(str(one.agency), set()).add(one.account_id)
    return Effect(
        lose=_people(lose),
        gain=_people(gain),
        agencies=tuple(sorted((name, len(people)) for name, people in by_agency.items())),
    )


def _people(members: Collection[Membership]) -> int:
    return len({one.account_id for one in members})


def _readers(programme: Programme, at: datetime) -> list[Membership]:
    """The programme's own team, and whoever works on cases for an agency assigned to one of its open cases."""
    cases = Case.objects.filter(programme=programme, is_open=True).order_by().values("pk")
    assigned = sharing.active_assignments().filter(case_id__in=cases).order_by().values("agency_id")
    others = Q(agency__in=assigned, role__in=sharing.ASSIGNABLE_ROLES)
    found = Membership.objects.in_force(timezone.localdate(at)).filter(own_team(programme) | others)
    return list({one.pk: one for one in found.select_related("agency").order_by("pk")}.values())


def all_programmes() -> list[Programme]:
    """Return the programmes of the deployment, by name, with who leads each."""
    return list(Programme.objects.select_related("lead_agency").order_by("code"))


def changes(*, programme: Programme | None = None) -> list[TrainingChange]:
    """Return what waits, then what was decided, newest first: of one programme, or what waits of all."""
    rows = TrainingChange.objects.select_related(
        "programme", "proposed_by_account", "decided_by_account"
    ).order_by("-proposed_at", "-pk")
    if programme is None:
        return list(rows.filter(outcome=Outcome.WAITING))
    return list(rows.filter(programme=programme)[:SHOWN])
