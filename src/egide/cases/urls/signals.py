"""Addresses of a report to the prosecutor."""

from django.urls import path

from egide.cases.views import signals

urlpatterns = [
    path("cases/<uuid:case_id>/prosecutor/", signals.write, name="prosecutor"),
    path("cases/<uuid:case_id>/prosecutor/<uuid:report_id>/", signals.one, name="prosecutor-one"),
    path("cases/<uuid:case_id>/prosecutor/<uuid:report_id>/print/", signals.printed, name="prosecutor-print"),
    path("cases/<uuid:case_id>/prosecutor/<uuid:report_id>/later/", signals.later, name="prosecutor-later"),
    path("cases/<uuid:case_id>/prosecutor/<uuid:report_id>/step/", signals.act, name="prosecutor-step"),
]
