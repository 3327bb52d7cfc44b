"""The scoring sheet as a form. Nothing is preselected: an answer is someone's, or it is not there."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from egide.assessments import wording
from egide.assessments.lifecycle import Judgement, Source
from egide.assessments.rules.definition import Definition
from egide.assessments.rules.scoring import AnswerError, Problem, Score, complete_with_unknown, score
from egide.assessments.services import LONGEST_NOTE, LONGEST_REASON

ANSWER, NOTE, SOURCE = "answer_", "note_", "source_"


class ReasonField(forms.CharField):
    """Shown as needed, and not asked of a judgement that is "not yet known": the sheet's `clean` says."""

    def validate(self, value: Any) -> None:
        """Leave an empty reason to the sheet."""


class SheetForm(forms.Form):
    """One complete sheet of one instrument, the assessor's judgement, and their certificate.

    After `is_valid()`: `record` holds what `services.record_assessment` takes, `score` the result.
    Fields are `answer_<code>`, `note_<code>`, `source_<code>`, `judgement`, `judgement_reason`,
    `certificate_valid`; a draft is given back as `initial` under these names.
    """

    judgement = forms.ChoiceField(
        label=gettext_lazy("Your judgement"),
        choices=Judgement.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Give your judgement. “Not yet known” is one.")},
    )
    judgement_reason = ReasonField(
        label=gettext_lazy("Why"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Your reasons count as much as a score. You may differ from it."),
    )
    certificate_valid = forms.TypedChoiceField(
        label=gettext_lazy("Do you hold a valid certificate for this tool?"),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Without one the assessment is kept all the same, with a warning beside it."),
    )

    def __init__(self, definition: Definition, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.definition = definition
        self.score: Score | None = None
        asked: dict[str, forms.Field] = {}
        for item in definition.items:
            asked[ANSWER + item.code] = _answer_field(definition, item.code)
            asked[NOTE + item.code] = _note_field(item.code)
            asked[SOURCE + item.code] = _source_field(item.code)
        self.fields = {**asked, **self.fields}
        if not definition.requires_certificate:
            del self.fields["certificate_valid"]

    def clean(self) -> dict[str, Any]:
        """Add what only the whole sheet shows: an impossible pair, a judgement without reasons."""
        super().clean()
        has_judgement = self.cleaned_data.get("judgement") not in (None, Judgement.NOT_KNOWN)
        if has_judgement and self.cleaned_data.get("judgement_reason") == "":
            self.add_error("judgement_reason", _("Say why: your reasons count as much as a score."))
        try:
            self.score = score(self.definition, self._filled(ANSWER))
        except AnswerError as error:
            for problem in error.problems:
                self._show(problem)
        return self.cleaned_data

    def _show(self, problem: Problem) -> None:
        name = ANSWER + problem.item
        if name in self.fields and not self.has_error(name):
            self.add_error(name, wording.problem_sentence(self.definition, problem))

    @property
    def record(self) -> dict[str, Any]:
        """The arguments of `services.record_assessment` that come from the sheet."""
        return {
            "answers": self._filled(ANSWER),
            "notes": self._filled(NOTE),
            "sources": self._filled(SOURCE),
            "judgement": self.cleaned_data["judgement"],
            "judgement_reason": self.cleaned_data["judgement_reason"],
            "certificate_valid": self.cleaned_data.get("certificate_valid"),
        }

    def _filled(self, prefix: str) -> dict[str, str]:
        codes = [item.code for item in self.definition.items]
        return {code: value for code in codes if (value := self.cleaned_data.get(prefix + code))}

    @property
    def typed(self) -> Mapping[str, Any]:
        """What is in the form now, valid or not: bound data, else the draft."""
        return self.data if self.is_bound else self.initial


def _answer_field(definition: Definition, code: str) -> forms.ChoiceField:
    item = definition.item(code)
    return forms.ChoiceField(
        label=_("Item %(item)s") % {"item": code},
        # Whether an item may be left out is for the whole sheet to say.
        required=not item.only_if,
        choices=[(answer, wording.ANSWER_LABELS[answer]) for answer in item.answers],
        widget=forms.RadioSelect,
        error_messages={
            "required": wording.problem_sentence(definition, Problem("missing_item", code)),
            "invalid_choice": _("Item %(item)s: choose one of the answers.") % {"item": code},
        },
    )


def _note_field(code: str) -> forms.CharField:
    return forms.CharField(
        label=_("Where the answer to item %(item)s comes from") % {"item": code},
        required=False,
        max_length=LONGEST_NOTE,
        error_messages={
            "max_length": _("The note of item %(item)s is too long: at most 500 characters.") % {"item": code}
        },
    )


def _source_field(code: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Kind of source of item %(item)s") % {"item": code},
        required=False,
        choices=[("", _("Not said")), *Source.choices],
        error_messages={"invalid_choice": _("Item %(item)s: choose one of the sources.") % {"item": code}},
    )


def given_answers(definition: Definition, data: Mapping[str, Any]) -> dict[str, str]:
    """Answer the valid answers of a form's data, complete or not; anything else is left out."""
    found = {}
    for item in definition.items:
        value = data.get(ANSWER + item.code)
        if value in item.answers:
            found[item.code] = value
    return found


def preview(definition: Definition, data: Mapping[str, Any]) -> Score | None:
    """Score a sheet being filled, each item still unanswered left open; None when answers exclude each other.

    Args:
        data: a form's data, by field name.
    """
    try:
        return score(definition, complete_with_unknown(definition, given_answers(definition, data)))
    except AnswerError:
        return None
