"""The plan of a case: a safety plan made with the survivor, or a management plan; in versions, one of them current."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.lifecycle import PLAN, PlanState
from egide.cases.models import Entry, File, Plan
from egide.cases.models.file import Kind
from egide.cases.rules.plans import SAFETY
from egide.cases.services import deadlines, entries
from egide.cases.services.locking import lock_open_case
from egide.cases.services.meanwhile import Meanwhile
from egide.common.errors import NotVisible, Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership


class PlanMoved(Meanwhile):
    """Somebody else wrote this plan since its words were shown."""


@transaction.atomic
def write_plan(
    *,
    case_id: UUID,
    sections: Mapping[str, str],
    made_with: str,
    actor: Membership,
    at: datetime,
    based_on: UUID | None = None,
    why: str = "",
) -> Plan:
    """Write the next version, as a draft; writing again before agreement replaces the draft's words.

    Args:
        based_on: the content of the newest version when the words were taken up; None when there was none.
        why: what made it change, said of a version that follows an agreed one.
    Raises:
        PlanMoved: the newest version is another by now.
        Refused: every section is empty, or the case is not open.
    """
    case = lock_open_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    plan = case.programme.protocol.plan
    kept = {name: sections.get(name, "").strip() for name in plan.sections}
    if not any(kept.values()):
        raise Refused(_("The plan is still empty. Write at least one part of it."))
    if not case.is_open:
        raise Refused(_("This case is closed. Reopen it first."))
    if made_with not in dict(Plan._meta.get_field("made_with").flatchoices):
        raise Refused(_("Say how the plan was made."))
    file = entries.subject_file(case)
    newest = Plan.objects.filter(file=file).order_by("-version").first()
    if (newest.content_id if newest else None) != based_on:
        raise PlanMoved(
            _(
                "Somebody else wrote this plan while you were writing. Their words are shown below; yours are "
                "still here. Bring together what must stay, then send again."
            )
        )
    draft = newest if newest is not None and newest.state == PlanState.DRAFT else None
    former = _former_versions(file)
    reason = {"why": why.strip()} if former and why.strip() else {}
    entry = entries.write_entry(
        file=file,
        category=plan.category,
        kind=Kind.STATEMENT if plan is SAFETY else Kind.OPINION,
        data={"sections": kept, "former": former, **reason},
        form=f"{plan.form}:1",
        actor=actor,
        at=at,
        replaces=draft.content if draft else None,
    )
    if draft is None:
        draft = Plan(file=file, version=newest.version + 1 if newest else 1)
    written = {"content": entry, "made_with": made_with, "written_by": actor, "written_at": at}
    for name, value in written.items():
        setattr(draft, name, value)
    if draft._state.adding:
        draft.save(force_insert=True)
    else:
        draft.save(update_fields=[*written])
    deadlines.refresh_next_due(case, at=at)
    ledger.record(
        action="cases.plan_written",
        actor=actor,
        target=draft,
        at=at,
        subject=file.pk,
        details={"version": draft.version},
    )
    return draft


def _former_versions(file: File) -> list[str]:
    """Answer when each version before this one was agreed: the timeline draws them from the entry alone."""
    agreed = Plan.objects.filter(file=file, agreed_at__isnull=False).order_by("version")
    return [moment.isoformat() for moment in agreed.values_list("agreed_at", flat=True) if moment]


@transaction.atomic
def agree_plan(*, plan_id: UUID, content_id: UUID | None, actor: Membership, at: datetime) -> Plan:
    """Make a draft the current plan, with the survivor's agreement; the former version is kept.

    Args:
        content_id: the very words the person agreed to, as they were shown.
    Raises:
        NotVisible: no such plan on a case of the actor.
        PlanMoved: its words are others by now.
        Refused: it was not made with the person.
        TransitionRefused: it is not a draft.
    """
    plan = Plan.objects.select_related("file").filter(pk=plan_id).order_by().first()
    if plan is None:
        raise NotVisible
    case = lock_open_case(plan.file.case_id, actor=actor)
    plan.refresh_from_db()
    permissions.check_can_support(actor, case)
    state = PLAN.next_state("agree", state=plan.state)
    if plan.content_id != content_id:
        raise PlanMoved(
            _(
                "The words of this plan changed since they were shown to you. Read them again with the person, "
                "then record the agreement."
            )
        )
    kind = case.programme.protocol.plan
    if plan.made_with == "not_yet" or (kind is SAFETY and plan.made_with == "with_team"):
        raise Refused(_("A safety plan is made with the person. Talk it through with them, then record how."))
    former = Plan.objects.filter(file=plan.file, state=PlanState.CURRENT).order_by().first()
    if former is not None:
        former.state = PLAN.next_state("replace", state=former.state)
        former.save(update_fields=["state"])
        Entry.objects.filter(pk=former.content_id).update(is_current=False)
    plan.state, plan.agreed_at = state, at
    plan.save(update_fields=["state", "agreed_at"])
    deadlines.meet_deadline(case=case, kind=kind.task, actor=actor, at=at)
    deadlines.refresh_next_due(case, at=at)
    ledger.record(
        action="cases.plan_agreed",
        actor=actor,
        target=plan,
        at=at,
        subject=plan.file_id,
        details={"version": plan.version},
    )
    return plan


@transaction.atomic
def record_help(*, case_id: UUID, kind: str, text: str, actor: Membership, at: datetime) -> Entry:
    """Record legal information given, or a service named, to the victim.

    Args:
        kind: `legal_information` or `service_named`.
    """
    case = lock_open_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    forms = {"legal_information": "legal-information:1", "service_named": "service-named:1"}
    if kind not in forms or not text.strip():
        raise Refused(_("Write what was explained, or which service was named."))
    file = entries.subject_file(case)
    entry = entries.write_entry(
        file=file,
        category=case.programme.protocol.plan.category if kind == "legal_information" else "referral.status",
        text=text.strip(),
        form=forms[kind],
        actor=actor,
        at=at,
    )
    deadlines.refresh_next_due(case, at=at)
    ledger.record(action="cases.help_recorded", actor=actor, target=case, at=at, subject=file.pk)
    return entry
