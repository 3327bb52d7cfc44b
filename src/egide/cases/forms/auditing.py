"""The form of one statement of a team's audit of itself."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import Shared, choice, day, words
from egide.cases.models import AuditWord
from egide.partners.models import Membership

#: As long as the columns are.
LONGEST_EVIDENCE, LONGEST_ACTION = 4000, 2000


class AnswerForm(Shared):
    """What the team says of one statement, what shows it, and what will be done."""

    word = choice(_("What do you say of it?"), AuditWord.choices)
    evidence = words(
        _("What shows it"),
        hint=_(
            "Where one can see it: a document, a figure, what partners or the people served say. Nothing about "
            "anybody in particular: no name, no case."
        ),
        error=_("Write what shows it."),
        longest=LONGEST_EVIDENCE,
        too_long=_("This text is too long: at most 4,000 characters. Nothing you typed was lost."),
    )
    action = words(
        _("What will be done"),
        hint=_("What is not met asks for an improvement; elsewhere, leave it empty if there is none."),
        rows=3,
        required=False,
        longest=LONGEST_ACTION,
        too_long=_("This text is too long: at most 2,000 characters. Nothing you typed was lost."),
    )
    action_owner = forms.ChoiceField(label=_("Who makes sure of it"), required=False)
    action_due_on = day(_("By when"), required=False)

    def __init__(self, *args: Any, team: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(one.pk), one.person_name) for one in team]
        self.fields["action_owner"].choices = [("", _("Nobody yet")), *people]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """An improvement has words, somebody and a day; the field that lacks says so."""
        data = super().clean() or {}
        action, owner, due_on = (data.get(name) for name in ("action", "action_owner", "action_due_on"))
        if not action and data.get("word") == AuditWord.NOT_MET and "action" not in self.errors:
            self.add_error("action", _("What is not met asks for an improvement: write what will be done."))
        if action and not owner and "action_owner" not in self.errors:
            self.add_error("action_owner", _("Say who makes sure of it."))
        if action and not due_on and "action_due_on" not in self.errors:
            self.add_error("action_due_on", _("Give a date."))
        return data
