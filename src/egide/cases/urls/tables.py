"""Addresses of the decision table."""

from django.urls import path

from egide.cases.views import tables

urlpatterns = [
    path("table/", tables.table, name="table"),
    path("table/change/", tables.change, name="table-change"),
    path("table/change/row/", tables.row, name="table-row"),
    path("table/versions/<uuid:version_id>/", tables.version, name="table-version"),
    path("table/versions/<uuid:version_id>/approve/", tables.approve, name="table-approve"),
    path("table/versions/<uuid:version_id>/refuse/", tables.refuse, name="table-refuse"),
    path("table/versions/<uuid:version_id>/withdraw/", tables.withdraw, name="table-withdraw"),
]
