"""Take a case to change it: within the actor's scope, locked until the transaction ends."""

from uuid import UUID

from django.utils.translation import gettext as _

from egide.cases.models import Case
from egide.common.errors import Refused
from egide.partners.models import Membership

#: The columns that say where a case stands, changed together.
STATE = ("state", "is_open", "closed_at")


def lock_open_case(case_id: UUID, *, actor: Membership) -> Case:
    """Take a case to work on it: a closed one takes no work before it is reopened.

    Raises:
        NotVisible: see `lock_case`. Refused: it is closed.
    """
    case = lock_case(case_id, actor=actor)
    check_is_open(case)
    return case


def check_is_open(case: Case) -> None:
    """Refuse work on a case that has ended."""
    if not case.is_open:
        raise Refused(_("This case is closed. Reopen it first."))


def lock_case(case_id: UUID, *, actor: Membership) -> Case:
    """Answer the case with its programme, locked.

    Raises:
        NotVisible: absent, out of scope or recused; the three cannot be told apart.
    """
    Case.objects.select_for_update(of=("self",)).fetch(case_id, actor=actor)
    # Asked again: what ended while this waited for the lock (an assignment, a consent) is seen only from here.
    return Case.objects.select_related("programme__lead_agency", "lead").fetch(case_id, actor=actor)
