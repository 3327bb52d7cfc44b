"""The entries casework adds to the service navigation."""

from django.utils.translation import gettext_lazy as _

from egide.cases.permissions import (
    REFERRING_ROLES,
    WORKING_ROLES,
    can_receive_inquiries,
    can_review_quality,
)
from egide.common import navigation
from egide.partners.models import Role
from egide.partners.permissions import keeps_training
from egide.sharing.permissions import is_privacy_officer


def register() -> None:
    """Register each page people come back to, in the order of a working day."""
    add = navigation.register
    add(navigation.Item(_("My day"), "cases:my-day", 10, lambda a: a is not None and a.role in WORKING_ROLES))
    add(
        navigation.Item(
            _("Requests received"), "cases:triage", 20, lambda a: a is not None and a.role == Role.COORDINATOR
        )
    )
    add(
        navigation.Item(_("Cases"), "cases:caseload", 30, lambda a: a is not None and a.role in WORKING_ROLES)
    )
    add(
        navigation.Item(
            _("Conferences"), "cases:conferences", 40, lambda a: a is not None and a.role in WORKING_ROLES
        )
    )
    add(
        navigation.Item(
            _("Refer someone"), "cases:refer", 50, lambda a: a is not None and a.role in REFERRING_ROLES
        )
    )
    # Others find it from the page on which they refer: their row is long enough.
    add(
        navigation.Item(
            _("Our referrals"), "cases:referrals", 52, lambda a: a is not None and a.role == Role.REFERRER
        )
    )
    add(
        navigation.Item(
            _("Shared with us"), "cases:received", 45, lambda a: a is not None and a.role in WORKING_ROLES
        )
    )
    add(navigation.Item(_("Questions from outside"), "cases:inquiries", 55, can_receive_inquiries))
    add(
        navigation.Item(
            _("Emergency access"),
            "cases:emergency-reviews",
            60,
            lambda a: a is not None and a.role == Role.PRIVACY_OFFICER,
        )
    )
    add(navigation.Item(_("Training"), "cases:training", 65, keeps_training))
    add(navigation.Item(_("Decision table"), "cases:table", 62, is_privacy_officer))
    add(navigation.Item(_("Quality"), "cases:quality-judgements", 66, can_review_quality))
