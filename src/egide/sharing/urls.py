"""The public addresses of sharing."""

from django.urls import path

from egide.sharing import views

app_name = "sharing"
urlpatterns = [path("rules/", views.rules, name="rules")]
