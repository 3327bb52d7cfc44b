"""Fictional samples for the gallery."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class SampleForm(forms.Form):
    """One field of each kind, with an error each."""

    words = forms.CharField(
        label=gettext_lazy("What happened"),
        widget=forms.Textarea,
        help_text=gettext_lazy("What was seen or heard."),
    )
    name = forms.CharField(label=gettext_lazy("Family name"), required=False, max_length=80)
    day = forms.DateField(label=gettext_lazy("Date"), widget=forms.DateInput(attrs={"type": "date"}))
    answer = forms.ChoiceField(
        label=gettext_lazy("Does the person know?"),
        choices=[
            ("yes", gettext_lazy("Yes")),
            ("no", gettext_lazy("No")),
            ("unknown", gettext_lazy("Not known")),
        ],
        widget=forms.RadioSelect,
    )
    ways = forms.MultipleChoiceField(
        label=gettext_lazy("Safe ways"),
        choices=[("phone", gettext_lazy("Phone call")), ("letter", gettext_lazy("Letter"))],
        widget=forms.CheckboxSelectMultiple,
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=[("en", "English"), ("fr", "Français")]
    )
    agreed = forms.BooleanField(label=gettext_lazy("The person understood"))


def form() -> SampleForm:
    """Answer the form as it looks when it was sent empty."""
    made = SampleForm({})
    made.is_valid()
    return made


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
