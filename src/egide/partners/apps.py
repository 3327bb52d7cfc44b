from datetime import datetime, timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


def _send_waiting(at: datetime) -> int:
    from egide.partners import notifications

    return notifications.send_waiting(at)


def _warn_of_lapses(at: datetime) -> int:
    from egide.partners.services import training

    return training.warn_of_lapses(at=at)


class PartnersConfig(AppConfig):
    name = "egide.partners"
    label = "partners"

    def ready(self) -> None:
        from egide.common import navigation
        from egide.jobs import periodic
        from egide.ledger import wording
        from egide.partners.actions import WORDS
        from egide.partners.permissions import is_administrator

        wording.register(WORDS)
        periodic.register(periodic.Periodic("partners.send_notices", timedelta(seconds=5), _send_waiting))
        periodic.register(periodic.Periodic("partners.warn_training", timedelta(hours=1), _warn_of_lapses))

        navigation.register(
            navigation.Item(_("Administration"), "partners:administration", 90, is_administrator)
        )
