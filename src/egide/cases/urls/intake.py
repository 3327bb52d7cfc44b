"""Addresses of referral and triage."""

from django.urls import path

from egide.cases.views import intake, lists

urlpatterns = [
    path("", lists.my_day, name="my-day"),
    path("refer/", intake.refer, name="refer"),
    path("referrals/", intake.referrals, name="referrals"),
    path("drafts/<slug:form>/", intake.draft, name="draft"),
    path("triage/", intake.triage, name="triage"),
    path("triage/<uuid:case_id>/", intake.triage_case, name="triage-case"),
    path("triage/<uuid:case_id>/link/", intake.link, name="link"),
    path("cases/<uuid:case_id>/recuse/", intake.recuse, name="recuse"),
]
