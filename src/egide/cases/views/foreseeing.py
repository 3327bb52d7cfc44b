"""What will they see? For a person, anyone of an agency, or a hat; as a page, data, a table or paper."""

import csv
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from egide.cases import permissions
from egide.cases.forms.sharing import WhoForm
from egide.cases.models import Case
from egide.cases.queries import explaining, foreseeing, training
from egide.cases.queries.casefile import case_files
from egide.cases.services import showing
from egide.common import clock
from egide.common.errors import NotVisible
from egide.common.http import Request
from egide.common.text import localized
from egide.partners.models import Agency, Membership
from egide.partners.rules.training import Lack
from egide.sharing.asking import Seat
from egide.sharing.services import purpose_of

LEVELS = {
    0: gettext_lazy("Nothing"),
    1: gettext_lazy("That it exists"),
    2: gettext_lazy("Reading here, no copy"),
    3: gettext_lazy("All of it"),
}


#: How the page leaves, by the form it is asked in.
_LEAVES = {"print": "print", "csv": "export", "json": "export"}


@dataclass(frozen=True)
class Asked:
    """Whom the page is about, and those it offers beside them."""

    reader: Any
    people: list[Membership]
    agency: Agency | None
    purpose: str
    query: str


def _one(agencies: dict[str, Agency], asked: str) -> Agency | None:
    if asked and asked not in agencies:
        raise NotVisible
    return agencies.get(asked)


def _asked(request: Request, case: Case, agencies: dict[str, Agency]) -> Asked:
    """Read the question of the address.

    Raises:
        NotVisible: it names an agency, a person or a purpose that is not there to be asked about.
    """
    given = request.GET
    agency, home = _one(agencies, given.get("agency", "")), _one(agencies, given.get("home", ""))
    purpose, wanted = given.get("purpose", ""), given.get("member", "")
    if purpose and purpose not in foreseeing.ASKED_FOR:
        raise NotVisible
    people = foreseeing.people_of(agency) if agency else explaining.team(case)
    reader: Any = next((one for one in people if str(one.pk) == wanted), None)
    if wanted and reader is None:
        raise NotVisible
    if reader is None and agency is not None:
        reader = Seat(agency, home=home if home and home.pk != agency.pk else None)
    reader = reader or (people[0] if people else None)
    kept = {"agency": given.get("agency", ""), "home": given.get("home", ""), "purpose": purpose}
    return Asked(reader, people, agency, purpose, urlencode({k: v for k, v in kept.items() if v}))


@require_GET
def who(request: Request, case_id: UUID) -> HttpResponse:
    """What will they see? By the same function that serves their page; nothing is opened."""
    files = case_files(case_id=case_id, actor=request.actor)
    case = files[0].case
    permissions.check_can_support(request.actor, case)
    at = clock.now()
    agencies = {str(one.pk): one for one in Agency.objects.filter(is_active=True).order_by("code")}
    asked = _asked(request, case, agencies)
    seen: list[foreseeing.SeenFile] = []
    lacks: tuple[Lack, ...] = ()
    if asked.reader is not None:
        foresight = foreseeing.Foresight(case=case, actor=request.actor, at=at, files=files)
        seen, lacks = foresight.answered(asked.reader, purpose=asked.purpose)
    shape = request.GET.get("format", "") if asked.reader is not None else ""
    if shape in _LEAVES:
        # Asking for it is making it: recorded, as every way out is.
        showing.record_access_shown(
            files=files, reader=asked.reader, way=_LEAVES[shape], actor=request.actor, at=at
        )
    if shape == "json":
        return _json(case, asked, seen, lacks, at)
    if shape == "csv":
        return _csv(seen)
    return render(
        request,
        "cases/who_print.html" if shape == "print" else "cases/who.html",
        {
            "case": case,
            "form": WhoForm(initial=request.GET.dict(), agencies=list(agencies.values())),
            "members": asked.people,
            "reader": asked.reader,
            "is_anyone": isinstance(asked.reader, Seat),
            "agency": asked.agency,
            "files": seen,
            "lacks": training.in_words(lacks),
            "query": asked.query,
            "this": urlencode({name: value for name, value in request.GET.items() if name != "format"}),
            "at": at,
        },
    )


def _json(
    case: Case, asked: Asked, seen: list[foreseeing.SeenFile], lacks: tuple[Lack, ...], at: datetime
) -> HttpResponse:
    purpose = asked.purpose or purpose_of(asked.reader)
    data = foreseeing.as_data(case=case, reader=asked.reader, purpose=purpose, seen=seen, lacks=lacks, at=at)
    return HttpResponse(json.dumps(data, ensure_ascii=False, indent=1), content_type="application/json")


def _csv(seen: list[foreseeing.SeenFile]) -> HttpResponse:
    """One line a kind of information; no name of a person, so that the table says nothing of the case itself."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="access.csv"'
    write = csv.writer(answer)
    write.writerow([_("File"), _("Information"), _("They get"), _("Because"), _("Notices")])
    for one in seen:
        role = one.file.title
        if one.lines is None:
            write.writerow([role, "", _("Nothing, not even that it exists"), "", ""])
        for line in one.lines or []:
            level = _("Nothing, not even that it exists") if line.is_silent else str(LEVELS[int(line.level)])
            said = " ".join(f"[{notice.ref}] {localized(notice, 'text')}" for notice in line.notices)
            write.writerow([role, line.category, level, " ".join(line.texts), said])
    return answer
