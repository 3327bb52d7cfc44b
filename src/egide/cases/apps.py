from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "egide.cases"
    label = "cases"

    def ready(self) -> None:
        from egide.cases import navigation

        navigation.register()
