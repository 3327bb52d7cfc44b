"""Fictional samples for the gallery: what `web/samples/*.html` draw."""

import re
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.staticfiles import finders
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from egide.web.icons import ICONS

#: The sections of the gallery, and the sample files of each, in order.
SECTIONS: tuple[tuple[Promise | str, tuple[str, ...]], ...] = (
    (gettext_lazy("Foundations"), ("colours", "text", "icons")),
    (
        gettext_lazy("Page and panels"),
        ("breadcrumbs", "tabs", "panel", "details", "notification", "empty", "identity_bar", "page_head"),
    ),
    (
        gettext_lazy("State and time"),
        (
            *("deadline_bar", "clock", "clock_chip", "badge", "level", "level_glyph", "draft_saved"),
            *("segments", "figures", "suppressed"),
        ),
    ),
    (
        gettext_lazy("What is withheld, and why"),
        ("withheld", "withheld_panel", "consent_card", "wishes", "agency_part"),
    ),
    (
        gettext_lazy("Lists"),
        (
            *("action_line", "timeline", "agenda", "dates", "summary_list", "table"),
            *("filters", "filter_chips", "pagination"),
        ),
    ),
    (gettext_lazy("Forms"), ("button", "field", "field_error", "form_page", "answer_row")),
    (
        gettext_lazy("Drawings"),
        ("range", "timeline_drawing", "assessment_drawing", "progress_drawing", "people_drawing"),
    ),
)
YES_NO = (
    ("yes", gettext_lazy("Yes")),
    ("no", gettext_lazy("No")),
    ("unknown", gettext_lazy("Not known")),
)


class SampleForm(forms.Form):
    """One field of each kind."""

    words = forms.CharField(
        label=gettext_lazy("What happened"),
        widget=forms.Textarea,
        help_text=gettext_lazy("What was seen or heard."),
    )
    name = forms.CharField(label=gettext_lazy("Family name"), required=False, max_length=80)
    amount = forms.IntegerField(label=gettext_lazy("How long"), min_value=0, max_value=365)
    born = forms.DateField(
        label=gettext_lazy("Born on"),
        help_text=gettext_lazy("For example 27 3 1984"),
        widget=forms.SelectDateWidget,
    )
    day = forms.DateField(label=gettext_lazy("Date"))
    at_hour = forms.TimeField(label=gettext_lazy("Time"))
    service = forms.ChoiceField(
        label=gettext_lazy("Service"),
        choices=[
            ("", gettext_lazy("Choose")),
            (
                gettext_lazy("Fredericton"),
                [("f1", gettext_lazy("Shelter")), ("f2", gettext_lazy("Outreach"))],
            ),
            (gettext_lazy("Moncton"), [("m1", gettext_lazy("Shelter"))]),
        ],
    )
    answer = forms.ChoiceField(
        label=gettext_lazy("Does the person know?"), choices=YES_NO, widget=forms.RadioSelect
    )
    reason = forms.CharField(label=gettext_lazy("Who told them?"), required=False)
    ways = forms.MultipleChoiceField(
        label=gettext_lazy("Safe ways"),
        choices=[
            (
                gettext_lazy("At once"),
                [("phone", gettext_lazy("Phone call")), ("text", gettext_lazy("Text"))],
            ),
            (gettext_lazy("Later"), [("letter", gettext_lazy("Letter"))]),
        ],
        widget=forms.CheckboxSelectMultiple,
    )
    paper = forms.FileField(label=gettext_lazy("Document"), required=False)
    agreed = forms.BooleanField(label=gettext_lazy("The person understood"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways: Any = self.fields["ways"].widget
        ways.option_hints = {"text": _("Nothing that names the service.")}


class PlainForm(forms.Form):
    """One field, for a whole form."""

    name = forms.CharField(label=gettext_lazy("Family name"))


def forms_of_each_state() -> dict[str, forms.Form]:
    """Answer the forms of the gallery: new, sent with mistakes, and a small one; their ids do not meet."""
    wrong = SampleForm(
        {"wrong-born_day": "31", "wrong-born_month": "02", "wrong-born_year": "1984"}, prefix="wrong"
    )
    wrong.is_valid()
    return {
        "form": SampleForm(prefix="new", initial={"answer": "yes", "service": "f2", "ways": ["phone"]}),
        "wrong": wrong,
        "plain": PlainForm(prefix="plain"),
    }


def colours() -> list[str]:
    """List the names of the palette, as the style sheet has them."""
    path = finders.find("web/egide.css")
    if not isinstance(path, str):
        return []
    with open(path, encoding="utf-8") as sheet:
        return re.findall(r"\.swatch--([\w-]+)", sheet.read())


def sample(at: datetime) -> dict[str, Any]:
    """Answer everything the samples draw, as of a moment."""
    return _moments(at) | _states() | _lists(at) | _pictures(at)


def _moments(at: datetime) -> dict[str, Any]:
    return {
        "at": at,
        "day": at.date(),
        "late": at - timedelta(days=3),
        "soon": at + timedelta(hours=20),
        "later": at + timedelta(days=12),
        "far": (at + timedelta(days=120)).date(),
        "none": [],
    }


def _states() -> dict[str, Any]:
    words = {
        "neutral": _("Draft"),
        "info": _("Sent"),
        "success": _("Accepted"),
        "warning": _("To be checked"),
        "late": _("Late"),
        "error": _("Refused"),
        "fictional": _("Fictional"),
    }
    return {
        "colours": colours(),
        "icons": list(ICONS),
        "tones": [{"name": name, "label": label} for name, label in words.items()],
        "levels": ["unknown", "lower", "raised", "high", "extreme"],
        "consents": ["in_force", "expiring", "expired"],
        "recipients": [_("Municipal police"), _("Shelter")],
        "figures": [{"number": 12, "label": _("reviews done")}, {"number": 3, "label": _("late")}],
        "parts": [
            {"count": 7, "label": _("done"), "state": "done"},
            {"count": 3, "label": _("to do"), "state": "todo"},
            {"count": 1, "label": _("nobody yet"), "state": "missing"},
        ],
        "facts": [
            {"label": _("Language"), "value": _("French")},
            {"label": _("Pronoun"), "value": _("she")},
        ],
        "choices": YES_NO,
        "marks": [{"value": 7, "label": _("7: referral")}],
    }


def _lists(at: datetime) -> dict[str, Any]:
    return {
        "events": [
            {
                "title": _("Assessment"),
                "at": at - timedelta(days=2),
                "by": "M. Thériault-Roy",
                "text": _("Nine answers known."),
            },
            {
                "title": _("Counselling notes"),
                "at": (at - timedelta(days=9)).date(),
                "withheld": _("Rule: therapy notes"),
                "href": "#main",
            },
            {"withheld": True},
            {
                "title": _("Referral"),
                "at": (at - timedelta(days=20)).date(),
                "href": "#main",
                "link_text": _("Open"),
            },
        ],
        "agenda": [
            {"number": 1, "name": "J. Landry", "reference": "FRE-4TQ8", "href": "#main", "state": "done"},
            {"number": 2, "name": "A. Cyr", "reference": "FRE-7KM2", "href": "#main", "state": "current"},
            {"number": 3, "name": "FRE-9DD4", "href": "#main", "state": "blocked"},
            {"number": 4, "name": "P. Maillet", "reference": "FRE-2WX6", "href": "#main", "state": "todo"},
        ],
        "dates": [
            {"label": _("Review with the person"), "date": at - timedelta(days=3), "state": "late"},
            {"label": _("End of the consent"), "date": at + timedelta(days=120), "note": _("in person")},
            {"label": _("Conference")},
        ],
        "rows": [
            {
                "key": _("Language"),
                "value": _("French"),
                "action_text": _("Change"),
                "action_href": "#main",
                "context": _("language"),
            },
            {"key": _("Interpreter")},
        ],
        "headers": [_("Month"), _("Reviews"), _("Late")],
        "cells": [
            [pgettext_lazy("first column", "September"), 12, 1],
            [pgettext_lazy("first column", "October"), 14, 0],
        ],
        "numeric": [1, 2],
        "crumbs": [{"text": _("Cases"), "href": "#main"}, {"text": "FRE-4TQ8"}],
        "tabs": [
            {"text": _("Overview"), "href": "#main", "current": True},
            {"text": _("Notes"), "href": "#main", "count": 42},
            {"text": _("Safety plan"), "href": "#main"},
        ],
        "chips": [{"text": _("Late"), "href": "#main"}, {"text": _("Mine"), "href": "#main"}],
        "groups": [
            {
                "name": "due",
                "legend": _("Next deadline"),
                "options": [
                    {"value": "", "label": _("All"), "count": 83, "checked": True},
                    {"value": "late", "label": _("Late"), "count": 4},
                ],
            },
            {
                "name": "level",
                "legend": _("Level"),
                "several": True,
                "options": [
                    {"value": "high", "label": _("High"), "count": 12, "checked": True},
                    {"value": "unknown", "label": _("Not yet known"), "count": 9},
                ],
            },
        ],
    }


def _pictures(at: datetime) -> dict[str, Any]:
    return {
        "timeline": timeline(at),
        "points": points(at),
        "progress": progress(at),
        "people": people(),
        "bands": [{"lo": 7, "hi": 13, "label": _("7 to 13: one of the three ways in")}],
    }


def progress(at: datetime) -> list[dict[str, Any]]:
    """Answer how far fictional actions are, on three days."""
    counts = ((20, 0, 4, 0, 0), (10, 2, 2, 1, 1), (0, 4, 1, 0, 1))
    return [
        {"on": at - timedelta(days=days), "done": done, "todo": todo, "blocked": blocked, "late": late}
        for days, done, todo, blocked, late in counts
    ]


def timeline(at: datetime) -> dict[str, Any]:
    """Answer a short fictional timeline."""
    return {
        "lanes": [
            {"key": "facts", "label": _("Facts")},
            {"key": "work", "label": _("Work")},
            {"key": "plan", "label": _("Plan")},
        ],
        "events": [
            {
                "lane": "facts",
                "start": at - timedelta(days=60),
                "end": None,
                "label": _("Referral"),
                "kind": "fact",
            },
            {
                "lane": "work",
                "start": at - timedelta(days=52),
                "end": None,
                "label": _("Assessment"),
                "kind": "work",
            },
            {
                "lane": "work",
                "start": at - timedelta(days=30),
                "end": None,
                "label": _("Conference"),
                "kind": "work",
            },
            {
                "lane": "plan",
                "start": at - timedelta(days=45),
                "end": at - timedelta(days=20),
                "label": _("version 1"),
                "kind": "plan",
            },
            {
                "lane": "plan",
                "start": at - timedelta(days=20),
                "end": None,
                "label": _("version 2"),
                "kind": "plan",
            },
        ],
    }


def points(at: datetime) -> list[dict[str, Any]]:
    """Answer three fictional assessments."""
    return [
        {"on": at - timedelta(days=55), "raw": 8, "lo": 8, "hi": 10, "unknown": 2},
        {"on": at - timedelta(days=25), "raw": 9, "lo": 9, "hi": 9, "unknown": 0},
        {"on": at - timedelta(days=4), "raw": 6, "lo": 6, "hi": 9, "unknown": 3},
    ]


def people() -> dict[str, Any]:
    """Answer a few fictional people."""
    return {
        "nodes": [
            {"key": "v", "label": "J. Landry", "role": _("Victim"), "note": "", "kind": "centre"},
            {"key": "p", "label": "L. Cyr", "role": _("Person of concern"), "note": "", "kind": "person"},
            {
                "key": "o",
                "label": _("Another case"),
                "role": _("guarded link"),
                "note": "",
                "kind": "guarded",
            },
        ],
        "links": [
            {"from": "v", "to": "p", "label": _("former partners"), "guarded": False},
            {"from": "v", "to": "o", "label": _("may concern the same people"), "guarded": True},
        ],
    }
