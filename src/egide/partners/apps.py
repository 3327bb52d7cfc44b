from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    name = "egide.partners"
    label = "partners"

    def ready(self) -> None:
        from egide.common import navigation

        navigation.register(
            navigation.Item(
                _("Lost second factors"),
                "partners:factor-resets",
                90,
                lambda actor: actor is not None and actor.role == "administrator",
            )
        )
