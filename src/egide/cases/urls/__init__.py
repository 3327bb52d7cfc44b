"""Addresses of casework, by topic."""

from egide.cases.urls import (
    accessing,
    casework,
    conferences,
    conflicts,
    developments,
    disclosures,
    documents,
    emergencies,
    expressing,
    inquiries,
    intake,
    leading,
    plans,
    quality,
    signals,
    tables,
    teaming,
    training,
)

app_name = "cases"
urlpatterns = [
    *intake.urlpatterns,
    *casework.urlpatterns,
    *documents.urlpatterns,
    *plans.urlpatterns,
    *conferences.urlpatterns,
    *emergencies.urlpatterns,
    *expressing.urlpatterns,
    *conflicts.urlpatterns,
    *developments.urlpatterns,
    *inquiries.urlpatterns,
    *leading.urlpatterns,
    *disclosures.urlpatterns,
    *accessing.urlpatterns,
    *signals.urlpatterns,
    *tables.urlpatterns,
    *teaming.urlpatterns,
    *training.urlpatterns,
    *quality.urlpatterns,
]
