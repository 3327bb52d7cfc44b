"""Situations described by what matters in them. Everything here is fictional."""

import datetime
import itertools

from egide.cases import intake
from egide.cases.models import Case, Programme
from egide.cases.services import contacting, documents, enrolling, people, referring, triaging
from egide.partners.models import (
    Account,
    Agency,
    Agreement,
    AgreementParty,
    Jurisdiction,
    Membership,
    Role,
    Sector,
    TrainingRecord,
)
from egide.uploads.inspecting import Inspected
from egide.uploads.kinds import KINDS
from tests.conftest import NOON
from tests.replay import once
from tests.uploads import files

_number = itertools.count(1)
DAY = datetime.timedelta(days=1)
SHARED = (
    "identity.core",
    "contact.safe",
    "location.confidential",
    "incident.facts",
    "threat.indicators",
    "risk.assessment.summary",
    "plan.safety",
    "plan.management",
    "health.general",
    "justice.orders",
    "conference.record",
    "referral.status",
)

#: A picture that was made anew, without the process that does it.
A_PICTURE = Inspected(KINDS["png"], files.picture("PNG"), (("when", "2026:11:01 10:00:00"),), 1, 40, 30)


def an_area(code="fredericton"):
    return Jurisdiction.objects.get_or_create(
        code=code, defaults={"kind": "city", "name_en": code.title(), "name_fr": code.title()}
    )[0]


def an_agency(sector=Sector.POLICE, *, regimes=("ca-nb-rtippa",), signed=True, area=None):
    n = next(_number)
    agency = Agency.objects.create(
        code=f"agency-{n}",
        name_en=f"Agency {n}",
        name_fr=f"Organisme {n}",
        sector=sector,
        jurisdiction=area or an_area(),
        regimes=list(regimes),
    )
    if signed:
        sign(agency)
    return agency


def sign(agency, *, on=None):
    agreement, _new = Agreement.objects.get_or_create(
        code="ccr",
        defaults={
            "kind": "confidentiality",
            "title_en": "CCR agreement",
            "title_fr": "Entente RCC",
            "starts_on": NOON.date() - 400 * DAY,
        },
    )
    return AgreementParty.objects.create(
        agreement=agreement,
        agency=agency,
        signed_by_name="A. Director",
        signed_on=on or NOON.date() - 300 * DAY,
    )


def a_member(agency, role=Role.TEAM_MEMBER, *, account=None, areas=(), trained=True):
    n = next(_number)
    account = account or Account.objects.create_user(
        username=f"person{n}", email=f"person{n}@example.test", full_name=f"Person {n}", home_agency=agency
    )
    member = Membership.objects.create(
        account=account, agency=agency, role=role, starts_on=NOON.date() - 500 * DAY
    )
    member.areas.set(areas)
    if trained:
        train(member)
    return member


def train(member, *, until=None, course="sharing-safely"):
    """Record a course for a member; somebody else did it."""
    other, _new = Account.objects.get_or_create(username="who-trains", defaults={"full_name": "Who Trains"})
    recorder, _new = Membership.objects.get_or_create(
        account=other,
        agency=member.agency,
        role=Role.TRAINER,
        defaults={"starts_on": NOON.date() - 500 * DAY},
    )
    return TrainingRecord.objects.create(
        membership=member,
        account=member.account,
        course=course,
        completed_on=NOON.date() - 100 * DAY,
        valid_until=until or NOON + 600 * DAY,
        recorded_by=recorder,
        recorded_by_account=other,
        recorded_at=NOON - 100 * DAY,
    )


class World:
    """One programme with its partners: a lead of victim services, police, health, school, probation."""

    def __init__(self, code="fre", *, protocol="ccr", area=None):
        self.has_cases = False
        self.area = area or an_area(code)
        self.lead = an_agency(Sector.VICTIM_SERVICES, area=self.area)
        self.police_agency = an_agency(Sector.POLICE, area=self.area)
        self.health_agency = an_agency(Sector.HEALTH, regimes=("ca-nb-phipaa",), area=self.area)
        self.school_agency = an_agency(Sector.EDUCATION, area=self.area)
        self.probation_agency = an_agency(Sector.JUSTICE, area=self.area)
        self.programme = Programme.objects.create(
            code=f"{protocol}-{code}",
            prefix=code[:3].upper(),
            protocol_code=protocol,
            name_en=f"CCR {code}",
            name_fr=f"RCC {code}",
            area=self.area,
            lead_agency=self.lead,
        )
        self.partners = [self.police_agency, self.health_agency, self.school_agency, self.probation_agency]
        self.programme.partners.set(self.partners)
        self.coordinator = a_member(self.lead, Role.COORDINATOR, areas=[self.area])
        self.second = a_member(self.lead, Role.COORDINATOR, areas=[self.area])
        self.advocate = a_member(self.lead, Role.ADVOCATE, areas=[self.area])
        self.chair = a_member(self.lead, Role.CHAIR, areas=[self.area])
        self.officer = a_member(self.police_agency)
        self.referrer = a_member(self.police_agency, Role.REFERRER)
        self.nurse = a_member(self.health_agency)
        self.teacher = a_member(self.school_agency)
        self.probation = a_member(self.probation_agency)

    def referral(self, *, at=NOON, given="Marie-Ève", family="Thériault", **content):
        self.has_cases = True
        victim = content.pop("victim", None)
        content.setdefault("incident", "Threatened her with a knife; children in the next room.")
        content.setdefault(
            "person_of_concern",
            intake.Person(given_name="Luc", family_name="Cyr", born_on=datetime.date(1984, 2, 3)),
        )
        return referring.refer(
            programme_id=self.programme.pk,
            content=intake.ReferralContent(
                victim=victim
                or intake.Person(
                    given_name=given,
                    family_name=family,
                    language="fr",
                    phone="506-555-0101",
                    address="12, rue Union",
                ),
                **content,
            ),
            actor=self.referrer,
            at=at,
        )

    def consent(self, *, at=NOON, agencies=None, **fields):
        named = self.partners if agencies is None else agencies
        return {
            "recipients": [agency.pk for agency in named],
            "categories": list(SHARED),
            "purposes": ["case_management", "victim_safety", "threat_assessment"],
            "expires_at": at + 180 * DAY,
            "form": "written",
            "language": "fr",
            "text_version": "ccr-1",
            "capacity_confirmed": True,
            "free_choice_confirmed": True,
            **fields,
        }

    def accepted(self, **content):
        case = self.referral(**content).case
        triaging.accept_referral(case_id=case.pk, reason="High danger.", actor=self.coordinator, at=NOON)
        return Case.objects.get(pk=case.pk)

    def eligible(self, **content):
        case = self.accepted(**content)
        enrolling.decide_eligibility(
            case_id=case.pk,
            is_eligible=True,
            doors=["judgement"],
            reasons="Strangled once; weapons.",
            actor=self.coordinator,
            at=NOON,
        )
        return Case.objects.get(pk=case.pk)

    def active(self, *, agencies=None, **content):
        """A case its services made, or its rows put back where nothing but this world stands."""
        if self.has_cases:
            return self._enrolled(agencies, content)
        named = None if agencies is None else [agency.pk for agency in agencies]
        case = once(f"active {named} {content}", lambda _world: self._enrolled(agencies, content))
        self.has_cases = True
        return case

    def _enrolled(self, agencies, content):
        case = self.eligible(**content)
        enrolling.enrol(
            case_id=case.pk, consent=self.consent(agencies=agencies), actor=self.advocate, at=NOON
        )
        return Case.objects.get(pk=case.pk)

    def safe_contact(self, case, **answers):
        return contacting.record_safe_contact(
            case_id=case.pk,
            answers={
                "channels": ["phone"],
                "windows": [{"days": [0, 1, 2, 3, 4], "start": "09:00", "end": "15:00"}],
                "may_leave_message": False,
                "phone": "506-555-0101",
                "code_word": "bleuets",
                **answers,
            },
            actor=self.advocate,
            at=NOON,
        )

    def somebody(self, case, *, role="child", given="Zoé", family="Thériault", why="Saw it.", **said):
        """A child, or another person at risk, added to a case after it was referred."""
        return people.add_person(
            case_id=case.pk,
            role=role,
            person=intake.Person(given_name=given, family_name=family, language="fr"),
            why=why,
            actor=self.advocate,
            at=NOON,
            **said,
        )

    def document(self, case, *, role="victim", category="incident.facts", actor=None, made=None, **said):
        """Add a document, as its check page does; a small picture unless another one was made."""
        file, actor = case.files.get(role=role), actor or self.officer
        pending = documents.bring(
            case_id=case.pk,
            said=documents.Said(
                file.pk,
                category,
                said.pop("title", "Photo of the door"),
                said.pop("text", "A broken lock."),
                **said,
            ),
            brought=documents.Brought(made or A_PICTURE, "IMG_0042.png", b"as it came"),
            actor=actor,
            at=NOON,
        )
        return documents.add_document(case_id=case.pk, pending_id=pending.pk, actor=actor, at=NOON)
