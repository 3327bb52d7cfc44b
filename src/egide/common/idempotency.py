"""A double click, a retry after a lost answer, the same file twice: one record, not two."""

import re
import secrets
from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from egide.common.errors import Refused
from egide.common.models import Submission

FIELD = "submission"
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


def new_key() -> str:
    """Answer a fresh key for one rendering of one form."""
    return secrets.token_urlsafe(18)


def once(*, scope: str, owner: object, key: str, at: datetime, effect: Callable[[], str]) -> str:
    """Run `effect` for the first submission that carries `key`; answer the same for every repeat.

    The key is recorded in the transaction of the effect: if the effect fails, the key is free again;
    if two arrive together, the second waits for the first and gets its answer.

    Args:
        scope: which form, such as `cases.refer`.
        owner: who sends it (the actor's id): keys of two people never meet.
        effect: does the work and answers where its result is (an address inside the application).
    Raises:
        Refused: the key is missing or malformed.
    """
    if not _KEY.fullmatch(key or ""):
        raise Refused(
            _("This form was incomplete. Reload the page and send it again; nothing was saved twice.")
        )
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = Submission.objects.create(scope=scope, owner=str(owner), key=key, created_at=at)
        except IntegrityError:
            return Submission.objects.get(scope=scope, owner=str(owner), key=key).answer
        row.answer = effect()
        row.save(update_fields=["answer"])
        return row.answer


def is_used(*, owner: object, key: str, since: datetime) -> bool:
    """Say whether a form that carried that key was sent by that owner since a moment, which an index finds.

    Keys are drawn at random, for one page each, so the form need not be named.
    """
    sent = Submission.objects.filter(owner=str(owner), key=key, created_at__gte=since)
    return sent.order_by().exists()
