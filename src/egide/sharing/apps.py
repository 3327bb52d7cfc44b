from django.apps import AppConfig
from django.conf import settings
from django.utils.functional import lazy


class SharingConfig(AppConfig):
    name = "egide.sharing"
    label = "sharing"

    def ready(self) -> None:
        from egide.common import regimes
        from egide.common.text import localized
        from egide.sharing import opening
        from egide.sharing.rules import notices
        from egide.sharing.rules.catalogue import catalogue
        from egide.sharing.rules.enabling import Deployment
        from egide.sharing.rules.policies import use
        from egide.sharing.rules.table import table

        # Refuse to start rather than decide with policies that do not fit, and be first to hold the issuer.
        deployment = Deployment(
            is_fictional=settings.EGIDE_FICTIONAL,
            reviewed=settings.EGIDE_REVIEWED_RULES,
            profiles=settings.EGIDE_SHARING_PROFILES,
        )
        use(deployment)
        notices.use(deployment)
        notices.notices()
        table()
        # The laws an administrator may say bind an agency: those some rule here speaks for.
        title = lazy(lambda rule: localized(rule, "title"), str)
        regimes.register(
            {
                rule.regime: title(rule)
                for rule in catalogue().values()
                if rule.regime and rule.effect != "permit"
            }
        )
        opening.take_issuer()
