"""Addresses of what left a case."""

from django.urls import path

from egide.cases.views import disclosures

urlpatterns = [
    path("cases/<uuid:case_id>/disclosures/", disclosures.listed, name="disclosures"),
    path("cases/<uuid:case_id>/disclosures/new/", disclosures.new, name="disclosure-new"),
    path("cases/<uuid:case_id>/disclosures/suspension/", disclosures.suspend, name="disclosure-suspend"),
    path(
        "cases/<uuid:case_id>/disclosures/<uuid:disclosure_id>/receipt/",
        disclosures.receipt,
        name="disclosure-receipt",
    ),
    path(
        "cases/<uuid:case_id>/disclosures/letter/<slug:role>/<slug:law>/",
        disclosures.letter,
        name="disclosure-letter",
    ),
    path(
        "cases/<uuid:case_id>/disclosures/letter/<slug:role>/<slug:law>/<uuid:disclosure_id>/",
        disclosures.paper,
        name="disclosure-paper",
    ),
]
