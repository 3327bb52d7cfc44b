"""Addresses of the audit a team makes of itself."""

from django.urls import path

from egide.cases.views import auditing

urlpatterns = [
    path("quality/audits/", auditing.audits, name="audits"),
    path("quality/audits/begin/<uuid:programme_id>/", auditing.begin, name="audit-begin"),
    path("quality/audits/done/<uuid:answer_id>/", auditing.action_done, name="audit-action-done"),
    path("quality/audits/<uuid:audit_id>/", auditing.audit, name="audit"),
    path("quality/audits/<uuid:audit_id>/sign/", auditing.sign, name="audit-sign"),
    path("quality/audits/<uuid:audit_id>/statements/<slug:statement>/", auditing.item, name="audit-item"),
]
