"""The scoring sheet as a form. Nothing is preselected: an answer is someone's, or it is not there."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from egide.assessments import wording
from egide.assessments.forms.judging import JudgementForm, day
from egide.assessments.lifecycle import Judgement, Nature, Source
from egide.assessments.rules.definition import Definition, Item
from egide.assessments.rules.scoring import (
    AnswerError,
    Finding,
    Problem,
    Score,
    complete_with_unknown,
    finding,
    problems_in,
    score,
)
from egide.assessments.services import LONGEST_NOTE, LONGEST_PERIOD

ANSWER, NOTE, SOURCE = "answer_", "note_", "source_"
#: What else may be said of an item of a tool that is not added up.
PERIOD, ON, NATURE, RELEVANCE = "period_", "on_", "nature_", "relevance_"
DETAILS = {"period": PERIOD, "on": ON, "nature": NATURE, "relevance": RELEVANCE}


class SheetForm(JudgementForm):
    """One complete sheet of one instrument, the assessor's judgement, and their certificate.

    After `is_valid()`: `record` holds what `services.record_assessment` takes, `score` the result of a tool that
    is added up. Fields are `answer_<code>`, `note_<code>`, `source_<code>`, what else may be said of an item,
    `judgement`, `judgement_reason`, `certificate_valid`; a draft is given back as `initial` under these names.
    """

    believes = forms.TypedChoiceField(
        label=gettext_lazy("Are you concerned, whatever the answers?"),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Your belief meets the rule of this tool by itself."),
    )

    def __init__(self, definition: Definition, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.definition = definition
        self.score: Score | None = None
        asked: dict[str, forms.Field] = {}
        for item in definition.items:
            asked[ANSWER + item.code] = _answer_field(definition, item)
            asked[NOTE + item.code] = _note_field(item.code)
            asked[SOURCE + item.code] = _source_field(item.code)
            if definition.codings:
                asked |= _detail_fields(definition, item.code)
        order = ("believes", "judgement", "judgement_reason", "difference", "population", "certificate_valid")
        self.fields = {**asked, **{name: self.fields[name] for name in order}}
        for name in _not_asked(definition):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Add what only the whole sheet shows: an impossible pair, an answer that is missing."""
        super().clean()
        answers = self._filled(ANSWER)
        problems = problems_in(self.definition, answers)
        for problem in problems:
            self._show(problem)
        if not problems and self.definition.is_summed:
            self.score = score(self.definition, answers)
        if self.definition.may_be_partial and not answers and not self.errors:
            self.add_error(None, _("Answer at least one line. What was not discussed can stay as it is."))
        return self.cleaned_data

    def _show(self, problem: Problem) -> None:
        name = ANSWER + problem.item
        if name in self.fields and not self.has_error(name):
            self.add_error(name, wording.problem_sentence(self.definition, problem))

    @property
    def record(self) -> dict[str, Any]:
        """The arguments of `services.record_assessment` that come from the sheet."""
        said = self.cleaned_data
        return {
            "answers": self._filled(ANSWER),
            "notes": self._filled(NOTE),
            "sources": self._filled(SOURCE),
            "details": self._details(),
            "judgement": said.get("judgement", Judgement.NOT_KNOWN),
            "judgement_reason": said.get("judgement_reason", ""),
            "difference": said.get("difference", ""),
            "population": said.get("population", ""),
            "believes": bool(said.get("believes")),
            "certificate_valid": said.get("certificate_valid"),
        }

    def _details(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for name, prefix in DETAILS.items():
            for code, value in self._filled(prefix).items():
                found.setdefault(code, {})[name] = str(value)
        return found

    def _filled(self, prefix: str) -> dict[str, str]:
        codes = [item.code for item in self.definition.items]
        return {code: value for code in codes if (value := self.cleaned_data.get(prefix + code))}

    @property
    def typed(self) -> Mapping[str, Any]:
        """What is in the form now, valid or not: bound data, else the draft."""
        return self.data if self.is_bound else self.initial


def _not_asked(definition: Definition) -> list[str]:
    """The questions that have no sense for a tool: a checklist is no measure, and judges nobody."""
    gone = [] if definition.has_judgement_trigger else ["believes"]
    if definition.kind == "checklist":
        gone += ["judgement", "judgement_reason", "population"]
    if not (definition.is_summed or definition.triggers):
        gone.append("difference")
    if not definition.requires_certificate:
        gone.append("certificate_valid")
    return gone


def _answer_field(definition: Definition, item: Item) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Item %(item)s") % {"item": item.code},
        # Whether an item may be left out is for the whole sheet to say.
        required=not item.only_if and not definition.may_be_partial,
        choices=[(answer, wording.answer_label(answer, definition)) for answer in item.answers],
        widget=forms.RadioSelect,
        error_messages={
            "required": wording.problem_sentence(definition, Problem("missing_item", item.code)),
            "invalid_choice": _("Item %(item)s: choose one of the answers.") % {"item": item.code},
        },
    )


def _detail_fields(definition: Definition, code: str) -> dict[str, forms.Field]:
    found: dict[str, forms.Field] = {
        PERIOD + code: forms.CharField(
            label=_("Period"),
            required=False,
            max_length=LONGEST_PERIOD,
            error_messages={
                "max_length": _("The period of item %(item)s is too long: at most 80 characters.")
                % {"item": code}
            },
        ),
        ON + code: day(
            _("Day"),
            required=False,
            error=_("Item %(item)s: give a day, or leave it empty.") % {"item": code},
        ),
        NATURE + code: forms.ChoiceField(
            label=_("Fact or opinion"), required=False, choices=[("", _("Not said")), *Nature.choices]
        ),
    }
    if definition.relevance:
        found[RELEVANCE + code] = forms.ChoiceField(
            label=_("Relevance"),
            required=False,
            choices=[
                ("", _("Not said")),
                *((one.code, wording.in_language(one.label)) for one in definition.relevance),
            ],
        )
    return found


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


def preview_finding(definition: Definition, data: Mapping[str, Any]) -> Finding | None:
    """Read a sheet being filled that is not added up, each item still unanswered left open."""
    answers = given_answers(definition, data)
    if not definition.may_be_partial and not definition.codings:
        answers = complete_with_unknown(definition, answers)
    if definition.codings:
        return Finding(unknown=sum(one in definition.open_answers for one in answers.values()))
    try:
        return finding(definition, answers, believes=data.get("believes") == "yes")
    except AnswerError:
        return None
