"""Addresses of how tasks go, and of what people need."""

from django.urls import path

from egide.cases.views import progressing

urlpatterns = [
    path("cases/<uuid:case_id>/task/<uuid:task_id>/how/", progressing.task_how, name="task-how"),
    path("cases/<uuid:case_id>/needs/", progressing.needs, name="needs"),
    path("cases/<uuid:case_id>/needs/<uuid:entry_id>/ended/", progressing.need_ended, name="need-ended"),
]
