"""Addresses of the plan of a case, and of its versions."""

from django.urls import path

from egide.cases.views import plan_versions, plans

urlpatterns = [
    path("cases/<uuid:case_id>/plan/", plans.plan, name="plan"),
    path("cases/<uuid:case_id>/plan/write/", plans.write, name="plan-write"),
    path("cases/<uuid:case_id>/plan/compare/", plan_versions.compare, name="plan-compare"),
    path("cases/<uuid:case_id>/plan/<uuid:plan_id>/", plan_versions.version, name="plan-version"),
    path("cases/<uuid:case_id>/plan/<uuid:plan_id>/agree/", plans.agree, name="plan-agree"),
    path("cases/<uuid:case_id>/plan/<uuid:plan_id>/print/", plans.printed, name="plan-print"),
    path(
        "cases/<uuid:case_id>/plan/<uuid:plan_id>/print/<uuid:disclosure_id>/", plans.paper, name="plan-paper"
    ),
]
