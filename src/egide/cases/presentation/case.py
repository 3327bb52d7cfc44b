"""What the templates of a case need, from what was opened. Decides nothing: what is not opened is not here."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.assessments import presentation as assessment_presentation
from egide.cases import permissions
from egide.cases.forms.casework import BROKEN
from egide.cases.forms.plans import plan_title
from egide.cases.lifecycle import CASE, State
from egide.cases.models import Case, Task
from egide.cases.models.file import FileRole, Kind
from egide.cases.models.work import REMARKS, TaskKind
from egide.cases.presentation import documents
from egide.cases.presentation.contact import contact_context
from egide.cases.presentation.drawings import people, progress, timeline
from egide.cases.presentation.needs import need_lines
from egide.cases.presentation.origins import origin_of
from egide.cases.presentation.tasks import date_said, task_line
from egide.cases.presentation.ticked import ticked_lines
from egide.cases.presentation.weapons import weapon_lines
from egide.cases.queries import training
from egide.cases.queries.casefile import CaseFile
from egide.cases.rules.protocol import Words
from egide.cases.services import contacting, levels, serving
from egide.common import dates
from egide.common.text import localized
from egide.partners.models import Membership, Role
from egide.sharing import services as sharing
from egide.sharing.rules.categories import CATEGORIES

#: Entries shown at first; the others are one click away, already decided.
SHOWN_ENTRIES = 50
#: Forms whose entries are shown in their own place, not among the notes.
OWN_PLACE = {
    "name",
    "safe-contact",
    "safety-plan",
    "management-plan",
    "identity",
    "task",
    # Between who did the work and who read it: not for whoever may read the work itself.
    "supervision",
    "supervision-answer",
    *documents.FORMS,
}
#: What is said of a task is read on its line.
OWN_PLACE |= {form.split(":")[0] for form in REMARKS}


def case_context(
    opened: CaseFile, *, actor: Membership, at: datetime, shows_all: bool = False
) -> dict[str, Any]:
    """Answer what the case page needs.

    Args:
        shows_all: every entry, instead of the newest ones.
    """
    entries = entry_items(opened)
    shown = entries if shows_all else entries[:SHOWN_ENTRIES]
    case = opened.case
    rule = contacting.rule_from(opened.view.items)
    can_support = permissions.can_support(actor, case)
    is_trained = permissions.is_trained(actor, case)
    reaches = case.programme.protocol.reaches_the_person
    return {
        "case": case,
        "at": at,
        "title": opened.name_in(opened.subject) or opened.name(FileRole.PERSON_OF_CONCERN) or case.reference,
        "level": level_context(case),
        "deadline": deadline_context(case, rule, at=at, actor=actor, interpreter=_interpreter(opened)),
        "contact": contact_context(rule, at=at, interpreter=_interpreter(opened))
        if rule or (can_support and reaches)
        else None,
        "identity": identity_lines(opened),
        "entries": entry_lines(opened, shown, actor=actor),
        "documents": documents.document_lines(
            case, opened.view.items, _roles(opened), can_serve=_can_serve(opened, actor)
        ),
        "more_entries": len(entries) - len(shown),
        "withheld": withheld_lines(opened.view),
        "lacks": training.in_words(opened.view.lacks),
        "tasks": [
            task_line(task, opened, at=at, actor=actor, is_trained=is_trained) for task in opened.tasks
        ],
        "progress": progress(opened.tasks, at=at),
        "timeline": timeline(opened, at=at),
        "people": people(opened),
        "history": assessment_presentation.history_context(
            opened.assessments, address=lambda pk: reverse("cases:assessment", args=[case.pk, pk])
        ),
        "needs": need_lines(opened),
        "weapons": weapon_lines(opened, is_staff=can_support),
        "consents": [one for one in opened.view.consents if one.takes_part],
        "steps": steps(case, actor),
        "happened": _happened(opened, actor),
        "lead_change": _who_leads(opened, actor, TaskKind.LEAD_CHANGE),
        "transfer": _who_leads(opened, actor, TaskKind.TRANSFER),
        **_proposal(opened, can_support=can_support),
        "can_support": can_support,
        "can_coordinate": permissions.can_coordinate(actor, case),
        "can_contribute": permissions.can_contribute(actor, case),
        "is_of_team": permissions.is_of_team(actor, case),
    }


def _interpreter(opened: CaseFile) -> str:
    """Say where the interpreter of whom the case is about stands, of the tasks the reader knows of."""
    asked = [
        task
        for task in opened.tasks
        if task.kind == TaskKind.INTERPRETER and task.file_id == opened.subject.pk
    ]
    if any(task.done_at is None for task in asked):
        return "awaited"
    return "booked" if any(task.outcome == "done" for task in asked) else ""


def _who_leads(opened: CaseFile, actor: Membership, kind: TaskKind) -> Task | None:
    """Answer the question who leads, while it waits, to the coordinators of the two agencies it concerns."""
    is_asked = actor.role == Role.COORDINATOR
    return next(
        (
            task
            for task in opened.tasks
            if task.kind == kind
            and task.done_at is None
            and (
                permissions.can_coordinate(actor, opened.case)
                or (is_asked and task.agency_id == actor.agency_id)
            )
        ),
        None,
    )


def _happened(opened: CaseFile, actor: Membership) -> list[dict[str, str]]:
    """Answer what one may do about a critical development nobody has reviewed yet; nothing when there is none."""
    case = opened.case
    if not any(task.kind == TaskKind.DEVELOPMENT and task.done_at is None for task in opened.tasks):
        return []
    ways = []
    if permissions.can_convene(actor, case.programme) and case.state == State.ACTIVE:
        ways.append(("emergency-conference", _("Call an emergency conference")))
    if permissions.can_support(actor, case):
        ways.append(("review", _("Record a review")))
    return [{"text": text, "href": reverse(f"cases:{name}", args=[case.pk])} for name, text in ways]


def level_context(case: Case) -> dict[str, Any]:
    """Answer the level in words, with who set it and when."""
    return {
        "level": case.level,
        "label": case.level_title,
        "set_by": case.level_set_by.person_name if case.level_set_by else "",
        "set_on": case.level_set_at,
    }


def _proposal(opened: CaseFile, *, can_support: bool) -> dict[str, Any]:
    """Answer the lowered level that waits for a second person; asked only when a task says there is one."""
    is_asked = any(t.kind == TaskKind.LEVEL_CONFIRMATION and t.done_at is None for t in opened.tasks)
    found = next(iter(levels.open_proposals(opened.case)), None) if is_asked and can_support else None
    return {"proposal": found, "proposal_level": opened.case.title_of(found.level) if found else ""}


#: Where one goes to meet a date, by its kind.
_WHERE = {
    TaskKind.TRIAGE: "cases:triage-case",
    TaskKind.SECOND_READER: "cases:triage-case",
    TaskKind.FIRST_CONTACT: "cases:contact",
    TaskKind.CONSENT: "cases:consent",
    TaskKind.ASSESSMENT: "cases:assess",
    TaskKind.SAFETY_PLAN: "cases:plan",
    TaskKind.MANAGEMENT_PLAN: "cases:plan",
    TaskKind.SUPPORT: "cases:help",
    TaskKind.EXPRESSION_APPROVAL: "cases:expression",
    TaskKind.REVIEW: "cases:review",
    TaskKind.DEVELOPMENT: "cases:review",
    TaskKind.ACKNOWLEDGEMENTS: "cases:consents",
    TaskKind.CONSENT_CHECK: "cases:consents",
    TaskKind.LOG_REVIEW: "cases:conflicts",
    TaskKind.LEAD_CHANGE: "cases:lead-change",
    TaskKind.LEAD_CONSENTS: "cases:consents",
    TaskKind.TRANSFER: "cases:transfer",
    TaskKind.OWN_CONSENT: "cases:people",
    TaskKind.COMES_OF_AGE: "cases:people",
    TaskKind.ACCESS_REQUEST: "cases:access",
    TaskKind.TELL_PERSON: "cases:sharing",
    TaskKind.RELEASE: "cases:release",
    TaskKind.RELEASE_DAY: "cases:release",
    TaskKind.INTERPRETER: "cases:needs",
    TaskKind.NEED: "cases:needs",
    TaskKind.WORK_RETURNED: "cases:supervision",
    TaskKind.WORK_ANSWERED: "cases:supervision",
}


def deadline_context(
    case: Case, rule: Any, *, at: datetime, actor: Membership, interpreter: str = ""
) -> dict[str, Any] | None:
    """Answer the next deadline, loudest on the page; with what is safe when it means reaching the person."""
    if not case.next_due_at:
        return None
    kind = TaskKind(case.next_due_kind)
    due = dates.said(timezone.localtime(case.next_due_at), "DATETIME_FORMAT")
    detail = _("Due %(date)s.") % {"date": due}
    if rule is not None and kind in (
        TaskKind.FIRST_CONTACT,
        TaskKind.CONSENT,
        TaskKind.REVIEW,
        TaskKind.DEVELOPMENT,
        TaskKind.SAFETY_PLAN,
    ):
        detail = f"{detail} {contact_context(rule, at=at, interpreter=interpreter)['sentence']}"
    if interpreter == "awaited" and kind == TaskKind.FIRST_CONTACT:
        detail = f"{detail} {BROKEN['interpreter_not_booked']}"
    where = _WHERE.get(kind) if permissions.can_support(actor, case) else None
    href = reverse(where, args=[case.pk]) if where else ""
    if kind == TaskKind.CONFERENCE and permissions.can_contribute(actor, case):
        href = reverse("cases:conferences")
    return {
        "state": "late" if case.next_due_at < at else "soon",
        "title": date_said(kind, case),
        "detail": detail,
        "due": case.next_due_at,
        "href": href,
    }


def steps(case: Case, actor: Membership) -> list[dict[str, str]]:
    """List what this reader can do now, in the order of the journey."""
    support, coordinate = permissions.can_support(actor, case), permissions.can_coordinate(actor, case)
    protocol = case.programme.protocol
    offered: list[tuple[bool, str, Any]] = [
        (
            coordinate and case.state in (State.RECEIVED, State.NO_ACTION_PROPOSED, State.NOT_TAKEN),
            "triage-case",
            _("Triage"),
        ),
        (support and case.is_open and protocol.reaches_the_person, "safe-contact", _("Record safe contact")),
        (support and case.is_open and protocol.reaches_the_person, "contact", _("Reach the person")),
        (support and case.is_open, "needs", _("Record what people need")),
        (permissions.can_contribute(actor, case) and case.is_open, "assess", _("Assess")),
        (
            coordinate and case.state in (State.ACCEPTED, State.CONSENT_REFUSED, State.ACTIVE),
            "eligibility",
            _("Decide on eligibility"),
        ),
        (
            support
            and protocol.is_consent_required
            and case.state in (State.ACCEPTED, State.CONSENT_REFUSED, State.ACTIVE),
            "consent",
            _("Ask for consent"),
        ),
        (
            support and case.is_open and protocol.intake == "behaviour",
            "expression",
            _("Keep words that came with a threat"),
        ),
        (coordinate and not protocol.is_consent_required and case.state == State.ACTIVE, "team", _("Team")),
        (support and case.is_open, "plan", plan_title(protocol.plan)),
        (support and case.is_open, "level", _("Set the level of concern")),
        (permissions.can_contribute(actor, case) and case.is_open, "task", _("Add a task")),
        (permissions.can_report_to_prosecutor(actor), "prosecutor", _("Report to the prosecutor")),
        (
            permissions.can_contribute(actor, case) and case.is_open,
            "weapons",
            _("Say what is known of weapons"),
        ),
        (support and case.is_open, "release", _("A release to come")),
        (support and case.is_open, "help", _("Record help given")),
        (support and case.is_open, "review", _("Record a review")),
        (
            permissions.can_contribute(actor, case) and case.is_open and bool(protocol.developments),
            "development",
            _("Record a critical development"),
        ),
        (
            permissions.can_contribute(actor, case) and case.state == State.ACTIVE,
            "conference-part",
            _("Your agency’s part for the next conference"),
        ),
        (
            permissions.can_convene(actor, case.programme) and case.state == State.ACTIVE,
            "emergency-conference",
            _("Call an emergency conference"),
        ),
        (permissions.can_supervise(actor, case), "supervision", _("Read finished work, and return it")),
        (permissions.can_keep_out(actor, case.programme), "conflicts", _("Conflicts of interest")),
        (permissions.can_tell_danger(actor, case), "danger", _("Tell of a danger without naming anybody")),
        (coordinate and case.is_open, "lead-change", _("Let another agency lead")),
        (coordinate and case.is_open, "transfer", _("Transfer to another area")),
        (coordinate and CASE.can("close", state=case.state), "close", _("Close the case")),
        (coordinate and CASE.can("reopen", state=case.state), "reopen", _("Reopen the case")),
    ]
    return [
        {"text": str(text), "href": reverse(f"cases:{name}", args=[case.pk])}
        for is_on, name, text in offered
        if is_on
    ]


def identity_lines(opened: CaseFile) -> list[dict[str, Any]]:
    """Answer who is in the case, as far as the reader may know: the victim first."""
    lines = []
    roles = list(FileRole)
    for file in sorted(opened.files, key=lambda file: roles.index(FileRole(file.role))):
        items = [
            i
            for i in opened.view.items
            if i.file_id == file.pk and (i.meta or {}).get("form") == "identity:1"
        ]
        if not items and not opened.name_in(file):
            continue
        content = items[0].content if items else {}
        lines.append(
            {
                "role": file.title,
                "name": content.get("text") or opened.name_in(file),
                "born_on": dates.said_of(content.get("born_on", "")),
                "language": content.get("language", ""),
            }
        )
    return lines


def entry_items(opened: CaseFile) -> list[sharing.OpenedItem]:
    """Answer the notes and facts of the case, newest first; what has a place of its own on the page is not here."""
    found = []
    for item in opened.view.items:
        meta = item.meta or {}
        form = str(meta.get("form", "")).split(":")[0]
        if form in OWN_PLACE or (item.category == "risk.assessment.summary" and "kind" not in meta):
            continue
        found.append(item)
    return sorted(found, key=lambda item: item.created_at, reverse=True)


def _roles(opened: CaseFile) -> dict[Any, Any]:
    return {file.pk: file.title for file in opened.files}


def _can_serve(opened: CaseFile, actor: Membership | None) -> Callable[[sharing.OpenedItem], bool]:
    """Answer who may record from here that an order was served, order by order."""

    def may(item: sharing.OpenedItem) -> bool:
        return (
            actor is not None
            and opened.case.is_open
            and permissions.can_say_served(actor, opened.case, item.holder_id)
        )

    return may


def entry_lines(
    opened: CaseFile,
    items: Sequence[sharing.OpenedItem] | None = None,
    *,
    actor: Membership | None = None,
) -> list[dict[str, Any]]:
    """Answer notes and facts as lines, each with its source; every one of the case when none are named.

    Args:
        actor: who may record from here that an order was served.
    """
    case = opened.case
    can_serve = _can_serve(opened, actor)
    roles = _roles(opened)
    return [
        {
            "id": item.id,
            "category": localized(CATEGORIES[item.category], "title"),
            "about": roles.get(item.file_id, ""),
            "kind": Kind(item.kind).label if item.kind else "",
            "text": entry_text(item),
            "origin": origin_of(str((item.meta or {}).get("form", ""))),
            "by": item.author_name or "",
            "at": item.created_at,
            "observed_on": item.observed_on,
            "notices": item.notices,
            "served_href": ""
            if item.is_served or not can_serve(item)
            else reverse("cases:served", args=[case.pk, item.id]),
        }
        for item in (entry_items(opened) if items is None else items)
    ]


def entry_text(item: sharing.OpenedItem) -> str:
    """Answer an entry in words, whatever form it came from."""
    content: Mapping[str, Any] = item.content
    parts = [part for part in (documents.entry_title(content), item.text) if part]
    if not item.is_served:
        # Wherever it is read: who reads it must not tell the person it binds.
        parts.insert(0, _("Made without notice, and not served yet"))
    if content.get("development"):
        parts.insert(0, localized(Words(**content["development"]), "title"))
    parts += ticked_lines(content)
    if content.get("said_by") in serving.SaidBy.values:
        who = serving.SaidBy(content["said_by"]).label
        parts.append(_("An order was served, according to %(who)s.") % {"who": who})
    if content.get("phone"):
        parts.append(_("Phone: %(number)s") % {"number": content["phone"]})
    return "\n".join(parts)


def withheld_lines(view: sharing.FileView) -> list[dict[str, str]]:
    """Answer what the reader may know of and not read, and the rule in plain words."""
    found: dict[str, dict[str, str]] = {}
    for one in view.withheld:
        found.setdefault(
            one.category,
            {
                "title": localized(CATEGORIES[one.category], "title"),
                "text": one.texts[0] if one.texts else "",
                "is_flag": str(one.level >= sharing.Level.FLAG),
            },
        )
    return list(found.values())
