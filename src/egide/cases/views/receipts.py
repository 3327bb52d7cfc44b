"""Receipts of what reached the reader's agency: the same signed text the other side holds."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from egide.cases.models import Case
from egide.cases.views.wording import basis_of
from egide.common import clock
from egide.common.errors import NotVisible
from egide.common.http import Request
from egide.common.parsing import uuid_or_none
from egide.common.text import localized
from egide.sharing import receipts
from egide.sharing.models import Disclosure
from egide.sharing.rules.categories import CATEGORIES
from egide.sharing.rules.notices import notices
from egide.sharing.rules.sides import is_management_only


def as_file(text: str) -> HttpResponse:
    """Answer a receipt as a text file."""
    answer = HttpResponse(text, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="receipt.txt"'
    return answer


@require_GET
def listed(request: Request) -> HttpResponse:
    """What reached the reader's agency, newest first."""
    if request.actor is None:
        raise NotVisible
    rows, more = receipts.received_by(actor=request.actor, before=uuid_or_none(request.GET.get("before", "")))
    seen = Case.objects.visible_to(request.actor).filter(pk__in={row.case_id for row in rows}).order_by()
    references = dict(seen.values_list("pk", "reference"))
    is_quiet = is_management_only(request.actor.agency.sector)
    known = notices()
    return render(
        request,
        "cases/receipts.html",
        {
            "lines": [
                {
                    "row": row,
                    "reference": references.get(row.case_id, ""),
                    "kinds": [
                        localized(CATEGORIES[slug], "title") for slug in row.told or () if slug in CATEGORIES
                    ],
                    "basis": "" if is_quiet else basis_of(row.basis),
                    "notices": [known[ref] for ref in row.notices or () if ref in known],
                }
                for row in rows
            ],
            "more": more,
        },
    )


@require_GET
def received(request: Request, disclosure_id: UUID) -> HttpResponse:
    """The signed receipt of something that reached the reader's agency; absent to everyone else."""
    if request.actor is None:
        raise NotVisible
    found: Disclosure = receipts.one_received(disclosure_id=disclosure_id, actor=request.actor)
    return as_file(receipts.give_receipt(disclosure=found, actor=request.actor, at=clock.now()))
