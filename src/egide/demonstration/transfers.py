"""Fictional transfers: from each area to the other, one that was done and one that waits for its answer."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation

from egide.cases.lifecycle import ConferenceState, State
from egide.cases.models import AgendaItem, Case, Transfer
from egide.cases.services import consenting, deadlines, taking_over, transferring
from egide.cases.services.entries import subject_file
from egide.demonstration.cast import Cast
from egide.demonstration.stories import words
from egide.partners.models import Membership
from egide.sharing import ending

#: When she consents to it, it is proposed, and it is accepted, before now.
CONSENTED, PROPOSED, ACCEPTED = timedelta(days=3), timedelta(days=1), timedelta(hours=20)
#: Where she goes and what protects her go along when she says so.
ALSO = ("location.confidential", "plan.safety", "contact.safe")


def transfer(casts: tuple[Cast, Cast], *, at: datetime) -> None:
    """Let two cases of each area go to the other: one went, one waits. Told once."""
    if Transfer.objects.exists():
        return
    # Chosen first: what comes from the other area does not go back.
    chosen = [_cases(cast, at) for cast in casts]
    for cast, other, cases in zip(casts, reversed(casts), chosen, strict=True):
        with translation.override(cast.language), transaction.atomic():
            for number, case in enumerate(cases):
                made = _propose(cast, other, case, number, at)
                if number == 0:
                    # As in another request: what was remembered of the cases of others is older than the consent.
                    coordinator = Membership.objects.select_related("agency", "account").get(
                        pk=other.coordinator.pk
                    )
                    taking_over.accept_transfer(
                        transfer_id=made.pk,
                        coordinator_id=coordinator.pk,
                        # The latest the programme allows, whatever the hour and the day of the week.
                        first_at=deadlines.due_after(
                            at - ACCEPTED, other.programme.protocol.deadlines["transfer_contact"]
                        ),
                        actor=coordinator,
                        at=at - ACCEPTED,
                    )


def _cases(cast: Cast, at: datetime) -> list[Case]:
    """Two active cases with a consent that lasts, on no agenda to come, in the order of their references."""
    sits = AgendaItem.objects.exclude(conference__state=ConferenceState.HELD).order_by().values("case")
    rows = Case.objects.filter(programme=cast.programme, state=State.ACTIVE, lead__isnull=False)
    found = []
    for case in rows.exclude(pk__in=sits).exclude(received_at__gt=at - 2 * CONSENTED).order_by("reference"):
        consents = ending.in_force_on(file_id=subject_file(case).pk, at=at - CONSENTED)
        if consents and all(one.expires_at > at + timedelta(days=30) for one in consents):
            found.append(case)
    return found[:2]


def _propose(cast: Cast, other: Cast, case: Case, number: int, at: datetime) -> Transfer:
    """She consents, under both teams’ names; then it is proposed."""
    former = ending.in_force_on(file_id=subject_file(case).pk, at=at - CONSENTED)[-1]
    consenting.renew_consent(
        case_id=case.pk,
        consent={
            "recipients": [*(one.pk for one in former.recipients.all()), other.programme.lead_agency_id],
            "categories": sorted({*former.categories, *ALSO}),
            "purposes": former.purposes,
            "expires_at": at + timedelta(days=180),
            "form": "written",
            "language": cast.language,
            "text_version": "ccr-consent-1",
            "capacity_confirmed": True,
            "free_choice_confirmed": True,
            "copy_given": False,
        },
        actor=cast.advocate,
        at=at - CONSENTED,
    )
    told = words(cast.language)["transfers"][number]
    return transferring.propose_transfer(
        case_id=case.pk,
        programme_id=other.programme.pk,
        said=transferring.Said(
            why=told["why"],
            reason=told["reason"],
            told="told",
            told_by=cast.advocate.pk,
            wishes=told["wishes"],
            contact=told["contact"],
        ),
        actor=cast.coordinator,
        at=at - PROPOSED,
    )
