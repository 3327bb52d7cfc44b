"""A referral comes in: a case is opened for triage, its files sealed from the first second."""

from collections.abc import Mapping, Sequence
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

#: An emergency referral is triaged the same day, whatever the protocol's ordinary delay. Ours (O).
_SOON = Interval(elapsed=timedelta(hours=4))
COMPARTMENTS = ("common", "location", "contact", "safety", "management")


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
    victim = _open_file(case, FileRole.VICTIM, content.victim, actor, at)
    _write_victim(victim, content, actor, at)
    if content.person_of_concern is not None:
        other = _open_file(case, FileRole.PERSON_OF_CONCERN, content.person_of_concern, actor, at)
        _write_person(other, content.person_of_concern, actor, at)
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
                    next_due_at=min(due_at, deadlines.due_after(at, _SOON)) if content.is_emergency else due_at,
                    next_due_kind=TaskKind.TRIAGE,
                )
        except IntegrityError:
            continue
    raise RuntimeError("no free reference was found")


def _open_file(case: Case, role: str, person: Person, actor: Membership, at: datetime) -> File:
    file = File(id=new_id(), case=case, role=role, holder=case.programme.lead_agency, created_at=at)
    vault.create_file_keys(file_id=file.pk, compartments=COMPARTMENTS)
    file.name = entries.seal_json(
        {"text": person.display_name},
        file_id=file.pk,
        compartment="common",
        row=file.pk,
        model="cases.File",
        field="name",
    )
    file.save(force_insert=True)
    index_names(file, person)
    return file


def index_names(file: File, person: Person) -> None:
    """Put the person's names in the blind index, on the side that may search for them."""
    side = "management" if file.role == FileRole.PERSON_OF_CONCERN else "victim"
    tokens = blind.name_tokens(person.given_name, person.family_name)
    NameToken.objects.bulk_create(
        NameToken(token=token, is_exact=is_exact, file=file, case_id=file.case_id, side=side)
        for is_exact, group in ((True, tokens.exact), (False, tokens.phonetic))
        for token in dict.fromkeys(group)
    )


def _write_person(file: File, person: Person, actor: Membership, at: datetime) -> None:
    _add(
        file,
        "identity.core",
        actor,
        at,
        text=f"{person.given_name} {person.family_name}".strip(),
        data={
            "given_name": person.given_name,
            "family_name": person.family_name,
            "born_on": person.born_on.isoformat() if person.born_on else "",
            "language": person.language,
        },
        form="identity:1",
    )


def _write_victim(file: File, content: ReferralContent, actor: Membership, at: datetime) -> None:
    person = content.victim
    _write_person(file, person, actor, at)
    if person.phone or content.safe_contact_note:
        _add(
            file,
            "contact.safe",
            actor,
            at,
            text=content.safe_contact_note,
            data={"phone": person.phone},
            form="contact-given:1",
        )
    if person.address:
        _add(file, "location.confidential", actor, at, text=person.address, form="address:1")
    _add(file, "incident.facts", actor, at, text=content.incident, observed_on=content.incident_on, form="referral:1")
    if content.indicators:
        _add(file, "threat.indicators", actor, at, data={"indicators": list(content.indicators)}, form="indicators:1")
    if content.reasons:
        _add(file, "incident.facts", actor, at, text=content.reasons, kind=Kind.OPINION, form="reasons:1")
    if content.children:
        _add(file, "incident.facts", actor, at, text=content.children, form="children:1")
    if content.police_orders:
        _add(file, "justice.orders", actor, at, text=content.police_orders, form="orders:1")


def _add(
    file: File,
    category: str,
    actor: Membership,
    at: datetime,
    *,
    text: str = "",
    data: Mapping[str, Any] | None = None,
    kind: str = Kind.FACT,
    observed_on: date | None = None,
    form: str,
) -> None:
    """What is referred to a programme is held by it, bound by the law of who sent it."""
    entries.write_entry(
        file=file,
        category=category,
        actor=actor,
        at=at,
        text=text,
        data=data,
        kind=kind,
        observed_on=observed_on,
        form=form,
        holder=file.holder,
    )
