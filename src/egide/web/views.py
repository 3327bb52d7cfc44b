"""The gallery: every component with its states."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from egide.common.access import public
from egide.web import samples
from egide.web.icons import ICONS


@public
@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component; used to check contrast, zoom and screen readers, in both languages."""
    at = timezone.now()
    context = {
        "at": at,
        "late": at - timedelta(days=3),
        "soon": at + timedelta(hours=20),
        "later": at + timedelta(days=12),
        "tones": ["neutral", "info", "success", "warning", "late", "error", "fictional"],
        "levels": ["unknown", "lower", "raised", "high", "extreme"],
        "icons": list(ICONS),
        "form": samples.form(),
        "timeline": samples.timeline(at),
        "points": samples.points(at),
        "people": samples.people(),
        "table_rows": [[_("Reviews"), 12], [_("Conferences"), 3]],
    }
    return render(request, "web/gallery.html", context)
