"""What people decide with: consents as cards and how they ended, the equal doors, whose file something goes in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from egide.cases.models import Case
from egide.cases.queries.casefile import files_of
from egide.cases.rules.eligibility import DoorFinding
from egide.common import dates
from egide.common.text import localized
from egide.partners.models import Membership
from egide.sharing import queries as sharing_queries
from egide.sharing.foreseeing import foreseen
from egide.sharing.models import LAPSED, Consent
from egide.sharing.rules.categories import CATEGORIES


def consent_card(consent: Any, *, at: datetime) -> dict[str, Any]:
    """Answer a consent as its card."""
    return {
        "consent": consent,
        "state": sharing_queries.consent_state(consent, at=at),
        "given_on": consent.given_at,
        "given_how": consent.get_form_display(),
        "language": consent.language,
        "recipients": [agency.short_name for agency in consent.recipients.all()],
        "expires_on": consent.expires_at,
        "ended": how_it_ended(consent, at=at),
        "recorded_by": consent.withdrawn_recorded_by.person_name if consent.withdrawn_recorded_by else "",
        "is_rest": consent.continues_id is not None,
        "categories": [
            localized(one, "title") for slug, one in CATEGORIES.items() if slug in set(consent.categories)
        ],
    }


def how_it_ended(consent: Consent, *, at: datetime) -> str:
    """Answer when and how a consent ended, as one sentence; empty while it stands."""
    said = {
        "withdrawn": _("The person withdrew it on %(day)s."),
        "narrowed": _(
            "The person withdrew a part of it on %(day)s; the rest stands as a consent of its own."
        ),
        "replaced": _("Another consent took its place on %(day)s."),
        "refused": _("It ended on %(day)s: asked again, the person said no."),
        "closed": _("It ended on %(day)s, when the case was closed."),
        LAPSED: _("It ran out on %(day)s."),
        "unrecorded": _("It ended on %(day)s; how was not written down then."),
    }
    state = sharing_queries.consent_state(consent, at=at)
    if state not in said:
        return ""
    moment = timezone.localtime(consent.withdrawn_at or consent.expires_at)
    return said[state] % {"day": dates.said(moment, "DATETIME_FORMAT")}


def door_lines(doors: Sequence[DoorFinding]) -> list[dict[str, str]]:
    """Answer the equal doors, each with what is known today."""
    words = {
        "open": _("Open today"),
        "closed": _("Not open by this score"),
        "undetermined": _("Not determined: unknown answers, or not used"),
    }
    return [
        {
            "title": localized(f.door, "title"),
            "state": f.state,
            "words": words[f.state] if f.door.instrument else _("Always open to you, with written reasons"),
        }
        for f in doors
    ]


def known_files(case: Case, *, actor: Membership, at: datetime) -> list[tuple[str, str]]:
    """List the files of a case the actor may know of, for a form's choices."""
    files = files_of(case)
    seen = foreseen(reader=actor, files=files, classes=[], purpose="case_management", at=at)
    return [(str(file.pk), file.title) for file in files if seen[file.pk] is not None]
