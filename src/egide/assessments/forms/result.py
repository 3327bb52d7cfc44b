"""What a tool used elsewhere gave, as a form. No item of the tool is asked."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from egide.assessments import wording
from egide.assessments.forms.judging import JudgementForm, day
from egide.assessments.rules.cards import Card
from egide.assessments.services import LONGEST_LINE, LONGEST_SUMMARY, Result

FIGURE = "figure_"


class ResultForm(JudgementForm):
    """What a tool used elsewhere gave, in its own words. `record` is what `services.record_result` takes."""

    assessed_on = day(gettext_lazy("Day the tool was used"))
    who = forms.ChoiceField(
        label=gettext_lazy("Who used it?"),
        choices=[("own", gettext_lazy("I did")), ("other", gettext_lazy("Somebody else"))],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say who used the tool.")},
    )
    assessor_words = forms.CharField(
        label=gettext_lazy("Their name and agency"), required=False, max_length=LONGEST_LINE
    )
    level = forms.ChoiceField(
        label=gettext_lazy("Level or outcome"), required=False, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=gettext_lazy("What it gave, in the tool’s own words"), required=False, max_length=LONGEST_LINE
    )
    reference = forms.CharField(
        label=gettext_lazy("Where the paper is kept"),
        required=False,
        max_length=LONGEST_LINE,
        help_text=gettext_lazy("Its file number, so that whoever may read it finds it."),
    )
    text = forms.CharField(
        label=gettext_lazy("Summary"),
        required=False,
        max_length=LONGEST_SUMMARY,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("In your own words. Do not copy the questions of the tool."),
    )

    def __init__(self, card: Card, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.card = card
        figures: dict[str, forms.Field] = {
            FIGURE + one.code: forms.IntegerField(
                label=wording.in_language(one.label),
                required=False,
                min_value=one.low,
                max_value=one.high,
                help_text=_("From %(low)d to %(high)d.") % {"low": one.low, "high": one.high},
            )
            for one in card.figures
        }
        self.fields["level"].choices = [  # type: ignore[attr-defined]
            (one.code, wording.in_language(one.label)) for one in card.levels
        ]
        first = ("assessed_on", "who", "assessor_words")
        then = ("level", "words", "reference", "text", "population", "certificate_valid")
        last = ("judgement", "judgement_reason", "difference")
        self.fields = {
            **{name: self.fields[name] for name in first},
            **figures,
            **{name: self.fields[name] for name in (*then, *last)},
        }
        self.fields["certificate_valid"].label = _("Did whoever used it hold a valid certificate?")
        if not card.levels:
            del self.fields["level"]

    def clean(self) -> dict[str, Any]:
        """Add what only the whole form shows: somebody without a name, a result that says nothing."""
        super().clean()
        if self.cleaned_data.get("who") == "other" and not self.cleaned_data.get("assessor_words"):
            self.add_error("assessor_words", _("Say who used the tool."))
        given = [self.cleaned_data.get(name) for name in ("level", "words")]
        if not any(given) and not self._figures() and not self.errors:
            self.add_error("words", _("Say what the tool gave: a score, a level, or its own words."))
        return self.cleaned_data

    def _figures(self) -> dict[str, int]:
        return {
            one.code: self.cleaned_data[FIGURE + one.code]
            for one in self.card.figures
            if self.cleaned_data.get(FIGURE + one.code) is not None
        }

    @property
    def record(self) -> Result:
        """The result, as the form says it."""
        said = self.cleaned_data
        return Result(
            assessed_on=said["assessed_on"],
            is_own=said["who"] == "own",
            assessor_words=said["assessor_words"] if said["who"] == "other" else "",
            figures=self._figures(),
            level=said.get("level", ""),
            words=said["words"],
            reference=said["reference"],
            text=said["text"],
            judgement=said["judgement"],
            judgement_reason=said["judgement_reason"],
            difference=said["difference"],
            population=said["population"],
            certificate_valid=said["certificate_valid"],
        )
