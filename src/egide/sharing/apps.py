from django.apps import AppConfig
from django.conf import settings


class SharingConfig(AppConfig):
    name = "egide.sharing"
    label = "sharing"

    def ready(self) -> None:
        from egide.sharing import opening
        from egide.sharing.rules.enabling import Deployment
        from egide.sharing.rules.policies import use
        from egide.sharing.rules.table import table

        # Refuse to start rather than decide with policies that do not fit, and be first to hold the issuer.
        use(
            Deployment(
                is_fictional=settings.EGIDE_FICTIONAL,
                reviewed=settings.EGIDE_REVIEWED_RULES,
                profiles=settings.EGIDE_SHARING_PROFILES,
            )
        )
        table()
        opening.take_issuer()
