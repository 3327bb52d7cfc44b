"""Read a definition file: strict, so that nothing half-understood ever scores a person."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import yaml

from egide.assessments.rules.consistency import check
from egide.assessments.rules.definition import (
    ANSWERS,
    SUMMED_KINDS,
    USUAL_ANSWERS,
    YES,
    Band,
    Coding,
    Definition,
    DefinitionError,
    Group,
    Item,
    Missing,
    NormRow,
    NormSet,
    Rights,
    Trigger,
    Validity,
    gettext_noop,
)
from egide.assessments.rules.node import Node, strict_yaml

KINDS = (*SUMMED_KINDS, "trigger", "spj", "checklist")
#: Kinds whose answers are the instrument's own words.
CODED_KINDS = ("spj", "checklist")
#: What a band may be said to stand for: the judgements people choose among.
JUDGEMENTS = ("lower", "raised", "high", "extreme")
MARKS = ("V2", "V1", "S", "R", "O")
RIGHTS = ("public_domain", "own", "licensed", "unknown")
RESPONDENTS = ("officer", "victim_interview", "team", "file_review")
POLICIES = ("none", "max_missing", "prorate_table")
#: A definition is a page or two of text: anything larger is something else. In bytes.
LARGEST_FILE = 256 * 1024


def parse_text(text: str | bytes) -> Definition:
    """Turn the text of a YAML or JSON definition file into a definition.

    Raises:
        DefinitionError: it is too large, is not YAML, or any part is missing, misspelt or impossible.
    """
    plain = plain_text(text)
    return replace(parse(load_yaml(plain)), text=plain)


def plain_text(text: str | bytes) -> str:
    """Answer the text of a file of ours.

    Raises:
        DefinitionError: it is too large, or not UTF-8.
    """
    raw = text.encode() if isinstance(text, str) else text
    if len(raw) > LARGEST_FILE:
        raise DefinitionError("file", gettext_noop("is larger than %(most)d KB"), most=LARGEST_FILE // 1024)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DefinitionError("file", gettext_noop("is not UTF-8 text")) from error


def load_yaml(text: str) -> Any:
    """Answer plain data.

    Raises:
        DefinitionError: it is not YAML, nor JSON; it names the line.
    """
    try:
        return strict_yaml(text)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "file"
        problem = getattr(error, "problem", None) or type(error).__name__
        raise DefinitionError(
            where, gettext_noop("cannot be read as YAML (%(problem)s)"), problem=problem
        ) from error


def parse(data: Any) -> Definition:
    """Turn loaded data into a definition, refusing what is not understood.

    Raises:
        DefinitionError: a part is missing, misspelt or impossible; it names the place.
    """
    node = Node(data, "")
    titles = node.text("titles")
    kind = node.choice("kind", KINDS)
    points = _adjustments(node) if kind in SUMMED_KINDS else {}
    lowest, highest = _bounds(node) if kind in SUMMED_KINDS else (0, 0)
    codings = tuple(_coding(each) for each in node.nodes("answers")) if kind in CODED_KINDS else ()
    relevance = tuple(_coding(each) for each in node.nodes("relevance", default=())) if kind == "spj" else ()
    definition = Definition(
        code=node.slug("code"),
        version=node.string("version"),
        titles=titles,
        short=node.text("short", default=titles),
        kind=kind,
        rights=_rights(node.node("rights")),
        respondent=node.choice("respondent", RESPONDENTS),
        validity=_validity(node.node("validity")),
        requires_certificate=node.boolean("requires_certificate"),
        items=tuple(_item(each, kind, points, codings) for each in node.nodes("items")),
        minimum=lowest,
        maximum=highest,
        bands=_only_summed(node, kind, "bands", _band),
        norm_sets=_only_summed(node, kind, "norm_sets", _norm_set),
        excludes=tuple(_pair(each) for each in node.nodes("excludes", default=())),
        missing=_missing(node.node("missing")) if node.has("missing") else Missing(),
        triggers=tuple(_trigger(each) for each in node.nodes("triggers", default=())),
        aliases=node.strings("aliases", default=()),
        certificate=node.optional_text("certificate"),
        verification=node.optional_text("verification"),
        # A checklist says nothing of anyone; whatever else gives a finding says how good that finding is.
        evidence=node.optional_text("evidence") if kind == "checklist" else node.text("evidence"),
        limits=node.optional_text("limits") if kind == "checklist" else node.text("limits"),
        banner=node.optional_text("banner"),
        course=node.slug("course") if node.has("course") else "",
        groups=tuple(_group(each) for each in node.nodes("groups", default=())),
        codings=codings,
        relevance=relevance,
        sources=node.strings("sources", default=()),
    )
    node.done()
    check(definition, adjusted=points)
    return definition


def _only_summed(node: Node, kind: str, key: str, read: Any) -> tuple[Any, ...]:
    if node.has(key) and kind not in SUMMED_KINDS:
        raise DefinitionError(key, gettext_noop("an instrument of this kind has no score: leave this out"))
    return tuple(read(each) for each in node.nodes(key, default=()))


def _coding(node: Node) -> Coding:
    coding = Coding(
        code=node.string("code"), label=node.text("label"), is_open=node.boolean("open", default=False)
    )
    node.done()
    return coding


def _group(node: Node) -> Group:
    group = Group(code=node.string("code"), title=node.text("title"))
    node.done()
    return group


def _rights(node: Node) -> Rights:
    rights = Rights(
        status=node.choice("status", RIGHTS), holder=node.string("holder"), note=node.text("note")
    )
    node.done()
    return rights


def _validity(node: Node) -> Validity:
    validity = Validity(
        notes=node.text("notes"),
        victim_sex=node.strings("victim_sex", default=()),
        relation=node.strings("relation", default=()),
        min_age=node.optional_integer("min_age", lowest=0),
    )
    node.done()
    return validity


def _item(node: Node, kind: str, adjustments: Mapping[str, int], codings: tuple[Coding, ...]) -> Item:
    code = node.string("code")
    is_scored = node.boolean("scored", default=True) if kind in SUMMED_KINDS else False
    known = tuple(one.code for one in codings)
    item = Item(
        code=code,
        label=node.text("label"),
        points=_points(node, code, adjustments, is_scored=is_scored),
        is_scored=is_scored,
        answers=node.choices("answers", known or ANSWERS, default=known or USUAL_ANSWERS),
        hint=node.optional_text("hint"),
        is_critical=node.boolean("critical", default=False),
        group=node.string("group", default=""),
        only_if="" if codings else _only_if(node),
        mark=node.choice("mark", MARKS) if node.has("mark") else "",
    )
    node.done()
    return item


def _points(node: Node, code: str, adjustments: Mapping[str, int], *, is_scored: bool) -> int:
    own = 0
    if node.has("points"):
        points = node.node("points")
        own = points.integer(YES)
        points.done()
    elif is_scored and code not in adjustments:
        raise DefinitionError(
            f"{node.where}.points", gettext_noop("is missing: say what a yes counts, or write scored: false")
        )
    if not is_scored and (own or adjustments.get(code)):
        raise DefinitionError(
            f"{node.where}.scored", gettext_noop("an item that is not scored cannot carry points")
        )
    return own + adjustments.get(code, 0)


def _only_if(node: Node) -> str:
    if not node.has("only_if"):
        return ""
    condition = node.node("only_if")
    parent = condition.string("item")
    condition.choice("answer", (YES,))
    condition.done()
    return parent


def _adjustments(node: Node) -> dict[str, int]:
    """Answer the points added when one item is a yes: the same thing as points on that item."""
    added: dict[str, int] = {}
    for each in node.node("score").nodes("adjustments", default=()):
        condition = each.node("if")
        code = condition.string("item")
        condition.choice("answer", (YES,))
        condition.done()
        added[code] = added.get(code, 0) + each.integer("add")
        each.done()
    return added


def _bounds(node: Node) -> tuple[int, int]:
    score = node.node("score")
    score.choice("formula", ("sum",))
    bounds = score.integer("min"), score.integer("max")
    score.nodes("adjustments", default=())  # read by `_adjustments`
    score.done()
    return bounds


def _band(node: Node) -> Band:
    band = Band(
        code=node.string("code"),
        low=node.integer("min"),
        high=node.integer("max"),
        label=node.text("label"),
        judgement=node.choice("judgement", JUDGEMENTS) if node.has("judgement") else "",
    )
    node.done()
    return band


def _pair(node: Node) -> tuple[str, str]:
    codes = node.as_strings()
    if len(codes) != 2 or codes[0] == codes[1]:
        raise DefinitionError(node.where, gettext_noop("give two different items"))
    return codes[0], codes[1]


def _norm_set(node: Node) -> NormSet:
    norms = NormSet(
        id=node.slug("id"),
        title=node.text("title"),
        period=node.text("period"),
        place=node.text("place"),
        population=node.text("population"),
        outcome=node.text("outcome"),
        source=node.string("source"),
        caveat=node.text("caveat"),
        rows=tuple(_norm_row(each) for each in node.nodes("rows")),
        sample=node.optional_integer("sample", lowest=1),
        mean=node.optional_number("mean"),
        median=node.optional_number("median"),
        are_ranks_current=node.choice("ranks", ("current", "superseded"), default="current") == "current",
        mark=node.string("mark", default=""),
    )
    node.done()
    return norms


def _norm_row(node: Node) -> NormRow:
    row = NormRow(
        band=node.string("band"),
        outcome_rate=node.optional_percent("outcome_rate"),
        share=node.optional_percent("share"),
        lower=node.optional_percent("lower"),
        higher=node.optional_percent("higher"),
    )
    node.done()
    return row


def _missing(node: Node) -> Missing:
    policy = node.choice("policy", POLICIES)
    table = tuple(_prorate_row(row) for row in node.nodes("table", default=()))
    missing = Missing(policy=policy, most=node.optional_integer("max", lowest=0), table=table)
    if policy == "max_missing" and missing.most is None:
        raise DefinitionError(f"{node.where}.max", gettext_noop("is missing: how many answers may be open"))
    if (policy == "prorate_table") != bool(table):
        raise DefinitionError(
            f"{node.where}.table", gettext_noop("goes with the policy prorate_table, and only with it")
        )
    node.done()
    return missing


def _prorate_row(node: Node) -> tuple[int, int, int]:
    row = node.integer("missing", lowest=1), node.integer("raw"), node.integer("value")
    node.done()
    return row


def _trigger(node: Node) -> Trigger:
    if node.has("judgement"):
        if not node.boolean("judgement"):
            raise DefinitionError(f"{node.where}.judgement", gettext_noop("is true, or left out"))
        trigger = Trigger(is_judgement=True)
    elif node.has("any_of"):
        trigger = Trigger(items=node.strings("any_of"), count=1)
    else:
        trigger = Trigger(items=node.strings("of"), count=node.integer("at_least", lowest=1))
    node.done()
    return trigger
