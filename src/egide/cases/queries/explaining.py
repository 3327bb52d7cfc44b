"""What will they see, and who has read: answers made of the same decisions and the same ledger as the pages."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from egide.assessments import queries as assessments
from egide.cases.actions import words_of
from egide.cases.models import Case, File, Task
from egide.cases.queries import casefile
from egide.common.errors import NotVisible
from egide.common.text import localized
from egide.ledger.models import Entry as LedgerEntry
from egide.partners.models import Agency, Membership
from egide.sharing import queries as sharing_queries
from egide.sharing import services as sharing
from egide.sharing.queries import ASSIGNABLE_ROLES
from egide.sharing.rules.categories import CATEGORIES


def team(case: Case) -> list[Membership]:
    """Return whoever may open the case: the programme's staff and members of the agencies assigned."""
    agencies = {case.programme.lead_agency_id, *sharing_queries.assigned_agencies(case_id=case.pk)}
    return list(
        Membership.objects.filter(agency__in=agencies, role__in=ASSIGNABLE_ROLES, ends_on__isnull=True)
        .select_related("agency", "account")
        .order_by("agency__code", "account__full_name", "pk")
    )


@dataclass(frozen=True)
class SeenFile:
    """One file as one member would see it; `lines` is None when, for them, it does not exist."""

    file: File
    lines: list[dict[str, Any]] | None


def will_see(*, case: Case, member: Membership, at: datetime) -> list[SeenFile]:
    """Answer, for every file of a case, what one member would get of each category."""
    found = []
    files = list(File.objects.filter(case=case).order_by("created_at", "pk"))
    tasks = list(Task.objects.filter(case=case).order_by("due_at", "pk")[:200])
    rows = assessments.summary_rows(file_ids=[file.pk for file in files])
    beside = casefile.sealed_beside(files, tasks, rows)
    for file in files:
        file.case = case
        records = [record for record in beside if record.file_id == file.pk]
        try:
            decided = sharing.explain(
                actor=member, file=file, purpose=purpose or sharing.purpose_of(member), at=at, records=records
            )
        except NotVisible:
            found.append(SeenFile(file, None))
            continue
        best: dict[str, Any] = {}
        for one in decided:
            if one.category not in best or one.level > best[one.category].level:
                best[one.category] = one
        found.append(SeenFile(file, [_line(one) for _slug, one in sorted(best.items())]))
    return found


def _line(one: sharing.ClassDecision) -> dict[str, Any]:
    return {
        "category": localized(CATEGORIES[one.category], "title"),
        "level": one.level,
        "is_silent": one.decision.is_silent,
        "rules": one.texts if one.level < sharing.Level.SHARE else [],
        "basis": one.decision.basis,
    }


TRACE_PAGE = 25


def trace(*, case: Case, before: int | None = None) -> tuple[list[dict[str, Any]], int | None]:
    """Return openings of the case's files, newest first, with who, for whom and what; and where to go on."""

    files = list(File.objects.filter(case=case).order_by().values_list("pk", flat=True))
    rows = LedgerEntry.objects.filter(subject__in=files)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    page = list(rows.order_by("-pk")[: TRACE_PAGE + 1])
    facts = [json.loads(row.body) for row in page[:TRACE_PAGE]]
    people = {
        str(m.pk): m
        for m in Membership.objects.filter(pk__in={f["actor"] for f in facts if f.get("actor")})
        .select_related("account", "agency")
        .order_by()
    }
    homes = Agency.objects.in_bulk({fact["home"] for fact in facts if fact.get("home")})
    own = {str(pk): agency for pk, agency in homes.items()}
    lines = [
        {
            "at": datetime.fromisoformat(fact["at"]),
            "who": people.get(fact.get("actor", "")),
            "home": own.get(fact.get("home", "")),
            "action": words_of(fact["action"]),
            "is_denied": fact.get("result") == "denied",
            "shown": [
                localized(CATEGORIES[slug], "title") for slug in fact.get("counts", {}) if slug in CATEGORIES
            ],
            "withheld": [
                localized(CATEGORIES[slug], "title")
                for slug in fact.get("details", {}).get("withheld", [])
                if slug in CATEGORIES
            ],
        }
        for fact in facts
    ]
    return lines, page[TRACE_PAGE - 1].pk if len(page) > TRACE_PAGE else None
