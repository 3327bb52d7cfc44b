"""Forms of a transfer to another area."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import choice, day, words
from egide.cases.models import Programme
from egide.cases.models.transfer import RefusalReason, Told, TransferReason
from egide.cases.services.transferring import Said
from egide.common.parsing import uuid_or_none
from egide.partners.models import Membership

_WHY = [one for one in TransferReason.choices if one[0] != TransferReason.RETURN]


class ChooseProgrammeForm(forms.Form):
    """Which programme of another area would take over."""

    to = choice(_("Which area would take over"), [])

    def __init__(self, *args: Any, programmes: Sequence[Programme] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            (str(one.pk), f"{one} ({one.lead_agency})") for one in programmes
        ]


class TransferForm(forms.Form):
    """Why, how urgently, who told the person, what they wish, and how they are reached safely there."""

    why = choice(_("Why another area"), _WHY, hint=_("The other team sees this before it answers."))
    reason = words(
        _("In your words"),
        hint=_(
            "Kept in the file with what tells where the person is. The other team reads it only if the rules let it."
        ),
        error=_("Say why another area should take over."),
    )
    is_emergency = forms.BooleanField(
        label=_("It cannot wait: somebody is in danger now"),
        help_text=_("The other team then answers within hours."),
        required=False,
    )
    told = choice(_("Does the person know"), Told.choices)
    told_by = forms.ChoiceField(label=_("Who told them"), choices=[], required=False)
    wishes = words(
        _("What the person wishes, in their words"),
        hint=_("What they want to keep, whom they want to see or not, what must not happen."),
        rows=3,
        required=False,
    )
    contact = words(
        _("Safe contact there"),
        hint=_("How and when they may be reached in the new area. Kept as every rule of safe contact is."),
        rows=3,
        required=False,
    )

    def __init__(self, *args: Any, team: Sequence[Membership] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["told_by"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *((str(one.pk), one.person_name) for one in team),
        ]

    def said(self) -> Said:
        """Answer what was said, as the service takes it."""
        data = self.cleaned_data
        return Said(
            why=data["why"],
            reason=data["reason"],
            told=data["told"],
            told_by=uuid_or_none(data["told_by"]),
            wishes=data["wishes"],
            contact=data["contact"],
            is_emergency=data["is_emergency"],
        )


class AcceptForm(forms.Form):
    """Who coordinates there, and when the person is reached first."""

    coordinator = choice(_("Who coordinates the case"), [])
    first_on = day(
        _("First date"), hint=_("When your team first reaches the person, or looks at the case: within days.")
    )

    def __init__(self, *args: Any, coordinators: Sequence[Membership] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["coordinator"].choices = [  # type: ignore[attr-defined]
            (str(one.pk), one.person_name) for one in coordinators
        ]


class RefuseForm(forms.Form):
    """Why not."""

    refusal = choice(_("Why your team cannot take over"), RefusalReason.choices)
    words = words(_("More, for the other team"), hint=_("They read it in the file."), rows=3, required=False)


class QuestionForm(forms.Form):
    """What one needs to know first."""

    text = words(_("What you need to know first"), rows=3, hint=_("The date by which you answer stays."))


class AnswerForm(forms.Form):
    """What the other team asked."""

    text = words(
        _("Your answer"),
        rows=3,
        hint=_("Kept in the file. The other team reads it only if the rules let it."),
    )


class ReturnForm(forms.Form):
    """Why a case goes back."""

    reason = words(
        _("Why it goes back"),
        rows=3,
        hint=_("Kept in the file with what tells where the person is."),
        error=_("Say why the case goes back."),
    )
