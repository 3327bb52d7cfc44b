"""Addresses of a change of lead agency."""

from django.urls import path

from egide.cases.views import leading

urlpatterns = [
    path("lead-changes/", leading.lead_changes, name="lead-changes"),
    path("cases/<uuid:case_id>/lead-change/", leading.lead_change, name="lead-change"),
    path("lead-changes/<uuid:change_id>/answer/", leading.answer, name="lead-change-answer"),
    path("lead-changes/<uuid:change_id>/withdraw/", leading.withdraw, name="lead-change-withdraw"),
]
