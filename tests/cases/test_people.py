"""Children and others at risk: a file each, a consent of their own, and who may give it."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from egide.cases.lifecycle import State
from egide.cases.models import Case, EndNotice, Entry, File, NameToken, Task
from egide.cases.models.work import TaskKind
from egide.cases.rules import of_age
from egide.cases.services import (
    cascading,
    closing,
    consenting,
    enrolling,
    entries,
    noting,
    own_consent,
    people,
    progressing,
    teaming,
)
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger.models import Entry as LedgerEntry
from egide.sharing import services as sharing
from egide.sharing.models import Assignment, Consent, Disclosure
from egide.sharing.rules.levels import Level
from egide.sharing.rules.policies import policies
from egide.vault import errors
from tests.cases.test_consenting import typed
from tests.cases.test_pages import post, sign_in
from tests.cases.test_protocols import going_on
from tests.conftest import NOON
from tests.factories import DAY, World

pytestmark = pytest.mark.django_db
PURPOSE = "case_management"


def on(*numbers):
    return datetime.date(*numbers)


@pytest.fixture
def case(world):
    return world.active(agencies=[world.police_agency, world.school_agency])


@pytest.fixture
def child(world, case):
    return world.somebody(case, comes_of_age_on=on(2031, 5, 14))


def consent(world, *, agencies=None, ends=90, by="guardian", **fields):
    said = world.consent(agencies=agencies or [world.school_agency], **fields)
    return {**said, "expires_at": NOON + ends * DAY, "given_by": by}


def give(world, child, *, giver="Her aunt, who has custody", actor=None, at=NOON, **fields):
    return own_consent.give_own_consent(
        case_id=child.case_id,
        file_id=child.pk,
        consent=consent(world, **fields),
        giver=giver,
        actor=actor or world.advocate,
        at=at,
    )


def level(member, file, category, at=NOON):
    file = File.objects.select_related("case__programme__lead_agency").get(pk=file.pk)
    found = sharing.explain(actor=member, file=file, purpose=PURPOSE, at=at)
    return max((one.level for one in found if one.category == category), default=Level.NONE)


class TestWhoMayConsent:
    @pytest.mark.parametrize(
        ("is_child", "from_day", "today", "may"),
        [
            (True, None, on(2026, 11, 23), of_age.MINOR),
            (True, on(2027, 1, 1), on(2026, 12, 31), of_age.MINOR),
            (True, on(2027, 1, 1), on(2027, 1, 1), of_age.OF_AGE),
            (False, None, on(2026, 11, 23), of_age.NOT_SAID_A_MINOR),
            (False, on(2027, 1, 1), on(2026, 12, 31), of_age.MINOR),
            (False, on(2027, 1, 1), on(2027, 1, 1), of_age.OF_AGE),
        ],
    )
    def test_follows_the_month_of_coming_of_age(self, is_child, from_day, today, may):
        assert of_age.givers(is_child=is_child, of_age_from=from_day, on=today) == may

    @pytest.mark.parametrize(
        ("of_age_from", "asked"),
        [(on(2027, 5, 1), on(2027, 4, 1)), (on(2027, 1, 1), on(2026, 12, 1))],
    )
    def test_is_asked_a_month_before(self, of_age_from, asked):
        assert of_age.asked_on(of_age_from) == asked

    @pytest.mark.parametrize(
        ("by", "ends_on", "is_too_long"),
        [
            ("guardian", on(2026, 12, 31), False),
            ("guardian", on(2027, 1, 1), True),
            ("tribunal", on(2027, 1, 1), True),
            ("minor", on(2027, 1, 1), False),
        ],
    )
    def test_what_others_sign_ends_before_that_month(self, by, ends_on, is_too_long):
        said = {"given_by": by, "of_age_from": on(2027, 1, 1), "on": on(2026, 11, 23)}

        assert of_age.outlasts_minority(ends_on=ends_on, **said) is is_too_long


class TestAdding:
    def test_makes_a_file_of_their_own_that_no_consent_of_hers_is_for(self, world, case):
        child = world.somebody(case, why="Seen between them.", comes_of_age_on=on(2031, 5, 14))

        assert (child.role, child.is_subject, child.of_age_from) == ("child", False, on(2031, 5, 1))
        assert not Consent.objects.filter(file_id=child.pk).exists()
        assert set(Entry.objects.filter(file=child).values_list("form", flat=True)) == {
            "identity:1",
            "at-risk:1",
        }
        assert set(NameToken.objects.filter(file=child).values_list("side", flat=True)) == {"victim"}
        assert LedgerEntry.objects.filter(subject=child.pk, body__contains="cases.person_added").exists()

    def test_sets_the_day_to_ask_them_themselves(self, world, case):
        child = world.somebody(case, comes_of_age_on=on(2027, 5, 14))

        task = Task.objects.get(file=child, kind=TaskKind.COMES_OF_AGE)
        assert task.due_at.date() == on(2027, 4, 1)
        assert (task.side, task.agency_id) == ("victim", world.lead.pk)

    def test_asks_at_once_when_the_day_is_near(self, world, case):
        child = world.somebody(case, comes_of_age_on=on(2026, 12, 14))

        assert NOON < Task.objects.get(file=child, kind=TaskKind.COMES_OF_AGE).due_at < NOON + 5 * DAY

    def test_counts_children_so_that_one_tells_them_apart(self, world, case, client):
        world.somebody(case, given="Zoé"), world.somebody(case, given="Yan")

        text = sign_in(client, world.advocate).get(case.get_absolute_url()).content.decode()
        assert "Child 1" in text
        assert "Child 2" in text
        assert text.count("Zoé Thériault") == text.count("Yan Thériault") == 1

    def test_is_for_the_programme_and_for_an_open_case(self, world, case):
        for member in (world.officer, world.chair, world.teacher):
            with pytest.raises(PermissionDenied):
                people.add_person(case_id=case.pk, role="child", person=None, why="", actor=member, at=NOON)
        with pytest.raises(NotVisible):
            people.add_person(
                case_id=case.pk, role="child", person=None, why="", actor=World("edm").advocate, at=NOON
            )
        with pytest.raises(Refused, match="child or another"):
            world.somebody(case, role="person_of_concern")
        with pytest.raises(Refused, match="at least one name"):
            world.somebody(case, given=" ", family="")

    def test_is_a_disclosure_to_a_team_that_needs_no_consent(self):
        world = World("atl", protocol="btam")
        case = going_on(world)
        for agency in (world.school_agency, world.probation_agency):
            teaming.bring_in(
                case_id=case.pk,
                agency_id=agency.pk,
                reason="Both know him.",
                actor=world.coordinator,
                at=NOON,
            )

        child = world.somebody(case)

        told = Disclosure.objects.filter(file_id=child.pk).values_list("recipient", "basis")
        assert list(told) == [(world.school_agency.pk, "common_programme")]

    def test_keeps_a_month_and_no_birthday(self, child):
        stored = File.objects.values_list("of_age_month", flat=True).get(pk=child.pk)

        assert stored == 2031 * 12 + 4
        assert File.objects.get(pk=child.pk).of_age_from == on(2031, 5, 1)


class TestHerConsent:
    def test_opens_of_the_child_what_the_programme_needs_and_no_more(self, world, case, child):
        for category in ("incident.facts", "education.record", "health.general"):
            entries.write_entry(file=child, category=category, text="Words.", actor=world.advocate, at=NOON)

        assert level(world.teacher, child, "incident.facts") == Level.VIEW
        assert level(world.teacher, child, "education.record") == Level.NONE
        assert level(world.officer, child, "health.general") == Level.NONE

    def test_withdrawn_closes_what_it_was_the_condition_of_whatever_the_child_said(self, world, case, child):
        give(world, child)
        consenting.withdraw_consent(case_id=case.pk, actor=world.advocate, at=NOON)

        assert Assignment.objects.filter(case_id=case.pk, ends_at__isnull=True).count() == 0
        with pytest.raises(NotVisible):
            level(world.teacher, child, "incident.facts")
        concern = entries.file_of(case, "person_of_concern")
        with pytest.raises(NotVisible):
            level(world.officer, concern, "incident.facts")
        assert Consent.objects.get(file_id=child.pk).withdrawn_at is None


class TestTheirOwnConsent:
    def test_opens_more_of_their_file_and_nothing_of_hers(self, world, case, child):
        hers = entries.subject_file(case)
        for file in (child, hers):
            entries.write_entry(
                file=file, category="education.record", text="Words.", actor=world.advocate, at=NOON
            )
        before = level(world.teacher, hers, "education.record")

        given = give(world, child, categories=["education.record"])

        assert level(world.teacher, child, "education.record") >= Level.VIEW
        assert level(world.officer, child, "education.record") == Level.NONE
        assert level(world.teacher, hers, "education.record") == before == Level.NONE
        assert given.is_to_take_part is False
        assert Assignment.objects.filter(consent=given).count() == 0
        assert (
            Disclosure.objects.filter(consent=given).values_list("recipient", flat=True).get()
            == world.school_agency.pk
        )
        assert Entry.objects.filter(file=child, form="consent-giver:1").count() == 1

    def test_is_never_the_condition_of_the_programme_for_anybody_elses_file(self, world, case, child):
        """An agency that stays on the case without her consent reads nothing of the others on the child's word."""
        consenting.withdraw_consent(case_id=case.pk, actor=world.advocate, at=NOON)
        sharing.assign(
            case_id=case.pk, agency=world.school_agency, side="both", actor=world.advocate, at=NOON
        )
        concern = entries.file_of(case, "person_of_concern")

        give(world, child)

        assert level(world.teacher, child, "incident.facts") >= Level.VIEW
        assert level(world.teacher, concern, "incident.facts") == Level.NONE
        assert level(world.teacher, entries.subject_file(case), "incident.facts") == Level.NONE

    def test_brings_no_agency_to_the_case(self, world, case, child):
        with pytest.raises(Refused, match="work on this case"):
            give(world, child, agencies=[world.health_agency])

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"by": "self"}, "not somebody who may"),
            ({"giver": "  "}, "by what right"),
            ({"guardian_is_alleged_abuser": True}, "may be the abuser"),
            ({"capacity_confirmed": False}, "understood"),
        ],
    )
    def test_is_refused_from_who_may_not_give_it(self, world, child, fields, said):
        with pytest.raises(Refused, match=said):
            give(world, child, **fields)

    @pytest.mark.parametrize("by", ["minor", "guardian", "tribunal"])
    def test_may_be_given_for_a_minor(self, world, child, by):
        assert give(world, child, by=by).given_by == by

    def test_of_a_guardian_ends_before_they_come_of_age(self, world, case):
        child = world.somebody(case, comes_of_age_on=on(2027, 1, 20))

        with pytest.raises(Refused, match="before the person comes of age"):
            give(world, child, ends=39)
        assert give(world, child, ends=38).expires_at.date() == on(2026, 12, 31)

    def test_of_school_records_is_a_parents_where_that_law_was_read(self, world, child, monkeypatch):
        world.school_agency.regimes = ["us-ferpa"]
        world.school_agency.save()
        said = {"by": "minor", "categories": ["education.record"]}
        monkeypatch.setattr(type(policies()), "ids", frozenset())
        give(world, child, **said)

        monkeypatch.setattr(type(policies()), "ids", frozenset({"us-ferpa-consent"}))
        with pytest.raises(Refused, match="school records"):
            give(world, child, **said)
        give(world, child, **{**said, "by": "guardian"})

    def test_takes_the_place_of_theirs_alone(self, world, case, child):
        first = give(world, child)
        second = give(world, child, by="minor")

        first.refresh_from_db()
        assert (first.ended_how, second.ended_how) == ("replaced", "")
        assert Consent.objects.get(file_id=entries.subject_file(case).pk).withdrawn_at is None

    def test_once_of_age_is_theirs_and_ends_the_asking(self, world, case, noon):
        child = world.somebody(case, comes_of_age_on=on(2027, 1, 20))
        at = NOON + 45 * DAY
        noon(at)
        assert own_consent.givers_of(child, at=at) == of_age.OF_AGE

        give(world, child, by="self", giver="", at=at, ends=180)

        assert Task.objects.get(file=child, kind=TaskKind.COMES_OF_AGE).outcome == "done"

    def test_withdrawn_closes_their_file_alone_and_tells_who_received(self, world, case, child):
        entries.write_entry(
            file=child, category="education.record", text="Words.", actor=world.advocate, at=NOON
        )
        give(world, child, categories=["education.record"])

        own_consent.withdraw_own_consent(case_id=case.pk, file_id=child.pk, actor=world.advocate, at=NOON)

        assert level(world.teacher, child, "education.record") == Level.NONE
        assert level(world.teacher, child, "incident.facts") == Level.VIEW
        notice = EndNotice.objects.get(case=case)
        assert (notice.agency, notice.file_id, notice.is_partial) == (world.school_agency, child.pk, True)
        case.refresh_from_db()
        assert case.state == State.ACTIVE

    def test_and_hers_are_told_apart_when_both_end(self, world, case, child):
        entries.write_entry(
            file=child, category="education.record", text="Words.", actor=world.advocate, at=NOON
        )
        give(world, child, categories=["education.record"])
        own_consent.withdraw_own_consent(case_id=case.pk, file_id=child.pk, actor=world.advocate, at=NOON)
        consenting.withdraw_consent(case_id=case.pk, actor=world.advocate, at=NOON)

        waiting = EndNotice.objects.filter(agency=world.school_agency).waiting()
        assert set(waiting.values_list("file", flat=True)) == {child.pk, entries.subject_file(case).pk}

        enrolling.enrol(
            case_id=case.pk,
            consent=world.consent(agencies=[world.school_agency]),
            actor=world.advocate,
            at=NOON,
        )
        assert list(waiting.all().values_list("file", flat=True)) == [child.pk]

    def test_withdrawn_in_part_leaves_the_rest_their_own(self, world, case, child):
        give(world, child, agencies=[world.school_agency, world.police_agency])

        own_consent.withdraw_own_consent(
            case_id=case.pk,
            file_id=child.pk,
            agencies=[world.police_agency.pk],
            actor=world.advocate,
            at=NOON,
        )

        rest = Consent.objects.get(file_id=child.pk, withdrawn_at__isnull=True)
        assert rest.is_to_take_part is False
        assert world.police_agency not in rest.recipients.all()

    def test_refused_leaves_the_case_as_it_is(self, world, case, child):
        give(world, child)

        own_consent.refuse_own_consent(
            case_id=case.pk, file_id=child.pk, words="No.", still_done=[], actor=world.advocate, at=NOON
        )

        assert Consent.objects.get(file_id=child.pk).ended_how == "refused"
        case.refresh_from_db()
        assert case.state == State.ACTIVE
        assert not Task.objects.filter(file=child, kind=TaskKind.OWN_CONSENT, done_at__isnull=True).exists()

    def test_run_out_is_asked_again_and_changes_nothing_of_the_case(self, world, case, child, noon):
        give(world, child, ends=20)
        later = NOON + 21 * DAY
        noon(later)

        cascading.record_lapses(at=later)
        cascading.record_lapses(at=later)

        task = Task.objects.get(file=child, kind=TaskKind.OWN_CONSENT, done_at__isnull=True)
        assert task.due_at == later
        case.refresh_from_db()
        assert case.state == State.ACTIVE
        assert not Task.objects.filter(case=case, kind=TaskKind.CONSENT, due_at=later).exists()

    def test_ends_with_the_case(self, world, case, child):
        give(world, child)

        closing.close_case(
            case_id=case.pk, reason="plan_completed", note="Done.", victim_view="declined", victim_words="",
            actor=world.coordinator, at=NOON,
        )  # fmt: skip

        assert Consent.objects.get(file_id=child.pk).ended_how == "closed"

    def test_is_recorded_by_the_programme_for_its_own_cases(self, world, case, child):
        with pytest.raises(PermissionDenied):
            give(world, child, actor=world.officer)
        with pytest.raises(NotVisible):
            give(world, child, actor=World("edm").advocate)
        for role in ("victim", "person_of_concern"):
            with pytest.raises(NotVisible):
                give(world, entries.file_of(case, role))


class TestTakingOut:
    def take_out(self, world, child, actor=None):
        return people.take_out(
            case_id=child.case_id, file_id=child.pk, mistake="twice", actor=actor or world.advocate, at=NOON
        )

    def test_leaves_the_person_nowhere_and_their_file_unreadable(self, world, case, child, client):
        self.take_out(world, child)

        assert not File.objects.filter(pk=child.pk).exists()
        assert not NameToken.objects.filter(file=child.pk).exists()
        kept = File.every.select_related("case__programme__lead_agency").get(pk=child.pk)
        with pytest.raises(errors.Shredded):
            sharing.open_files(
                actor=world.advocate, files=[kept], purpose=PURPOSE, at=NOON, records=[kept.name_record()],
                with_items=False,
            )  # fmt: skip
        sign_in(client, world.advocate)
        for address in (case.get_absolute_url(), reverse("cases:people", args=[case.pk])):
            assert "Zoé" not in client.get(address).content.decode()
        assert client.get(reverse("cases:consent-of", args=[case.pk, child.pk])).status_code == 404
        assert not Task.objects.filter(file=child.pk, done_at__isnull=True).exists()

    def test_is_refused_once_something_rests_on_the_file(self, world, case, child):
        noting.add_note(
            case_id=case.pk, file_id=child.pk, category="incident.facts", kind="fact", text="Seen.",
            actor=world.teacher, at=NOON,
        )  # fmt: skip

        with pytest.raises(Refused, match="written, asked or shared"):
            self.take_out(world, child)

    def test_is_refused_once_they_consented_even_if_it_ended(self, world, child):
        give(world, child)
        own_consent.withdraw_own_consent(
            case_id=child.case_id, file_id=child.pk, actor=world.advocate, at=NOON
        )

        with pytest.raises(Refused):
            self.take_out(world, child)

    def test_is_for_those_added_and_by_the_programme(self, world, case, child):
        with pytest.raises(PermissionDenied):
            self.take_out(world, child, actor=world.officer)
        for role in ("victim", "person_of_concern"):
            with pytest.raises(NotVisible):
                self.take_out(world, entries.file_of(case, role))

    def test_the_database_takes_out_nobody_the_case_is_about(self, case):
        with pytest.raises(IntegrityError), transaction.atomic():
            File.objects.filter(case=case, is_subject=True).update(taken_out_at=NOON, expunged_at=NOON)


class TestComingOfAge:
    def test_is_refused_while_what_somebody_signed_lasts_longer(self, world, case, child):
        give(world, child, ends=90)

        with pytest.raises(Refused, match="lasts longer"):
            people.say_of_age(
                case_id=case.pk,
                file_id=child.pk,
                comes_of_age_on=on(2027, 1, 5),
                actor=world.advocate,
                at=NOON,
            )

    def test_said_anew_moves_the_day_and_leaves_one(self, world, case, child):
        people.say_of_age(
            case_id=case.pk, file_id=child.pk, comes_of_age_on=on(2028, 3, 9), actor=world.advocate, at=NOON
        )

        task = Task.objects.get(file=child, kind=TaskKind.COMES_OF_AGE, done_at__isnull=True)
        assert task.due_at.date() == on(2028, 2, 1)

    def test_may_be_said_to_be_done_by_hand(self, world, case, child):
        task = Task.objects.get(file=child, kind=TaskKind.COMES_OF_AGE)

        assert (
            progressing.finish_task(task_id=task.pk, outcome="done", actor=world.advocate, at=NOON).outcome
            == "done"
        )


class TestPages:
    def test_ask_record_and_withdraw_saying_for_whom(self, world, case, child, client):
        sign_in(client, world.advocate)
        page = client.get(reverse("cases:people", args=[case.pk])).content.decode()
        assert "Consent has not been asked of this person." in page
        address = reverse("cases:consent-of", args=[case.pk, child.pk])
        assert address in page
        asked = client.get(address).content.decode()
        assert "Child, Z. Thériault" in asked
        assert str(world.school_agency) in asked
        assert str(world.health_agency) not in asked

        said = typed(
            world, agencies=[world.school_agency], expires_on=(NOON + 60 * DAY).date().isoformat(),
            given_by="guardian", guardian_is_alleged_abuser="no", who="Her aunt, by order.",
        )  # fmt: skip
        shown = post(client, address, said)
        assert "Child, Z. Thériault" in shown.content.decode()
        done = post(client, address, {**said, "shown": shown.context["effect"].mark})

        assert done.status_code == 302
        assert Consent.objects.get(file_id=child.pk).given_by == "guardian"
        assert Case.objects.get(pk=case.pk).state == State.ACTIVE
        withdrawal = reverse("cases:withdrawal-of", args=[case.pk, child.pk])
        shown = post(client, withdrawal, {"how_much": "all"})
        assert "No longer works on the case" not in shown.content.decode()
        post(client, withdrawal, {"how_much": "all", "shown": shown.context["effect"].mark})
        assert Consent.objects.get(file_id=child.pk).ended_how == "withdrawn"
        listed = client.get(reverse("cases:consents-of", args=[case.pk, child.pk])).content.decode()
        assert "Withdrawn" in listed
        assert "Child, Z. Thériault" in listed

    @pytest.mark.parametrize("answer", ["", "unknown", "yes"])
    def test_a_guardian_not_known_to_be_safe_gives_none(self, world, case, child, client, answer):
        sign_in(client, world.advocate)
        said = typed(
            world, agencies=[world.school_agency], given_by="guardian", guardian_is_alleged_abuser=answer,
            who="The father.",
        )  # fmt: skip

        shown = post(client, reverse("cases:consent-of", args=[case.pk, child.pk]), said)

        assert shown.status_code == 422
        assert not Consent.objects.filter(file_id=child.pk).exists()

    def test_what_is_typed_for_one_child_never_fills_anothers_form(self, world, case, child, client):
        other = world.somebody(case, given="Yan")
        sign_in(client, world.advocate)
        said = typed(world, agencies=[world.school_agency], given_by="minor", who="Zoé's words")
        post(client, reverse("cases:consent-of", args=[case.pk, child.pk]), said)

        assert (
            "Zoé&#x27;s words"
            in client.get(reverse("cases:consent-of", args=[case.pk, child.pk])).content.decode()
        )
        assert (
            "s words"
            not in client.get(reverse("cases:consent-of", args=[case.pk, other.pk])).content.decode()
        )

    def test_the_second_child_may_be_told_of_without_consent_too(self, world, case, child, client):
        """The duty to protect a child: the way the law models is there for each of them, not for the first alone."""
        other = world.somebody(case, given="Yan")
        sign_in(client, world.advocate)
        page = client.get(
            f"{reverse('cases:sharing', args=[case.pk])}?agency={world.police_agency.pk}"
        ).content.decode()

        for one in (child, other):
            address = reverse(
                "cases:sharing-new",
                args=[case.pk, world.police_agency.pk, str(one.pk), "serious_imminent_threat"],
            )
            assert address in page
            assert client.get(address).status_code == 200

    def test_add_and_take_out(self, world, case, client):
        sign_in(client, world.advocate)
        post(
            client,
            reverse("cases:person-add", args=[case.pk]),
            {"role": "child", "family_name": "Roy", "language": "fr", "comes_of_age_on": "2030-02-03"},
        )
        made = File.objects.get(case=case, role="child")
        assert made.of_age_from == on(2030, 2, 1)

        post(client, reverse("cases:person-out", args=[case.pk, made.pk]), {"mistake": "twice"})
        assert not File.objects.filter(pk=made.pk).exists()

    def test_a_file_of_another_case_is_not_there(self, world, case, child, client):
        other = world.active(given="Anne")
        sign_in(client, world.advocate)

        for name in (
            "consent-of",
            "withdrawal-of",
            "refusal-of",
            "consents-of",
            "person-of-age",
            "person-out",
        ):
            assert client.get(reverse(f"cases:{name}", args=[other.pk, child.pk])).status_code == 404
