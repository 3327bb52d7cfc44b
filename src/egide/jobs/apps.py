from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "egide.jobs"
    label = "jobs"
