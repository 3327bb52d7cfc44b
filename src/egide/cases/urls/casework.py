"""Addresses of casework."""

from django.urls import path

from egide.cases.views import assessing, cascade, casework, danger, foreseeing, lists, reading, sharing

urlpatterns = [
    path("cases/", lists.caseload, name="caseload"),
    path("search/", lists.search, name="search"),
    path("cases/<uuid:case_id>/", casework.case, name="case"),
    path("cases/<uuid:case_id>/who/", foreseeing.who, name="who"),
    path("cases/<uuid:case_id>/consent/preview/", foreseeing.consent_preview, name="consent-preview"),
    path("cases/<uuid:case_id>/trace/", reading.trace, name="trace"),
    path("cases/<uuid:case_id>/consents/", reading.consents, name="consents"),
    path("cases/<uuid:case_id>/safe-contact/", casework.safe_contact, name="safe-contact"),
    path("cases/<uuid:case_id>/contact/", casework.contact, name="contact"),
    path("cases/<uuid:case_id>/contact/<uuid:attempt_id>/", casework.contact_ended, name="contact-ended"),
    path("cases/<uuid:case_id>/assess/", assessing.choose, name="assess"),
    path("cases/<uuid:case_id>/assess/<str:instrument>/", assessing.assess, name="assess-with"),
    path("cases/<uuid:case_id>/assess/<str:instrument>/preview/", assessing.preview, name="assess-preview"),
    path("cases/<uuid:case_id>/assessments/<uuid:assessment_id>/", assessing.assessment, name="assessment"),
    path("cases/<uuid:case_id>/eligibility/", casework.eligibility, name="eligibility"),
    path("cases/<uuid:case_id>/consent/", casework.consent, name="consent"),
    path("cases/<uuid:case_id>/consent/refusal/", casework.refusal, name="refusal"),
    path("cases/<uuid:case_id>/consent/withdrawal/", casework.withdrawal, name="withdrawal"),
    path("cases/<uuid:case_id>/level/", casework.level, name="level"),
    path("cases/<uuid:case_id>/level/<uuid:decision_id>/", casework.level_answer, name="level-answer"),
    path("cases/<uuid:case_id>/note/", casework.note, name="note"),
    path("cases/<uuid:case_id>/task/", casework.task, name="task"),
    path("cases/<uuid:case_id>/task/<uuid:task_id>/", casework.task_done, name="task-done"),
    path("cases/<uuid:case_id>/review/", casework.review, name="review"),
    path("cases/<uuid:case_id>/help/", casework.help_given, name="help"),
    path("cases/<uuid:case_id>/sharing/", sharing.hub, name="sharing"),
    path(
        "cases/<uuid:case_id>/sharing/<uuid:agency_id>/<slug:role>/<slug:kind>/",
        sharing.new,
        name="sharing-new",
    ),
    path("cases/<uuid:case_id>/sharing/<uuid:ground_id>/", sharing.answer, name="sharing-answer"),
    path("cases/<uuid:case_id>/danger/", danger.danger, name="danger"),
    path("cases/<uuid:case_id>/danger/<uuid:report_id>/", danger.danger_check, name="danger-check"),
    path("received/", sharing.inbox, name="received"),
    path("received/ended/<uuid:notice_id>/", cascade.end_notice, name="end-notice"),
    path("cases/<uuid:case_id>/consents/<uuid:notice_id>/", cascade.relayed, name="end-notice-relayed"),
    path("received/<uuid:ground_id>/", sharing.received, name="received-one"),
    path("cases/<uuid:case_id>/close/", casework.close, name="close"),
    path("cases/<uuid:case_id>/reopen/", casework.reopen, name="reopen"),
]
