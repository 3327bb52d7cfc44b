"""Consent: given, confirmed before it is recorded, refused."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.casework import category_choices
from egide.cases.forms.fields import LANGUAGES, YES_NO_UNKNOWN, choice, day, end_of, several, words
from egide.common import clock
from egide.sharing.models import GIVERS

#: What a consent may cover, in the words of the form.
SHAREABLE = (
    "identity.core",
    "contact.safe",
    "location.confidential",
    "incident.facts",
    "threat.indicators",
    "risk.assessment.summary",
    "risk.assessment.answers",
    "plan.safety",
    "plan.management",
    "health.general",
    "health.mental",
    "education.record",
    "justice.orders",
    "justice.history",
    "child.protection",
    "social.services",
    "referral.status",
    "conference.record",
)
PURPOSES = [
    ("case_management", _("To carry out one coordinated plan")),
    ("victim_safety", _("To keep the person safe")),
    ("threat_assessment", _("To assess the danger")),
]


class ConsentForm(forms.Form):
    """Informed consent, told in person, in the person's language.

    Who, what and what for are those of the consent in force, when there is one; how this one was given never is.
    """

    recipients = several(_("Who may receive it"), [], error=_("Name at least one agency."))
    categories = several(_("What may be shared"), [], error=_("Choose what may be shared."))
    purposes = several(_("What for"), PURPOSES, error=_("Choose what it may be shared for."))
    expires_on = day(_("Until"), hint=_("Within a year. The person may withdraw at any time."))
    language = forms.ChoiceField(label=_("Language it was explained in"), choices=LANGUAGES)
    interpreter_used = forms.BooleanField(label=_("With an interpreter"), required=False)
    given_by = choice(_("Who consents"), GIVERS, error=_("Say who consents."))
    guardian_is_alleged_abuser = choice(
        _("If it is a parent or guardian: is it the person of concern, or somebody said to be violent?"),
        YES_NO_UNKNOWN,
        required=False,
    )
    who = words(
        _("Who consents, and by what right"),
        hint=_(
            "For a minor who decides alone: which law lets them, and how you know they understood. For a parent or "
            "guardian: their name, and what they are to the person. For a court: which one, and its order. It is sealed "
            "in this person’s file."
        ),
        rows=3,
        required=False,
    )
    form = choice(
        _("How it was given"),
        [
            ("written", _("In writing")),
            ("electronic", _("Signed on screen")),
            ("verbal", _("Said aloud, in person")),
        ],
        error=_("Say how it was given."),
    )
    capacity_confirmed = forms.BooleanField(
        label=_("The person understood what was explained, and said so"), required=False
    )
    free_choice_confirmed = forms.BooleanField(
        label=_("The person was told that help does not depend on saying yes"), required=False
    )
    copy_given = forms.BooleanField(label=_("A copy was given, if it is safe to keep one"), required=False)

    def __init__(
        self,
        *args: Any,
        agencies: Sequence[tuple[str, str]],
        covered: Collection[str] = (),
        givers: Collection[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        # Of somebody else's own file, who may consent is theirs alone; whom the case is about speaks, or a guardian.
        may = givers or ("self", "guardian")
        self.fields["given_by"].choices = [pair for pair in GIVERS if pair[0] in may]  # type: ignore[attr-defined]
        if not givers:
            del self.fields["who"]
        # What the consent in force covers is offered too: what cannot be ticked would be lost unsaid.
        kinds = dict.fromkeys([*SHAREABLE, *sorted(covered)])
        self.fields["recipients"].choices = list(agencies)  # type: ignore[attr-defined]
        self.fields["categories"].choices = category_choices(kinds)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A parent or guardian is asked of: not known is not no."""
        data = super().clean() or {}
        if data.get("given_by") == "guardian" and data.get("guardian_is_alleged_abuser") != "no":
            self.add_error("guardian_is_alleged_abuser", self._about_guardian(data))
        return data

    def _about_guardian(self, data: dict[str, Any]) -> Any:
        if data.get("guardian_is_alleged_abuser") == "yes":
            return _("A guardian who may be the abuser cannot consent for the person.")
        return _(
            "Find out first: whoever may be violent cannot consent for the person, and not known is not no."
        )

    def giver(self) -> str:
        """Answer who said yes and by what right, for somebody else's own file; empty when nothing was written."""
        return str(self.cleaned_data.get("who", ""))

    def consent(self, *, text_version: str) -> dict[str, Any]:
        """Answer what the service takes."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "who"}
        data["guardian_is_alleged_abuser"] = data["given_by"] == "guardian" and (
            data["guardian_is_alleged_abuser"] != "no"
        )
        data["expires_at"] = end_of(data.pop("expires_on"))
        return {**data, "text_version": text_version}


class WithdrawalForm(forms.Form):
    """What the person withdraws: all of it, some agencies, some kinds of information. Nothing is ticked beforehand."""

    how_much = choice(
        _("What the person withdraws"),
        [
            ("all", _("All of it: no other agency sees the case any more")),
            ("part", _("A part of it")),
        ],
        error=_("Say whether the person withdraws all of it or a part."),
    )
    recipients = several(_("Agencies that may know nothing more"), [], required=False)
    categories = several(_("What no agency may know any more"), [], required=False)

    def __init__(
        self,
        *args: Any,
        agencies: Sequence[tuple[str, str]],
        covered: Collection[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recipients"].choices = list(agencies)  # type: ignore[attr-defined]
        self.fields["categories"].choices = category_choices(covered)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a part that is none; what is ticked below counts for a part alone."""
        data = super().clean() or {}
        if data.get("how_much") == "all":
            data["recipients"], data["categories"] = [], []
        elif data.get("how_much") == "part" and not data.get("recipients") and not data.get("categories"):
            self.add_error("recipients", _("Tick an agency, or a kind of information below."))
        return data


class RefusalForm(forms.Form):
    """A refusal, and what may still be done."""

    words = words(
        _("In the person’s words"), rows=3, error=_("Write what the person said, even if it is only: no.")
    )
    still_done = several(
        _("What may still be done without consent"),
        [
            ("legal_information", _("Give legal information")),
            ("services", _("Name services the person may call")),
            ("own_agency", _("Support by victim services alone")),
            ("call_back", _("Ask again later, with the person’s agreement")),
        ],
        required=False,
    )


class ConfirmForm(forms.Form):
    """What is about to be recorded was shown; when somebody loses by it, that is confirmed."""

    is_confirmed = forms.BooleanField(
        label=_("The person knows it and wants it: the agencies named above lose what is listed"),
        error_messages={"required": _("Somebody loses by it: confirm that the person wants it.")},
    )

    def __init__(self, *args: Any, is_asked: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_asked:
            del self.fields["is_confirmed"]


def in_six_months() -> Any:
    """Answer a usual end for a consent, as a suggestion the person may change."""
    return clock.today() + timedelta(days=182)
