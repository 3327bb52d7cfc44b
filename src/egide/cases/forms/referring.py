"""Referring someone: one form for each way a concern is told, in under three minutes."""

from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import (
    LANGUAGES,
    YES_NO_UNKNOWN,
    choice,
    day,
    several,
    special_needs,
    unserved,
    words,
)
from egide.cases.forms.safety import weapons_field, weapons_words
from egide.cases.intake import Content, Person, ReferralContent
from egide.cases.models import Programme
from egide.cases.models.file import FileRole
from egide.common import clock

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Made = TypeVar("Made", bound="DataclassInstance")


def name_field(label: Any, *, required: bool = False, error: Any = None) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=80, required=required, error_messages={"required": error} if error else None
    )


def worries_field() -> forms.CharField:
    return words(
        _("What worries you"),
        hint=_("Your professional opinion, kept apart from the facts."),
        rows=3,
        required=False,
    )


def strengths_field() -> forms.CharField:
    return words(
        _("What holds the person up"),
        hint=_("People they trust, plans, work, school, care they accept."),
        rows=2,
        required=False,
    )


def orders_field() -> forms.CharField:
    return words(
        _("Court orders or conditions"),
        hint=_("No contact, release conditions, weapons prohibition."),
        rows=2,
        required=False,
    )


def safe_note_field() -> forms.CharField:
    return words(
        _("How to reach the person safely"),
        hint=_("When, by whom, what to say if someone else answers. Nobody calls before this is read."),
        rows=2,
        required=False,
    )


def knows_field() -> forms.ChoiceField:
    return choice(
        _("Does the person know about this referral?"),
        YES_NO_UNKNOWN,
        error=_("Say whether the person knows."),
    )


def language_field() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Language to speak with the person"), choices=LANGUAGES)


def phone_field() -> forms.CharField:
    return forms.CharField(label=_("Phone"), max_length=40, required=False)


class ReferralForm(forms.Form):
    """What every form of referral asks."""

    #: Fields that hold a day gone by.
    dates: tuple[str, ...] = ()
    #: The people it names, whom one may look for before it is sent: the beginning of their fields' names, their role.
    people: tuple[tuple[str, FileRole], ...] = ()
    #: The field of what a judge ordered; empty where none is asked.
    orders_of = ""

    programme = forms.ModelChoiceField(Programme.objects.none(), label=_("Programme"), empty_label=None)
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
        if data.get("is_unserved") and not data.get(self.orders_of):
            self.add_error("is_unserved", _("Write the order above, or leave this box empty."))
        today = clock.today()
        for name in self.dates:
            value = data.get(name)
            if isinstance(value, date) and value > today:
                self.add_error(name, _("This date is in the future."))
        return data

    def content(self) -> Content:
        """Answer what the form says, as the service takes it."""
        raise NotImplementedError

    def filled(self, made: type[Made], **said: Any) -> Made:
        """Answer a content that says what the fields of the same name hold, but for what is `said` here."""
        names = {one.name for one in fields(made)} & self.cleaned_data.keys()
        return made(**{name: self.cleaned_data[name] for name in names} | said)

    def people_typed(self) -> list[tuple[FileRole, Person]]:
        """Answer the people named so far, each in their role, whatever else the form lacks still."""
        self.full_clean()
        found = [(role, self.person(prefix)) for prefix, role in self.people]
        return [(role, one) for role, one in found if one.given_name or one.family_name]

    def programme_typed(self) -> Programme:
        """Answer the programme chosen so far; the first one as long as none is."""
        return self.cleaned_data.get("programme") or self.fields["programme"].queryset[0]  # type: ignore[attr-defined]

    def person(self, prefix: str) -> Person:
        """Answer one person of the form, by the beginning of the names of their fields."""
        data = self.cleaned_data
        return Person(
            data.get(f"{prefix}_given", ""),
            data.get(f"{prefix}_family", ""),
            data.get(f"{prefix}_born_on"),
            data.get(f"{prefix}_language", ""),
            data.get(f"{prefix}_phone", ""),
            data.get(f"{prefix}_address", ""),
        )


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


class HarmForm(ReferralForm):
    """A referral in under three minutes: who, what happened, what is dangerous, how to reach her safely."""

    dates = ("incident_on", "victim_born_on", "concern_born_on")
    people = (("victim", FileRole.VICTIM), ("concern", FileRole.PERSON_OF_CONCERN))
    orders_of = "police_orders"
    victim_given = forms.CharField(label=_("First name"), max_length=80, required=False)
    victim_family = forms.CharField(
        label=_("Family name, or what she or he is called"),
        max_length=80,
        error_messages={"required": _("Give at least one name for the person in danger.")},
    )
    victim_born_on = day(_("Date of birth"), required=False)
    victim_language = language_field()
    victim_phone = phone_field()
    safe_contact_note = safe_note_field()
    victim_address = forms.CharField(
        label=_("Where the person lives or stays"),
        help_text=_("Sealed apart: read by the advocate and the coordinator only."),
        max_length=200,
        required=False,
    )
    victim_informed = knows_field()
    special_needs = special_needs()
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
    weapons = weapons_field()
    weapons_known = weapons_words()
    reasons = worries_field()
    children = words(_("Children or others at risk"), rows=2, required=False)
    concern_given = forms.CharField(label=_("First name"), max_length=80, required=False)
    concern_family = forms.CharField(label=_("Family name"), max_length=80, required=False)
    concern_born_on = day(_("Date of birth"), required=False)
    police_orders = orders_field()
    is_unserved = unserved()

    def content(self) -> ReferralContent:
        """Answer what the form says, as the service takes it."""
        data = self.cleaned_data
        has_other = data["concern_given"] or data["concern_family"]
        return self.filled(
            ReferralContent,
            victim=self.person("victim"),
            weapons=data["weapons"] or "not_asked",
            person_of_concern=self.person("concern") if has_other else None,
        )
