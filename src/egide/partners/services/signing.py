"""A signature seen on the paper. It binds an agency, so it waits for a second administrator (`changes`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from egide.common.errors import NotVisible, Refused
from egide.partners.models import AgreementParty


@dataclass(frozen=True)
class Signature:
    """Who signed for an agency, and which day."""

    signed_by_name: str
    signed_on: date

    def proposed(self) -> dict[str, str]:
        """Answer it as a proposal keeps it."""
        return {"signed_by_name": self.signed_by_name.strip(), "signed_on": self.signed_on.isoformat()}

    @classmethod
    def of(cls, proposed: Mapping[str, Any]) -> "Signature":
        """Answer what a proposal kept."""
        return cls(proposed["signed_by_name"], date.fromisoformat(proposed["signed_on"]))


def fetch_unsigned(party_id: UUID) -> AgreementParty:
    """Lock an agency that has yet to sign an agreement.

    Raises:
        NotVisible: there is none, or it signed.
    """
    party = (
        AgreementParty.objects.select_for_update(of=("self",))
        .select_related("agreement", "agency")
        .filter(pk=party_id, signed_on=None)
        .order_by()
        .first()
    )
    if party is None:
        raise NotVisible
    return party


def check_may_be_signed(party: AgreementParty, signature: Signature, *, on: date) -> None:
    """Check that a signature was given already, to an agreement that is not over.

    Raises:
        Refused: the day is to come, or the agreement is over.
    """
    if signature.signed_on > on:
        raise Refused(_("A signature is recorded once it is given."))
    agreement = party.agreement
    if agreement.terminated_on is not None or (agreement.ends_on is not None and agreement.ends_on < on):
        raise Refused(_("This agreement is over. Write down another one."))


def sign(party: AgreementParty, signature: Signature, *, on: date) -> None:
    """Bind a party by its signature, from the day it was given.

    Raises:
        Refused: the agreement ended while the signature waited.
    """
    check_may_be_signed(party, signature, on=on)
    party.signed_by_name, party.signed_on = signature.signed_by_name, signature.signed_on
    party.save(update_fields=["signed_by_name", "signed_on"])
