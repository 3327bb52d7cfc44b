"""A filled sheet: what it holds, and what is refused of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from egide.assessments import wording
from egide.assessments.lifecycle import Difference, Judgement, Nature, Population, Source
from egide.assessments.rules.definition import Definition
from egide.common.errors import Refused

#: Longest note beside one item, longest period, and longest reason for a judgement, in characters.
LONGEST_NOTE = 500
LONGEST_PERIOD = 80
LONGEST_REASON = 5_000


@dataclass(frozen=True)
class Sheet:
    """What the assessor filled: answers by item, where each comes from, and their own judgement."""

    answers: Mapping[str, str]
    notes: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    judgement: str = Judgement.NOT_KNOWN
    judgement_reason: str = ""
    #: By item: `period`, `on` (a day), `nature` (fact or opinion), `relevance` (a coding of the instrument).
    details: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: Where the judgement stands beside the score, as the assessor says; empty when they do not.
    difference: str = ""
    #: Whether the person belongs to those the tool was made for; empty when nobody said.
    population: str = ""
    #: Of a tool with a rule: whether the assessor is concerned, whatever the answers.
    believes: bool = False


def check_sheet(definition: Definition, sheet: Sheet) -> None:
    """Pass only a sheet whose words are of their kind and length.

    Raises:
        Refused: a judgement without reasons, a note of an item that is not there, or one too long.
    """
    check_judgement(sheet.judgement, sheet.judgement_reason)
    if sheet.difference and sheet.difference not in Difference.values:
        raise Refused(_("Choose how your judgement stands beside the score."))
    if sheet.population and sheet.population not in Population.values:
        raise Refused(_("Say whether the tool was made for this person."))
    for code in {*sheet.notes, *sheet.sources, *sheet.details}:
        if not any(item.code == code for item in definition.items):
            raise Refused(
                _("%(instrument)s has no item %(item)s.")
                % {"instrument": wording.in_language(definition.short), "item": wording.echo(code)}
            )
    for code, note in sheet.notes.items():
        if len(note) > LONGEST_NOTE:
            raise Refused(
                _("The note of item %(item)s is too long: at most 500 characters.") % {"item": code}
            )
    if any(source not in Source.values for source in sheet.sources.values() if source):
        raise Refused(_("Choose one of the sources."))
    for code, said in sheet.details.items():
        _check_details(definition, code, said)


def check_judgement(judgement: str, reason: str) -> None:
    """Pass only a judgement of ours, with its reasons.

    Raises:
        Refused: it is none, has no reasons, or they are too long.
    """
    if judgement not in Judgement.values:
        raise Refused(_("Choose one of the judgements. “Not yet known” is one."))
    # Asked of every judgement alike, so that differing from the score costs nothing more than agreeing.
    if judgement != Judgement.NOT_KNOWN and not reason.strip():
        raise Refused(_("Say why: your reasons count as much as a score."))
    if len(reason) > LONGEST_REASON:
        raise Refused(_("The reasons are too long: at most 5,000 characters. Nothing you typed was lost."))


def _check_details(definition: Definition, code: str, said: Mapping[str, str]) -> None:
    if len(said.get("period", "")) > LONGEST_PERIOD:
        raise Refused(_("The period of item %(item)s is too long: at most 80 characters.") % {"item": code})
    if said.get("nature") and said["nature"] not in Nature.values:
        raise Refused(_("Item %(item)s: say whether it is a fact or an opinion.") % {"item": code})
    if said.get("relevance") and said["relevance"] not in {one.code for one in definition.relevance}:
        raise Refused(_("Item %(item)s: choose one of the answers.") % {"item": code})
    if said.get("on"):
        try:
            date.fromisoformat(said["on"])
        except ValueError as error:
            raise Refused(_("Item %(item)s: give a day, or leave it empty.") % {"item": code}) from error


#: What is kept beside an answer, each when it is given.
_DETAILS = ("period", "on", "nature", "relevance")


def lines(definition: Definition, sheet: Sheet) -> dict[str, dict[str, str]]:
    """Answer each answered item as it is kept."""
    return {
        item.code: {
            "answer": sheet.answers[item.code],
            "note": sheet.notes.get(item.code, "").strip(),
            "source": str(sheet.sources.get(item.code, "")),
            **{
                name: str(value).strip()
                for name in _DETAILS
                if (value := sheet.details.get(item.code, {}).get(name))
            },
        }
        for item in definition.items
        if item.code in sheet.answers
    }
