"""Staff by the hundred in the fictional agencies, each signed in before they begin."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import transaction

from egide.demonstration.world import World, check_is_fictional
from egide.partners.models import Account, Membership, TrainingRecord
from egide.partners.rules.training import courses

#: Whose place the staff share, and how many in a hundred do: those who lead, those who support, those who take part.
SHARES = {
    "coordinator": 15, "coordonnatrice": 15, "advocate": 10, "intervenante": 10, "police": 25, "policier": 25,
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """One of the staff: the cookie of their session, and the place they hold."""

    cookie: str
    membership: Membership


@transaction.atomic
def sign_in_staff(world: World, *, count: int, at: datetime) -> list[Place]:
    """Make `count` accounts beside the people of the world, in the same agencies and roles, and sign each in.

    Signing in is not measured: the sign-in library bounds it by address, and all of these come from one.

    Raises:
        Refused: this deployment is not marked as fictional.
    """
    check_is_fictional()
    backend = settings.AUTHENTICATION_BACKENDS[0]
    store = import_module(settings.SESSION_ENGINE).SessionStore
    made = []
    for number, model in zip(range(count), _models(world), strict=False):
        account = Account.objects.create(
            username=f"load-{number}",
            email=f"load-{number}@example.test",
            full_name=f"Fictional {number}",
            language="fr" if number % 2 else "en",
            home_agency=model.agency,
        )
        account.set_unusable_password()
        account.save(update_fields=["password"])
        member = _beside(model, account)
        _train(member, by=world.people["trainer"], at=at)
        session = store()
        session[SESSION_KEY] = str(account.pk)
        session[BACKEND_SESSION_KEY] = backend
        session[HASH_SESSION_KEY] = account.get_session_auth_hash()
        session.save()
        made.append(Place(session.session_key, member))
    return made


def _models(world: World) -> Iterator[Membership]:
    """Yield whose place the next one shares, without end, in the proportions of `SHARES`."""
    while True:
        for turn in range(max(SHARES.values())):
            yield from (world.people[name] for name, share in SHARES.items() if turn < share)


def _beside(model: Membership, account: Account) -> Membership:
    made = Membership.objects.create(
        account=account,
        agency=model.agency,
        role=model.role,
        title_en=model.title_en,
        title_fr=model.title_fr,
        starts_on=model.starts_on,
    )
    made.areas.set(model.areas.all())
    return made


def _train(member: Membership, *, by: Membership, at: datetime) -> None:
    records: list[Any] = [
        TrainingRecord(
            membership=member,
            account_id=member.account_id,
            course=course.code,
            completed_on=(at - timedelta(days=30)).date(),
            valid_until=at + timedelta(days=300),
            recorded_by=by,
            recorded_by_account_id=by.account_id,
            recorded_at=at,
        )
        for course in courses().values()
        if not course.is_certificate
    ]
    TrainingRecord.objects.bulk_create(records)
