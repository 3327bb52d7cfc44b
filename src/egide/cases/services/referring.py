"""A referral comes in: a case is opened for triage, its files sealed from the first second."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from egide.cases import permissions
from egide.cases.models import Case, File, NameToken, Programme, Referral
from egide.cases.models.file import FileRole, Kind
from egide.cases.models.work import TaskKind
from egide.cases.rules.protocol import Interval
from egide.cases.services import deadlines, entries
from egide.common.ids import new_id, new_reference
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.vault import blind
from egide.vault import services as vault
from egide.vault.services import Sealer

#: An emergency referral is triaged the same day, whatever the protocol's ordinary delay. Ours (O).
SOON = Interval(elapsed=timedelta(hours=4))


@dataclass(frozen=True)
class Person:
    """Who a referral is about. Only a name, or what the person is called, is required."""

    given_name: str
    family_name: str
    born_on: date | None = None
    language: str = ""
    phone: str = ""
    address: str = ""

    @property
    def display_name(self) -> str:
        """How lists show the person: initial and family name, "J. Landry"."""
        initial = f"{self.given_name.strip()[:1]}. " if self.given_name.strip() else ""
        return f"{initial}{self.family_name.strip()}".strip()


@dataclass(frozen=True)
class ReferralContent:
    """What a referrer says, as the form and the file import give it."""

    victim: Person
    person_of_concern: Person | None
    incident: str
    incident_on: date | None = None
    reasons: str = ""
    safe_contact_note: str = ""
    children: str = ""
    indicators: Sequence[str] = field(default_factory=tuple)
    is_emergency: bool = False
    victim_informed: str = "unknown"
    external_id: str = ""
    police_orders: str = ""


@transaction.atomic
def refer(*, programme_id: UUID, content: ReferralContent, actor: Membership, at: datetime) -> Referral:
    """Open a case for triage from one referral, with its files, deadline and ledger entry.

    Raises:
        PermissionDenied: the actor's agency does not take part in the programme.
    """
    programme = Programme.objects.select_related("lead_agency").get(pk=programme_id)
    permissions.check_can_refer(actor, programme)
    case = _open_case(programme, content, at)
    victim, sealer = _open_file(case, FileRole.VICTIM, content.victim, actor, at)
    _write(victim, victim_entries(content), sealer, actor, at)
    if content.person_of_concern is not None:
        other, sealer = _open_file(case, FileRole.PERSON_OF_CONCERN, content.person_of_concern, actor, at)
        _write(other, person_entries(content.person_of_concern), sealer, actor, at)
    referral = Referral.objects.create(
        case=case,
        agency_id=actor.agency_id,
        referred_by=actor,
        received_at=at,
        way="desk",
        is_emergency=content.is_emergency,
        victim_informed=content.victim_informed,
    )
    deadlines.set_deadline(
        case=case, kind=TaskKind.TRIAGE, at=at, file=victim, due_at=case.next_due_at, actor=actor
    )
    ledger.record(action="cases.referred", actor=actor, target=case, at=at, subject=victim.pk)
    return referral


def _write(
    file: File, written: Iterable[dict[str, Any]], sealer: Sealer, actor: Membership, at: datetime
) -> None:
    """What is referred to a programme is held by it, bound by its law and by that of who sent it."""
    for one in written:
        entries.write_entry(file=file, actor=actor, at=at, holder=file.holder, sealer=sealer, **one)


def _open_case(programme: Programme, content: ReferralContent, at: datetime) -> Case:
    due_at = deadlines.due_after(at, programme.protocol.deadlines["triage"])
    for _attempt in range(8):
        try:
            with transaction.atomic():
                return Case.objects.create(
                    reference=new_reference(programme.prefix),
                    programme=programme,
                    received_at=at,
                    language=content.victim.language or "en",
                    next_due_at=min(due_at, deadlines.due_after(at, SOON))
                    if content.is_emergency
                    else due_at,
                    next_due_kind=TaskKind.TRIAGE,
                )
        except IntegrityError:
            continue
    raise RuntimeError("no free reference was found")


def _open_file(case: Case, role: str, person: Person, actor: Membership, at: datetime) -> tuple[File, Sealer]:
    file = File(id=new_id(), case=case, role=role, holder=case.programme.lead_agency, created_at=at)
    sealer = vault.create_file_keys(file_id=file.pk)
    file.name = entries.seal_json(
        {"text": person.display_name},
        file_id=file.pk,
        compartment="common",
        row=file.pk,
        model="cases.File",
        field="name",
        sealer=sealer,
    )
    file.save(force_insert=True)
    index_names(file, person)
    return file, sealer


def index_names(file: File, person: Person) -> None:
    """Put the person's names in the blind index, on the side that may search for them."""
    side = "management" if file.role == FileRole.PERSON_OF_CONCERN else "victim"
    NameToken.objects.bulk_create(
        NameToken(token=token, is_exact=is_exact, file=file, case_id=file.case_id, side=side)
        for token, is_exact in name_tokens(person)
    )


def name_tokens(person: Person) -> list[tuple[bytes, bool]]:
    """Answer each token of a person's names, and whether it is exact."""
    tokens = blind.name_tokens(person.given_name, person.family_name)
    return [
        (token, is_exact)
        for is_exact, group in ((True, tokens.exact), (False, tokens.phonetic))
        for token in dict.fromkeys(group)
    ]


def person_entries(person: Person) -> Iterator[dict[str, Any]]:
    """Yield what a referral writes in the file of anyone it names."""
    yield {
        "category": "identity.core",
        "text": f"{person.given_name} {person.family_name}".strip(),
        "data": {
            "given_name": person.given_name,
            "family_name": person.family_name,
            "born_on": person.born_on.isoformat() if person.born_on else "",
            "language": person.language,
        },
        "form": "identity:1",
    }


def victim_entries(content: ReferralContent) -> Iterator[dict[str, Any]]:
    """Yield what a referral writes in the victim's file, in the order it is read."""
    person = content.victim
    yield from person_entries(person)
    if person.phone or content.safe_contact_note:
        yield {
            "category": "contact.safe",
            "text": content.safe_contact_note,
            "data": {"phone": person.phone},
            "form": "contact-given:1",
        }
    if person.address:
        yield {"category": "location.confidential", "text": person.address, "form": "address:1"}
    yield {
        "category": "incident.facts",
        "text": content.incident,
        "observed_on": content.incident_on,
        "form": "referral:1",
    }
    if content.indicators:
        yield {
            "category": "threat.indicators",
            "data": {"indicators": list(content.indicators)},
            "form": "indicators:1",
        }
    if content.reasons:
        yield {
            "category": "incident.facts",
            "text": content.reasons,
            "kind": Kind.OPINION,
            "form": "reasons:1",
        }
    if content.children:
        yield {"category": "incident.facts", "text": content.children, "form": "children:1"}
    if content.police_orders:
        yield {"category": "justice.orders", "text": content.police_orders, "form": "orders:1"}
