from django.apps import AppConfig


class DemonstrationConfig(AppConfig):
    name = "egide.demonstration"
    label = "demonstration"
