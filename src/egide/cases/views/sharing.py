"""Share with one more agency: what may be told, on what ground, and what was received on one."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from egide.cases import presentation
from egide.cases.forms.sharing import FORMS, ChooseAgencyForm
from egide.cases.models import Case
from egide.cases.models.file import FileRole
from egide.cases.queries import cascade, telling
from egide.cases.queries import sharing as queries
from egide.cases.services import disclosing
from egide.cases.views.step import DraftKey, do, fetch_case, fetch_supported, step
from egide.common import clock, paging
from egide.common.errors import NotVisible
from egide.common.http import Request
from egide.common.text import localized
from egide.partners.models import Agency
from egide.sharing import services as sharing
from egide.sharing.models import Ground
from egide.sharing.rules.categories import CATEGORIES, STORED


def _beside(case: Case) -> QuerySet[Any]:
    """Agencies one may think of telling: every active one but the programme's own, with `is_partner`."""
    partners = case.programme.partners.through.objects.filter(
        programme=case.programme_id, agency=OuterRef("pk")
    )
    return (
        Agency.objects.filter(is_active=True)
        .exclude(pk=case.programme.lead_agency_id)
        .annotate(is_partner=Exists(partners))
        .order_by("code")
    )


def agencies_beside(case: Case) -> list[tuple[str, str]]:
    """The same, as choices in the order of their names."""
    return _choices(_beside(case))


def _choices(agencies: Iterable[Agency]) -> list[tuple[str, str]]:
    return sorted(((str(one.pk), str(one)) for one in agencies), key=lambda pair: pair[1])


def _partners_first(agencies: Iterable[Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Those most often meant come first: two school districts have names alike, and one of them works here."""
    rows = list(agencies)
    groups = [
        (_("Partners of the programme"), _choices(one for one in rows if one.is_partner)),
        (_("Other agencies"), _choices(one for one in rows if not one.is_partner)),
    ]
    return [group for group in groups if group[1]]


@require_GET
def hub(request: Request, case_id: UUID) -> HttpResponse:
    """May I tell them? One line first; then what one agency gets, what would open more, what was shared without consent."""
    case = fetch_supported(request, case_id)
    at = clock.now()
    agencies = {str(one.pk): one for one in _beside(case)}
    agency = agencies.get(request.GET.get("agency", ""))
    # Every kind is offered, whatever the case holds: what is asked about says nothing of what is there.
    kinds = {slug: localized(CATEGORIES[slug], "title") for slug in STORED}
    category = request.GET.get("category", "")
    category = category if category in kinds else ""
    lines = (
        queries.possibilities(case=case, agency=agency, actor=request.actor, at=at)
        if agency is not None
        else []
    )
    lines = telling.only(lines, category)
    return render(
        request,
        "cases/sharing.html",
        {
            "case": case,
            "form": ChooseAgencyForm(
                initial={"agency": str(agency.pk) if agency else "", "category": category},
                agencies=_partners_first(agencies.values()),
                categories=list(kinds.items()),
            ),
            "agency": agency,
            "category": kinds.get(category, ""),
            "answer": telling.answer(lines) if agency is not None else None,
            "is_partner": agency is not None and agency.is_partner,
            "files": lines,
            "kinds": _kinds(lines),
            "grounds": queries.ground_lines(
                case=case, actor=request.actor, at=at, after=request.GET.get("from", "")
            ),
            "at": at,
        },
    )


def _kinds(lines: list[queries.FileLine]) -> list[dict[str, Any]]:
    """The grounds that would open something, each with the file it opens something of."""
    found = []
    for kind, label in Ground._meta.get_field("kind").flatchoices:
        for line in lines:
            if queries.opened_by(lines=lines, key=line.key, kind=kind):
                found.append({"kind": kind, "label": label, "role": line.key, "file": line.label})
    return found


def new(request: Request, case_id: UUID, agency_id: UUID, role: str, kind: str) -> HttpResponse:
    """Write down why this agency should receive this without consent."""
    case = fetch_supported(request, case_id)
    agency = _beside(case).filter(pk=agency_id).first()
    if agency is None or kind not in FORMS:
        raise NotVisible
    at = clock.now()
    lines = queries.possibilities(case=case, agency=agency, actor=request.actor, at=at, key=role)
    choices = queries.opened_by(lines=lines, key=role, kind=kind)
    if not choices:
        raise NotVisible
    form = FORMS[kind](request.POST or None, categories=choices)
    back = f"{reverse('cases:sharing', args=[case.pk])}?agency={agency.pk}"

    def effect(at: Any) -> str:
        data = form.cleaned_data
        disclosing.state_ground(
            case_id=case.pk,
            role=role,
            kind=kind,
            recipient_id=agency.pk,
            categories=data["categories"],
            said=form.said(),
            words=disclosing.Words(
                facts=data["facts"],
                who_is_at_risk=data.get("who_is_at_risk", ""),
                why_this_recipient=data.get("why_this_recipient", ""),
                reference=data.get("reference", ""),
                why_not_asked=data.get("why_not_asked", ""),
            ),
            actor=request.actor,
            at=at,
        )
        return reverse("cases:sharing", args=[case.pk])

    return step(
        request,
        form=form,
        scope=f"ground:{case.pk}",
        effect=effect,
        # One for each door, side and agency: what was written for one never stands in another's form.
        draft=_draft_of(case, kind, role, agency),
        template="cases/sharing_new.html",
        context={
            "case": case,
            "agency": agency,
            "kind": kind,
            "kind_label": dict(Ground._meta.get_field("kind").flatchoices)[kind],
            "back": back,
        },
        done=_("Written down. It opens nothing until a colleague has approved it."),
    )


def _draft_of(case: Case, kind: str, key: str, agency: Agency) -> DraftKey:
    if key in FileRole.values:
        return f"ground-{kind}-{key[0]}-{agency.pk.hex}", case.pk
    return f"ground-{kind}-x-{agency.pk.hex}", case.pk, UUID(key)


@require_POST
def answer(request: Request, case_id: UUID, ground_id: UUID) -> HttpResponse:
    """Approve or refuse what a colleague wrote, end it, or record that the person was told."""
    case = fetch_case(request, case_id)
    wanted = request.POST.get("do", "")
    acts: dict[str, Any] = {
        "approve": lambda at: disclosing.decide_ground(
            ground_id=ground_id, is_approved=True, actor=request.actor, at=at
        ),
        "refuse": lambda at: disclosing.decide_ground(
            ground_id=ground_id, is_approved=False, actor=request.actor, at=at
        ),
        "end": lambda at: disclosing.end_ground(ground_id=ground_id, actor=request.actor, at=at),
        "told": lambda at: disclosing.record_told(ground_id=ground_id, actor=request.actor, at=at),
    }
    if wanted not in acts or not Ground.objects.filter(pk=ground_id, case_id=case.pk).order_by().exists():
        raise NotVisible

    def effect(at: Any) -> str:
        acts[wanted](at)
        return reverse("cases:sharing", args=[case.pk])

    return do(request, scope=f"ground-answer:{ground_id}:{wanted}", effect=effect, done=_("Recorded."))


@require_GET
def inbox(request: Request) -> HttpResponse:
    """What was shared with the reader's agency on a ground still in force, and what it must stop using."""
    if request.actor is None:
        raise NotVisible
    at = clock.now()
    return render(
        request,
        "cases/received.html",
        {
            "waiting": cascade.to_answer(request.actor, after=request.GET.get("waiting", "")),
            "answered": cascade.answered(request.actor, after=request.GET.get("answered", "")),
            "grounds": paging.page(
                queries.addressed_to(request.actor),
                by="ends_at",
                size=queries.GROUNDS,
                after=request.GET.get("grounds", ""),
            ),
            "at": at,
        },
    )


def lines_of(view: sharing.FileView) -> list[dict[str, Any]]:
    """What was opened, by kind of information, newest first within each."""
    return [
        {
            "title": localized(CATEGORIES[item.category], "title"),
            "text": presentation.entry_text(item),
            "by": item.author_name or "",
            "at": item.created_at,
            "notices": item.notices,
        }
        for item in view.items
        if item.form != "name:1" and presentation.entry_text(item)
    ]


@require_GET
def received(request: Request, ground_id: UUID) -> HttpResponse:
    """Read what one ground lets the reader's agency read."""
    if request.actor is None:
        raise NotVisible
    at = clock.now()
    found = queries.received(ground_id=ground_id, actor=request.actor, at=at)
    return render(
        request,
        "cases/received_one.html",
        {
            "found": found,
            "entries": lines_of(found.view),
            "duties": found.view.duties,
            "at": at,
        },
    )
