"""Addresses of the quality of assessments."""

from django.urls import path

from egide.cases.views import quality

urlpatterns = [
    path("quality/judgements/", quality.judgements, name="quality-judgements"),
    path("quality/warnings/", quality.warnings, name="quality-warnings"),
    path("quality/agreement/", quality.agreement, name="quality-agreement"),
]
