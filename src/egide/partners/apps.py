from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    name = "egide.partners"
    label = "partners"

    def ready(self) -> None:
        from egide.common import navigation
        from egide.partners.permissions import is_administrator

        navigation.register(
            navigation.Item(_("Administration"), "partners:administration", 90, is_administrator)
        )
