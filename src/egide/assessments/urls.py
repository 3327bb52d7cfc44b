"""Addresses of the instrument library."""

from django.urls import path

from egide.assessments import views

app_name = "assessments"
urlpatterns = [
    path("instruments/", views.library, name="library"),
    path("instruments/imports/", views.imports, name="imports"),
    path("instruments/imports/new/", views.import_new, name="import-new"),
    path("instruments/imports/<uuid:import_id>/", views.import_one, name="import"),
    path("instruments/imports/<uuid:import_id>/approve/", views.import_approve, name="import-approve"),
    path("instruments/imports/<uuid:import_id>/refuse/", views.import_refuse, name="import-refuse"),
    path("instruments/imports/<uuid:import_id>/withdraw/", views.import_withdraw, name="import-withdraw"),
    path("instruments/<slug:code>/", views.tool, name="tool"),
    path("instruments/<slug:code>/right/", views.right, name="right"),
]
