from datetime import datetime, timedelta

from django.apps import AppConfig


def _integrate(at: datetime) -> int:
    from egide.ledger import services

    return services.integrate(at=at, anchor=services.default_anchor())


class LedgerConfig(AppConfig):
    name = "egide.ledger"
    label = "ledger"

    def ready(self) -> None:
        from egide.jobs import periodic

        periodic.register(periodic.Periodic("ledger.integrate", timedelta(seconds=1), _integrate))
