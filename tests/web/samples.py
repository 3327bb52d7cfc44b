"""Every component with the least it needs and with all it takes; each text tries to break out of its place."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

HOSTILE = "<script>alert(1)</script>\" onclick=\"x' style='y"
DAY = date(2026, 11, 20)
MOMENT = datetime(2026, 11, 23, 17, 41, tzinfo=ZoneInfo("America/Moncton"))
X = HOSTILE

#: name: the least, and all, each on its own call.
CALLS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "action_line": (
        {"text": X},
        {
            "text": X,
            "href": "/a/",
            "detail": X,
            "owner": X,
            "state": "late",
            "when": X,
            "when_note": X,
            "button_text": X,
            "button_href": "/b/",
            "button_kind": "secondary",
            "context": X,
        },
    ),
    "agency_part": (
        {"agency": X},
        {"agency": X, "text": X, "empty": True, "note": X, "rule_text": X, "rule_href": "/r/"},
    ),
    "agenda": (
        {"items": [{"name": X, "href": "/c/"}]},
        {
            "items": [
                {"number": 1, "name": X, "reference": X, "href": "/c/", "state": state}
                for state in ("done", "current", "blocked", "todo")
            ],
            "note": X,
        },
    ),
    "answer_row": (
        {"number": 1, "label": X, "name": "i1", "choices": [("yes", X), ("no", X)], "note_name": "n1"},
        {
            "number": 1,
            "label": X,
            "name": "i1",
            "choices": [("yes", X), ("no", X)],
            "value": "no",
            "note_name": "n1",
            "note": X,
            "hint": X,
            "error": X,
        },
    ),
    "badge": ({"text": X}, {"text": X, "tone": "late"}),
    "breadcrumbs": ({"items": [{"text": X}]}, {"items": [{"text": X, "href": "/"}, {"text": X}]}),
    "button": (
        {"text": X},
        {
            "text": X,
            "kind": "secondary",
            "type": "button",
            "name": "n",
            "value": X,
            "form": "f",
            "icon": "eye",
            "small": True,
            "disabled": True,
            "context": X,
            "key": "a",
        },
    ),
    "clock_chip": ({"text": X}, {"state": "late", "text": X, "date": X}),
    "consent_card": (
        {},
        {
            "state": "withdrawn",
            "given_on": DAY,
            "given_how": X,
            "language": X,
            "recipients": [X, X],
            "expires_on": DAY,
            "withdrawn_on": DAY,
            "detail": X,
            "href": "/c/",
            "link_text": X,
        },
    ),
    "dates": (
        {"items": [{"label": X}]},
        {"items": [{"label": X, "date": DAY, "note": X, "state": "late"}]},
    ),
    "deadline_bar": (
        {"title": X},
        {
            "state": "late",
            "title": X,
            "lateness": X,
            "detail": X,
            "button_text": X,
            "button_href": "/b/",
        },
    ),
    "draft_saved": ({}, {"at": MOMENT}),
    "empty": ({"text": X}, {"text": X, "next_text": X, "next_href": "/n/"}),
    "figures": ({"items": []}, {"items": [{"number": 12, "label": X}]}),
    "filter_chips": ({}, {"chips": [{"text": X, "href": "?a"}], "note": X}),
    "filters": (
        {"groups": [{"name": "g", "legend": X, "options": [{"value": "a", "label": X}]}]},
        {
            "groups": [
                {
                    "name": "g",
                    "legend": X,
                    "several": True,
                    "options": [{"value": X, "label": X, "count": 3, "checked": True}],
                }
            ],
            "search_name": "q",
            "search_value": X,
            "search_label": X,
            "search_hint": X,
            "clear_href": "?",
            "hidden": [{"name": "h", "value": X}],
        },
    ),
    "identity_bar": (
        {"name": X},
        {"name": X, "reference": X, "facts": [{"label": X, "value": X}], "href": "/c/"},
    ),
    "level": ({"level": "unknown"}, {"level": "high", "label": X, "set_by": X, "set_on": DAY}),
    "notification": (
        {"text": X},
        {"text": X, "title": X, "tone": "error", "link_text": X, "link_href": "/l/"},
    ),
    "pagination": (
        {"previous_href": "?p", "next_href": "?n"},
        {"previous_href": "?p", "next_href": "?n", "previous_text": X, "next_text": X, "summary": X},
    ),
    "range": (
        {"known": 6, "unknown": 3, "lo": 6, "hi": 9, "maximum": 13},
        {
            "known": 6,
            "unknown": 3,
            "lo": 6,
            "hi": 9,
            "maximum": 13,
            "marks": [{"value": 7, "label": X}],
            "verdict": X,
            "detail": X,
        },
    ),
    "segments": (
        {"parts": [{"count": 2, "label": X}]},
        {"parts": [{"count": 3, "label": X, "state": s} for s in ("done", "todo", "missing")], "label": X},
    ),
    "summary_list": (
        {"rows": [{"key": X}]},
        {"rows": [{"key": X, "value": X, "action_text": X, "action_href": "/a/", "context": X}]},
    ),
    "suppressed": ({}, {"text": X}),
    "table": (
        {"caption": X, "headers": [X], "rows": [[X]]},
        {"caption": X, "headers": [X, X], "rows": [[X, 2]], "numeric": [1]},
    ),
    "tabs": (
        {"items": [{"text": X, "href": "/t/"}]},
        {"items": [{"text": X, "href": "/t/", "current": True, "count": 2}], "label": X},
    ),
    "timeline": (
        {"events": [{"title": X}, {"withheld": True}]},
        {
            "events": [
                {"title": X, "at": MOMENT, "by": X, "text": X, "href": "/e/", "link_text": X},
                {"title": X, "at": DAY, "by": X, "text": "never drawn", "href": "/r/", "withheld": X},
            ]
        },
    ),
    "withheld": (
        {"title": X},
        {"title": X, "text": X, "rule_text": X, "rule_href": "/r/", "compact": True},
    ),
}
