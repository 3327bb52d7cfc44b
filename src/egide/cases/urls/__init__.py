"""Addresses of casework, by topic."""

from egide.cases.urls import (
    accessing,
    casework,
    conferences,
    conflicts,
    disclosures,
    emergencies,
    inquiries,
    intake,
    leading,
    plans,
    signals,
    tables,
    training,
)

app_name = "cases"
urlpatterns = [
    *intake.urlpatterns,
    *casework.urlpatterns,
    *plans.urlpatterns,
    *conferences.urlpatterns,
    *emergencies.urlpatterns,
    *conflicts.urlpatterns,
    *inquiries.urlpatterns,
    *leading.urlpatterns,
    *disclosures.urlpatterns,
    *accessing.urlpatterns,
    *signals.urlpatterns,
    *tables.urlpatterns,
    *training.urlpatterns,
]
