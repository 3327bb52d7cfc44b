"""Addresses of training."""

from django.urls import path

from egide.cases.views import training

urlpatterns = [
    path("training/", training.training, name="training"),
    path("training/<uuid:membership_id>/", training.member, name="training-member"),
    path("training/records/<uuid:record_id>/withdraw/", training.withdraw, name="training-withdraw"),
]
