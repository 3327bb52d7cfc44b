"""Addresses of sign-in, hats and the person's own access."""

from django.urls import include, path

from egide.partners import views

own = (
    [
        path("acting-for/", views.acting_for, name="acting-for"),
        path("my-access/", views.my_access, name="my-access"),
        path("factor-resets/", views.factor_resets, name="factor-resets"),
    ],
    "partners",
)
urlpatterns = [
    path("account/", include("allauth.urls")),
    path("me/", include(own)),
]
