"""Read aloud, hand over on paper, send in a file: decided first, as a page would be; what left anyway is recorded too."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.models import Case, File
from egide.cases.models.work import TaskKind, TaskWords
from egide.cases.queries.foreseeing import ASKED_FOR
from egide.cases.queries.holding import held_classes
from egide.cases.services import deadlines, tasks
from egide.cases.services.entries import file_of
from egide.cases.services.locking import lock_case
from egide.common.clock import add_working_days
from egide.common.errors import NotVisible, Refused
from egide.common.text import localized
from egide.partners.models import Agency, Membership
from egide.sharing import queries as sharing_queries
from egide.sharing import services as sharing
from egide.sharing.asking import Seat
from egide.sharing.foreseeing import foreseen
from egide.sharing.models import Consent, Disclosure, Ground
from egide.sharing.relation import ItemClass
from egide.sharing.rules.catalogue import catalogue
from egide.sharing.rules.categories import CATEGORIES
from egide.sharing.rules.levels import Level

#: What a recipient must be allowed for each way: to hear is to read here; what they keep is a copy.
NEEDS = {"aloud": Level.VIEW, "print": Level.SHARE, "export": Level.SHARE}
#: When somebody looks at what left against the rules. Ours (O).
LOOK_WITHIN_WORKING_DAYS = 1
#: What is asked for first: the widest of what agencies work on.
_PURPOSES = sorted(ASKED_FOR, key=lambda one: one != "case_management")


@dataclass
class Finding:
    """What the rules say of one kind of information: on what basis it may leave and for what, or what keeps it."""

    category: str
    basis: str = ""
    purpose: str = ""
    rules: set[str] = field(default_factory=set)

    @property
    def may_leave(self) -> bool:
        return bool(self.basis)

    @property
    def sentence(self) -> str:
        """What is kept, and why, in the active language."""
        known = catalogue()
        rules = sorted(
            (known[name] for name in self.rules if name in known), key=lambda one: one.id == "table"
        )
        why = (
            localized(rules[0], "text")
            if rules
            else _("The file holds nothing of this kind that you may read.")
        )
        return f"{localized(CATEGORIES[self.category], 'title')} – {why}"


def _best(
    file: File, recipient: Agency, known: list[ItemClass], at: datetime
) -> dict[ItemClass, tuple[str, sharing.ClassDecision]]:
    """For each class, the purpose that opens most to the recipient, and the decision."""
    found: dict[ItemClass, tuple[str, sharing.ClassDecision]] = {}
    for purpose in _PURPOSES:
        seen = foreseen(reader=Seat(recipient), files=[file], classes=known, purpose=purpose, at=at)[file.pk]
        for one in seen or ():
            if one.item_class not in found or one.level > found[one.item_class][1].level:
                found[one.item_class] = (purpose, one)
    return found


def findings(
    *,
    file: File,
    recipient: Agency,
    method: str,
    categories: Collection[str],
    actor: Membership,
    at: datetime,
) -> list[Finding]:
    """Answer what the rules say of each kind chosen, by the decisions that would serve the recipient's page.

    A kind may leave when all that the actor may read of it may; what the actor may not read is not theirs to pass on,
    and counts as not there.
    """
    held = held_classes([file], categories=categories)
    own = foreseen(reader=actor, files=[file], classes=held, purpose=sharing.purpose_of(actor), at=at)[
        file.pk
    ]
    known = [one.item_class for one in own or () if one.level >= Level.VIEW]
    best = _best(file, recipient, known, at)
    return [_finding(category, known, best, NEEDS[method]) for category in sorted(set(categories))]


def _finding(
    category: str,
    known: list[ItemClass],
    best: Mapping[ItemClass, tuple[str, sharing.ClassDecision]],
    needed: Level,
) -> Finding:
    made = Finding(category)
    mine = [one for one in known if one.category == category]
    for one in mine:
        purpose, decided = best.get(one, ("", None))
        if decided is None:
            made.rules.add("need-to-know")
        elif decided.level < needed:
            made.rules.update(decided.rules or ("table",))
    if mine and not made.rules:
        purpose, decided = best[mine[0]]
        made.purpose = purpose
        made.basis = (
            "none" if decided is None or decided.decision.basis == "holder" else decided.decision.basis
        )
    return made


@transaction.atomic
def hand_over(
    *,
    case_id: UUID,
    role: str,
    recipient_id: UUID,
    method: str,
    categories: Collection[str],
    actor: Membership,
    at: datetime,
) -> list[Disclosure]:
    """Record, before it is said or given, what leaves to one agency: one disclosure a basis.

    Raises:
        Refused: a rule keeps some of it, each named with its rule; or an unknown way.
        NotVisible: no such case, file or agency.
    """
    _case, file, recipient = _asked(case_id, role, recipient_id, method, actor)
    found = findings(file=file, recipient=recipient, method=method, categories=categories, actor=actor, at=at)
    kept = [one.sentence for one in found if not one.may_leave]
    if kept or not found:
        raise Refused(_("Do not pass this on: %(kept)s") % {"kept": " ".join(kept)})
    by_basis: dict[tuple[str, str], list[str]] = {}
    for one in found:
        by_basis.setdefault((one.basis, one.purpose), []).append(one.category)
    return [
        sharing.record_disclosure(
            actor=actor,
            file=file,
            categories=kinds,
            method=method,
            basis=basis,
            purpose=purpose,
            recipient=recipient,
            consent=consent_behind(file, recipient, at) if basis == "consent" else None,
            ground=ground_behind(file, recipient, basis, at),
            at=at,
        )
        for (basis, purpose), kinds in by_basis.items()
    ]


def consent_behind(file: File, recipient: Agency, at: datetime) -> Consent | None:
    """Answer the newest consent in force that names an agency for a file."""
    rows = Consent.objects.filter(sharing_queries.in_force(now=at), file_id=file.pk, recipients=recipient)
    return rows.order_by("-given_at", "-pk").first()


def ground_behind(file: File, recipient: Agency, kind: str, at: datetime) -> Ground | None:
    """Answer the newest other basis in force of that kind for an agency and a file."""
    rows = Ground.objects.in_force(now=at).filter(file_id=file.pk, recipient=recipient, kind=kind)
    return rows.order_by("-decided_at", "-pk").first()


@transaction.atomic
def record_what_left(
    *,
    case_id: UUID,
    role: str,
    recipient_id: UUID,
    method: str,
    categories: Collection[str],
    basis: str,
    actor: Membership,
    at: datetime,
) -> Disclosure:
    """Record what left already, as it happened: an account with a hole in it would protect nobody.

    What the rules would have kept is marked, and somebody looks at it the next working day.

    Raises:
        NotVisible: no such case, file or agency. Refused: an unknown way or basis.
    """
    case, file, recipient = _asked(case_id, role, recipient_id, method, actor)
    found = findings(file=file, recipient=recipient, method=method, categories=categories, actor=actor, at=at)
    against = {name for one in found if not one.may_leave for name in one.rules or {"table"}}
    made = sharing.record_disclosure(
        actor=actor,
        file=file,
        categories=categories,
        method=method,
        basis=basis,
        purpose=_PURPOSES[0],
        recipient=recipient,
        consent=consent_behind(file, recipient, at) if basis == "consent" else None,
        ground=ground_behind(file, recipient, basis, at),
        against=against,
        at=at,
    )
    if against:
        tasks.make_task(
            case=case,
            file=file,
            text=TaskWords.LEFT_AGAINST_RULES,
            side="victim",
            agency_id=case.programme.lead_agency_id,
            due_at=add_working_days(at, LOOK_WITHIN_WORKING_DAYS),
            actor=actor,
            at=at,
            kind=TaskKind.TASK,
        )
        deadlines.refresh_next_due(case, at=at)
    return made


def _asked(
    case_id: UUID, role: str, recipient_id: UUID, method: str, actor: Membership
) -> tuple[Case, File, Agency]:
    case = lock_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    file = file_of(case, role)
    recipient = Agency.objects.filter(pk=recipient_id, is_active=True).order_by().first()
    if file is None or recipient is None:
        raise NotVisible
    if method not in NEEDS:
        raise Refused(_("Say how it leaves."))
    file.case = case
    return case, file, recipient
