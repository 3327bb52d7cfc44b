"""Addresses of the team of a case."""

from django.urls import path

from egide.cases.views import teaming

urlpatterns = [
    path("cases/<uuid:case_id>/team/", teaming.team, name="team"),
    path("cases/<uuid:case_id>/team/<uuid:agency_id>/end/", teaming.let_go, name="team-end"),
]
