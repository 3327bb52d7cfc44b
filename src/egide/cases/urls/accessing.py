"""Addresses of a person's access to their own file."""

from django.urls import path

from egide.cases.views import accessing

urlpatterns = [
    path("cases/<uuid:case_id>/own-file/", accessing.listed, name="access"),
    path("cases/<uuid:case_id>/own-file/new/", accessing.new, name="access-new"),
    path("cases/<uuid:case_id>/own-file/<uuid:request_id>/", accessing.one, name="access-one"),
    path("cases/<uuid:case_id>/own-file/<uuid:request_id>/letter/", accessing.letter, name="access-letter"),
    path("cases/<uuid:case_id>/own-file/<uuid:request_id>/end/", accessing.withdraw, name="access-withdraw"),
]
