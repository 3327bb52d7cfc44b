"""Grounds other than consent: stated by one person, approved by another, for one agency and a time.

A ground opens exactly the categories it names; every door and wall of the law is still asked (`rules`).
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.common.ids import new_id
from egide.ledger import services as ledger
from egide.partners.models import Agency, Membership
from egide.sharing.models import Ground
from egide.sharing.relation import SealedRecord
from egide.sharing.rules.bases import YES_NO, states
from egide.sharing.rules.categories import STORED, compartment_of
from egide.sharing.rules.decision import Decision, Question, decide
from egide.sharing.rules.question import INSTRUMENTS
from egide.vault import services as vault
from egide.vault.fields import ciphertext_of
from egide.vault.services import SealContext

#: How long each kind opens anything at most (§4.3 for a threat; the others are ours).
LASTS = {
    "serious_imminent_threat": timedelta(hours=72),
    "serious_harm_reduction": timedelta(days=30),
    "legal_mandate": timedelta(days=30),
    "medical_emergency": timedelta(hours=24),
    "common_programme": timedelta(days=180),
}
#: The purpose each kind serves.
PURPOSE = {
    "serious_imminent_threat": "emergency_response",
    "serious_harm_reduction": "victim_safety",
    "legal_mandate": "law_enforcement_process",
    "medical_emergency": "emergency_response",
    "common_programme": "case_management",
}
#: What the words of a ground are kept as: whoever reads the signs of danger reads why they were passed on.
STATEMENT_CATEGORY = "threat.indicators"


@dataclass(frozen=True)
class Words:
    """What is written of a ground: facts, who is at risk, why this recipient; a reference for a mandate."""

    facts: str
    who_is_at_risk: str = ""
    why_this_recipient: str = ""
    reference: str = ""
    why_not_asked: str = ""

    def as_data(self) -> dict[str, str]:
        """As it is sealed."""
        return {name: text for name, text in vars(self).items() if text}


def would_open(question: Question, *, kind: str, said: Mapping[str, Any]) -> Decision:
    """Answer what a ground of that kind would open of one class, once approved: asked before anything is written."""
    return decide(replace(question, purpose=PURPOSE[kind], is_named_recipient=True, **states(kind, said)))


@transaction.atomic
def state_ground(
    *,
    actor: Membership,
    file_id: UUID,
    case_id: UUID,
    kind: str,
    recipient: Agency,
    categories: Collection[str],
    said: Mapping[str, Any],
    words: Words,
    at: datetime,
) -> Ground:
    """Write a ground down. It opens nothing before somebody else has approved it.

    Raises:
        Refused: something the law asks for is not said; the message says what.
    """
    _check(kind, recipient, categories, said, words)
    pk = new_id()
    made = Ground.objects.create(
        id=pk,
        file_id=file_id,
        case_id=case_id,
        kind=kind,
        recipient=recipient,
        categories=sorted(set(categories)),
        purposes=[PURPOSE[kind]],
        said={name: said[name] for name in sorted(said) if name in YES_NO or name == "instrument"},
        statement=_sealed(words, file_id=file_id, row=pk),
        stated_by=actor,
        stated_at=at,
        ends_at=at + LASTS[kind],
    )
    ledger.record(
        action="sharing.ground_stated",
        actor=actor,
        target=made,
        at=at,
        subject=file_id,
        basis=kind,
        details={"recipient": recipient.pk, "categories": made.categories},
    )
    return made


def _check(
    kind: str, recipient: Agency, categories: Collection[str], said: Mapping[str, Any], words: Words
) -> None:
    if kind not in LASTS:
        raise Refused(_("Choose on what ground this is shared."))
    if not categories or not set(categories) <= set(STORED):
        raise Refused(_("Choose the least that does the job, and at least one kind of information."))
    if not words.facts.strip():
        raise Refused(_("Write what was seen, heard or decided: without facts nothing can be shared."))
    if not recipient.is_active:
        raise Refused(_("This agency no longer takes part."))
    if kind in ("serious_imminent_threat", "serious_harm_reduction"):
        if not words.who_is_at_risk.strip() or not words.why_this_recipient.strip():
            raise Refused(_("Write who is at risk, and why this agency can reduce the danger."))
        if not said.get("is_serious") or not said.get("is_in_good_faith"):
            raise Refused(_("Without a serious danger, stated in good faith, ask for consent instead."))
        if kind == "serious_imminent_threat" and not said.get("is_imminent"):
            raise Refused(_("A danger that is not imminent is a risk of serious harm: choose that ground."))
    if kind == "legal_mandate":
        if said.get("instrument") == "subpoena":
            raise Refused(
                _("A subpoena alone is not an order of a court. Ask counsel before anything is shared.")
            )
        if said.get("instrument") not in INSTRUMENTS[1:] or not words.reference.strip():
            raise Refused(_("Say which statute, order or warrant it is, with its reference."))
        if not said.get("is_reviewed"):
            raise Refused(_("Counsel reads a mandate before anything is shared."))
    if kind == "medical_emergency" and not said.get("is_medical_recipient"):
        raise Refused(_("In a medical emergency only medical staff receive. Police are not medical staff."))
    if kind == "common_programme" and not said.get("is_common"):
        raise Refused(_("Confirm that a signed agreement makes this a common programme."))


def _sealed(words: Words, *, file_id: UUID, row: UUID) -> bytes:
    compartment = compartment_of(STATEMENT_CATEGORY)
    return vault.sealer(file_id, compartment=compartment).seal(
        compartment,
        json.dumps(words.as_data(), ensure_ascii=False, sort_keys=True),
        SealContext(model="sharing.Ground", field="statement", row=row),
    )


def statement_record(ground: Ground, *, holder_id: UUID) -> SealedRecord:
    """Answer the words of a ground, sealed, for whoever may open the signs of danger of the file.

    The law of the agency that stated them travels with them; `stated_by__agency` is read with the ground.
    """
    return SealedRecord(
        id=ground.pk,
        file_id=ground.file_id,
        category=STATEMENT_CATEGORY,
        holder_id=holder_id,
        regimes=tuple(sorted(set(ground.stated_by.agency.regimes))),
        compartment=compartment_of(STATEMENT_CATEGORY),
        model="sharing.Ground",
        field="statement",
        sealed=ciphertext_of(ground.statement),
        meta={"form": "ground:1"},
    )


@transaction.atomic
def decide_ground(*, ground_id: UUID, is_approved: bool, actor: Membership, at: datetime) -> Ground:
    """Approve or refuse a ground, as somebody else than who stated it.

    The caller has checked that the actor may decide for the case, and records the disclosure it becomes.

    Raises:
        NotVisible: there is none. PermissionDenied: the actor stated it, under any hat.
        Refused: it was decided already, or its time has passed.
    """
    ground = (
        Ground.objects.select_for_update(of=("self",))
        .select_related("stated_by", "recipient")
        .filter(pk=ground_id)
        .order_by()
        .first()
    )
    if ground is None:
        raise NotVisible
    if ground.stated_by.account_id == actor.account_id:
        raise PermissionDenied(_("Somebody else than who wrote it approves it."))
    if ground.decided_at is not None:
        raise Refused(_("This was decided already."))
    if ground.ends_at <= at:
        raise Refused(_("Its time has passed. Write it again if the danger is still there."))
    ground.decided_by, ground.decided_at, ground.is_approved = actor, at, is_approved
    ground.save(update_fields=["decided_by", "decided_at", "is_approved"])
    ledger.record(
        action="sharing.ground_approved" if is_approved else "sharing.ground_refused",
        actor=actor,
        target=ground,
        at=at,
        subject=ground.file_id,
        basis=ground.kind,
        details={"recipient": ground.recipient_id, "categories": ground.categories},
    )
    return ground


@transaction.atomic
def end_ground(*, ground_id: UUID, actor: Membership | None, at: datetime) -> Ground:
    """End a ground before its time: from now it opens nothing. Nobody ends it when what it rested on lapsed.

    Raises:
        NotVisible: there is none. Refused: it has ended already.
    """
    ground = Ground.objects.select_for_update().filter(pk=ground_id).order_by().first()
    if ground is None:
        raise NotVisible
    if ground.ended_at is not None or ground.ends_at <= at:
        raise Refused(_("This has ended already."))
    ground.ended_at = at
    ground.save(update_fields=["ended_at"])
    ledger.record(
        action="sharing.ground_ended",
        actor=actor,
        target=ground,
        at=at,
        subject=ground.file_id,
        basis=ground.kind,
    )
    return ground


@transaction.atomic
def record_told(*, ground_id: UUID, actor: Membership, at: datetime) -> Ground:
    """Record that the person was told, now that it is safe.

    Raises:
        NotVisible: there is none. Refused: they were told already.
    """
    ground = Ground.objects.select_for_update().filter(pk=ground_id).order_by().first()
    if ground is None:
        raise NotVisible
    if ground.told_at is not None:
        raise Refused(_("The person was told already."))
    ground.told_at = at
    ground.save(update_fields=["told_at"])
    ledger.record(
        action="sharing.person_told",
        actor=actor,
        target=ground,
        at=at,
        subject=ground.file_id,
        basis=ground.kind,
    )
    return ground


def state_of(ground: Ground, *, at: datetime) -> str:
    """Answer `proposed`, `refused`, `in_force`, `ended` or `lapsed` (its time passed undecided)."""
    if ground.decided_at is None:
        return "proposed" if at < ground.ends_at else "lapsed"
    if not ground.is_approved:
        return "refused"
    return "in_force" if ground.ended_at is None and at < ground.ends_at else "ended"
