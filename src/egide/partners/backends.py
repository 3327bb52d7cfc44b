"""Sign-in: the account comes with the places it may act from, in one query."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from egide.common import clock
from egide.partners import queries


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Answers the signed-in account with its memberships in force, read together."""

    def get_user(self, user_id: Any) -> Any:
        hats = list(queries.hats_of(account_id=user_id, on=clock.today()))
        account: Any = hats[0].account if hats else super().get_user(user_id)
        if account is None:
            return None
        for hat in hats:
            hat.account = account
        account.hats = hats
        return account if self.user_can_authenticate(account) else None
