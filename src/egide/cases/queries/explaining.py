"""Who works on a case, and who has read: answers made of the same ledger as the pages."""

import json
from datetime import datetime
from typing import Any

from django.db.models import Q

from egide.cases.models import Case, File
from egide.common.text import localized
from egide.ledger.models import Entry as LedgerEntry
from egide.ledger.wording import words_of
from egide.partners.models import Agency, Membership
from egide.sharing import queries as sharing_queries
from egide.sharing.queries import ASSIGNABLE_ROLES
from egide.sharing.rules.categories import CATEGORIES


def team(case: Case) -> list[Membership]:
    """Return whoever may open the case: the programme's staff and members of the agencies assigned."""
    assigned = sharing_queries.active_assignments().filter(case_id=case.pk).order_by().values("agency_id")
    theirs = Q(agency=case.programme.lead_agency_id) | Q(agency__in=assigned)
    return list(
        Membership.objects.filter(theirs, role__in=ASSIGNABLE_ROLES, ends_on__isnull=True)
        .select_related("agency", "account")
        .order_by("agency__code", "account__full_name", "pk")
    )


TRACE_PAGE = 25


def trace(*, case: Case, before: int | None = None) -> tuple[list[dict[str, Any]], int | None]:
    """Return openings of the case's files, newest first, with who, for whom and what; and where to go on."""

    files = list(File.every.filter(case=case).order_by().values_list("pk", flat=True))
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
