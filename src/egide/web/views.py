"""The gallery: every component with its states, and the call that draws it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.views.decorators.http import require_GET

from egide.common import clock
from egide.common.access import public
from egide.web import samples


@dataclass(frozen=True)
class Shown:
    """One sample: its name, the template that draws it, and what that template says."""

    name: str
    template: Any
    source: str


def _shown(name: str) -> Shown:
    template: Any = get_template(f"web/samples/{name}.html")
    return Shown(name, template, template.template.source.strip())


@public
@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component; used to check contrast, zoom and screen readers, in both languages."""
    at = clock.now()
    sections = [(title, [_shown(name) for name in names]) for title, names in samples.SECTIONS]
    context = {"sections": sections, "sample": samples.sample(at), **samples.forms_of_each_state()}
    return render(request, "web/gallery.html", context)
