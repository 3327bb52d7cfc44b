"""The plan of a case, part by part."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import Shared, choice, words
from egide.cases.models import Plan
from egide.cases.rules.plans import MANAGEMENT, SAFETY, PlanKind

#: In the person's own voice: they read it, and keep it on paper.
_SAFETY = {
    "wishes": _("What I want"),
    "warning_signs": _("Signs that danger is near"),
    "at_home": _("Staying safer at home"),
    "leaving": _("If I have to leave quickly"),
    "children": _("My children"),
    "work_school": _("At work or at school"),
    "phone_devices": _("My phone and accounts"),
    "orders": _("Court orders and what to do if they are broken"),
    "people_who_help": _("People who help me"),
    "pets": _("My animals"),
    "code_word": _("My code word"),
}
#: In the team's voice, as plainly as if the person read it: they may ask to.
_MANAGEMENT = {
    "protective": _("What protects, and what will be strengthened"),
    "person_view": _("What the person says and wants"),
    "goals": _("What we want to reach"),
    "measures": _("What is done, by which agency"),
    "watching": _("What is watched, by whom, how often"),
    "step_up": _("When we do more"),
    "step_down": _("When we do less"),
    "ending": _("When it ends"),
}
SECTION_LABELS = {**_SAFETY, **_MANAGEMENT}
_HINTS = {
    "protective": _(
        "People the person trusts, school or work, care, plans. It comes first: a plan holds by it."
    ),
    "measures": _(
        "Each thing to do is also a task, with an agency and a date. Nothing about those who may be in danger: a task "
        "that serves them stands in their own file."
    ),
    "step_up": _("Signs that the level must be looked at again at once."),
    "ending": _("Written from the start: nobody is followed for ever."),
}
_TITLES = {SAFETY: _("Safety plan"), MANAGEMENT: _("Management plan")}


def plan_title(kind: PlanKind) -> Any:
    """Answer what a kind of plan is called."""
    return _TITLES[kind]


class PlanForm(Shared):
    """A plan, one box a part; empty parts are left out of what is printed."""

    made_with = choice(_("How was it made?"), [], error=_("Say how the plan was made."))

    def __init__(self, *args: Any, kind: PlanKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        parts = {
            name: words(SECTION_LABELS[name], hint=_HINTS.get(name, ""), rows=3, required=False)
            for name in kind.sections
        }
        self.fields = {**parts, **self.fields}
        ways = Plan._meta.get_field("made_with").flatchoices
        self.fields["made_with"].choices = [  # type: ignore[attr-defined]
            (way, said) for way, said in ways if kind is not SAFETY or way != "with_team"
        ]

    def sections(self) -> dict[str, str]:
        """Answer the parts."""
        return {name: self.cleaned_data.get(name, "") for name in self.kind.sections}
