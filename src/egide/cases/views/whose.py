"""Whose pages of consent are asked for: the case and the person in one query, then the name, opened."""

from uuid import UUID

from egide.cases import permissions
from egide.cases.presentation.whose import Whose
from egide.cases.queries.casefile import case_files
from egide.cases.services import entries, people
from egide.cases.views.step import fetch_supported
from egide.common import clock
from egide.common.errors import NotVisible
from egide.common.http import Request
from egide.sharing import services as sharing


def fetch_whose(request: Request, case_id: UUID, file_id: UUID | None) -> Whose:
    """Answer somebody else of a case of the actor's scope, with their name; whom it is about when nobody is named.

    Raises:
        NotVisible: there is no such case, or nobody else of it with a consent of their own.
        PermissionDenied: the actor's role does not support the person.
    """
    if file_id is None:
        case = fetch_supported(request, case_id)
        return Whose(case, entries.subject_file(case), "")
    files = case_files(case_id=case_id, actor=request.actor)
    case = files[0].case
    permissions.check_can_support(request.actor, case)
    file = next((one for one in files if one.pk == file_id and people.has_own_consent(one)), None)
    if file is None:
        raise NotVisible
    named = sharing.open_records(
        actor=request.actor,
        file=file,
        purpose=sharing.purpose_of(request.actor),
        at=clock.now(),
        records=[file.name_record()],
    )
    return Whose(case, file, named[0].text if named else "")
