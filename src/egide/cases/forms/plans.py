"""The plan of a case, part by part."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import Shared, choice, words
from egide.cases.models import Plan
from egide.cases.rules.plan_parts import PlanPart
from egide.cases.rules.plans import MANAGEMENT, SAFETY, PlanKind
from egide.common.text import localized

#: In the person's own voice: they read it, and keep it on paper.
_SAFETY = {
    "wishes": _("What I want"),
    "warning_signs": _("Signs that danger is near"),
    "at_home": _("Staying safer at home"),
    "leaving": _("If I have to leave quickly"),
    "safe_places": _("Where I can go"),
    "money_papers": _("Money and papers"),
    "children": _("My children"),
    "work_school": _("At work or at school"),
    "phone_devices": _("My phone and accounts"),
    "orders": _("Court orders and legal steps"),
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


def _talked_through(part: PlanPart) -> SafeString:
    """Answer what helps to talk a part through: what is said first, then its questions."""
    first = localized(part, "first")
    said = format_html('<p class="prompts__first">{}</p>', first) if first else ""
    asked = format_html_join("", "<li>{}</li>", ((localized(one, "title"),) for one in part.questions))
    return format_html('{}<ul class="prompts">{}</ul>', said, asked)


class PlanForm(Shared):
    """A plan, one box a part, with the questions its programme asks; each may be left, and begins empty."""

    made_with = choice(_("How was it made?"), [], error=_("Say how the plan was made."))

    why = words(
        _("Why is it written again?"),
        hint=_("What changed since the version that is agreed, in a few words."),
        rows=2,
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        kind: PlanKind,
        prompts: Mapping[str, PlanPart],
        is_again: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        if not is_again:
            del self.fields["why"]
        parts = {
            name: words(
                SECTION_LABELS[name],
                hint=_talked_through(prompts[name]) if name in prompts else _HINTS.get(name, ""),
                rows=3,
                required=False,
            )
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


class PaperForm(forms.Form):
    """What goes on the person's paper: chosen part by part, nothing ticked before."""

    parts = forms.MultipleChoiceField(
        label=_("What does the person want on it?"),
        help_text=_("Read each part with the person. A place, a name or a time on paper can be found."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    asked = forms.MultipleChoiceField(
        label=_("Only if the person asks for it"),
        help_text=_("Whoever finds the paper could use it. A word is better kept in mind."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, kind: PlanKind, written: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order = kind.for_paper(written)
        for field in ("parts", "asked"):
            names = [name for name in self.order if (name in kind.on_paper_if_asked) == (field == "asked")]
            self.fields[field].choices = [(name, SECTION_LABELS[name]) for name in names]  # type: ignore[attr-defined]
            if not names:
                del self.fields[field]

    def clean(self) -> dict[str, Any]:
        """A paper with nothing on it is not made."""
        data = super().clean() or {}
        if not self.errors and not self.chosen():
            self.add_error(next(iter(self.fields), None), _("Choose at least one part with the person."))
        return data

    def chosen(self) -> list[str]:
        """Answer the parts that were chosen, in the order of the plan."""
        ticked = {name for field in self.fields for name in self.cleaned_data.get(field, ())}
        return [name for name in self.order if name in ticked]


class VersionsForm(forms.Form):
    """Which two versions are set side by side: the last two, until others are chosen."""

    before = forms.TypedChoiceField(label=_("Version"), coerce=int)
    after = forms.TypedChoiceField(label=_("Compared with"), coerce=int)

    def __init__(self, data: Any = None, *, plans: Sequence[Plan], **kwargs: Any) -> None:
        numbers = [plan.version for plan in plans]
        super().__init__(data, initial=dict(zip(("after", "before"), numbers, strict=False)), **kwargs)
        choices = [(plan.version, f"{plan.version} – {plan.get_state_display()}") for plan in plans]
        for field in ("before", "after"):
            self.fields[field].choices = choices  # type: ignore[attr-defined]
            self.fields[field].error_messages["invalid_choice"] = _("Choose a version of this plan.")

    def clean(self) -> dict[str, Any]:
        """A version is not compared with itself."""
        data = super().clean() or {}
        if data.get("before") and data.get("before") == data.get("after"):
            self.add_error("after", _("Choose two different versions."))
        return data

    def chosen(self) -> tuple[int, int] | None:
        """Answer the two, the older first; None when nothing can be compared."""
        said = self.initial if not self.is_bound else self.cleaned_data if self.is_valid() else {}
        if "before" not in said or "after" not in said:
            return None
        return min(said["before"], said["after"]), max(said["before"], said["after"])
