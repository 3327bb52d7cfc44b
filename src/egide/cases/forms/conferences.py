"""Calling and running a conference."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import Shared, choice, day, several, words
from egide.cases.models import Programme
from egide.cases.models.file import Kind
from egide.cases.services.entries import LONGEST_TEXT

SEATS = [
    ("chair", _("Chair")),
    ("coordinator", _("Coordinator")),
    ("advocate", _("Victim advocate")),
    ("team_member", _("Team member")),
]


def _moment(data: Mapping[str, Any]) -> datetime:
    return timezone.make_aware(datetime.combine(data["on"], data["at_hour"]))


class ConferenceForm(forms.Form):
    """Call a sitting."""

    programme = forms.ModelChoiceField(Programme.objects.none(), label=_("Programme"), empty_label=None)
    kind = choice(_("Kind"), [("regular", _("Regular")), ("emergency", _("Emergency"))])
    on = day(_("Date"))
    at_hour = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    people = several(_("Who is invited"), [], error=_("Invite at least one person."))

    def __init__(self, *args: Any, programmes: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]
        self.fields["people"].choices = people  # type: ignore[attr-defined]

    def starts_at(self) -> datetime:
        """Answer the local moment."""
        return _moment(self.cleaned_data)


class EmergencyForm(forms.Form):
    """Call an emergency sitting on one case: everything is filled in, and may be changed."""

    on = day(_("Date"))
    at_hour = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    people = several(_("Who is invited"), [], error=_("Invite at least one person."))

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = people  # type: ignore[attr-defined]

    def starts_at(self) -> datetime:
        """Answer the local moment."""
        return _moment(self.cleaned_data)


class ContributionForm(forms.Form):
    """What an agency brings to one case."""

    kind = choice(
        _("Is it a fact, something said, or an opinion?"), Kind.choices, error=_("Say which it is.")
    )
    text = words(_("What your agency brings"), rows=3, error=_("Write what your agency brings."))
    replaces = forms.UUIDField(required=False, widget=forms.HiddenInput)


class WishesForm(Shared):
    """What the victim wishes the conference to know and do."""

    words = words(_("In the person’s words"), rows=3, error=_("Write what the person wishes."))


class DecisionForm(forms.Form):
    """One line: what is decided, and the action it gives; in the place of a former decision when it corrects it."""

    text = forms.CharField(
        label=_("What is agreed"),
        max_length=LONGEST_TEXT,
        error_messages={
            "required": _("Write what is decided."),
            "max_length": _("This text is too long: at most 20,000 characters. Nothing you typed was lost."),
        },
    )
    agency = forms.ChoiceField(label=_("Action by"), choices=[], required=False)
    due_on = day(_("By when"), required=False)
    side = forms.ChoiceField(
        label=_("Whom it serves"),
        choices=[
            ("both", _("Both")),
            ("victim", _("Whoever is in danger")),
            ("management", _("Managing the danger")),
        ],
        initial="both",
    )
    replaces = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, agencies: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The agency's part has a text too: each field of the page has an id of its own.
        self.auto_id = "line-%s"
        self.fields["agency"].choices = [("", _("No action")), *agencies]  # type: ignore[attr-defined]
        self.fields["text"].widget.attrs |= {"accesskey": "a", "data-press": "a"}

    def take_focus(self) -> None:
        """Typing goes on in this line when the page comes, without a pointer."""
        self.fields["text"].widget.attrs["autofocus"] = ""

    def clean(self) -> dict[str, Any]:
        """An action has a date."""
        data = super().clean() or {}
        if data.get("agency") and not data.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", _("An action needs a date."))
        return data
