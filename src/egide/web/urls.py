"""Addresses of the design system."""

from django.urls import path

from egide.web import views

app_name = "web"
urlpatterns = [path("gallery/", views.gallery, name="gallery")]
