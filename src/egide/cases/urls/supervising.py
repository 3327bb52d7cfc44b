"""Addresses of finished work that is read, and returned to who did it."""

from django.urls import path

from egide.cases.views import supervising as views

urlpatterns = [
    path("quality/returned/", views.returned, name="quality-returned"),
    path("cases/<uuid:case_id>/supervision/", views.supervision, name="supervision"),
    path(
        "cases/<uuid:case_id>/supervision/<slug:kind>/<uuid:work_id>/",
        views.return_work,
        name="supervision-new",
    ),
    path(
        "cases/<uuid:case_id>/supervision/<uuid:return_id>/answer/", views.answer, name="supervision-answer"
    ),
    path(
        "cases/<uuid:case_id>/supervision/<uuid:return_id>/again/",
        views.return_again,
        name="supervision-again",
    ),
    path(
        "cases/<uuid:case_id>/supervision/<uuid:return_id>/settle/", views.settle, name="supervision-settle"
    ),
]
