"""Shapes of what administration asks for."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from egide.common import regimes
from egide.partners.models import Agency, AgreementKind, Jurisdiction, Role, Sector


class Asking(forms.Form):
    """A form that names each field left empty: the summary at the top of the page lists them together."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = forms.Field.default_error_messages["required"]
        for field in self.fields.values():
            if field.error_messages["required"] == usual:
                field.error_messages["required"] = gettext("Missing: %(label)s") % {"label": field.label}


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


class AskResetForm(Asking):
    username = line(_("User name"), longest=150)


class InvitationForm(Asking):
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


class ConfirmForm(Asking):
    is_sure = forms.BooleanField(
        label=_("I have read what this ends"), error_messages={"required": _("Say that you have read it.")}
    )


class AccountForm(Asking):
    full_name = line(_("Full name"), longest=120)
    username = line(_("User name"), longest=150, hint=_("What they sign in with. It cannot be changed."))
    email = forms.EmailField(label=_("E-mail address"), required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("en", _("English")), ("fr", _("French"))], widget=forms.RadioSelect
    )


class MembershipForm(Asking):
    agency = forms.TypedChoiceField(label=_("Agency"), coerce=UUID)
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Role.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "A second administrator confirms whoever reads every case or decides who sees what: coordinator, "
            "advocate, chair, privacy officer, administrator."
        ),
    )
    areas = forms.TypedMultipleChoiceField(
        label=_("Places whose cases they see"),
        help_text=_(
            "For coordinators, advocates and chairs of the lead agency. Without any, they see no case."
        ),
        coerce=UUID,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    home = forms.TypedChoiceField(
        label=_("Own agency"),
        help_text=_(
            "The agency this person belongs to. In any other they visit: what they read there stays there. "
            "Changing it later takes two administrators."
        ),
        coerce=UUID,
        required=False,
        empty_value=None,
    )
    starts_on = day(_("First day"))
    ends_on = day(_("Last day"), required=False)
    reason = reason()
    field_order = ("agency", "home")

    def __init__(
        self,
        *args: Any,
        agencies: Iterable[Agency],
        areas: Iterable[Jurisdiction],
        has_home: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        agencies = list(agencies)
        if has_home:
            del self.fields["home"]
        else:
            self.fields["home"].choices = [  # type: ignore[attr-defined]
                ("", _("The same agency")),
                *((str(a.pk), str(a)) for a in agencies),
            ]
        self.fields["areas"].choices = [(str(area.pk), str(area)) for area in areas]  # type: ignore[attr-defined]
        field = self.fields["agency"]
        field.choices = [("", _("Choose")), *((str(a.pk), str(a)) for a in agencies)]  # type: ignore[attr-defined]


def _area(areas: Iterable[Jurisdiction], empty: Any) -> list[tuple[str, Any]]:
    return [("", empty), *((str(area.pk), str(area)) for area in areas)]


class AgencyFilter(Asking):
    """Which agencies a list shows; what makes no sense filters nothing."""

    area = forms.ChoiceField(label=_("Jurisdiction"), required=False)
    sector = forms.ChoiceField(
        label=_("Sector"), required=False, choices=[("", _("All sectors")), *Sector.choices]
    )

    def __init__(self, *args: Any, areas: Iterable[Jurisdiction], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = _area(areas, _("Everywhere"))  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """Answer the jurisdiction (None for all) and the sector (empty for all)."""
        self.is_valid()
        area = self.cleaned_data.get("area") or ""
        return {"area": UUID(area) if area else None, "sector": self.cleaned_data.get("sector") or ""}


class AgencyForm(Asking):
    name_en = line(_("English name"), longest=160)
    name_fr = line(_("French name"), longest=160)
    short_en = line(_("Short English name"), longest=60, required=False)
    short_fr = line(_("Short French name"), longest=60, required=False)
    area = forms.TypedChoiceField(label=_("Jurisdiction"), coerce=UUID)
    sector = forms.ChoiceField(label=_("Sector"), choices=[("", _("Choose")), *Sector.choices])
    regimes = forms.CharField(
        label=_("Regimes"),
        help_text=_("The laws that bind what it holds, one code a line, such as ca-nb-phipaa."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    reason = reason()

    def __init__(self, *args: Any, areas: Iterable[Jurisdiction], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = _area(areas, _("Choose"))  # type: ignore[attr-defined]

    def clean_regimes(self) -> list[str]:
        codes = self.cleaned_data["regimes"].replace(",", " ").lower().split()
        for code in codes:
            if not regimes.is_acceptable(code):
                raise forms.ValidationError(_("“%(code)s” is not a known regime."), params={"code": code})
        return sorted(set(codes))


class NewAgencyForm(AgencyForm):
    code = forms.SlugField(
        label=_("Code"), help_text=_("Letters, figures and hyphens. It cannot be changed."), max_length=50
    )
    field_order = ("code",)


class HomeForm(Asking):
    agency = forms.TypedChoiceField(label=_("Own agency"), coerce=UUID)
    reason = reason()

    def __init__(self, *args: Any, agencies: Iterable[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Choose")), *((str(a.pk), str(a)) for a in agencies)]
        self.fields["agency"].choices = choices  # type: ignore[attr-defined]


class ReasonForm(Asking):
    reason = reason()


class AgreementForm(Asking):
    code = forms.SlugField(
        label=_("Code"), help_text=_("Letters, figures and hyphens. It cannot be changed."), max_length=50
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=AgreementKind.choices, widget=forms.RadioSelect)
    title_en = line(_("English title"), longest=200)
    title_fr = line(_("French title"), longest=200)
    starts_on = day(_("First day"))
    ends_on = day(_("Last day"), required=False)
    agencies = forms.TypedMultipleChoiceField(
        label=_("Parties"), coerce=UUID, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, agencies: Iterable[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agencies"].choices = [(str(a.pk), str(a)) for a in agencies]  # type: ignore[attr-defined]


class SignatureForm(Asking):
    signed_by_name = line(
        _("Signed by"), longest=120, hint=_("The name on the paper, of who may sign for the agency.")
    )
    signed_on = day(_("Signed on"))
    reason = reason()


class TerminationForm(Asking):
    on = day(_("From"), hint=_("The first day without it. Today means at once."))
    reason = reason()
