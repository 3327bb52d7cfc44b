"""One case with something in every compartment, and everyone who may or may not know of it."""

from dataclasses import dataclass, field
from typing import Any

from egide.cases.models import Entry, File
from egide.cases.models.file import FileRole
from egide.cases.services import entries, planning, tasks
from egide.partners.models import Role, Sector
from egide.sharing import services as sharing
from egide.sharing.rules.categories import STORED
from tests.conftest import NOON
from tests.factories import DAY, a_member, an_agency

PURPOSE = "case_management"


@dataclass
class Situation:
    """A case, its files, and its people by what they are to it."""

    world: Any
    case: Any
    victim: File
    concern: File
    people: dict[str, Any] = field(default_factory=dict)

    def open(self, who, *, file=None, purpose=PURPOSE, at=NOON, **more):
        actor = self.people[who] if isinstance(who, str) else who
        return sharing.open_file(actor=actor, file=file or self.victim, purpose=purpose, at=at, **more)

    def explain(self, who, *, file=None, purpose=PURPOSE, at=NOON, **more):
        actor = self.people[who] if isinstance(who, str) else who
        return sharing.explain(actor=actor, file=file or self.victim, purpose=purpose, at=at, **more)

    def write(self, category, text="Some words.", *, by="advocate", file=None, **more):
        return entries.write_entry(
            file=file or self.victim, category=category, text=text, actor=self.people[by], at=NOON, **more
        )


def everyone(world):
    """Answer every member of the world, with three who are strangers to its cases."""
    elsewhere = an_agency(Sector.SOCIAL_SERVICES, area=world.area)
    people = {
        name: getattr(world, name)
        for name in (
            "coordinator",
            "second",
            "advocate",
            "chair",
            "officer",
            "nurse",
            "teacher",
            "probation",
            "referrer",
        )
    }
    people["stranger"] = a_member(elsewhere)
    people["privacy_officer"] = a_member(world.lead, Role.PRIVACY_OFFICER, areas=[world.area])
    people["evaluator"] = a_member(an_agency(Sector.EVALUATOR, area=world.area), Role.EVALUATOR)
    return people


def situation(world, *, fill=True, **consent):
    """An active case; with `fill`, one entry of every category that is stored, by those who would write it."""
    case = world.eligible()
    from egide.cases.services import enrolling

    enrolling.enrol(case_id=case.pk, consent=world.consent(**consent), actor=world.advocate, at=NOON)
    case.refresh_from_db()
    victim, concern = entries.subject_file(case), entries.file_of(case, FileRole.PERSON_OF_CONCERN)
    made = Situation(world, case, victim, concern, everyone(world))
    if fill:
        _fill(made)
    return made


def _fill(s):
    w, case = s.world, s.case
    w.safe_contact(case)
    planning.write_plan(
        case_id=case.pk,
        sections={"leaving": "Bag at her sister's."},
        made_with="in_person",
        actor=w.advocate,
        at=NOON,
    )
    planning.record_help(
        case_id=case.pk, kind="service_named", text="Escale house.", actor=w.advocate, at=NOON
    )
    for who, category in (
        ("nurse", "health.general"),
        ("teacher", "education.record"),
        ("officer", "justice.history"),
    ):
        s.write(category, by=who)
    tasks.add_task(
        case_id=case.pk,
        text="Change the locks.",
        side="victim",
        agency_id=w.lead.pk,
        due_at=NOON + DAY,
        actor=w.coordinator,
        at=NOON,
    )
    there = set(Entry.objects.filter(file=s.victim).order_by().values_list("category", flat=True))
    for category in sorted(set(STORED) - there):
        s.write(category)
    for category in ("justice.orders", "plan.management", "identity.core", "social.services"):
        s.write(category, file=s.concern, by="officer")
