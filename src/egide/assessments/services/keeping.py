"""What is kept with every assessment: the very text it was made with, and what is sealed."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from egide.assessments.lifecycle import Certificate
from egide.assessments.models import COMPARTMENT, SEALED_MODEL, KeptDefinition
from egide.assessments.rules.cards import Card
from egide.assessments.rules.definition import Definition
from egide.partners.models import Membership
from egide.partners.queries import training
from egide.vault.services import SealContext, Sealer


def keep(made_with: Definition | Card, *, at: datetime) -> KeptDefinition:
    """Keep the text of a definition or a card, once; what was kept is never changed."""
    is_card = isinstance(made_with, Card)
    kept, _is_new = KeptDefinition.objects.get_or_create(
        digest=made_with.digest,
        defaults={
            "instrument": made_with.code,
            "version": "" if isinstance(made_with, Card) else made_with.version,
            "is_card": is_card,
            "content": made_with.text,
            "kept_at": at,
        },
    )
    return kept


def certificate_of(actor: Membership, course: str, *, at: datetime) -> str:
    """Answer what the records of training say of somebody that moment; empty when no course certifies the tool."""
    if not course:
        return ""
    until = training.last_certificate(member=actor, course=course, on=timezone.localdate(at))
    if until is None:
        return Certificate.NONE
    return Certificate.VALID if until > at else Certificate.LAPSED


def seal(sealer: Sealer, row: UUID, name: str, content: Mapping[str, Any]) -> bytes:
    """Seal one value of an assessment, under its file's key."""
    return sealer.seal(
        COMPARTMENT,
        json.dumps(content, ensure_ascii=False, sort_keys=True),
        SealContext(model=SEALED_MODEL, field=name, row=row),
    )
