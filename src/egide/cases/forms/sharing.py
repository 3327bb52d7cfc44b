"""Forms of the grounds on which one more agency may receive something without consent."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import choice, several, words

INSTRUMENTS = [
    ("statute", _("A statute that requires it")),
    ("court_order", _("An order of a court")),
    ("warrant", _("A warrant")),
    ("subpoena", _("A subpoena alone")),
]


class _GroundForm(forms.Form):
    """What every ground asks: the least data, the facts, and why this agency."""

    categories = several(
        _("What exactly"),
        [],
        hint=_("The least that does the job. Only what this ground opens for this agency is listed."),
        error=_("Choose at least one kind of information."),
    )
    facts = words(
        _("What happened"),
        hint=_("Facts, with times and sources. Write what was seen or heard, not what someone is."),
        error=_("Write what happened: without facts nothing can be shared."),
    )

    def __init__(self, *args: Any, categories: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["categories"].choices = list(categories)  # type: ignore[attr-defined]

    def said(self) -> dict[str, Any]:
        """Answer what the rules read of the form: yes, no and codes."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name.startswith("is_") or name == "instrument"
        }


class HarmForm(_GroundForm):
    """A serious harm to a person."""

    who_is_at_risk = words(_("Who is at risk"), rows=2, error=_("Write who is at risk."))
    why_this_recipient = words(
        _("How this agency can reduce the danger"), rows=2, error=_("Write what this agency can do about it.")
    )
    why_not_asked = words(
        _("Was the person asked? If not, why not"),
        rows=2,
        required=False,
        hint=_("Consent is asked first, unless asking would put someone in danger."),
    )
    is_serious = forms.BooleanField(
        label=_("The harm feared is serious: death, grave injury, or as grave"),
        error_messages={"required": _("Without a serious danger, ask for consent instead.")},
    )
    is_in_good_faith = forms.BooleanField(
        label=_("I state this in good faith, from facts I or a named source know"),
        error_messages={"required": _("Confirm that you state it in good faith.")},
    )


class ThreatForm(HarmForm):
    """A serious and imminent threat."""

    is_imminent = forms.BooleanField(
        label=_("It may happen at any time now"),
        error_messages={"required": _("If it is not imminent, choose the ground: risk of serious harm.")},
    )
    is_from_treatment = forms.BooleanField(
        label=_("This was learned while treating the person for this very conduct"), required=False
    )
    field_order = ["categories", "facts", "who_is_at_risk", "why_this_recipient", "is_serious", "is_imminent"]


class MandateForm(_GroundForm):
    """A statute, an order or a warrant."""

    instrument = choice(_("What requires it"), INSTRUMENTS, error=_("Say what requires it."))
    reference = forms.CharField(
        label=_("Its reference"), max_length=120, help_text=_("Number, court or section, and date.")
    )
    is_reviewed = forms.BooleanField(
        label=_("Counsel has read it, and this is exactly its scope"),
        error_messages={"required": _("Counsel reads a mandate before anything is shared.")},
    )
    field_order = ["instrument", "reference", "categories", "facts"]


class MedicalForm(_GroundForm):
    """A medical emergency."""

    is_medical_recipient = forms.BooleanField(
        label=_("Who receives it is medical staff treating the person now"),
        error_messages={"required": _("In a medical emergency only medical staff receive.")},
    )


class CommonForm(_GroundForm):
    """A common programme."""

    is_common = forms.BooleanField(
        label=_("A signed agreement makes this a common programme, and it needs this information"),
        error_messages={"required": _("Confirm that a signed agreement makes this a common programme.")},
    )


FORMS: dict[str, type[_GroundForm]] = {
    "serious_imminent_threat": ThreatForm,
    "serious_harm_reduction": HarmForm,
    "legal_mandate": MandateForm,
    "medical_emergency": MedicalForm,
    "common_programme": CommonForm,
}


class ChooseAgencyForm(forms.Form):
    """Whom one thinks of telling."""

    #: What is not named is everything: nothing has to be chosen but the agency.
    use_required_attribute = False
    agency = forms.ChoiceField(label=_("Which agency"), choices=[])
    category = forms.ChoiceField(label=_("What"), choices=[], required=False)

    def __init__(
        self,
        *args: Any,
        agencies: Sequence[Any] = (),
        categories: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].choices = [("", "—"), *agencies]  # type: ignore[attr-defined]
        self.fields["category"].choices = [("", _("Everything I may read of this case")), *categories]  # type: ignore[attr-defined]


class WhoForm(forms.Form):
    """About whom one asks what they will see."""

    #: Each has a choice of its own for "any": nothing is left empty.
    use_required_attribute = False
    agency = forms.ChoiceField(label=_("Who"))
    home = forms.ChoiceField(
        label=_("Belonging to"),
        help_text=_("Another agency: somebody of theirs who sits there."),
    )
    purpose = forms.ChoiceField(
        label=_("What for"),
        choices=[
            ("", _("What they usually read for")),
            ("case_management", _("To carry out one coordinated plan")),
            ("victim_safety", _("To keep the person safe")),
            ("threat_assessment", _("To assess the danger")),
            ("emergency_response", _("An emergency")),
        ],
    )

    def __init__(self, *args: Any, agencies: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = sorted(((str(one.pk), str(one)) for one in agencies), key=lambda pair: pair[1])
        self.fields["agency"].choices = [("", _("The team of this case")), *named]  # type: ignore[attr-defined]
        self.fields["home"].choices = [("", _("The same agency")), *named]  # type: ignore[attr-defined]


class DangerForm(forms.Form):
    """A danger to be told without saying who the person is."""

    agency = forms.ChoiceField(
        label=_("Which agency"), choices=[], error_messages={"required": _("Choose whom to tell.")}
    )
    facts = words(
        _("What the danger is"),
        hint=_(
            "Where, when, what may happen. No name, no address of hers, nothing only she could have said."
        ),
        error=_("Write what the danger is."),
    )
    is_unnamed = forms.BooleanField(
        label=_("Nothing in it says who the person is"),
        error_messages={"required": _("Confirm that nothing says who the person is.")},
    )
    is_client_unsaid = forms.BooleanField(
        label=_("Nothing in it says that anyone is a client or a patient here"),
        error_messages={"required": _("Confirm that nothing says anyone is helped here.")},
    )

    def __init__(self, *args: Any, agencies: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].choices = [("", "—"), *agencies]  # type: ignore[attr-defined]
