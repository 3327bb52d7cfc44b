"""Fictional audits a team makes of itself: one that two people signed almost a year ago, and this year's, begun."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone, translation

from egide.cases.models import SelfAudit
from egide.cases.services import auditing
from egide.demonstration.cast import Cast
from egide.demonstration.stories import words

#: When the former one was signed, and when this year's was begun, before now.
FORMER, BEGUN = timedelta(days=350), timedelta(days=4)
#: Days after an audit by when its improvements are promised: one was made, one is late, one is to come.
PROMISED = (60, 345, 380)


def audit(cast: Cast, *, at: datetime) -> None:
    """Let a team have audited itself, and begin again. Told once."""
    if SelfAudit.objects.filter(programme=cast.programme).order_by().exists():
        return
    told = words(cast.language)["audits"]
    with translation.override(cast.language), transaction.atomic():
        former = _begun(cast, at - FORMER)
        promised = 0
        for statement in former.standard.statements:
            said = told["former"].get(statement.code, told["otherwise"])
            if "action" in said:
                said = {
                    **said,
                    "action_owner_id": (cast.coordinator, cast.advocate, cast.chair)[promised].pk,
                    "action_due_on": timezone.localdate(at - FORMER) + timedelta(days=PROMISED[promised]),
                }
                promised += 1
            _answer(cast, former, statement.code, said, at - FORMER)
        former.refresh_from_db()
        for member in (cast.coordinator, cast.chair):
            auditing.sign_audit(audit_id=former.pk, revision=former.revision, actor=member, at=at - FORMER)
        made = former.answers.exclude(action="").order_by("action_due_on").first()
        if made is not None:
            auditing.end_action(
                answer_id=made.pk, actor=cast.coordinator, at=at - FORMER + timedelta(days=PROMISED[0] - 5)
            )
        now = _begun(cast, at - BEGUN)
        for code, said in told["now"].items():
            _answer(cast, now, code, said, at - BEGUN)


def _begun(cast: Cast, at: datetime) -> SelfAudit:
    return auditing.begin_audit(programme_id=cast.programme.pk, actor=cast.coordinator, at=at)


def _answer(cast: Cast, audit: SelfAudit, statement: str, said: dict[str, object], at: datetime) -> None:
    auditing.answer_statement(audit_id=audit.pk, statement=statement, actor=cast.coordinator, at=at, **said)  # type: ignore[arg-type]
