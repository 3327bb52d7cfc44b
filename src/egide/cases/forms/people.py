"""A child or another person at risk, added to a case after it was referred; and one added by mistake."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import LANGUAGES, choice, day, words
from egide.cases.intake.people import Person
from egide.cases.models.file import ADDED_ROLES, FileRole
from egide.common import clock


def _of_age_field() -> forms.DateField:
    return day(
        _("Day a minor comes of age"),
        hint=_(
            "By the law of where the person lives; leave it empty for an adult. Only the month is kept, and you are asked "
            "before it to speak with the person themselves."
        ),
        required=False,
    )


class PersonForm(forms.Form):
    """Who, and what puts them at risk. Consent is asked on a page of its own."""

    role = choice(
        _("Who it is"),
        [(role.value, role.label) for role in FileRole if role in ADDED_ROLES],
        error=_("Say whether it is a child or another person at risk."),
    )
    given_name = forms.CharField(label=_("First name"), max_length=80, required=False)
    family_name = forms.CharField(
        label=_("Family name, or what she or he is called"),
        max_length=80,
        error_messages={"required": _("Give at least one name.")},
    )
    born_on = day(_("Date of birth"), required=False)
    comes_of_age_on = _of_age_field()
    language = forms.ChoiceField(label=_("Language to speak with the person"), choices=LANGUAGES)
    why = words(
        _("What puts this person at risk"),
        hint=_("What was seen or heard. It stands in their own file."),
        rows=3,
        required=False,
    )

    def clean_born_on(self) -> Any:
        """Refuse a birth that is still to come."""
        born_on = self.cleaned_data["born_on"]
        if born_on is not None and born_on > clock.today():
            raise forms.ValidationError(_("This date is in the future."))
        return born_on

    def said(self) -> dict[str, Any]:
        """Answer what the service takes."""
        data = dict(self.cleaned_data)
        person = Person(*(data.pop(name) for name in ("given_name", "family_name", "born_on", "language")))
        return {**data, "person": person}


class OfAgeForm(forms.Form):
    """When somebody comes of age."""

    comes_of_age_on = _of_age_field()


class TakeOutForm(forms.Form):
    """What the mistake was: a code, for the ledger tells nothing of anybody."""

    mistake = choice(
        _("What the mistake was"),
        [
            ("twice", _("The person stands in the case twice")),
            ("wrong_case", _("The person belongs to another case")),
            ("not_at_risk", _("Nobody at risk was meant")),
        ],
        error=_("Say what the mistake was."),
    )
