"""Addresses of the question whether two files are of one person. Names are posted, never here."""

from django.urls import path

from egide.cases.views import matching

urlpatterns = [
    path("triage/<uuid:case_id>/same-people/", matching.same_people_of_case, name="same-people"),
    path("same-people/", matching.same_people_list, name="same-people-list"),
    path("same-people/<uuid:file_id>/<uuid:other_id>/", matching.same_person, name="same-person"),
]
