"""The end of a consent, whatever ended it: what each agency loses, and the lapse nobody asked for.

What a consent opens is asked again at every opening: nothing here closes anything that would otherwise stay
open. It answers what was lost, so that whoever received can be told.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from egide.ledger import services as ledger
from egide.partners.models import Agency, Membership, Role
from egide.sharing import tables
from egide.sharing.grounds import end_ground
from egide.sharing.models import LAPSED, Assignment, Consent, Ground
from egide.sharing.rules.decision import Question, decide
from egide.sharing.rules.levels import Level
from egide.sharing.rules.question import ConsentState
from egide.sharing.rules.sides import side_of
from egide.sharing.rules.table import SHIPPED

#: A kind of information for a purpose: the unit a consent covers.
Pair = tuple[str, str]


@dataclass(frozen=True)
class Loss:
    """What one agency may no longer use: all of what it received, or some of it."""

    agency: Agency
    consent: Consent
    is_partial: bool


def in_force_on(*, file_id: UUID, at: datetime) -> list[Consent]:
    """Answer the consents of a file in force at a moment, oldest first, with those they name."""
    return list(
        Consent.objects.filter(
            file_id=file_id, withdrawn_at__isnull=True, given_at__lte=at, expires_at__gt=at
        )
        .prefetch_related("recipients")
        .order_by("given_at", "pk")
    )


def covered(consents: Collection[Consent]) -> dict[UUID, set[Pair]]:
    """Answer, for each agency, what the consents cover for it."""
    found: dict[UUID, set[Pair]] = {}
    for consent in consents:
        pairs = {(category, purpose) for category in consent.categories for purpose in consent.purposes}
        for agency in consent.recipients.all():
            found.setdefault(agency.pk, set()).update(pairs)
    return found


def losses(
    *,
    ended: Sequence[Consent],
    now: Mapping[UUID, Collection[Pair]],
    held: Collection[tuple[str, str]],
    kept_by: UUID,
    needs_consent: bool,
) -> list[Loss]:
    """Answer who loses what when some consents end while others stand; each agency once.

    Args:
        now: what those that stand cover for each agency.
        held: the categories the files of the case hold, each with whose file it is.
        kept_by: the agency that leads the case: it answers for the file and loses nothing.
    """
    before = covered(ended)
    agencies = {agency.pk: agency for consent in ended for agency in consent.recipients.all()}
    last = {agency.pk: consent for consent in ended for agency in consent.recipients.all()}
    table = tables.current() if agencies.keys() & now.keys() else SHIPPED
    found = []
    for pk in sorted(agencies, key=str):
        if pk == kept_by:
            continue
        is_partial = pk in now
        gone = {category for category, _purpose in before[pk].difference(now.get(pk, ()))}
        lost = [(category, role) for category, role in held if category in gone]
        if not is_partial or could_read(agencies[pk], lost, needs_consent=needs_consent, table=table):
            found.append(Loss(agencies[pk], last[pk], is_partial))
    return found


def could_read(
    agency: Agency, items: Collection[tuple[str, str]], *, needs_consent: bool, table: str
) -> bool:
    """Say whether an agency could read any of these with consent: one that could not is told of no change to them.

    Laws only take away: they are left out, so that an agency is told rather than not.
    """
    return any(
        decide(
            Question(
                sector=str(agency.sector),
                role=Role.TEAM_MEMBER,
                category=category,
                subject_role=whose,
                purpose="case_management",
                regimes=frozenset(),
                side=side_of(agency.sector),
                is_holder=False,
                is_assigned=True,
                is_recused=False,
                has_agreement=True,
                is_trained=True,
                needs_consent=needs_consent,
                consent=ConsentState(is_valid=True, is_of_subject=True, is_written=True, has_end=True),
                table=table,
            )
        ).level
        >= Level.VIEW
        for category, whose in items
    )


@transaction.atomic
def record_lapse(*, consent: Consent, at: datetime) -> bool:
    """Take note once that a consent ran out: what rested on it ends at that moment. False when done already."""
    mine = Consent.objects.filter(
        pk=consent.pk, withdrawn_at__isnull=True, lapse_recorded_at__isnull=True, expires_at__lte=at
    ).update(lapse_recorded_at=at, ended_how=LAPSED)
    if not mine:
        return False
    ended = Assignment.objects.filter(consent=consent, ends_at__isnull=True).update(
        ends_at=consent.expires_at
    )
    ledger.record(
        action="sharing.consent_lapsed",
        actor=None,
        target=consent,
        at=at,
        subject=consent.file_id,
        counts={"assignments_ended": ended},
    )
    return True


@transaction.atomic
def end_what_rested_on_consent(
    *, case_id: UUID, still: Mapping[UUID, set[Pair]], actor: Membership | None, at: datetime
) -> list[Ground]:
    """End the common-programme grounds of agencies no consent names any more.

    A danger, an order or a medical emergency does not rest on consent: those grounds stand (ADR 6).
    """
    rested = Ground.objects.filter(
        case_id=case_id, kind="common_programme", ended_at__isnull=True, ends_at__gt=at
    ).exclude(recipient__in=still)
    return [end_ground(ground_id=ground.pk, actor=actor, at=at) for ground in rested.order_by("pk")]
