"""People a member says they are tied to: written down by them, read by them alone, met only through keyed tokens."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases.models import DeclaredTie, DeclaredToken
from egide.cases.models.conflicts import TIES
from egide.cases.services import entries
from egide.common.errors import NotVisible, Refused
from egide.common.ids import new_id
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.sharing import services as sharing
from egide.vault import blind
from egide.vault import services as vault
from egide.vault.models import FileKeys
from egide.vault.rules.names import words

#: More than anyone has; it keeps a list from becoming a search of everyone.
MOST_TIES = 60


@dataclass(frozen=True)
class Tie:
    """One declared tie, opened for who declared it."""

    id: UUID
    name: str
    tie: str
    declared_at: datetime


@transaction.atomic
def declare_tie(
    *, given_name: str, family_name: str, tie: str, actor: Membership, at: datetime
) -> DeclaredTie:
    """Write down one person the actor is tied to. Nobody else reads it, whatever their role.

    Raises:
        Refused: half a name (it would meet half the world), no kind of tie, or too many.
    """
    if not words(given_name) or not words(family_name):
        raise Refused(_("Give both a first name and a family name."))
    if tie not in dict(TIES):
        raise Refused(_("Say what ties you to this person."))
    if DeclaredTie.objects.filter(owner=actor.account_id).order_by().count() >= MOST_TIES:
        raise Refused(_("This list is full. Take back those that no longer matter."))
    pk = new_id()
    sealer = vault.create_file_keys(file_id=pk)
    made = DeclaredTie.objects.create(
        id=pk,
        owner_id=actor.account_id,
        content=entries.seal_json(
            {"name": f"{given_name.strip()} {family_name.strip()}", "tie": tie},
            file_id=pk,
            compartment="common",
            row=pk,
            model="cases.DeclaredTie",
            field="content",
            sealer=sealer,
        ),
        declared_at=at,
    )
    tokens = blind.exact_tokens(f"{given_name} {family_name}")
    DeclaredToken.objects.bulk_create(DeclaredToken(token=token, declared=made) for token in tokens)
    ledger.record(action="cases.tie_declared", actor=actor, target=None, at=at)
    return made


def own_ties(*, actor: Membership) -> list[Tie]:
    """Open what the actor declared, newest first; under whichever hat, for it is theirs."""
    found = []
    for row in DeclaredTie.objects.filter(owner=actor.account_id).order_by("-declared_at", "-pk"):
        content = sharing.open_own_record(actor=actor, account_id=row.owner_id, record=row.sealed_record())
        found.append(Tie(row.pk, str(content["name"]), str(content["tie"]), row.declared_at))
    return found


@transaction.atomic
def take_back(*, tie_id: UUID, actor: Membership, at: datetime) -> None:
    """Forget a declared tie and destroy its key.

    Raises:
        NotVisible: it is not the actor's.
    """
    row = DeclaredTie.objects.filter(pk=tie_id, owner=actor.account_id).order_by().first()
    if row is None:
        raise NotVisible
    FileKeys.objects.filter(pk=row.pk).delete()
    row.delete()
    ledger.record(action="cases.tie_taken_back", actor=actor, target=None, at=at)
