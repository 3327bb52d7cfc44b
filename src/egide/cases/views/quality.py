"""The quality of assessments, for coordinators: what differs, what limits results, how two scorers agree."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from egide.assessments import presentation as sheets
from egide.assessments import queries as assessments
from egide.cases.permissions import can_review_quality, check_can_review_quality
from egide.cases.queries import quality as queries
from egide.common import clock
from egide.common.http import Request
from egide.common.parsing import whole_number
from egide.partners.models import Membership


def tabs(actor: Membership, current: str) -> list[dict[str, Any]]:
    """The pages of quality: those of assessments for coordinators, the team's own audit for all of the team."""
    items = [
        ("quality-judgements", _("Judgements that differ")),
        ("quality-warnings", _("Certificates and limits")),
        ("quality-agreement", _("Two scorers")),
        ("quality-returned", _("Returned work")),
    ]
    shown = items if can_review_quality(actor) else []
    shown = [*shown, ("audits", _("Team self-audit"))]
    return [
        {"text": text, "href": reverse(f"cases:{name}"), "current": name == current} for name, text in shown
    ]


def _looked(request: Request) -> tuple[queries.Looked, dict[str, Any]]:
    check_can_review_quality(request.actor)
    page = max(1, min(whole_number(request.GET.get("page", "")) or 1, 1000))
    looked = queries.look(actor=request.actor, at=clock.now(), page=page)
    return looked, {
        "looked": len(looked.summaries),
        "closed": looked.closed,
        "previous_href": f"?page={page - 1}" if page > 1 else "",
        "next_href": f"?page={page + 1}" if looked.has_more else "",
    }


def _line(looked: queries.Looked, summary: assessments.Summary, texts: Any) -> dict[str, Any]:
    case = looked.case(summary)
    return {
        **sheets.quality_line(summary, texts.get(summary.made_with)),
        "reference": case.reference,
        "href": reverse("cases:assessment", args=[case.pk, summary.id]),
    }


@require_GET
def judgements(request: Request) -> HttpResponse:
    """Judgements that differ from a score, or from another scorer's, with their reasons, newest first."""
    looked, context = _looked(request)
    texts = assessments.by_digest({one.made_with for one in looked.summaries if one.made_with})
    lines = [
        {
            **_line(looked, one.summary, texts),
            "difference": sheets.difference_words(one.difference),
            "first": sheets.judgement_label(one.first.judgement) if one.first else "",
            "first_by": one.first.assessor_name if one.first else "",
        }
        for one in assessments.differing(looked.summaries, firsts=looked.firsts)
    ]
    return render(
        request,
        "cases/quality_judgements.html",
        {**context, "lines": lines, "tabs": tabs(request.actor, "quality-judgements")},
    )


@require_GET
def warnings(request: Request) -> HttpResponse:
    """Results kept with a warning: no certificate, a lapsed one, or a person the tool was not made for."""
    looked, context = _looked(request)
    texts = assessments.by_digest({one.made_with for one in looked.summaries if one.made_with})
    lines = [
        {**_line(looked, one, texts), "warnings": found}
        for one in looked.summaries
        if one.made_with in texts and (found := sheets.warnings(texts[one.made_with], one))
    ]
    return render(
        request,
        "cases/quality_warnings.html",
        {**context, "lines": lines, "tabs": tabs(request.actor, "quality-warnings")},
    )


@require_GET
def agreement(request: Request) -> HttpResponse:
    """How often two scorers answer alike, by tool and agency; small groups are hidden."""
    check_can_review_quality(request.actor)
    found = queries.agreements(actor=request.actor, at=clock.now())
    return render(
        request,
        "cases/quality_agreement.html",
        {
            "lines": [sheets.agreement_line(one) for one in found.teams],
            "pairs": found.pairs,
            "closed": found.closed,
            "tabs": tabs(request.actor, "quality-agreement"),
        },
    )
