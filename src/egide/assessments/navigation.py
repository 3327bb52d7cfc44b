"""The entry of the library in the service navigation."""

from django.utils.translation import gettext_lazy as _

from egide.assessments.permissions import keeps_instruments
from egide.common import navigation


def register() -> None:
    """Register the library for those who look after it; people who assess reach it from the case."""
    navigation.register(navigation.Item(_("Instruments"), "assessments:library", 63, keeps_instruments))
