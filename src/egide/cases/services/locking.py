"""Take a case to change it: within the actor's scope, locked until the transaction ends."""

from uuid import UUID

from egide.cases.models import Case
from egide.partners.models import Membership


def lock_case(case_id: UUID, *, actor: Membership) -> Case:
    """Answer the case with its programme, locked.

    Raises:
        NotVisible: absent, out of scope or recused; the three cannot be told apart.
    """
    cases = Case.objects.select_for_update(of=("self",)).select_related("programme__lead_agency")
    return cases.fetch(case_id, actor=actor)
