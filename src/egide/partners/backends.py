"""Sign-in: the account comes with the places it may act from, in one query."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.utils import timezone

from egide.partners import queries
from egide.partners.models import Account


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Answers the signed-in account with its memberships in force, read together."""

    def get_user(self, user_id: Any) -> Account | None:
        hats = list(queries.hats_of(account_id=user_id, on=timezone.localdate()))
        if not hats:
            account = super().get_user(user_id)
            if account is not None:
                account.hats = []
            return account
        account = hats[0].account
        for hat in hats:
            hat.account = account
        account.hats = hats
        return account if self.user_can_authenticate(account) else None
