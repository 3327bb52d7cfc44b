"""Addresses of sign-in, hats and the person's own account."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.urls")),
]
