"""Addresses of conferences."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
