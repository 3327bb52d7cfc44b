"""What is safe when one reaches the person, in words; and how attempts ended."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from egide.cases.forms.casework import BROKEN, CHANNELS
from egide.cases.forms.fields import LANGUAGES
from egide.cases.models import ContactAttempt
from egide.cases.services import contacting
from egide.common import dates


def wording(choices: Iterable[tuple[str, Any]], value: str) -> str:
    """Answer a code in words; the code itself where there are none."""
    return str(dict(choices).get(value, value))


def contact_context(rule: Any, *, at: datetime, interpreter: str = "") -> dict[str, Any]:
    """Answer the safe-contact rule in words, and whether a call is safe at this moment.

    Args:
        interpreter: where the person's interpreter stands, as `needing.interpreter_of` says it.
    """
    is_awaited = interpreter == "awaited"
    if rule is None:
        sentence = _("Nobody has asked the person yet what is safe.")
        missing = f"{sentence} {BROKEN['interpreter_not_booked']}" if is_awaited else sentence
        return {"is_known": False, "sentence": missing, "rows": []}
    said, enforced = rule.said, rule.enforced
    found = contacting.finding(
        rule,
        channel=(enforced.channels or ("phone",))[0],
        at=at,
        is_interpreter_booked=interpreter == "booked",
        is_interpreter_awaited=is_awaited,
    )
    windows = "; ".join(
        f"{', '.join(str(WEEKDAYS[day]) for day in window.days)}, "
        f"{formats.time_format(window.start)} – {formats.time_format(window.end)}"
        for window in enforced.windows
    )
    ways = ", ".join(wording(CHANNELS, code) for code in enforced.channels)
    sentence = _("Safe contact: %(ways)s. %(windows)s.") % {
        "ways": ways,
        "windows": windows or _("no hours given"),
    }
    if said.get("caller_name"):
        sentence += " " + _("Say “%(name)s”.") % {"name": said["caller_name"]}
    if not enforced.may_leave_message:
        sentence += " " + _("Leave no message.")
    if "outside_window" in found.reasons:
        sentence += " " + _("It is %(time)s now: outside those hours.") % {
            "time": formats.time_format(timezone.localtime(at).time())
        }
        if found.next_window:
            sentence += " " + _("Next: %(when)s.") % {
                "when": dates.said(found.next_window, "DATETIME_FORMAT")
            }
    rows = [
        {"key": _("Safe ways"), "value": ways},
        {"key": _("Days and hours"), "value": windows},
        {"key": _("Number or address"), "value": said.get("phone", "")},
        {"key": _("Message"), "value": _("May be left") if enforced.may_leave_message else _("Leave none")},
        {"key": _("Who else may answer"), "value": said.get("who_may_answer", "")},
        {"key": _("Name to give"), "value": said.get("caller_name", "")},
        {"key": _("Code word"), "value": said.get("code_word", "")},
        {"key": _("If someone else answers"), "value": said.get("if_other_answers", "")},
        {"key": _("Interpreter"), "value": wording(LANGUAGES, said.get("interpreter_language", ""))},
        {"key": _("Last confirmed"), "value": dates.said(enforced.confirmed_on)},
    ]
    return {
        "is_known": True,
        "is_safe_now": found.is_safe,
        "reasons": [str(BROKEN[code]) for code in found.reasons],
        "sentence": sentence,
        "rows": [row for row in rows if row["value"]],
    }


def attempt_line(attempt: ContactAttempt) -> dict[str, Any]:
    """Answer one attempt in words."""
    field = ContactAttempt._meta.get_field("outcome")
    return {
        "attempt": attempt,
        "title": wording(CHANNELS, attempt.channel),
        "outcome": wording(field.flatchoices, attempt.outcome) if attempt.outcome else _("Not ended yet"),
        "is_override": attempt.is_override,
        "reasons": [str(BROKEN[code]) for code in attempt.broken_rules if code in BROKEN],
    }
