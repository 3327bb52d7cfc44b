from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "egide.assessments"
    label = "assessments"

    def ready(self) -> None:
        from egide.assessments import navigation

        navigation.register()
