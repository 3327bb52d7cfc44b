"""Put findings of the rules in the reader's words. The rules answer codes; readers get sentences."""

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _

from egide.assessments.rules.cards import Card
from egide.assessments.rules.definition import Definition, DefinitionError, NormSet, Text
from egide.assessments.rules.scoring import Problem, Score
from egide.common.text import localized
from egide.partners.rules.training import courses

#: Every answer, as a sheet offers it.
ANSWER_LABELS: dict[str, str | Promise] = {
    "yes": _("Yes"),
    "no": _("No"),
    "unknown": _("Unknown"),
    "refused": _("Refused"),
    "not_applicable": _("Not applicable"),
}
#: Every kind of tool, and what it means for whoever reads a result.
KINDS: dict[str, str | Promise] = {
    "actuarial": _("Actuarial: answers are added up and compared with a group"),
    "weighted": _("Weighted: answers are added up, some counting more"),
    "trigger": _("Rule: some answers, or belief, call for a step"),
    "spj": _("Structured professional judgement: nothing is added up, a person judges"),
    "checklist": _("Checklist: nothing is added up"),
}
#: How sure we are of what is said of a tool.
MARKS: dict[str, str | Promise] = {
    "V2": _("seen in two sources or more"),
    "V1": _("seen in one source"),
    "S": _("stated by a partner programme"),
    "O": _("ours"),
    "R": _("recalled, to be verified"),
    "X": _("looked for, not found"),
}
RIGHTS: dict[str, str | Promise] = {
    "public_domain": _("Public domain"),
    "own": _("Our own"),
    "licensed": _("Protected: a licence or permission is needed"),
    "unknown": _("Not known: ask whoever holds it"),
}
#: What each part of a card says.
PARTS: dict[str, str | Promise] = {
    "purpose": _("What it is for"),
    "population": _("For whom"),
    "users": _("Who may use it"),
    "training": _("Training and certificate"),
    "structure": _("How it is made"),
    "accuracy": _("Published accuracy"),
    "limits": _("Limits"),
}
OUTCOMES: dict[str, str | Promise] = {
    "by_rule": _("The rule is met"),
    "by_judgement": _("Met by the belief of who asked"),
    "not_met": _("The rule is not met"),
    "undetermined": _("Undetermined: what is open could meet the rule"),
    "not_answered": _("No question was answered"),
}
#: Longest piece of someone's input an error repeats, in characters.
_LONGEST_ECHO = 40
#: Most lines of one kind an error lists; the rest is counted.
_MOST_LINES = 10


def in_language(text: Text | None) -> str:
    """Answer a bilingual text in the active language; empty when there is none."""
    return text.in_language(get_language() or "en") if text else ""


def band_label(definition: Definition, code: str | None) -> str:
    """Answer the name of a band; empty when the score falls in no single one."""
    return in_language(definition.band(code).label) if code else ""


def answer_label(code: str, definition: Definition | None = None) -> str:
    """Answer an answer in words, the instrument's own where it has some; an item that was not asked is a dash."""
    coding = definition.coding(code) if definition else None
    return in_language(coding.label) if coding else str(ANSWER_LABELS.get(code, "—"))


def mark_label(mark: str) -> str:
    """Say how sure we are of one line."""
    return f"{mark}, {MARKS[mark]}"


def course_title(made_with: Definition | Card) -> str:
    """Name the course that certifies who uses a tool; empty when none is recorded here."""
    course = courses().get(made_with.course)
    return localized(course, "title") if course else ""


def definition_error(error: DefinitionError) -> str:
    """Say what is wrong with a definition file, and where."""
    return f"{error.where}: {gettext(error.reason) % error.params}"


def problem_sentences(definition: Definition, problems: Sequence[Problem]) -> list[str]:
    """Say what keeps the answers from being scored: one sentence for all that is missing, then the rest."""
    missing = [problem.item for problem in problems if problem.code == "missing_item"]
    others = [problem for problem in problems if problem.code != "missing_item"]
    lines = []
    if len(missing) == 1:
        lines.append(problem_sentence(definition, Problem("missing_item", missing[0])))
    elif missing:
        lines.append(
            gettext("These items have no answer: %(items)s. “Unknown” is an answer.")
            % {"items": ", ".join(missing)}
        )
    lines += [problem_sentence(definition, problem) for problem in others[:_MOST_LINES]]
    if len(others) > _MOST_LINES:
        lines.append(gettext("And %(count)d more.") % {"count": len(others) - _MOST_LINES})
    return lines


def problem_sentence(definition: Definition, problem: Problem) -> str:
    """Say one problem, naming the item, and what can be done."""
    sentences = {
        "missing_item": gettext("Item %(item)s has no answer. “Unknown” is an answer."),
        "unknown_item": gettext("%(instrument)s has no item %(item)s."),
        "unknown_answer": gettext("Item %(item)s: “%(other)s” is not an answer. Use %(answers)s."),
        "answer_not_allowed": gettext("Item %(item)s always applies: use %(answers)s."),
        "impossible_pair": gettext("Items %(item)s and %(other)s cannot both be yes. Change one of them."),
        "not_asked": gettext("Item %(item)s is asked only when item %(other)s is yes."),
    }
    try:
        answers = definition.item(problem.item).answers
    except KeyError:
        answers = ()
    return sentences[problem.code] % {
        "item": echo(problem.item),
        "other": echo(problem.other),
        "instrument": in_language(definition.short),
        "answers": ", ".join(answers),
    }


def echo(text: str) -> str:
    """Repeat a piece of input safely: short, and without control characters."""
    shown = "".join(letter if letter.isprintable() else "�" for letter in text[:_LONGEST_ECHO])
    return shown + "…" if len(text) > _LONGEST_ECHO else shown


def norm_label(norms: NormSet) -> str:
    """Name a norm set with its place and years, as every figure taken from it must be."""
    return pgettext("norm set", "%(title)s (%(place)s, %(period)s)") % {
        "title": in_language(norms.title),
        "place": in_language(norms.place),
        "period": in_language(norms.period),
    }


def verdict(definition: Definition, score: Score) -> str:
    """Say where the score stands, in a few words."""
    if not score.is_determined:
        return gettext("Undetermined")
    if score.band is None:
        return gettext("Score %(score)d") % {"score": score.raw}
    return band_label(definition, score.band)
