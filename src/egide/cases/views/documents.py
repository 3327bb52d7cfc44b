"""Documents: bring one, read what was left out of it, add it; read one, take a copy, replace it, withdraw it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from egide.cases import permissions, presentation
from egide.cases.forms.documents import DocumentForm, VersionForm, WithdrawalForm
from egide.cases.models import Case
from egide.cases.presentation import documents as words
from egide.cases.queries import documents as queries
from egide.cases.queries.casefile import files_of
from egide.cases.resuming import draft_address
from egide.cases.services import copying, documents, drafting
from egide.cases.views.step import act, do, fetch_case, give_back, step, typed
from egide.common import clock, idempotency
from egide.common.errors import NotVisible, Refused
from egide.common.http import Request
from egide.common.text import localized
from egide.sharing.rules.categories import CATEGORIES
from egide.uploads import arriving, inspecting
from egide.uploads.kinds import KINDS, PICTURES
from egide.uploads.wording import sentence

#: What has words to show beside, or instead of, a picture.
_WORDED = frozenset({"pdf", "text"})
#: Of what is served as it is: nothing in it acts, and nothing of it is kept.
_SEALED_OFF = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def _writable(request: Request, case_id: UUID) -> Case:
    case = fetch_case(request, case_id)
    permissions.check_can_contribute(request.actor, case)
    return case


@arriving.takes_file
def new(request: Request, case_id: UUID) -> HttpResponse:
    """Bring a document: what it is, then the file. What was left out of it is read on the next page."""
    case = _writable(request, case_id)
    files = presentation.known_files(case, actor=request.actor, at=clock.now())
    form = DocumentForm(
        request.POST or None, request.FILES or None, files=files, given_up=arriving.why_not(request)
    )
    return _bring(request, case, form, draft=("document", case.pk))


@arriving.takes_file
def replace(request: Request, case_id: UUID, entry_id: UUID) -> HttpResponse:
    """Bring a new version of a document of one's own agency."""
    _writable(request, case_id)
    found = queries.open_document(case_id=case_id, entry_id=entry_id, actor=request.actor, at=clock.now())
    if found.item.agency_id != request.actor.agency_id:
        raise NotVisible
    form = VersionForm(
        request.POST or None,
        request.FILES or None,
        given_up=arriving.why_not(request),
        initial={"title": found.item.content["title"], "text": found.item.text},
    )
    draft = (documents.draft_form(entry_id), case_id)
    return _bring(request, found.case, form, draft=draft, former_id=entry_id)


def _bring(
    request: Request, case: Case, form: Any, *, draft: tuple[str, UUID], former_id: UUID | None = None
) -> HttpResponse:
    if request.method == "POST":
        answer = _brought(request, case, form, draft[0], former_id)
        if answer is not None:
            return answer
    saved_at = None if form.is_bound else give_back(request, form, draft)
    return render(
        request,
        "cases/document_new.html",
        {
            "case": case,
            "form": form,
            "is_version": former_id is not None,
            "too_large": sentence("too_large"),
            "autosave": draft_address(*draft),
            "draft_saved_at": saved_at,
        },
        status=422 if form.is_bound and form.errors else 200,
    )


def _brought(
    request: Request, case: Case, form: Any, name: str, former_id: UUID | None
) -> HttpResponse | None:
    """Have the file read, outside any transaction, then keep it; None when the form must be shown again."""
    if not form.is_valid():
        return None
    data = form.cleaned_data
    paper = data["paper"]
    original = paper.read()
    try:
        made = inspecting.inspect(original, name=paper.name)
    except Refused as refusal:
        form.add_error("paper", str(refusal.message))
        return None
    said = documents.Said(
        file_id=UUID(data["about"]) if former_id is None else case.pk,
        category=data.get("category", ""),
        title=data["title"],
        text=data["text"],
        dated_on=data["observed_on"],
        is_unserved=data.get("is_unserved", False),
    )

    def effect(at: datetime) -> str:
        pending = documents.bring(
            case_id=case.pk,
            said=said,
            brought=documents.Brought(made, paper.name, original),
            former_id=former_id,
            actor=request.actor,
            at=at,
        )
        # What was typed stays until the document is added: going back loses nothing, with or without the script.
        drafting.save_draft(form=name, subject=case.pk, content=typed(request), actor=request.actor, at=at)
        return reverse("cases:document-check", args=[case.pk, pending.pk])

    return act(request, scope=f"cases.{name}", effect=effect, form=form)


def check(request: Request, case_id: UUID, pending_id: UUID) -> HttpResponse:
    """Read what was left out of the file, then add it."""
    case = _writable(request, case_id)
    if request.method == "POST":

        def effect(at: datetime) -> str:
            made = documents.add_document(case_id=case.pk, pending_id=pending_id, actor=request.actor, at=at)
            return reverse("cases:document", args=[case.pk, made.pk])

        return do(
            request, scope="cases.document-check", effect=effect, done=_("The document is in the file.")
        )
    found = documents.waiting(case_id=case.pk, pending_id=pending_id, actor=request.actor)
    content, former = found.content, found.pending.former_id
    roles = {str(file.pk): file.title for file in files_of(case)}
    back = reverse("cases:document-replace", args=[case.pk, former]) if former else ""
    return render(
        request,
        "cases/document_check.html",
        {
            "case": case,
            "pending": found.pending,
            "until": found.pending.created_at + documents.WAITS,
            "back": back or reverse("cases:document-new", args=[case.pk]),
            "removed": words.removed_lines(content["removed"]),
            "rows": [
                {"key": _("What it is"), "value": content["title"]},
                {"key": _("What it shows"), "value": content["text"]},
                {"key": _("About whom"), "value": roles.get(content["about"], "")},
                {
                    "key": _("Kind of information"),
                    "value": localized(CATEGORIES[content["category"]], "title"),
                },
                {"key": _("The file"), "value": f"{content['name']} · {words.facts_of(content)}"},
            ],
        },
    )


@require_POST
def give_up(request: Request, case_id: UUID, pending_id: UUID) -> HttpResponse:
    """Destroy what was brought and not added."""
    case = _writable(request, case_id)

    def effect(_at: datetime) -> str:
        documents.give_up(case_id=case.pk, pending_id=pending_id, actor=request.actor)
        return reverse("cases:case", args=[case.pk])

    done = _("The file was destroyed. What you typed is kept as a draft.")
    return do(request, scope="cases.document-give-up", effect=effect, done=done)


@require_GET
def document(request: Request, case_id: UUID, entry_id: UUID) -> HttpResponse:
    """One document, read here: a picture, a page of a PDF drawn, or a text."""
    found = queries.open_document(
        case_id=case_id, entry_id=entry_id, actor=request.actor, at=clock.now(), bytes_of=_WORDED
    )
    content = found.item.content
    number = _page_asked(request, int(content["pages"]))
    is_own = found.item.agency_id == request.actor.agency_id
    can_write = permissions.can_contribute(request.actor, found.case) and found.case.is_open
    roles = {found.file.pk: found.file.title}
    [line] = words.document_lines(
        found.case,
        [found.item],
        roles,
        can_serve=lambda item: (
            can_write and permissions.can_say_served(request.actor, found.case, item.holder_id)
        ),
    )
    source = reverse("cases:document-content", args=[case_id, entry_id])
    return render(
        request,
        "cases/document.html",
        {
            "case": found.case,
            "line": line,
            "entry_id": entry_id,
            "content": content,
            "is_text": content["type"] == "text",
            "words": _words(found, number),
            "source": f"{source}?page={number + 1}" if content["type"] == "pdf" else source,
            "number": number + 1,
            "before": number,
            "after": number + 2 if number + 1 < int(content["pages"]) else 0,
            "can_copy": found.item.level >= copying.sharing.Level.SHARE,
            # What it was called may say whose it is: for the agency that brought it.
            "shows_name": is_own,
            "can_change": is_own and can_write,
        },
    )


def _page_asked(request: Request, pages: int) -> int:
    asked = request.GET.get("page", "1")
    number = int(asked) - 1 if asked.isascii() and asked.isdigit() and len(asked) < 5 else 0
    return number if 0 <= number < max(pages, 1) else 0


def _words(found: queries.Found, number: int) -> str:
    """Answer the words of a text, or of one page of a PDF."""
    kind = found.item.content["type"]
    if kind not in _WORDED:
        return ""
    return found.data.decode() if kind == "text" else inspecting.page(found.data, number=number).words


@require_GET
def content(request: Request, case_id: UUID, entry_id: UUID) -> HttpResponse:
    """What the page of a document shows: a picture, or one page of a PDF as a picture. Nothing else is shown as it is."""
    found = queries.open_document(
        case_id=case_id, entry_id=entry_id, actor=request.actor, at=clock.now(), bytes_of={*PICTURES, "pdf"}
    )
    kind = KINDS[found.item.content["type"]]
    if kind.code in PICTURES:
        return HttpResponse(found.data, content_type=kind.mime, headers=_SEALED_OFF)
    if kind.code != "pdf":
        raise NotVisible
    number = _page_asked(request, int(found.item.content["pages"]))
    drawn = inspecting.page(found.data, number=number)
    return HttpResponse(drawn.picture, content_type="image/png", headers=_SEALED_OFF)


def copy(request: Request, case_id: UUID, entry_id: UUID) -> HttpResponse:
    """Take a copy out: recorded as a disclosure to one's own agency, then given, under a name that says nothing."""
    wanted = KINDS if request.method == "POST" else ()
    found = queries.open_document(
        case_id=case_id, entry_id=entry_id, actor=request.actor, at=clock.now(), bytes_of=wanted
    )
    copying.check_can_copy(found)
    if request.method != "POST":
        return render(
            request,
            "cases/document_copy.html",
            {"case": found.case, "entry_id": entry_id, "title": found.item.content["title"]},
        )
    at = clock.now()
    idempotency.once(
        scope=f"cases.document-copy:{entry_id}",
        owner=request.actor.pk,
        key=request.POST.get(idempotency.FIELD, ""),
        at=at,
        effect=lambda: str(
            copying.record_copy(case_id=case_id, entry_id=entry_id, actor=request.actor, at=at).pk
        ),
    )
    kind = KINDS[found.item.content["type"]]
    named = f"document.{kind.extensions[0]}"
    return HttpResponse(
        found.data,
        content_type=kind.mime,
        headers={**_SEALED_OFF, "Content-Disposition": f'attachment; filename="{named}"'},
    )


def withdraw(request: Request, case_id: UUID, entry_id: UUID) -> HttpResponse:
    """Withdraw a document of one's own agency, and say why."""
    case = _writable(request, case_id)
    found = queries.open_document(case_id=case_id, entry_id=entry_id, actor=request.actor, at=clock.now())
    if found.item.agency_id != request.actor.agency_id:
        raise NotVisible
    title = found.item.content["title"]

    def effect(at: datetime) -> str:
        documents.withdraw_document(
            case_id=case.pk, entry_id=entry_id, title=title, actor=request.actor, at=at, **form.cleaned_data
        )
        return reverse("cases:case", args=[case.pk])

    form = WithdrawalForm(request.POST or None)
    return step(
        request,
        form=form,
        scope="cases.document-withdraw",
        effect=effect,
        draft=(f"document-withdrawal-{entry_id.hex}", case.pk),
        done=_("The document is withdrawn: nobody opens it any more."),
        context={
            "case": case,
            "title": _("Withdraw a document"),
            "lead": _("“%(title)s”. Nobody opens it any more; why takes its place.") % {"title": title},
            "submit": _("Withdraw it"),
        },
    )
