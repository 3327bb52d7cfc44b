"""Between the two sides: marked words put wherever the victim's side writes, then looked for everywhere else.

Source: domain/information-sharing.md §7.1, design §2.4.
"""

import logging
import traceback

import pytest
from django.utils import translation

from egide.cases import intake
from egide.cases.models import Case, Entry
from egide.cases.queries.casefile import task_record
from egide.cases.services import (
    consenting,
    contacting,
    enrolling,
    entries,
    noting,
    planning,
    referring,
    tasks,
)
from egide.common.errors import NotVisible, PermissionDenied
from egide.ledger.models import Entry as LedgerEntry
from egide.partners.models import Role, Sector
from egide.sharing import opening
from egide.sharing import services as sharing
from egide.sharing.rules.decision import PURPOSES
from egide.vault import errors
from egide.vault.fields import ciphertext_of
from tests.conftest import NOON
from tests.factories import DAY, World, a_member, an_agency
from tests.sharing.situations import Situation, everyone

pytestmark = pytest.mark.django_db

#: What the other side must never come across, in any form.
ADDRESS, PHONE, CODE_WORD = "77 rue Zibeline", "506-555-0777", "zinnia-pourpre"
PLAN, CONSENT, SERVICE, LEGAL = (
    "valise chez Zoraïde",
    "zut-mon-consentement",
    "Maison Zéphyr",
    "zone-de-recours",
)
TASK, OVERRIDE, REPORTER, HEALTH = (
    "changer les zerrures",
    "zèle-ce-soir",
    "zélatrice-voisine",
    "zona-et-ecchymoses",
)
CHILD, SCHOOL, STAFF = "zouave-le-cadet", "école Zola", "Zénaïde Intervenante"
ORDER = "zigzag-sans-préavis"
MARKS = (
    ADDRESS, PHONE, CODE_WORD, PLAN, CONSENT, SERVICE, LEGAL, TASK, OVERRIDE, REPORTER, HEALTH, CHILD, SCHOOL,
    ORDER, STAFF,
)  # fmt: skip
#: What even the existence of the case must not give away to those who are no part of it.
NAME = "Zirconia"


@pytest.fixture
def s(world):
    """A case whose victim's side is full of marks, with the reader's side present too."""
    world.advocate.account.full_name = STAFF
    world.advocate.account.save()
    case = referring.refer(
        programme_id=world.programme.pk,
        content=intake.ReferralContent(
            victim=intake.Person(
                given_name=NAME, family_name="Marqueuse", language="fr", phone=PHONE, address=ADDRESS
            ),
            person_of_concern=intake.Person(given_name="Luc", family_name="Cyr"),
            incident="Threatened her.",
            safe_contact_note=CODE_WORD,
        ),
        actor=world.referrer,
        at=NOON,
    ).case
    _follow(world, case)
    case = Case.objects.get(pk=case.pk)
    victim, concern = entries.subject_file(case), entries.file_of(case, "person_of_concern")
    made = Situation(world, case, victim, concern, everyone(world))
    made.people["probation_chair"] = a_member(world.probation_agency, Role.CHAIR)
    made.people["parole"] = a_member(_second_justice_agency(world, case))
    made.people["recused"] = world.officer
    made.people["recused_staff"] = world.second
    for who in ("recused", "recused_staff"):
        sharing.recuse(
            case_id=case.pk,
            membership=made.people[who],
            reason_code="relative",
            actor=world.coordinator,
            at=NOON,
        )
    made.people["other_coordinator"] = World("edm").coordinator
    return made


def _follow(world, case):
    from egide.cases.services import triaging

    triaging.accept_referral(case_id=case.pk, reason="High danger.", actor=world.coordinator, at=NOON)
    enrolling.decide_eligibility(
        case_id=case.pk,
        is_eligible=True,
        doors=["judgement"],
        reasons="Weapons.",
        actor=world.coordinator,
        at=NOON,
    )
    consenting.refuse_consent(
        case_id=case.pk, words=CONSENT, still_done=["legal_information"], actor=world.advocate, at=NOON
    )
    every = [
        *world.consent()["categories"],
        "consent.record",
        "health.mental",
        "education.record",
        "child.protection",
    ]
    enrolling.enrol(case_id=case.pk, consent=world.consent(categories=every), actor=world.advocate, at=NOON)
    case = Case.objects.get(pk=case.pk)
    world.safe_contact(case, phone=PHONE, code_word=CODE_WORD, note=CODE_WORD, who_may_answer=CHILD)
    contacting.begin_contact(
        case_id=case.pk, channel="email", actor=world.advocate, at=NOON, override_reason=OVERRIDE
    )
    planning.write_plan(
        case_id=case.pk,
        sections={"leaving": PLAN, "code_word": CODE_WORD, "work_school": SCHOOL},
        made_with="in_person",
        actor=world.advocate,
        at=NOON,
    )
    planning.record_help(case_id=case.pk, kind="service_named", text=SERVICE, actor=world.advocate, at=NOON)
    planning.record_help(case_id=case.pk, kind="legal_information", text=LEGAL, actor=world.advocate, at=NOON)
    tasks.add_task(
        case_id=case.pk,
        text=TASK,
        side="victim",
        agency_id=world.lead.pk,
        due_at=NOON + DAY,
        actor=world.advocate,
        at=NOON,
    )
    victim = entries.subject_file(case)
    for category, words, who in (
        ("reporter.identity", REPORTER, world.referrer),
        ("identity.protected", CHILD, world.advocate),
        ("social.services", SERVICE, world.advocate),
        ("risk.assessment.answers", HEALTH, world.advocate),
    ):
        entries.write_entry(file=victim, category=category, text=words, actor=who, at=NOON)
    for category, words, who in (
        ("health.general", HEALTH, world.nurse),
        ("education.record", SCHOOL, world.teacher),
        ("child.protection", CHILD, world.nurse),
        ("incident.facts", "Seen at the door.", world.advocate),
    ):
        noting.add_note(
            case_id=case.pk, file_id=victim.pk, category=category, kind="fact", text=words, actor=who, at=NOON
        )
    for file in case.files.order_by("pk"):
        noting.add_note(
            case_id=case.pk, file_id=file.pk, category="justice.orders", kind="fact", text=ORDER,
            is_unserved=True, actor=world.officer, at=NOON,
        )  # fmt: skip


def _second_justice_agency(world, case):
    """A justice agency that came to the case later, by assignment, without being named in the consent."""
    agency = an_agency(Sector.JUSTICE, area=world.area)
    sharing.assign(case_id=case.pk, agency=agency, side="management", actor=world.coordinator, at=NOON)
    return agency


def everything_said(s, who):
    """Answer, as one text, all that any door of sharing gives this reader: values, errors, their printed forms."""
    actor, said = s.people[who], []

    def say(value):
        said.append(f"{value!r} {value}")
        return value

    def attempt(act):
        try:
            return say(act())
        except (NotVisible, PermissionDenied) as error:
            said.append("".join(traceback.format_exception(error)))
            return None

    records = [task_record(task) for task in s.case.tasks.exclude(text=None).order_by("pk")]
    records += [s.victim.name_record(), s.concern.name_record()]
    for purpose in (*PURPOSES, "marketing"):
        for files in ([s.victim], [s.concern], [s.victim, s.concern]):
            view = attempt(
                lambda files=files, purpose=purpose: sharing.open_files(
                    actor=actor, files=files, purpose=purpose, at=NOON,
                    records=[r for r in records if r.file_id in {f.pk for f in files}],
                )
            )  # fmt: skip
            if view is not None:
                _read(view, say)
        for file in (s.victim, s.concern):
            told = attempt(lambda f=file, p=purpose: sharing.explain(actor=actor, file=f, purpose=p, at=NOON))
            for one in told or []:
                say([one, one.texts, one.rules, one.level])
            attempt(
                lambda f=file, p=purpose: sharing.open_records(
                    actor=actor, file=f, purpose=p, at=NOON, records=[r for r in records if r.file_id == f.pk]
                )
            )
        attempt(
            lambda p=purpose: sharing.open_names(actor=actor, files=[s.victim, s.concern], purpose=p, at=NOON)
        )
    return "\n".join(said)


def _read(view, say):
    for item in view.items:
        say([item, dict(item.content), item.text, item.meta])
    for one in view.withheld:
        for language in ("en", "fr"):
            with translation.override(language):
                say([one, one.texts, one.rules])
        say(str(sharing.withheld_error(view, one.category)))
    say([view.classes, view.consents, view.side])


#: Who works with the person of concern, and who is no part of the case at all.
OTHER_SIDE = ("probation", "probation_chair", "parole")
NO_PART = (
    "recused",
    "recused_staff",
    "stranger",
    "referrer",
    "privacy_officer",
    "evaluator",
    "other_coordinator",
)


def test_the_marks_are_there_to_be_found(s):
    """Otherwise the tests below would prove nothing."""
    everywhere = everything_said(s, "coordinator") + everything_said(s, "advocate")
    everywhere += everything_said(s, "nurse") + everything_said(s, "teacher")

    assert [mark for mark in (*MARKS, NAME) if mark not in everywhere] == [REPORTER]
    assert Entry.objects.filter(category="reporter.identity").exists()


@pytest.mark.parametrize("who", OTHER_SIDE)
def test_nothing_of_what_protects_her_reaches_the_other_side(s, who, caplog):
    caplog.set_level(logging.DEBUG)
    before = set(LedgerEntry.objects.order_by().values_list("pk", flat=True))

    said = everything_said(s, who)

    written = "".join(
        LedgerEntry.objects.exclude(pk__in=before).order_by("pk").values_list("body", flat=True)
    )
    for mark in MARKS:
        assert mark not in said
        assert mark not in caplog.text
        assert mark not in written
    assert "Luc Cyr" in said or who == "parole"  # that side is really open


@pytest.mark.parametrize("who", NO_PART)
def test_nothing_at_all_reaches_those_who_are_no_part_of_it(s, who, caplog):
    caplog.set_level(logging.DEBUG)
    before = set(LedgerEntry.objects.order_by().values_list("pk", flat=True))

    said = everything_said(s, who)

    for mark in (*MARKS, NAME, "Cyr", s.case.reference, str(s.case.pk), str(s.victim.pk)):
        assert mark not in said
        assert mark not in caplog.text
    assert set(LedgerEntry.objects.order_by().values_list("pk", flat=True)) == before


@pytest.mark.parametrize("who", OTHER_SIDE)
def test_the_other_side_is_not_told_that_any_of_it_exists(s, who):
    for purpose in PURPOSES:
        view = s.open(who, purpose=purpose)
        told = {one.category for one in (*view.classes, *view.withheld, *view.items)}
        assert not told & {
            "contact.safe", "location.confidential", "plan.safety", "referral.status", "consent.record",
            "reporter.identity", "identity.protected", "social.services", "child.protection", "health.general",
            "education.record", "risk.assessment.answers",
        }  # fmt: skip
        assert view.consents == ()


def test_the_other_side_sees_the_same_with_and_without_a_protected_side(world):
    """The same case twice, once with nothing of hers in it: what probation gets has the same shape."""

    def shape(is_full):
        case = world.active(given=NAME if is_full else "Anne")
        if is_full:
            world.safe_contact(case)
            planning.write_plan(
                case_id=case.pk,
                sections={"leaving": PLAN},
                made_with="in_person",
                actor=world.advocate,
                at=NOON,
            )
            planning.record_help(
                case_id=case.pk, kind="service_named", text=SERVICE, actor=world.advocate, at=NOON
            )
        view = sharing.open_file(
            actor=world.probation, file=entries.subject_file(case), purpose="case_management", at=NOON
        )
        return (
            sorted((one.category, one.level, one.rules, tuple(one.texts)) for one in view.classes),
            sorted(
                (item.category, item.level, sorted(item.content), sorted(item.meta)) for item in view.items
            ),
            view.side,
            view.consents,
        )

    assert shape(True) == shape(False)


def test_the_other_side_does_not_learn_who_wrote_but_for_its_own(s):
    s.write("conference.record", "Her wishes.", by="advocate")
    s.write("justice.orders", "No contact.", by="advocate")
    s.write("conference.record", "Ours.", by="probation")

    view = s.open("probation")

    assert "Her wishes." not in {i.text for i in view.items}
    assert {"No contact.", "Ours."} <= {i.text for i in view.items}

    own = s.people["probation"].agency_id
    assert {i.meta["author_name"] for i in view.items if i.holder_id != own and i.meta} == {None}
    assert {i.meta["agency_id"] for i in view.items if i.holder_id != own and i.meta} == {None}
    assert s.people["probation"].person_name in {
        i.meta["author_name"] for i in view.items if i.holder_id == own
    }
    assert STAFF in {i.meta["author_name"] for i in s.open("nurse").items}


def test_a_damaged_row_tells_neither_side_anything(s, caplog):
    row = Entry.objects.filter(file=s.victim, category="incident.facts").order_by("pk").first()
    Entry.objects.filter(pk=row.pk).update(content=ciphertext_of(row.content)[:-1])

    for who in ("advocate", "probation"):
        with pytest.raises(errors.Damaged) as said:
            s.open(who)
        report = "".join(
            traceback.TracebackException.from_exception(said.value, capture_locals=True).format()
        )
        for mark in MARKS:
            if mark != STAFF:  # the locals name the reader
                assert mark not in report
            assert mark not in caplog.text


def test_an_error_after_unsealing_takes_no_words_into_its_report(s, monkeypatch):
    """An error report prints local variables; opened items are among them, their words are not."""

    def fails(*_args, **_kwargs):
        raise OSError("no space left on device")

    monkeypatch.setattr(opening.ledger, "record_many", fails)

    with pytest.raises(OSError) as said:
        s.open("advocate")

    report = "".join(traceback.TracebackException.from_exception(said.value, capture_locals=True).format())
    assert "OpenedItem" in report
    for mark in set(MARKS) - {STAFF}:
        assert mark not in report


def test_an_item_prints_what_it_is_and_not_what_it_says(s):
    for item in s.open("advocate").items:
        for printed in (repr(item), str(item), f"{item}", f"{[item]}"):
            assert item.category in printed
            assert not any(mark in printed for mark in MARKS)
