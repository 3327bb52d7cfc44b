"""Consents: given, withdrawn, replaced, refused."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.common.errors import NotVisible, Refused
from egide.common.ids import new_id
from egide.ledger import services as ledger
from egide.partners.models import Agency, Membership
from egide.sharing.models import ENDED_BY_SOMEBODY, GIVERS, Assignment, Consent, ConsentRecipient
from egide.sharing.rules.categories import STORED
from egide.sharing.rules.decision import PURPOSES

#: A consent lasts at most this long; the law read asks for a reasonable limit, the number is ours (O).
LONGEST_CONSENT = timedelta(days=366)


def check_consent(
    *,
    actor: Membership,
    at: datetime,
    recipients: Collection[UUID],
    categories: Collection[str],
    purposes: Collection[str],
    expires_at: datetime,
    form: str,
    capacity_confirmed: bool,
    free_choice_confirmed: bool,
    given_by: str = "self",
    guardian_is_alleged_abuser: bool = False,
    **_said: Any,
) -> list[Agency]:
    """Answer the agencies a consent names, if it is one: asked before it is recorded, and when it is.

    Raises:
        Refused: it names nobody or nothing, has no reasonable end, or was not free and informed.
    """
    agencies = list(Agency.objects.filter(pk__in={*recipients}).order_by("code"))
    if len(agencies) != len(set(recipients)) or not agencies:
        raise Refused(_("Name at least one agency that may receive the information."))
    if not categories or not set(categories) <= set(STORED):
        raise Refused(_("Choose what may be shared."))
    if not purposes or not set(purposes) <= set(PURPOSES):
        raise Refused(_("Choose what it may be shared for."))
    if not at < expires_at <= at + LONGEST_CONSENT:
        raise Refused(_("Give the consent an end, within a year."))
    if not capacity_confirmed:
        raise Refused(_("Confirm that the person understood. Without that there is no consent."))
    if not free_choice_confirmed:
        raise Refused(_("Confirm that the person was told: help does not depend on saying yes."))
    if given_by not in dict(GIVERS):
        raise Refused(_("Say who consents."))
    if given_by == "guardian" and guardian_is_alleged_abuser:
        raise Refused(_("A guardian who may be the abuser cannot consent for the person."))
    if form not in dict(Consent._meta.get_field("form").flatchoices):
        raise Refused(_("Say how the consent was given."))
    if form == "verbal" and any({"us-vawa", "us-ferpa"} & set(a.regimes) for a in [*agencies, actor.agency]):
        raise Refused(_("An agency concerned is bound by a law that asks for consent in writing."))
    return agencies


@transaction.atomic
def give_consent(
    *,
    actor: Membership,
    file_id: UUID,
    case_id: UUID,
    at: datetime,
    recipients: Collection[UUID],
    categories: Collection[str],
    purposes: Collection[str],
    expires_at: datetime,
    form: str,
    language: str,
    text_version: str,
    capacity_confirmed: bool,
    free_choice_confirmed: bool,
    interpreter_used: bool = False,
    copy_given: bool = False,
    given_by: str = "self",
    guardian_is_alleged_abuser: bool = False,
    is_to_take_part: bool = True,
) -> Consent:
    """Record one informed consent; the agency that asks is always one of those it names.

    Args:
        is_to_take_part: given by whom the case is about; False for one that speaks of its own file alone.
    Raises:
        Refused: it names nobody or nothing, has no reasonable end, or was not free and informed.
    """
    agencies = check_consent(
        actor=actor,
        at=at,
        recipients=recipients,
        categories=categories,
        purposes=purposes,
        expires_at=expires_at,
        form=form,
        capacity_confirmed=capacity_confirmed,
        free_choice_confirmed=free_choice_confirmed,
        given_by=given_by,
        guardian_is_alleged_abuser=guardian_is_alleged_abuser,
    )
    consent = Consent.objects.create(
        file_id=file_id,
        case_id=case_id,
        categories=sorted(categories),
        purposes=sorted(purposes),
        given_at=at,
        expires_at=expires_at,
        form=form,
        language=language,
        text_version=text_version,
        capacity_confirmed=True,
        free_choice_confirmed=True,
        interpreter_used=interpreter_used,
        copy_given=copy_given,
        given_by=given_by,
        is_to_take_part=is_to_take_part,
        explained_by=actor,
    )
    named = {agency.pk for agency in agencies} | {actor.agency_id}
    ConsentRecipient.objects.bulk_create(
        ConsentRecipient(consent=consent, agency_id=pk) for pk in sorted(named)
    )
    ledger.record(
        action="sharing.consent_given",
        actor=actor,
        target=consent,
        at=at,
        subject=file_id,
        counts={"recipients": len(named), "categories": len(set(categories))},
        details={"form": form, "language": language, "text": text_version},
    )
    return consent


def withdraw_consent(*, consent_id: UUID, actor: Membership, at: datetime) -> Consent:
    """Withdraw a consent: from this moment it opens nothing, for anyone, and partners leave the case.

    Raises:
        NotVisible: there is none. Refused: it had ended already.
    """
    return end_consent(consent_id=consent_id, how="withdrawn", actor=actor, at=at)


@transaction.atomic
def end_consent(*, consent_id: UUID, how: str, actor: Membership, at: datetime) -> Consent:
    """End a consent before its time, and say how: from this moment it opens nothing, for anyone.

    The caller has checked that the actor may act on the case. There is no way back: a new one is given.

    Args:
        how: one of `models.ENDED_BY_SOMEBODY`.
    Raises:
        NotVisible: there is none. Refused: it had ended already.
    """
    consent = _ended(consent_id, how, actor, at)
    ended = Assignment.objects.filter(consent=consent, ends_at__isnull=True).update(ends_at=at)
    ledger.record(
        action="sharing.consent_withdrawn" if how == "withdrawn" else "sharing.consent_ended",
        actor=actor,
        target=consent,
        at=at,
        subject=consent.file_id,
        counts={"assignments_ended": ended},
        details={"how": how},
    )
    return consent


def _ended(consent_id: UUID, how: str, actor: Membership, at: datetime) -> Consent:
    if how not in ENDED_BY_SOMEBODY:
        raise ValueError(f"no consent ends so: {how}")
    consent = Consent.objects.select_for_update().filter(pk=consent_id).order_by().first()
    if consent is None:
        raise NotVisible
    if consent.withdrawn_at is not None:
        raise Refused(_("This consent was already withdrawn."))
    if consent.lapse_recorded_at is not None:
        raise Refused(_("This consent had run out."))
    consent.withdrawn_at, consent.withdrawn_recorded_by, consent.ended_how = at, actor, how
    consent.save(update_fields=["withdrawn_at", "withdrawn_recorded_by", "ended_how"])
    return consent


@transaction.atomic
def narrow_consent(
    *,
    consent_id: UUID,
    agencies: Collection[UUID],
    categories: Collection[str],
    actor: Membership,
    at: datetime,
) -> Consent:
    """Withdraw a part of a consent; what is left stands as the person gave it, and as long.

    Args:
        agencies: those that may receive nothing more. categories: what nobody may receive any more.
    Returns:
        What stands: a consent of its own, given when the whole was, that says which one it continues.
    Raises:
        NotVisible: there is none. Refused: it had ended, or nothing of it would be left, or all of it.
    """
    consent = _ended(consent_id, "narrowed", actor, at)
    named = set(consent.recipients.order_by().values_list("pk", flat=True))
    left, kinds = named - set(agencies), set(consent.categories) - set(categories)
    if not left or not kinds:
        raise Refused(_("Nothing would be left of it: withdraw it whole."))
    if left == named and kinds == set(consent.categories):
        raise Refused(_("Say which agency, or which kind of information."))
    stands = Consent.objects.get(pk=consent.pk)
    stands.pk, stands._state.adding = new_id(), True
    stands.continues, stands.categories, stands.ended_how = consent, sorted(kinds), ""
    stands.withdrawn_at = stands.withdrawn_recorded_by = None
    stands.save(force_insert=True)
    ConsentRecipient.objects.bulk_create(
        ConsentRecipient(consent=stands, agency_id=pk) for pk in sorted(left)
    )
    mine = Assignment.objects.filter(consent=consent, ends_at__isnull=True)
    kept = mine.filter(agency__in=left).update(consent=stands)
    ended = mine.update(ends_at=at)
    ledger.record(
        action="sharing.consent_narrowed",
        actor=actor,
        target=consent,
        at=at,
        subject=consent.file_id,
        counts={"assignments_ended": ended, "assignments_kept": kept},
        details={
            "agencies": sorted(str(pk) for pk in named - left),
            "categories": sorted(set(consent.categories) - kinds),
            "stands": stands.pk,
        },
    )
    return stands


def end_consents(*, file_id: UUID, how: str, actor: Membership, at: datetime) -> int:
    """End every consent of a file that stands: the case closed, or a new one takes their place; answers how many.

    A consent left standing would open beside the next one what the person no longer agrees to.
    """
    standing = Consent.objects.filter(file_id=file_id, withdrawn_at__isnull=True, expires_at__gt=at).order_by(
        "given_at"
    )
    ended = [
        end_consent(consent_id=pk, how=how, actor=actor, at=at)
        for pk in standing.values_list("pk", flat=True)
    ]
    return len(ended)


@transaction.atomic
def record_refusal(*, actor: Membership, file_id: UUID, case_id: UUID, at: datetime) -> None:
    """Record that consent was refused: whatever was in force ends now."""
    end_consents(file_id=file_id, how="refused", actor=actor, at=at)
    ledger.record(
        action="sharing.consent_refused", actor=actor, target=f"cases.case:{case_id}", at=at, subject=file_id
    )
