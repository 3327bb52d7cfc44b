"""Addresses of casework, by topic."""

from egide.cases.urls import casework, conferences, conflicts, emergencies, intake, plans

app_name = "cases"
urlpatterns = [
    *intake.urlpatterns,
    *casework.urlpatterns,
    *plans.urlpatterns,
    *conferences.urlpatterns,
    *emergencies.urlpatterns,
    *conflicts.urlpatterns,
]
