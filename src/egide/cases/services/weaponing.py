"""Are weapons within reach? Asked at every stage, by somebody, of somebody; unknown is never no."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from egide.cases import permissions
from egide.cases.models import Case, Entry
from egide.cases.services import deadlines, entries, noting
from egide.cases.services.locking import lock_open_case
from egide.common.errors import Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership

FORM = "weapons:1"


class Stage(TextChoices):
    """When it is asked, in the order of a case."""

    REFERRAL = "referral", gettext_lazy("Referral")
    TRIAGE = "triage", gettext_lazy("Triage")
    ASSESSMENT = "assessment", gettext_lazy("Assessment")
    CONFERENCE = "conference", gettext_lazy("Conference")
    REVIEW = "review", gettext_lazy("Review")
    CLOSURE = "closure", gettext_lazy("Closure")


class Reach(TextChoices):
    """What is known. Nobody asked, and nobody knows, are answers; neither means that there are none."""

    YES = "yes", gettext_lazy("Yes")
    NO = "no", gettext_lazy("No")
    UNKNOWN = "unknown", gettext_lazy("Not known")
    NOT_ASKED = "not_asked", gettext_lazy("Not asked")


@dataclass(frozen=True)
class Answer:
    """What somebody said of weapons at one stage."""

    reach: str
    words: str = ""


@transaction.atomic
def record_weapons(*, case_id: UUID, stage: str, answer: Answer, actor: Membership, at: datetime) -> Entry:
    """Record what is known of weapons within reach, at one stage; what was said before stays beside it.

    Raises:
        NotVisible: the file of whom the case is about is not the actor's to know of.
        Refused: no such stage, or no answer.
    """
    case = lock_open_case(case_id, actor=actor)
    permissions.check_can_contribute(actor, case)
    noting.known_file(case, entries.subject_file(case).pk, actor=actor, at=at)
    if stage not in Stage.values:
        raise Refused(_("Say at which stage it is asked."))
    entry = write(case, stage, answer, actor=actor, at=at)
    deadlines.refresh_next_due(case, at=at)
    ledger.record(action="cases.weapons_asked", actor=actor, target=case, at=at, details={"stage": stage})
    return entry


def write(case: Case, stage: str, answer: Answer, *, actor: Membership, at: datetime) -> Entry:
    """Write the answer of a stage into the file of whom the case is about; the caller's transaction records it.

    Raises:
        Refused: no such answer.
    """
    if answer.reach not in Reach.values:
        raise Refused(_("Say whether weapons are within reach."))
    return entries.write_entry(
        file=entries.subject_file(case),
        category="threat.indicators",
        text=answer.words.strip(),
        data={"weapons": answer.reach, "stage": str(stage)},
        form=FORM,
        actor=actor,
        at=at,
    )
