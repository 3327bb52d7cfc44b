"""What the codes of administration mean, in words: for the pages that show the ledger."""

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    "partners.account_created": _("Created an account"),
    "partners.account_deactivated": _("Closed an account"),
    "partners.acting_for_changed": _("Changed which agency they act for"),
    "partners.administrator_founded": _("Made a first administrator"),
    "partners.agency_created": _("Created an agency"),
    "partners.agency_deactivated": _("Closed an agency"),
    "partners.agency_edited": _("Changed an agency"),
    "partners.agreement_created": _("Recorded an agreement"),
    "partners.agreement_terminated": _("Terminated an agreement"),
    "partners.change_proposed": _("Proposed a change that takes two"),
    "partners.change_confirmed": _("Confirmed a change that takes two"),
    "partners.change_declined": _("Refused a change that takes two"),
    "partners.factor_reset_confirmed": _("Confirmed that a lost second factor is forgotten"),
    "partners.factor_reset_requested": _("Asked that a lost second factor be forgotten"),
    "partners.invitation_used": _("Chose a password with a code"),
    "partners.invited": _("Made a code to give"),
    "partners.membership_ended": _("Ended a place in an agency"),
    "partners.membership_given": _("Gave a place in an agency"),
    "partners.training_recorded": _("Recorded a training"),
    "partners.training_warned": _("Warned of a training that lapses"),
    "partners.training_withdrawn": _("Withdrew a recorded training"),
}
