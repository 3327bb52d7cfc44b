"""Addresses of what happens again or cannot wait: a repeat, a critical development, an emergency conference."""

from django.urls import path

from egide.cases.views import developments, repeats

urlpatterns = [
    path("triage/<uuid:case_id>/repeat/", repeats.repeats, name="repeats"),
    path("cases/<uuid:case_id>/development/", developments.development, name="development"),
    path("cases/<uuid:case_id>/emergency-conference/", developments.emergency, name="emergency-conference"),
]
