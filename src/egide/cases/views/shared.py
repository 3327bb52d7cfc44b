"""What somebody else recorded while this was typed, in words, to stand beside what was not recorded.

Opened by the same decision as on any page: where the words are withheld, who decided what and when still shows.
"""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from egide.cases import presentation
from egide.cases.forms.fields import Shared
from egide.cases.models import Case, EligibilityDecision, LevelDecision
from egide.cases.services import contacting, entries
from egide.common import clock, dates
from egide.common.http import Request
from egide.common.text import localized
from egide.sharing import services as sharing

Lines = list[dict[str, Any]]


def rule(request: Request, form: Shared, case: Case) -> Lines:
    """Answer the safe-contact rule that stands now."""
    at = clock.now()
    found = contacting.current_rule(file=entries.subject_file(case), actor=request.actor, at=at)
    form.go_on_from(found.entry_id if found else None)
    if found is None:
        return []
    rows = presentation.contact_context(found, at=at)["rows"]
    note = {"label": _("Anything else"), "text": found.said.get("text", "")}
    return [*({"label": row["key"], "text": row["value"]} for row in rows), *([note] if note["text"] else [])]


def level(request: Request, form: Shared, case: Case) -> Lines:
    """Answer the last decision on the level, proposed or in force."""
    row = (
        LevelDecision.objects.filter(case=case)
        .select_related("proposed_by__account")
        .order_by("-proposed_at", "-pk")
        .first()
    )
    form.go_on_from(row.pk if row else None)
    if row is None:
        return []
    said = _("Level of concern"), case.title_of(row.level)
    return _decided(request, case, said, row.proposed_by.person_name, row.proposed_at, row.reason_id)


def eligibility(request: Request, form: Shared, case: Case) -> Lines:
    """Answer the last decision on eligibility."""
    row = (
        EligibilityDecision.objects.filter(case=case)
        .select_related("decided_by__account")
        .order_by("-decided_at", "-pk")
        .first()
    )
    form.go_on_from(row.pk if row else None)
    if row is None:
        return []
    outcome = _("May enter the programme") if row.is_eligible else _("Does not enter the programme")
    doors = [
        localized(door, "title") for door in case.programme.protocol.doors if door.code in set(row.doors)
    ]
    said = _("Their decision"), "\n".join([outcome, *doors])
    return _decided(request, case, said, row.decided_by.person_name, row.decided_at, row.reason_id)


def _decided(
    request: Request, case: Case, said: tuple[str, str], by: str, when: Any, reason_id: UUID
) -> Lines:
    view = sharing.open_file(
        actor=request.actor,
        file=entries.subject_file(case),
        purpose=sharing.purpose_of(request.actor),
        at=clock.now(),
        only=["risk.assessment.summary"],
    )
    reasons = next((item.text for item in view.items if item.id == reason_id), "")
    return [
        {"label": said[0], "text": said[1]},
        {"label": _("By whom"), "text": f"{by}, {dates.said(when, 'DATETIME_FORMAT')}"},
        *([{"label": _("Why"), "text": reasons}] if reasons else []),
    ]
