"""Forms of training."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import day


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
