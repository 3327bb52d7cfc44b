"""Forms of training."""

import json
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import choice, day, several
from egide.cases.models import Programme
from egide.cases.queries.programmes import in_words
from egide.common.text import localized
from egide.partners.rules.training import courses


class TrainingForm(forms.Form):
    """Which course was completed, and on which day."""

    course = forms.ChoiceField(label=_("Course"), error_messages={"required": _("Choose the course.")})
    completed_on = day(
        _("Completed on"), hint=_("The day the session was held. How long it is valid follows.")
    )

    def __init__(self, *args: Any, courses: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["course"].choices = list(courses)  # type: ignore[attr-defined]


class AgencyForm(forms.Form):
    """Whose people are shown."""

    agency = forms.ChoiceField(label=_("Agency"))

    def __init__(self, *args: Any, agencies: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].choices = [(str(one.pk), str(one)) for one in agencies]  # type: ignore[attr-defined]


PROTOCOL, COURSES, NONE = "protocol", "courses", "none"


class AskedForm(forms.Form):
    """What a programme asks of whoever reads its cases. Sent twice: once to see whom it stops, once to propose it."""

    asks = choice(
        _("What this programme asks of whoever reads its cases"),
        [
            (PROTOCOL, ""),
            (COURSES, _("The courses ticked below")),
            (NONE, _("No training")),
        ],
        error=_("Choose what the programme asks."),
    )
    courses = several(_("Courses"), [], required=False)
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("The other administrators read it, and it stays with the change. Nothing about anybody."),
        max_length=300,
        error_messages={"required": _("Say why.")},
    )
    #: The choice whose effect was shown.
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=400)

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.programme = programme
        asks: Any = self.fields["asks"]
        asks.choices = [(PROTOCOL, in_words(programme, None)), *asks.choices[1:]]
        self.fields["courses"].choices = [(one.code, localized(one, "title")) for one in courses().values()]  # type: ignore[attr-defined]

    @staticmethod
    def said(training: Sequence[str] | None) -> dict[str, Any]:
        """Answer a choice as the form says it."""
        if training is None:
            return {"asks": PROTOCOL}
        return {"asks": COURSES if training else NONE, "courses": list(training)}

    def clean(self) -> dict[str, Any]:
        """Courses are ticked when courses are asked; something changes."""
        data = super().clean() or {}
        if data.get("asks") == COURSES and not data.get("courses"):
            self.add_error("courses", _("Tick at least one course, or choose that none is asked."))
        if not self.errors and self.after == self.programme.training:
            self.add_error("asks", _("Nothing would change."))
        return data

    @property
    def after(self) -> list[str] | None:
        """What the programme would ask, as its row holds it."""
        asks = self.cleaned_data.get("asks")
        if asks == PROTOCOL:
            return None
        return [code for code in courses() if asks == COURSES and code in self.cleaned_data["courses"]]

    @property
    def is_seen(self) -> bool:
        """Whether the effect of this very choice was shown."""
        return bool(self.cleaned_data["seen"] == json.dumps(self.after))

    def show_as_seen(self) -> None:
        """Remember, for the next sending, that the effect of this choice is on the page."""
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data["seen"] = json.dumps(self.after)  # type: ignore[index]
