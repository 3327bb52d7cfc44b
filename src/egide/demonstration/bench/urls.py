"""Our addresses, and the admin's: the baseline a team would otherwise build."""

from django.contrib import admin
from django.urls import path

from config.urls import handler404, handler500
from config.urls import urlpatterns as ours
from egide.cases.models import Case

site = admin.AdminSite(name="baseline")


class CaseAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What one writes first: a list with its relations, filters, a search. Names are sealed: it cannot show them."""

    list_display = ("reference", "programme", "state", "level", "lead", "next_due_at")
    list_filter = ("state", "level")
    list_select_related = ("programme", "lead__account")
    search_fields = ("reference", "lead__account__full_name")
    ordering = ("next_due_at",)
    list_per_page = 25
    raw_id_fields = ("lead", "level_set_by")


site.register(Case, CaseAdmin)
urlpatterns = [path("baseline/", site.urls), *ours]

__all__ = ["handler404", "handler500", "urlpatterns"]
