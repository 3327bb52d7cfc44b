"""Addresses of the design system."""

from django.urls import path

from egide.web import session, views

app_name = "web"
urlpatterns = [
    path("gallery/", views.gallery, name="gallery"),
    path("session/left/", session.left, name="session-left"),
    path("session/stay/", session.stay, name="session-stay"),
]
