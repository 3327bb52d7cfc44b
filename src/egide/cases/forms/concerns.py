"""Referring for somebody's behaviour, for an act of prejudice, or for a return from custody."""

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import YES_NO_UNKNOWN, choice, day, several, special_needs, unserved, words
from egide.cases.forms.referring import (
    HarmForm,
    ReferralForm,
    knows_field,
    language_field,
    name_field,
    orders_field,
    phone_field,
    safe_note_field,
    strengths_field,
    worries_field,
)
from egide.cases.intake import BehaviourContent, BiasContent, ReturnContent
from egide.cases.models.file import FileRole

#: What was seen or heard, in our own words after the themes of NTAC (domain/instruments.md §4.1): conduct, never identity.
BEHAVIOURS = [
    ("threat", _("A threat, spoken, written or posted")),
    ("planning", _("Planning, looking for a place, trying things out")),
    ("weapon_sought", _("A weapon looked for, shown or carried")),
    ("following", _("Following, waiting for, approaching someone")),
    ("attack_interest", _("Praise for attacks or for those who made them")),
    ("violence", _("Violence, towards people, animals or things")),
    ("order_broken", _("An order or a condition broken")),
    ("despair", _("Words of despair, talk of suicide")),
    ("last_resort", _("Goodbyes, giving things away, a date announced")),
    ("sudden_change", _("A sudden change in conduct")),
    ("stress", _("A loss, a conflict or a setback lately")),
    ("others_worried", _("Other people are worried")),
]
KNOWN_HOW = [
    ("seen", _("I saw or heard it")),
    ("online", _("I read it, or saw it online")),
    ("told", _("Somebody told me")),
    ("several", _("In several of these ways")),
]


class BehaviourForm(ReferralForm):
    """A concern about somebody's behaviour: what was seen or heard, who may be in danger, what holds the person up."""

    dates = ("seen_on", "person_born_on")
    people = (("person", FileRole.PERSON_OF_CONCERN), ("at_risk", FileRole.OTHER))
    orders_of = "orders"

    person_given = name_field(_("First name"))
    person_family = name_field(
        _("Family name, or how the person is known"),
        required=True,
        error=_("Give a name, or say how the person is known."),
    )
    person_born_on = day(_("Date of birth"), required=False)
    person_language = language_field()
    special_needs = special_needs()
    seen = words(
        _("What was seen or heard"),
        hint=_(
            "Who did or said what, where, to whom. Only conduct: what somebody believes, where they come from "
            "or what they suffer from is not asked, and does not belong here."
        ),
        rows=5,
        error=_("Write what was seen or heard, in a few words."),
    )
    seen_on = day(_("When it was seen or heard"), required=False)
    known_how = choice(_("How do you know?"), KNOWN_HOW, error=_("Say how you know."))
    behaviours = several(
        _("What was seen"), BEHAVIOURS, hint=_("Tick what you know. Nothing is counted."), required=False
    )
    threat = words(
        _("If a threat was made: of what, against whom, when"),
        hint=_(
            "What would be done, as nearly as you remember. Opinions and beliefs that came with it stay out: the "
            "team asks for them apart if the threat cannot be understood without them."
        ),
        rows=3,
        required=False,
    )
    weapons = choice(
        _("Are weapons within the person’s reach?"),
        YES_NO_UNKNOWN,
        error=_("Say whether weapons are within reach."),
    )
    weapons_known = words(_("What you know of them"), rows=2, required=False)
    at_risk_given = name_field(_("First name"))
    at_risk_family = name_field(_("Family name"))
    at_risk_how = words(_("Who may be in danger, and why"), rows=2, required=False)
    strengths = strengths_field()
    already_done = words(_("What was done already, and by whom"), rows=2, required=False)
    reasons = worries_field()
    orders = orders_field()
    is_unserved = unserved()

    def content(self) -> BehaviourContent:
        """Answer what the form says, as the service takes it."""
        data = self.cleaned_data
        is_named = data["at_risk_given"] or data["at_risk_family"]
        # Of somebody in danger whom nobody names, what is known stands with what was seen.
        unnamed = "" if is_named else data["at_risk_how"]
        return self.filled(
            BehaviourContent,
            person=self.person("person"),
            seen="\n\n".join(text for text in (data["seen"], unnamed) if text),
            at_risk=self.person("at_risk") if is_named else None,
        )


#: What happened, in plain words (domain/reporting.md 1.3). Whether it is a crime is nobody's question here.
ACTS = [
    ("words", _("Words or gestures")),
    ("threats", _("Threats")),
    ("following", _("Following or harassing")),
    ("online", _("Abuse online")),
    ("graffiti", _("Graffiti or symbols")),
    ("damage", _("Damage or theft")),
    ("attack", _("A physical attack")),
    ("weapon", _("A weapon")),
    ("sexual", _("Something sexual")),
    ("refusal", _("A service, a home or work refused")),
    ("school", _("Something at school")),
    ("official", _("The conduct of police or of an official")),
    ("sacred", _("A place of worship or a grave harmed")),
    ("other", _("Something else")),
]


class BiasForm(ReferralForm):
    """An act of prejudice: what happened, why the person thinks so, what they wish."""

    dates = ("incident_on", "person_born_on")
    people = (("person", FileRole.VICTIM),)

    person_given = name_field(_("First name"))
    person_family = name_field(
        _("Family name, or what the person is called"),
        required=True,
        error=_("Give at least one name for the person harmed."),
    )
    person_born_on = day(_("Date of birth"), required=False)
    person_language = language_field()
    person_phone = phone_field()
    safe_contact_note = safe_note_field()
    person_informed = knows_field()
    special_needs = special_needs()
    incident = words(
        _("What happened"),
        hint=_("What was seen or heard, when, by whom. Keep what you think for the last box."),
        rows=5,
        error=_("Write what happened, in a few words."),
    )
    incident_on = day(_("When it happened"), required=False)
    place = forms.CharField(label=_("Where it happened"), max_length=200, required=False)
    acts = several(_("What it was"), ACTS, hint=_("Tick what fits. Nothing is counted."), required=False)
    why = words(
        _("Why the person thinks it happened"),
        hint=_(
            "In their words, and only if they want it written. It says what they are, or are taken for: few read it."
        ),
        rows=2,
        required=False,
    )
    wishes = words(_("What the person wishes"), rows=2, required=False)
    reasons = worries_field()

    def content(self) -> BiasContent:
        """Answer what the form says, as the service takes it."""
        return self.filled(BiasContent, person=self.person("person"))


NEEDS = [
    ("housing", _("A home")),
    ("papers", _("Identity papers")),
    ("income", _("Income or benefits")),
    ("work", _("Work or training")),
    ("school", _("School")),
    ("health", _("Health care")),
    ("substance", _("Help with alcohol or drugs")),
    ("family", _("Family ties")),
    ("transport", _("Transport")),
    ("language", _("Language, reading, an interpreter")),
    ("company", _("People to be with")),
]


class ReturnForm(ReferralForm):
    """Somebody comes back from custody and wants support."""

    dates = ("person_born_on",)
    people = (("person", FileRole.PERSON_OF_CONCERN),)
    orders_of = "conditions"

    person_given = name_field(_("First name"))
    person_family = name_field(
        _("Family name, or what the person is called"),
        required=True,
        error=_("Give at least one name for the person."),
    )
    person_born_on = day(_("Date of birth"), required=False)
    person_language = language_field()
    person_phone = phone_field()
    safe_contact_note = words(_("How to reach the person"), rows=2, required=False)
    person_informed = choice(
        _("Does the person want this support?"),
        YES_NO_UNKNOWN,
        hint=_("Support is chosen: without the person’s agreement, there is none."),
        error=_("Say whether the person wants it."),
    )
    returns_on = day(_("Day of return"), hint=_("It may be to come."), required=False)
    goals = words(
        _("What the person hopes for"),
        hint=_("In their words."),
        rows=4,
        error=_("Write what the person hopes for."),
    )
    needs = several(_("What would help"), NEEDS, hint=_("Tick what the person says."), required=False)
    needs_known = words(_("More about these needs"), rows=3, required=False)
    strengths = strengths_field()
    conditions = orders_field()
    is_unserved = unserved()
    worries = worries_field()

    def content(self) -> ReturnContent:
        """Answer what the form says, as the service takes it."""
        return self.filled(ReturnContent, person=self.person("person"))


#: By the intake a protocol names.
FORMS: dict[str, type[ReferralForm]] = {
    "harm": HarmForm,
    "behaviour": BehaviourForm,
    "bias": BiasForm,
    "return": ReturnForm,
}
