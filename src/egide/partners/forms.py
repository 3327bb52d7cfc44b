"""Shapes of what administration asks for."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.partners.models import Agency, Role


def line(label: Any, *, longest: int, hint: Any = "", required: bool = True) -> forms.CharField:
    """Make a field of one line."""
    return forms.CharField(label=label, help_text=hint, max_length=longest, required=required)


def day(label: Any, *, hint: Any = "", required: bool = True) -> forms.DateField:
    """Make a date in the browser's own picker; typed as YYYY-MM-DD where there is none."""
    return forms.DateField(
        label=label,
        help_text=hint,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "invalid": _("Write the date as year, month, day: 2026-11-23."),
            "required": _("Give a date."),
        },
    )


def reason() -> forms.CharField:
    """Make the field that says why: it is kept with the record and read by other administrators."""
    return forms.CharField(
        label=_("Reason"),
        help_text=_("Read by other administrators. Name no client."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why.")},
    )


class AskResetForm(forms.Form):
    username = line(_("User name"), longest=150)


class InvitationForm(forms.Form):
    username = forms.CharField(
        label=_("User name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    code = forms.CharField(
        label=_("Code"),
        help_text=_("Four groups of five letters and figures, given by your administrator."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 12 characters. Only you know it."),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same password again"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("password") and given.get("again") and given["password"] != given["again"]:
            self.add_error("again", _("The two passwords differ."))
        return given


class ConfirmForm(forms.Form):
    is_sure = forms.BooleanField(
        label=_("I have read what this ends"), error_messages={"required": _("Say that you have read it.")}
    )


class AccountForm(forms.Form):
    full_name = line(_("Full name"), longest=120)
    username = line(_("User name"), longest=150, hint=_("What they sign in with. It cannot be changed."))
    email = forms.EmailField(label=_("E-mail address"), required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("en", _("English")), ("fr", _("French"))], widget=forms.RadioSelect
    )


class MembershipForm(forms.Form):
    agency = forms.TypedChoiceField(label=_("Agency"), coerce=UUID)
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Role.choices,
        widget=forms.RadioSelect,
        help_text=_("A second administrator confirms an administrator or a privacy officer."),
    )
    starts_on = day(_("First day"))
    ends_on = day(_("Last day"), required=False)
    reason = reason()

    def __init__(self, *args: Any, agencies: Iterable[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agency"]
        field.choices = [("", _("Choose")), *((str(a.pk), str(a)) for a in agencies)]  # type: ignore[attr-defined]
