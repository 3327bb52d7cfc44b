"""What one side of a case has, and the other must not know: each made by the service that makes it, in marked words."""

from egide.cases.models import EndNotice, Entry
from egide.cases.services import (
    accessing,
    conferring,
    contacting,
    documents,
    entries,
    inquiring,
    linking,
    matching,
    noting,
    own_consent,
    planning,
    releasing,
    tasks,
    transferring,
)
from egide.partners.models import Role
from egide.sharing import emergency
from egide.sharing.models import Consent
from tests.conftest import NOON
from tests.factories import A_PICTURE, DAY, World, a_member

CHILD, COUSIN = "Zouave Zibeline", "Zita Zibeline"
MARKS = (CHILD, COUSIN, "Zibeline", "77 rue Zircon", "506-555-0777")
#: Kinds of information of the victim's side that exist for nobody on the other (domain/information-sharing.md §7.1).
HERS = (
    "contact.safe", "location.confidential", "referral.status", "social.services", "child.protection",
    "health.general", "health.mental", "education.record", "reporter.identity", "identity.protected",
    "identity.immigration", "risk.assessment.answers", "plan.safety",
)  # fmt: skip


def begun(world, *, seat=None):
    """The case both worlds share: enrolled, on an agenda, named in the consent the agencies of two areas."""
    world.there = World("edm")
    world.case = world.active(agencies=[*world.partners, world.there.lead])
    world.victim_file = entries.subject_file(world.case).pk
    world.concern_file = world.case.files.get(role="person_of_concern").pk
    seats = [(world.chair, "chair"), (world.coordinator, "coordinator")]
    if seat is not None:
        seats.append((seat, "team_member"))
    world.sitting = conferring.call_conference(
        programme_id=world.programme.pk, starts_at=NOON + DAY, kind="regular", seats=seats,
        actor=world.coordinator, at=NOON,
    )  # fmt: skip
    world.item = conferring.put_on_agenda(
        conference_id=world.sitting.pk, case_id=world.case.pk, actor=world.coordinator, at=NOON
    )
    world.named, world.patrol = a_member(world.police_agency), a_member(world.police_agency)
    emergency.name_user(
        membership=world.named,
        actor=a_member(world.lead, Role.PRIVACY_OFFICER, areas=[world.area]),
        at=NOON,
    )
    noting.add_note(
        case_id=world.case.pk, file_id=world.concern_file, category="justice.history", kind="fact",
        text="Weekly visit.", actor=world.probation, at=NOON,
    )  # fmt: skip
    tasks.add_task(
        case_id=world.case.pk, text="Visit.", side="management", agency_id=world.probation_agency.pk,
        due_at=NOON + 3 * DAY, actor=world.coordinator, at=NOON,
    )  # fmt: skip
    return world


def words_of_hers(world):
    """Entries of every kind that is hers alone, a new address, a safe contact, a plan, what was said to her."""
    file = entries.subject_file(world.case)
    for category in HERS:
        for words in MARKS[3:]:
            entries.write_entry(file=file, category=category, text=words, actor=world.advocate, at=NOON)
    world.safe_contact(world.case, phone=MARKS[4], code_word="zinnia")
    contacting.begin_contact(
        case_id=world.case.pk, channel="email", actor=world.advocate, at=NOON, override_reason="Zeal."
    )
    plan = planning.write_plan(
        case_id=world.case.pk, sections={"leaving": f"Bag at {MARKS[3]}."}, made_with="in_person",
        actor=world.advocate, at=NOON,
    )  # fmt: skip
    planning.agree_plan(plan_id=plan.pk, content_id=plan.content_id, actor=world.advocate, at=NOON)
    for kind in ("service_named", "legal_information"):
        planning.record_help(case_id=world.case.pk, kind=kind, text="Z house.", actor=world.advocate, at=NOON)


def tasks_of_hers(world):
    """Tasks of her side: to come, late and done, for the lead and for a partner."""
    for agency, due in ((world.lead, NOON + DAY), (world.police_agency, NOON + 2 * DAY)):
        tasks.add_task(
            case_id=world.case.pk, text="Zone to watch.", side="victim", agency_id=agency.pk, due_at=due,
            actor=world.advocate, at=NOON,
        )  # fmt: skip


def a_release(world):
    releasing.record_release(
        case_id=world.case.pk, place="custody", expected_on=(NOON + 9 * DAY).date(), is_known=True,
        words="Zeroed.", actor=world.advocate, at=NOON,
    )  # fmt: skip


def unserved_orders(world):
    for pk in (world.victim_file, world.concern_file):
        noting.add_note(
            case_id=world.case.pk, file_id=pk, category="justice.orders", kind="fact", text="Zigzag.",
            is_unserved=True, actor=world.patrol, at=NOON,
        )  # fmt: skip


def documents_of_hers(world):
    """One kept, one that waits to be checked."""
    world.paper = world.document(
        world.case, category="health.general", actor=world.coordinator, title="Zona", text="Zoom."
    )
    world.brought = documents.bring(
        case_id=world.case.pk,
        said=documents.Said(world.paper.file_id, "health.general", "Photo", "A hole."),
        brought=documents.Brought(A_PICTURE, "IMG_0777.png", b"as it came"),
        actor=world.coordinator,
        at=NOON,
    )


def children(world):
    """A child and another person at risk, each with a file, a note, and the child's own consent."""
    world.child = world.somebody(world.case, given="Zouave", family="Zibeline")
    other = world.somebody(world.case, role="other_at_risk", given="Zita", family="Zibeline")
    world.hidden_file = world.child.pk
    for file in (world.child, other):
        entries.write_entry(
            file=file, category="education.record", text="École Zola.", actor=world.advocate, at=NOON
        )
    said = world.consent(agencies=[world.school_agency], categories=["education.record"])
    own_consent.give_own_consent(
        case_id=world.case.pk, file_id=world.child.pk,
        consent={**said, "expires_at": NOON + 90 * DAY, "given_by": "guardian"},
        giver="Her aunt, who has custody", actor=world.advocate, at=NOON,
    )  # fmt: skip


def asked_of_her(world):
    """A call that asked after her, and a request of hers for her own file."""
    world.inquiry = inquiring.record_inquiry(
        side="unknown", identity_check="none", language="en",
        words={"asker": "A voice", "asked": CHILD}, actor=world.coordinator, at=NOON,
    )  # fmt: skip
    world.asked = accessing.record_request(
        case_id=world.case.pk, role="victim", asked_by="person", identified="in_person", way="in_person",
        language="en", words={"place": "At the library.", "proof": "A card."},
        representative_may_be_abuser="", actor=world.coordinator, at=NOON,
    )  # fmt: skip


def a_duplicate(world):
    """Another case about her, linked to this one, and the person said to be the same."""
    world.received = world.referral(given="Zita", family="Zibeline").case
    linking.link_cases(
        case_id=world.case.pk, other_id=world.received.pk, kind="repeat", actor=world.coordinator, at=NOON
    )
    matching.answer_same_person(
        file_id=world.victim_file, other_id=world.received.files.get(role="victim").pk, answer="same",
        reason="I spoke with both.", actor=world.coordinator, at=NOON,
    )  # fmt: skip
    world.hidden_cases = [world.received.pk]
    world.hidden_references = [world.received.reference]


def an_emergency_conference(world):
    """A sitting called at once, in which others sit; and the case opened in an emergency by somebody else."""
    world.hidden_sitting = conferring.call_conference(
        programme_id=world.programme.pk, starts_at=NOON + DAY / 4, kind="emergency",
        seats=[(world.chair, "chair"), (world.coordinator, "coordinator"), (world.advocate, "advocate")],
        actor=world.coordinator, at=NOON,
    )  # fmt: skip
    item = conferring.put_on_agenda(
        conference_id=world.hidden_sitting.pk, case_id=world.case.pk, actor=world.coordinator, at=NOON
    )
    conferring.open_conference(conference_id=world.hidden_sitting.pk, actor=world.chair, at=NOON)
    world.hidden_item = item


def an_emergency_access(world):
    emergency.open_access(
        case_id=world.case.pk, file_id=world.victim_file, reason="Zero hour.", actor=world.named, at=NOON
    )


def a_notice(world):
    """The police must stop using some of what they received of hers."""
    EndNotice.objects.create(
        case=world.case, agency=world.police_agency, file_id=world.victim_file, is_partial=True,
        consent=Consent.objects.filter(file_id=world.victim_file).order_by("pk").first(),
        ended_on=NOON.date(), made_at=NOON, due_at=NOON,
    )  # fmt: skip


def a_transfer(world):
    world.transfer = transferring.propose_transfer(
        case_id=world.case.pk,
        programme_id=world.there.programme.pk,
        said=transferring.Said(
            why="moves", reason="To Zealand.", told="told", told_by=world.advocate.pk, wishes="Z."
        ),
        actor=world.coordinator,
        at=NOON,
    )


ALL = (
    words_of_hers, tasks_of_hers, a_release, unserved_orders, documents_of_hers, children, asked_of_her,
    a_duplicate, an_emergency_conference, an_emergency_access, a_notice, a_transfer,
)  # fmt: skip


def hide(world, which=ALL):
    """Make them, and write down where each could be asked for."""
    for one in which:
        one(world)
    case, at = str(world.case.pk), {}
    if an_emergency_conference in which:
        sitting, item = str(world.hidden_sitting.pk), str(world.hidden_item.pk)
        for page in ("", "-run", "-conflicts", "-minutes", "-actions"):
            at[f"cases:conference{page}"] = [[sitting]]
        at["cases:conference-item"] = [[sitting, item]]
    if a_transfer in which:
        for page in ("one", "accept", "refuse", "ask", "answer", "withdraw", "return"):
            at[f"cases:transfer-{page}"] = [[str(world.transfer.pk)]]
    if tasks_of_hers in which:
        task = str(world.case.tasks.filter(side="victim").order_by("pk").first().pk)
        at["cases:task-how"] = at["cases:task-done"] = [[case, task]]
    if words_of_hers in which:
        at["cases:had-read"] = [
            [case, str(pk)]
            for pk in Entry.objects.filter(file=world.victim_file)
            .order_by("-pk")
            .values_list("pk", flat=True)[:1]
        ]
    world.hidden_at = at
    return world
