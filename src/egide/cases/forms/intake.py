"""Referring someone, and deciding on a referral."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import (
    LANGUAGES,
    YES_NO_UNKNOWN,
    choice,
    day,
    several,
    unserved,
    words,
)
from egide.cases.models import Programme
from egide.cases.services.referring import Person, ReferralContent
from egide.common import clock

INDICATORS = [
    ("strangulation", _("Strangulation or choking")),
    ("weapon", _("Weapon used, shown or within reach")),
    ("death_threat", _("Threat to kill")),
    ("stalking", _("Following, watching, repeated contact")),
    ("separation", _("Separation, recent or announced")),
    ("control", _("Control of movements, money or contacts")),
    ("children", _("Violence or threats towards children")),
    ("pregnancy", _("Pregnancy")),
    ("escalation", _("More frequent or more severe lately")),
    ("suicide_threat", _("Threat of suicide by the person of concern")),
]


class ReferralForm(forms.Form):
    """A referral in under three minutes: who, what happened, what is dangerous, how to reach her safely."""

    programme = forms.ModelChoiceField(Programme.objects.none(), label=_("Programme"), empty_label=None)
    victim_given = forms.CharField(label=_("First name"), max_length=80, required=False)
    victim_family = forms.CharField(
        label=_("Family name, or what she or he is called"),
        max_length=80,
        error_messages={"required": _("Give at least one name for the person in danger.")},
    )
    victim_born_on = day(_("Date of birth"), required=False)
    victim_language = forms.ChoiceField(label=_("Language to speak with the person"), choices=LANGUAGES)
    victim_phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    safe_contact_note = words(
        _("How to reach the person safely"),
        hint=_("When, by whom, what to say if someone else answers. Nobody calls before this is read."),
        rows=2,
        required=False,
    )
    victim_address = forms.CharField(
        label=_("Where the person lives or stays"),
        help_text=_("Sealed apart: read by the advocate and the coordinator only."),
        max_length=200,
        required=False,
    )
    victim_informed = choice(
        _("Does the person know about this referral?"),
        YES_NO_UNKNOWN,
        error=_("Say whether the person knows."),
    )
    incident = words(
        _("What happened"),
        hint=_("What was seen or heard, when, by whom. Keep what you think for the next box."),
        rows=5,
        error=_("Write what happened, in a few words."),
    )
    incident_on = day(_("When it happened"), required=False)
    indicators = several(
        _("Signs of danger"), INDICATORS, hint=_("Tick what you know. Nothing is counted."), required=False
    )
    reasons = words(
        _("What worries you"),
        hint=_("Your professional opinion, kept apart from the facts."),
        rows=3,
        required=False,
    )
    children = words(_("Children or others at risk"), rows=2, required=False)
    concern_given = forms.CharField(label=_("First name"), max_length=80, required=False)
    concern_family = forms.CharField(label=_("Family name"), max_length=80, required=False)
    concern_born_on = day(_("Date of birth"), required=False)
    police_orders = words(
        _("Court orders or conditions"),
        hint=_("No contact, release conditions, weapons prohibition."),
        rows=2,
        required=False,
    )
    is_unserved = unserved()
    external_id = forms.CharField(label=_("Your file number"), max_length=40, required=False)
    is_emergency = forms.BooleanField(
        label=_("Someone may be hurt before tomorrow"),
        help_text=_("The coordinator is told at once. If it is happening now, call 911 first."),
        required=False,
    )

    def __init__(self, *args: Any, programmes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Dates are not in the future; what is not served is an order."""
        data = super().clean() or {}
        if data.get("is_unserved") and not data.get("police_orders"):
            self.add_error("is_unserved", _("Write the order above, or leave this box empty."))
        today = clock.today()
        for name in ("incident_on", "victim_born_on", "concern_born_on"):
            value = data.get(name)
            if isinstance(value, date) and value > today:
                self.add_error(name, _("This date is in the future."))
        return data

    def content(self) -> ReferralContent:
        """Answer what the form says, as the service takes it."""
        data = self.cleaned_data
        other = None
        if data["concern_given"] or data["concern_family"]:
            other = Person(data["concern_given"], data["concern_family"], data["concern_born_on"])
        return ReferralContent(
            victim=Person(
                data["victim_given"],
                data["victim_family"],
                data["victim_born_on"],
                data["victim_language"],
                data["victim_phone"],
                data["victim_address"],
            ),
            person_of_concern=other,
            incident=data["incident"],
            incident_on=data["incident_on"],
            reasons=data["reasons"],
            safe_contact_note=data["safe_contact_note"],
            children=data["children"],
            indicators=data["indicators"],
            is_emergency=data["is_emergency"],
            victim_informed=data["victim_informed"],
            external_id=data["external_id"],
            police_orders=data["police_orders"],
            is_unserved=data["is_unserved"],
        )


class TriageForm(forms.Form):
    """Accept, or propose no further action; always with a reason."""

    outcome = choice(
        _("Your decision"),
        [
            ("accept", _("Accept: contact the person safely and ask for consent")),
            ("no_action", _("Propose no further action: a second person will read it")),
        ],
        error=_("Choose what happens with this referral."),
    )
    reason = words(_("Reason"), error=_("Write the reason of your decision."))


class SecondReaderForm(forms.Form):
    """The second reading of a proposal to do nothing more."""

    outcome = choice(
        _("Your reading"),
        [("confirm", _("Confirm: no further action")), ("return", _("Return it to triage"))],
        error=_("Choose whether you confirm it."),
    )
    reason = words(_("Reason"), error=_("Write the reason of your decision."))


class AgainForm(forms.Form):
    """Bring a referral that was not taken back to triage."""

    reason = words(_("What is new"), error=_("Write what is new."))
