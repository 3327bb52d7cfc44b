"""Addresses of weapons within reach, and of a release to come."""

from django.urls import path

from egide.cases.views import safety

urlpatterns = [
    path("cases/<uuid:case_id>/weapons/", safety.weapons, name="weapons"),
    path("cases/<uuid:case_id>/release/", safety.release, name="release"),
    path("cases/<uuid:case_id>/release/<uuid:release_id>/", safety.release_ended, name="release-ended"),
]
