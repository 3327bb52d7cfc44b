"""Addresses of words that came with a threat."""

from django.urls import path

from egide.cases.views import expressing

urlpatterns = [
    path("cases/<uuid:case_id>/threat-words/", expressing.expression, name="expression"),
    path(
        "cases/<uuid:case_id>/threat-words/<uuid:expression_id>/",
        expressing.expression_answer,
        name="expression-answer",
    ),
]
