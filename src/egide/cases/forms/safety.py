"""Weapons within reach, and a release to come."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import choice, day, words
from egide.cases.services.weaponing import Answer, Reach, Stage
from egide.common import clock

PLACES = [("custody", _("Custody")), ("hospital", _("A hospital")), ("other", _("Somewhere else"))]


def weapons_field() -> forms.ChoiceField:
    """Make the question of weapons, for the form of a stage; left without an answer, it was not asked."""
    return choice(
        _("Are weapons within reach of the person of concern?"),
        Reach.choices,
        hint=_("Firearms, knives, what can be borrowed. Not known is not no."),
        required=False,
    )


def weapons_words() -> forms.CharField:
    """Make the box for what is known of them."""
    return words(_("What is known of weapons, and from whom"), rows=2, required=False)


def take_weapons(data: dict[str, Any]) -> Answer:
    """Take the answer out of what a form of a stage says."""
    return Answer(data.pop("weapons", "") or Reach.NOT_ASKED, data.pop("weapons_known", ""))


class WeaponsForm(forms.Form):
    """Asked at a stage that has no form of its own for it, or again."""

    stage = choice(_("When is it asked?"), Stage.choices, error=_("Say at which stage it is asked."))
    weapons = choice(
        _("Are weapons within reach of the person of concern?"),
        Reach.choices,
        hint=_("Firearms, knives, what can be borrowed. Not known is not no."),
        error=_("Say whether weapons are within reach."),
    )
    weapons_known = weapons_words()


class ReleaseForm(forms.Form):
    """The day somebody is known, or expected, to be free again."""

    place = choice(_("Released from"), PLACES, error=_("Say from where the person is released."))
    expected_on = day(_("On"))
    certainty = choice(
        _("How sure is this day?"),
        [("known", _("Said by whoever decides")), ("expected", _("Expected; it may move"))],
        error=_("Say how sure this day is."),
    )
    words = words(_("What is known, and from whom"), rows=2, required=False)

    def clean_expected_on(self) -> date:
        """The day is to come."""
        found: date = self.cleaned_data["expected_on"]
        if found < clock.today():
            raise forms.ValidationError(_("This day is past. If the release took place, record that it did."))
        return found


class ReleaseEndedForm(forms.Form):
    """Whether a release took place."""

    outcome = choice(
        _("Did it take place?"),
        [("yes", _("Yes: the person is free")), ("no", _("No: it does not take place"))],
        error=_("Say whether it took place."),
    )
    words = words(_("How is it known?"), rows=2, error=_("Write how it is known, in a few words."))
