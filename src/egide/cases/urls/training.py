"""Addresses of training."""

from django.urls import path

from egide.cases.views import programmes, training

urlpatterns = [
    path("training/", training.training, name="training"),
    path("training/programmes/", programmes.programmes, name="training-programmes"),
    path("training/programmes/<uuid:programme_id>/", programmes.programme, name="training-programme"),
    path("training/changes/<uuid:change_id>/", programmes.answer, name="training-change"),
    path("training/<uuid:membership_id>/", training.member, name="training-member"),
    path("training/records/<uuid:record_id>/withdraw/", training.withdraw, name="training-withdraw"),
]
