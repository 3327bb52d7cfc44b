from django.apps import AppConfig


class UploadsConfig(AppConfig):
    name = "egide.uploads"
    label = "uploads"
