"""Addresses of what cannot wait: a critical development, and the emergency conference on its case."""

from django.urls import path

from egide.cases.views import developments

urlpatterns = [
    path("cases/<uuid:case_id>/development/", developments.development, name="development"),
    path("cases/<uuid:case_id>/emergency-conference/", developments.emergency, name="emergency-conference"),
]
