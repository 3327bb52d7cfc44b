"""The minutes as the words of a paper, in the reader's language. Decides nothing: what is not kept is not here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from egide.cases.models import Attendance, Conference
from egide.cases.queries.minutes import Line, Minute, Minutes
from egide.common import dates
from egide.common.text import localized
from egide.partners.models import Membership


def paper(
    minutes: Minutes, *, attendances: Sequence[Attendance], actor: Membership, at: datetime
) -> dict[str, Any]:
    """Answer what the template of the minutes asks: a neutral title, who was there, each case, what binds the reader."""
    conference = minutes.conference
    day = dates.said(timezone.localtime(conference.starts_at), "DATE_FORMAT")
    return {
        # Neutral: a title shows in a list of files, and says nothing of what was spoken of.
        "title": _("Meeting of %(day)s") % {"day": day},
        "lang": (get_language() or "en").split("-")[0],
        "foot": _("For %(name)s, %(agency)s, taken out on %(moment)s")
        % {
            "name": actor.person_name,
            "agency": actor.agency.short_name,
            "moment": dates.said(timezone.localtime(at), "DATETIME_FORMAT"),
        },
        "lead": _lead(conference, attendances),
        "cases": [_case(one) for one in minutes.cases],
        "unshown": _(
            "A frame stands for each character this machine cannot draw. Read those words on the page."
        ),
        "notices_title": _("What binds whoever reads this"),
        "notices": [
            {"title": localized(one, "title"), "text": localized(one, "text"), "ref": one.ref}
            for one in minutes.notices
        ],
    }


def _lead(conference: Conference, attendances: Sequence[Attendance]) -> list[str]:
    said = []
    if settings.EGIDE_FICTIONAL:
        said.append(_("Fictional data: no real person."))
    there = [
        f"{one.membership.person_name} ({one.membership.agency.short_name})"
        for one in attendances
        if one.is_present
    ]
    said.append(_("Were there: %(names)s.") % {"names": ", ".join(there) or "–"})
    if conference.locked_at:
        said.append(_("Locked on %(moment)s.") % {"moment": _moment(conference.locked_at)})
    if conference.countersigned_at and conference.countersigned_by:
        said.append(
            _("Countersigned on %(moment)s by %(name)s.")
            % {
                "moment": _moment(conference.countersigned_at),
                "name": conference.countersigned_by.person_name,
            }
        )
    said.append(
        _("Each reader receives what they may keep, and no more. Responsibility stays with each agency.")
    )
    return said


def _moment(at: datetime) -> str:
    return dates.said(timezone.localtime(at), "DATETIME_FORMAT")


def _case(one: Minute) -> dict[str, Any]:
    title = (
        f"{one.number}. {one.name}, {one.case.reference}"
        if one.name
        else f"{one.number}. {one.case.reference}"
    )
    parts: list[dict[str, Any]] = []
    if one.wishes_state != "none":
        parts.append({"title": _("The person’s wishes"), "words": [_wishes(one)]})
    parts += [
        {"title": agency.short_name, "words": list(dict.fromkeys(said or _read_here() for said in words))}
        for agency, words in one.parts
        if any(words)
    ]
    apart = [agency.short_name for agency, words in one.parts if not any(words)]
    if apart:
        parts.append({"title": _("What others bring"), "words": [f"{', '.join(apart)}. {_read_here()}"]})
    decided = [_decided(line) for line in one.lines]
    if decided:
        parts.append({"title": _("Agreed here"), "items": decided})
    elif one.wishes_state != "none":
        parts.append({"title": _("Agreed here"), "words": [_("Nothing was decided.")]})
    rest = []
    if one.is_withheld:
        rest.append(
            _("Some kinds of information are not shown to you; the case page says which rule withholds each.")
        )
    if rest:
        parts.append({"title": _("Not here"), "words": rest})
    return {
        "title": title,
        "note": _("Level of concern: %(level)s") % {"level": one.case.level_title},
        "parts": parts,
    }


def _read_here() -> str:
    return _("To be read on the page: no copy of it may be kept.")


def _wishes(one: Minute) -> str:
    if one.wishes:
        return one.wishes
    if one.wishes_state == "read_here":
        return _read_here()
    if one.wishes_state == "withheld":
        return _("They are recorded. Their words are not for your agency.")
    return _("They were not recorded.")


def _decided(line: Line) -> str:
    one = line.decision
    if one.ended_at is not None:
        when = timezone.localtime(one.ended_at)
        said = (
            _("Corrected at %(time)s; what stands is below")
            if line.is_replaced
            else _("Withdrawn at %(time)s")
        )
        return said % {"time": dates.said(when, "TIME_FORMAT")}
    said = (
        line.text
        or (_read_here() if line.is_read_here else "")
        or _("A decision whose words are not for you")
    )
    if one.task is not None:
        due = dates.said(timezone.localtime(one.task.due_at), "DATE_FORMAT")
        said = _("%(what)s (%(agency)s, by %(day)s)") % {
            "what": said,
            "agency": one.task.agency.short_name,
            "day": due,
        }
    return said
