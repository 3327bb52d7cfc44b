"""What left a case: the list by law, what is recorded by hand, receipts, and the letter to the person."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from egide.cases import presentation
from egide.cases.forms.disclosures import HandingForm, SuspensionForm
from egide.cases.forms.fields import end_of
from egide.cases.models import Case, File
from egide.cases.models.file import FileRole
from egide.cases.queries.casefile import files_of
from egide.cases.services import disclosing, handing
from egide.cases.views.receipts import as_file
from egide.cases.views.sharing import agencies_beside
from egide.cases.views.step import do, fetch_supported, step
from egide.cases.views.wording import basis_of
from egide.common import clock
from egide.common.errors import NotVisible
from egide.common.http import Request
from egide.common.parsing import uuid_or_none
from egide.common.text import localized
from egide.partners.models import Agency
from egide.sharing import accounting, disclosures, receipts
from egide.sharing.models import Disclosure, Ground
from egide.sharing.rules.categories import CATEGORIES
from egide.sharing.rules.notices import notices

#: What each accounting is called on a page; the rule it comes from says the rest.
LAWS = {
    "hipaa": gettext_lazy("Health (HIPAA)"),
    "ferpa": gettext_lazy("School (FERPA)"),
    "part2": gettext_lazy("Substance use (Part 2)"),
    "led": gettext_lazy("Police and justice (Directive 2016/680)"),
}


LETTERS = {"everything": gettext_lazy("Everyone who received"), **LAWS}


@require_GET
def listed(request: Request, case_id: UUID) -> HttpResponse:
    """Everything that left the files of the case, newest first; by accounting, or all of it."""
    case = fetch_supported(request, case_id)
    wanted = request.GET.get("law", "")
    wanted = wanted if wanted in LAWS else ""
    at = clock.now()
    rows, more = accounting.disclosures_of(
        case_id=case.pk,
        at=at,
        accounting=wanted,
        before=uuid_or_none(request.GET.get("before", "")),
    )
    files = {file.pk: file for file in files_of(case)}
    here = reverse("cases:disclosures", args=[case.pk])
    return render(
        request,
        "cases/disclosures.html",
        {
            "case": case,
            "lines": [_line(one, files, at=at) for one in rows],
            "more": more,
            "law": wanted,
            "laws": [{"href": here, "text": _("Everything"), "current": not wanted}]
            + [
                {"href": f"{here}?law={slug}", "text": name, "current": slug == wanted}
                for slug, name in LAWS.items()
            ],
            "letters": [
                {"slug": slug, "text": name, "role": file.key, "label": file.title}
                for slug, name in LETTERS.items()
                for file in files.values()
                if file.role in (FileRole.VICTIM, FileRole.PERSON_OF_CONCERN)
            ],
        },
    )


def _line(one: accounting.Accounted, files: dict[UUID, File], *, at: datetime) -> dict[str, Any]:
    row, known = one.disclosure, notices()
    return {
        "row": row,
        "about": files[row.file_id].title if row.file_id in files else "",
        "kinds": [localized(CATEGORIES[slug], "title") for slug in row.categories if slug in CATEGORIES],
        "basis": basis_of(row.basis),
        "consent_ended": presentation.how_it_ended(row.consent, at=at) if row.consent else "",
        "laws": [str(LAWS[slug]) for slug in one.accountings],
        "notices": [known[ref] for ref in row.notices or () if ref in known],
        "suspended_until": one.suspended_until if disclosures.SILENCED in one.accountings else None,
    }


def _silencers(case: Case) -> list[tuple[str, str]]:
    """Agencies that may ask for silence."""
    able = Agency.objects.filter(sector__in=disclosures.SILENCERS).order_by().values_list("pk", flat=True)
    allowed = {str(pk) for pk in able}
    return [pair for pair in agencies_beside(case) if pair[0] in allowed]


def new(request: Request, case_id: UUID) -> HttpResponse:
    """Ask before something is read aloud or handed over, and record it; or record what left already."""
    case = fetch_supported(request, case_id)
    form = HandingForm(
        request.POST or None,
        agencies=agencies_beside(case),
        roles=[(file.key, file.title) for file in files_of(case)],
        bases=[("consent", _("With consent")), *Ground._meta.get_field("kind").flatchoices],
    )

    def effect(at: Any) -> str:
        data = dict(form.cleaned_data)
        has_left, basis, recipient = data.pop("has_left"), data.pop("basis"), data.pop("agency")
        asked = {
            "case_id": case.pk,
            "recipient_id": UUID(recipient),
            "actor": request.actor,
            "at": at,
            **data,
        }
        if has_left:
            handing.record_what_left(basis=basis, **asked)
            messages.success(request, _("Recorded."))
        else:
            _say_what_goes_along(request, handing.hand_over(**asked))
        return reverse("cases:disclosures", args=[case.pk])

    return step(
        request,
        form=form,
        scope=f"disclosure:{case.pk}",
        effect=effect,
        draft=("disclosure-new", case.pk),
        context={
            "case": case,
            "title": _("Read this aloud, or hand it over"),
            "lead": _("Ask before you say it: what a rule keeps is named, and nothing is recorded. What the application shares itself is recorded already."),
            "submit": _("Ask, and record it"),
        },
    )  # fmt: skip


def _say_what_goes_along(request: Request, made: list[Disclosure]) -> None:
    """Tell who passes it on that they may, and what they must say with it."""
    known = notices()
    refs = sorted({ref for row in made for ref in row.notices or () if ref in known})
    messages.success(request, _("You may pass it on. It is recorded."))
    for ref in refs:
        messages.warning(request, _("Say with it: %(notice)s") % {"notice": localized(known[ref], "text")})


def suspend(request: Request, case_id: UUID) -> HttpResponse:
    """Leave disclosures to an agency out of what the victim is told, because that agency asked, until a day."""
    case = fetch_supported(request, case_id)
    form = SuspensionForm(request.POST or None, agencies=_silencers(case))

    def effect(at: Any) -> str:
        data = form.cleaned_data
        disclosing.suspend_accounting(
            case_id=case.pk,
            agency_id=UUID(data["agency"]),
            official_role=data["official_role"],
            reference=data["reference"],
            is_written=data["is_written"] == "yes",
            until=end_of(data["until"]),
            actor=request.actor,
            at=at,
        )
        return reverse("cases:disclosures", args=[case.pk])

    return step(
        request,
        form=form,
        scope=f"suspension:{case.pk}",
        effect=effect,
        draft=("disclosure-suspend", case.pk),
        done=_("Recorded. From that day the person is told again, by itself."),
        context={
            "case": case,
            "title": _("An agency asks that the person be not told yet"),
            "lead": _("Police or oversight may ask for silence about disclosures to them. The list shown here stays whole."),
            "submit": _("Record"),
        },
    )  # fmt: skip


@require_GET
def receipt(request: Request, case_id: UUID, disclosure_id: UUID) -> HttpResponse:
    """The signed receipt of one disclosure, as a text file."""
    case = fetch_supported(request, case_id)
    found = (
        Disclosure.objects.select_related("recipient", "disclosed_by__agency")
        .filter(pk=disclosure_id, case_id=case.pk)
        .order_by()
        .first()
    )
    if found is None:
        raise NotVisible
    return as_file(receipts.give_receipt(disclosure=found, actor=request.actor, at=clock.now()))


def _letter_file(request: Request, case_id: UUID, role: str, law: str) -> File:
    case = fetch_supported(request, case_id)
    file = File.objects.filter(case=case, role=role).order_by("created_at").first()
    if file is None or law not in LETTERS or role not in (FileRole.VICTIM, FileRole.PERSON_OF_CONCERN):
        raise NotVisible
    file.case = case
    return file


def letter(request: Request, case_id: UUID, role: str, law: str) -> HttpResponse:
    """Who received what, for the person, to be read before it is on paper; recording the print leads to the paper."""
    file = _letter_file(request, case_id, role, law)
    if request.method == "POST":

        def effect(at: Any) -> str:
            made = disclosures.record_disclosure(
                actor=request.actor,
                file=file,
                categories=[],
                method="print",
                basis="self",
                purpose="redress_request",
                at=at,
            )
            return reverse("cases:disclosure-paper", args=[case_id, role, law, made.pk])

        return do(request, scope=f"letter:{case_id}", effect=effect)
    return _letter(request, file, law, is_preview=True)


@require_GET
def paper(request: Request, case_id: UUID, role: str, law: str, disclosure_id: UUID) -> HttpResponse:
    """The letter on paper: a neutral title, nobody else in it. Only after its print was recorded."""
    file = _letter_file(request, case_id, role, law)
    row = disclosures.recorded_print(
        disclosure_id=disclosure_id, file=file, categories=[], actor=request.actor, at=clock.now()
    )
    if row is None:
        return redirect("cases:disclosure-letter", case_id, role, law)
    return _letter(request, file, law, is_preview=False)


def _letter(request: Request, file: File, law: str, *, is_preview: bool) -> HttpResponse:
    at = clock.now()
    lines = accounting.letter_lines(file=file, accounting=law, at=at)
    return render(
        request,
        "cases/disclosure_letter.html",
        {
            "case": file.case,
            "at": at,
            "law": LETTERS[law],
            "lines": [
                {
                    "agency": line.recipient,
                    "kinds": sorted(localized(CATEGORIES[slug], "title") for slug in line.categories),
                    "basis": basis_of(line.basis),
                    "first": line.first_at,
                    "last": line.last_at if line.times > 1 else None,
                }
                for line in lines
            ],
            "is_preview": is_preview,
        },
    )
