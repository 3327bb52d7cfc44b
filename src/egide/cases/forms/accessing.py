"""Forms of a person's access to their own file: the request, the two readings, the handing over."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import YES_NO_UNKNOWN, choice, words
from egide.cases.models.access import AskedBy, Given, HandedOver, Identified, Reply

Choices = Sequence[tuple[str, Any]]


class AccessRequestForm(forms.Form):
    """Who asks, how one knows, and how it may reach them. Safe contact first."""

    way = choice(
        _("How it may be handed over"),
        HandedOver.choices,
        hint=_("Ask the person. Never a letter or an e-mail: somebody else may open it."),
        error=_("Say how it may be handed over."),
    )
    place = words(
        _("Where, when, and what to do if it is not safe"),
        rows=2,
        hint=_("In the person’s words. Who else may be there, and what to say then."),
        error=_("Write where and how it may be handed over without danger."),
    )
    role = choice(_("Whose file"), [], error=_("Say whose file it is."))
    asked_by = choice(_("Who asks"), AskedBy.choices, error=_("Say who asks."))
    representative = forms.CharField(label=_("Who speaks for the person"), max_length=160, required=False)
    authority = words(
        _("The paper that lets them"),
        rows=2,
        required=False,
        hint=_("What it is, from whom, of what day. Keep no copy here."),
    )
    may_be_abuser = choice(
        _("Might this be the person who does the harm, or somebody close to them?"),
        YES_NO_UNKNOWN,
        required=False,
        hint=_("Asked only when somebody speaks for the person. If you do not know, it is not “no”."),
    )
    identified = choice(
        _("How do you know who asks"),
        Identified.choices,
        hint=_("Never by the number or the address they give you today."),
        error=_("Say how you made sure who asks."),
    )
    proof = words(
        _("What you saw or heard that proves it"),
        rows=2,
        hint=_("The kind of document, never its number."),
        error=_("Say what you saw."),
    )
    asked = words(_("What they ask for, in their words"), rows=2, required=False)
    language = forms.ChoiceField(
        label=_("Language of the answer"), choices=[("en", _("English")), ("fr", _("French"))]
    )
    field_order = [
        "role",
        "way",
        "place",
        "asked_by",
        "representative",
        "authority",
        "may_be_abuser",
        "identified",
        "proof",
    ]

    def __init__(self, *args: Any, roles: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = list(roles)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("asked_by") == AskedBy.REPRESENTATIVE:
            missing = {
                "representative": _("Write who speaks for the person."),
                "authority": _("Write which paper lets them."),
                "may_be_abuser": _("Say whether this might be the person who does the harm."),
            }
            for name, text in missing.items():
                if not data.get(name):
                    self.add_error(name, text)
        return data


class FirstReadingForm(forms.Form):
    """For each thing the file holds: given, given in part, or kept back and why."""

    #: What is asked depends on the answers: nothing is demanded by the browser.
    use_required_attribute = False
    reply = choice(_("The answer"), Reply.choices, error=_("Say what the answer is."))

    def __init__(
        self, *args: Any, things: Sequence[tuple[UUID, str]], grounds: Choices, is_victim: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.ids = [pk for pk, _text in things]
        if is_victim:
            del self.fields["reply"]
        for pk, text in things:
            self.fields[f"given_{pk.hex}"] = choice(
                _("Does the person have it?"), Given.choices, required=False
            )
            self.fields[f"ground_{pk.hex}"] = forms.ChoiceField(
                label=_("Why not all of it"), choices=[("", "—"), *grounds], required=False
            )
            self.fields[f"words_{pk.hex}"] = words(
                _("The words that are given"),
                rows=3,
                required=False,
                hint=_("Take out what must not be read."),
            )
            self.initial.setdefault(f"words_{pk.hex}", text)

    @property
    def reply_given(self) -> str:
        return str(self.cleaned_data.get("reply", Reply.GIVE))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reply", Reply.GIVE) == Reply.NEITHER:
            return data
        for pk in self.ids:
            given = data.get(f"given_{pk.hex}")
            if not given:
                self.add_error(f"given_{pk.hex}", _("Say whether the person has it."))
            elif given != Given.WHOLE and not data.get(f"ground_{pk.hex}"):
                self.add_error(f"ground_{pk.hex}", _("Say why it is not given whole."))
            if given == Given.PART and not (data.get(f"words_{pk.hex}") or "").strip():
                self.add_error(f"words_{pk.hex}", _("Write the words that are given, or keep it back."))
        return data

    def chosen(self) -> dict[UUID, tuple[str, str, str]]:
        """Answer, for each thing, what is given of it, why not all, and in which words."""
        data = self.cleaned_data
        return {
            pk: (data[f"given_{pk.hex}"], data[f"ground_{pk.hex}"], data[f"words_{pk.hex}"])
            for pk in self.ids
            if data.get(f"given_{pk.hex}")
        }


AGREE = [("yes", _("I agree")), ("no", _("It must change"))]


class SecondReadingForm(forms.Form):
    """For each thing: agree or not; one disagreement sends all of it back."""

    use_required_attribute = False
    reply = choice(_("The answer as a whole"), AGREE, error=_("Say whether you agree with the answer."))
    note = words(
        _("What must change, for the first reader"),
        rows=3,
        required=False,
        hint=_("Only when something must change. It stays with the file."),
    )

    def __init__(self, *args: Any, things: Sequence[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ids = list(things)
        for pk in self.ids:
            self.fields[f"agree_{pk.hex}"] = choice(
                _("Your reading"), AGREE, error=_("Say whether you agree, for each thing.")
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (
            "no" in [value for name, value in data.items() if name != "note"]
            and not data.get("note", "").strip()
        ):
            self.add_error("note", _("Write what must change."))
        return data

    def disagreed(self) -> set[UUID]:
        return {pk for pk in self.ids if self.cleaned_data[f"agree_{pk.hex}"] == "no"}


class HandOverForm(forms.Form):
    """The last look before it leaves."""

    is_identity_checked = forms.BooleanField(
        label=_("I made sure again that it is this person, and that they are alone with me"),
        error_messages={"required": _("Check again who is in front of you.")},
    )
    is_safe = forms.BooleanField(
        label=_("They told me it is safe to have this paper, or they leave it here"),
        error_messages={"required": _("Ask whether it is safe to have this paper.")},
    )


class SendBackForm(forms.Form):
    """Something is found at the last moment: it goes back to the first reader."""

    note = words(
        _("What must change, for the first reader"),
        rows=2,
        hint=_("It stays with the file."),
        error=_("Write what must change."),
    )
