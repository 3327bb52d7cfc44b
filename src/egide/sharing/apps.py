from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "egide.sharing"
    label = "sharing"

    def ready(self) -> None:
        from egide.sharing import opening
        from egide.sharing.rules.policies import policies
        from egide.sharing.rules.table import table

        # Refuse to start rather than decide with policies that do not fit, and be first to hold the issuer.
        policies()
        table()
        opening.take_issuer()
