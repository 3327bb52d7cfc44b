from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "egide.partners"
    label = "partners"
