"""The steps of a case."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import LANGUAGES, Shared, choice, day, several, unserved, words
from egide.cases.forms.safety import weapons_field, weapons_words
from egide.cases.models import Closure, ContactAttempt
from egide.cases.models.file import ORDERS_CATEGORY, Kind
from egide.cases.rules.protocol import Protocol
from egide.cases.services.noting import NOTE_CATEGORIES
from egide.cases.services.serving import SaidBy
from egide.common.text import localized
from egide.sharing.rules.categories import CATEGORIES

CHANNELS = [
    ("phone", _("Phone call")),
    ("sms", _("Text message")),
    ("email", _("E-mail")),
    ("letter", _("Letter")),
    ("in_person", _("In person")),
    ("through_third_party", _("Through someone the person trusts")),
]
DAYS = [
    ("0", _("Monday")),
    ("1", _("Tuesday")),
    ("2", _("Wednesday")),
    ("3", _("Thursday")),
    ("4", _("Friday")),
    ("5", _("Saturday")),
    ("6", _("Sunday")),
]
BROKEN = {
    "not_recorded": _("Nobody has asked the person yet what is safe."),
    "channel_not_allowed": _("The person did not say this way is safe."),
    "outside_window": _("This is outside the hours the person said are safe."),
    "no_message": _("The person asked that no message be left."),
    "to_be_confirmed_again": _("This was last confirmed more than 30 days ago: confirm it first."),
    "interpreter_needed": _("An interpreter is needed and none is said to be booked."),
    "interpreter_not_booked": _(
        "An interpreter comes first and none is booked yet: book one, or write on that task why none is needed. "
        "Never a relative by default."
    ),
}


def category_choices(slugs: Iterable[str]) -> list[tuple[str, str]]:
    """List categories with their names in the active language."""
    return [(slug, localized(CATEGORIES[slug], "title")) for slug in slugs]


class SafeContactForm(Shared):
    """What the person says is safe. Asked, never guessed."""

    channels = several(_("Safe ways"), CHANNELS, error=_("Name at least one safe way to reach the person."))
    phone = forms.CharField(label=_("Number or address to use"), max_length=120, required=False)
    days = several(_("Safe days"), DAYS, required=False)
    from_hour = forms.TimeField(
        label=_("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    to_hour = forms.TimeField(
        label=_("Until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    may_leave_message = choice(
        _("May a message be left?"),
        [("yes", _("Yes")), ("no", _("No"))],
        error=_("Say whether a message may be left."),
    )
    who_may_answer = forms.CharField(label=_("Who else may answer"), max_length=200, required=False)
    caller_name = forms.CharField(
        label=_("Name to give when calling"),
        help_text=_("A neutral one: “the dentist’s office”."),
        max_length=80,
        required=False,
    )
    code_word = forms.CharField(label=_("Code word"), max_length=60, required=False)
    if_other_answers = forms.CharField(label=_("If someone else answers"), max_length=200, required=False)
    interpreter_language = forms.ChoiceField(
        label=_("Interpreter"), choices=[("", _("None needed")), *LANGUAGES], required=False
    )
    child_device = forms.BooleanField(label=_("A child uses the same phone or device"), required=False)
    note = words(_("Anything else"), rows=2, required=False)

    def clean(self) -> dict[str, Any]:
        """Hours come in pairs, in order, with days."""
        data = super().clean() or {}
        start, end = data.get("from_hour"), data.get("to_hour")
        if (start is None) != (end is None):
            self.add_error("to_hour" if start else "from_hour", _("Give both hours, or neither."))
        elif start and end and start >= end:
            self.add_error("to_hour", _("The end comes after the start."))
        needs_hours = {"phone", "sms", "through_third_party"} & set(data.get("channels") or ())
        if needs_hours and not (start and data.get("days")) and not self.errors:
            self.add_error("days", _("Give the days and hours: without them no call is known to be safe."))
        return data

    def answers(self) -> dict[str, Any]:
        """Answer what the service takes."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "based_on"}
        start, end, days = data.pop("from_hour"), data.pop("to_hour"), data.pop("days")
        data["may_leave_message"] = data["may_leave_message"] == "yes"
        data["windows"] = (
            [
                {
                    "days": [int(d) for d in days],
                    "start": start.isoformat("minutes"),
                    "end": end.isoformat("minutes"),
                }
            ]
            if start and days
            else []
        )
        return data


class ContactForm(forms.Form):
    """Pass the gate before calling."""

    channel = choice(
        _("How will you reach the person?"), CHANNELS, error=_("Choose how you will reach the person.")
    )
    leaves_message = forms.BooleanField(label=_("A message may be left"), required=False)
    is_interpreter_booked = forms.BooleanField(label=_("An interpreter is booked"), required=False)
    override_reason = words(
        _("Only if it is not safe: why life would be in greater danger without this contact"),
        rows=2,
        required=False,
    )


class OutcomeForm(forms.Form):
    """How the attempt ended."""

    outcome = choice(
        _("How did it end?"),
        ContactAttempt._meta.get_field("outcome").flatchoices,
        error=_("Say how the attempt ended."),
    )


class EligibilityForm(Shared):
    """Equal doors; a person decides."""

    is_eligible = choice(
        _("Your decision"),
        [("yes", _("May enter the programme")), ("no", _("Does not enter the programme"))],
        error=_("Choose your decision."),
    )
    doors = several(_("By which way"), [], required=False)
    reasons = words(
        _("Your reasons"), hint=_("They count as much as a score."), error=_("Write your reasons.")
    )

    def __init__(self, *args: Any, doors: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["doors"].choices = doors  # type: ignore[attr-defined]


class LevelForm(Shared):
    """The level a person sets."""

    level = choice(_("Level of concern"), [], error=_("Choose one of the levels."))
    reasons = words(_("Why"), error=_("Say why: a level without reasons helps nobody."))

    def __init__(self, *args: Any, protocol: Protocol, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [  # type: ignore[attr-defined]
            (level, localized(said, "title")) for level, said in protocol.level_words.items()
        ]


class KnownForm(forms.Form):
    """What is asked of all an agency adds: about whom, of what kind, and whether an order waits to be served."""

    about = choice(_("About whom"), [], error=_("Say about whom."))
    category = forms.ChoiceField(label=_("Kind of information"), choices=[])
    is_unserved = unserved()

    def __init__(self, *args: Any, files: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["about"].choices = files  # type: ignore[attr-defined]
        self.fields["category"].choices = category_choices(NOTE_CATEGORIES)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Only an order waits to be served."""
        data = super().clean() or {}
        if data.get("is_unserved") and data.get("category") not in (None, ORDERS_CATEGORY):
            self.add_error("is_unserved", _("Only an order waits to be served."))
        return data


class NoteForm(KnownForm):
    """Add what your agency knows."""

    kind = choice(
        _("Is it a fact, something said, or an opinion?"), Kind.choices, error=_("Say which it is.")
    )
    observed_on = day(_("When it was seen or heard"), required=False)
    text = words(_("What you add"), error=_("Write what was seen, heard or thought."))
    field_order = ("about", "category", "kind", "observed_on", "text", "is_unserved")


class ServedForm(forms.Form):
    """An order was served: when, and who says so."""

    served_on = day(_("It was served on"))
    said_by = choice(
        _("Who says so?"),
        [(one.value, capfirst(one.label)) for one in SaidBy],
        error=_("Say who says that it was served."),
    )


class TaskForm(forms.Form):
    """Give an agency of the team something to do."""

    text = words(_("What has to be done"), rows=3, error=_("Write what has to be done."))
    agency = forms.ChoiceField(label=_("By which agency"), choices=[])
    side = choice(
        _("Whom it serves"),
        [
            ("victim", _("Whoever is in danger: hidden from those who work with the person of concern")),
            ("management", _("Managing the danger, or helping the person of concern")),
            ("both", _("Both")),
        ],
        error=_("Choose whom the task serves."),
    )
    due_on = day(_("By when"))

    def __init__(self, *args: Any, agencies: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].choices = agencies  # type: ignore[attr-defined]


class ReviewForm(forms.Form):
    """What changed since the last review."""

    text = words(
        _("What changed, what stays"),
        hint=_("“Nothing” is an answer."),
        error=_("Write what changed, even if it is: nothing."),
    )
    weapons = weapons_field()
    weapons_known = weapons_words()


class HelpForm(forms.Form):
    """Legal information given, or a service named."""

    kind = choice(
        _("What did you do?"),
        [("legal_information", _("Gave legal information")), ("service_named", _("Named a service"))],
    )
    text = words(_("What was explained, or which service"), rows=3)


#: Reasons said of a victim, where the case is about somebody else.
_OF_ANOTHER = {
    "consent_withdrawn": _("The person withdrew consent"),
    "consent_refused": _("The person did not consent"),
    "moved": _("The person moved to another area"),
}


class ClosureForm(forms.Form):
    """Why the case ends, and what the victim thinks of it."""

    reason = choice(
        _("Why the case closes"),
        [],
        error=_("Choose why the case closes."),
    )
    note = words(_("In your words"), rows=3, error=_("Write it in your words."))
    victim_view = choice(
        _("The person’s own view"),
        Closure._meta.get_field("victim_view").flatchoices,
        error=_("Say whether the person gave their own view, or why not."),
    )
    victim_words = words(_("What the person says"), rows=3, required=False)
    weapons = weapons_field()
    weapons_known = weapons_words()

    def __init__(self, *args: Any, protocol: Protocol, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = dict(Closure._meta.get_field("reason").flatchoices)
        if protocol.subject != "victim":
            said |= _OF_ANOTHER
        self.fields["reason"].choices = [(one, said[one]) for one in protocol.closures]  # type: ignore[attr-defined]


class ReopenForm(forms.Form):
    """Why a closed case opens again."""

    reasons = words(_("Why the case is reopened"), error=_("Write why the case is reopened."))
