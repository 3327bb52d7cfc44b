"""Four protocols over one code, and a fifth by a file alone: whom a case is about, how it comes, who works on it."""

import pytest
import yaml
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from egide.cases import intake
from egide.cases.lifecycle import Level, State
from egide.cases.models import Case, EndNotice, Entry, Expression, Plan, Task
from egide.cases.models.file import FileRole
from egide.cases.queries import casefile
from egide.cases.rules import protocol_file
from egide.cases.rules.protocol import LEVELS, ProtocolError
from egide.cases.services import (
    alerting,
    closing,
    enrolling,
    expressing,
    levels,
    noting,
    planning,
    referring,
    tasks,
    teaming,
    triaging,
)
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger.models import Entry as LedgerEntry
from egide.partners.models import Role
from egide.sharing import queries as sharing_queries
from egide.sharing.models import Disclosure
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.factories import World, a_member, an_agency

SHIPPED = ("ccr", "btam", "bias", "reentry")
MOST_QUERIES = 12


def behaviour(**said):
    return intake.BehaviourContent(
        person=intake.Person("Alex", "Doucet", language="en"),
        seen="Said in the corridor that he would bring a knife on Friday.",
        known_how="seen",
        behaviours=["threat", "last_resort"],
        weapons="unknown",
        **{"threat": "To stab a classmate, on Friday.", **said},
    )


def going_on(world, *, content=None, at=NOON):
    """A case of a team that somebody decided to go on with."""
    referral = referring.refer(
        programme_id=world.programme.pk, content=content or behaviour(), actor=world.referrer, at=at
    )
    case = referral.case
    triaging.accept_referral(case_id=case.pk, reason="A threat with a date.", actor=world.coordinator, at=at)
    enrolling.decide_eligibility(
        case_id=case.pk,
        is_eligible=True,
        doors=["judgement"],
        reasons="A direct threat, a date, a person named.",
        actor=world.coordinator,
        at=at,
    )
    return Case.objects.get(pk=case.pk)


def close(world, case, *, reason="criteria_met"):
    closing.close_case(
        case_id=case.pk,
        reason=reason,
        note="Nothing since.",
        victim_view="declined",
        victim_words="",
        actor=world.coordinator,
        at=NOON,
    )


@pytest.fixture
def team(db):
    return World("btm", protocol="btam")


@pytest.fixture
def case(team):
    return going_on(team)


def seen_by(member, case):
    opened = casefile.open_case(case_id=case.pk, actor=member, at=NOON)
    return {(item.category, item.text) for item in opened.view.items}


class TestTheFiles:
    @pytest.mark.parametrize("code", SHIPPED)
    def test_that_ship_are_whole(self, code):
        found = protocol_file.load(code)

        assert found.code == code
        assert any(not door.instrument for door in found.doors)
        assert set(found.level_words) == set(LEVELS)

    @pytest.mark.parametrize(
        ("place", "wrong"),
        [
            ("intake", "behaviour"),
            ("intake", "none"),
            ("plan", "none"),
            ("subject", {"role": "reporter", "title_en": "R", "title_fr": "R"}),
            ("levels", {"lower": {"title_en": "Low", "title_fr": "Faible"}}),
            ("dates", {"accepted": ["consent", "never_heard_of"], "entered": []}),
            ("closures", None),
            ("doors", [{"code": "odara", "instrument": "odara", "title_en": "O", "title_fr": "O"}]),
        ],
    )
    def test_with_a_part_missing_or_impossible_are_refused(self, place, wrong):
        data = yaml.safe_load((protocol_file.FOLDERS[0] / "ccr.yaml").read_text())

        with pytest.raises(ProtocolError):
            protocol_file.parse({**data, place: wrong})

    def test_a_file_that_holds_another_code_is_refused(self, tmp_path, monkeypatch):
        (tmp_path / "other.yaml").write_text((protocol_file.FOLDERS[0] / "ccr.yaml").read_text())
        monkeypatch.setattr(protocol_file, "FOLDERS", [*protocol_file.FOLDERS, tmp_path])

        with pytest.raises(ProtocolError, match="ccr"):
            protocol_file.load("other")

    @pytest.mark.parametrize("code", ["", "..", "a/b", "nowhere"])
    def test_no_other_file_is_read(self, code):
        with pytest.raises(ProtocolError):
            protocol_file.load(code)


def test_a_deployment_names_the_folder_of_its_own(settings, monkeypatch, tmp_path):
    monkeypatch.setattr(protocol_file, "FOLDERS", list(protocol_file.FOLDERS))
    monkeypatch.setattr("egide.jobs.periodic.register", lambda _job: None)
    monkeypatch.setattr("egide.cases.navigation.register", lambda: None)
    monkeypatch.setattr("egide.cases.services.rechecking.listen", lambda: None)
    settings.EGIDE_PROTOCOLS = str(tmp_path)

    apps.get_app_config("cases").ready()

    assert protocol_file.FOLDERS[-1] == tmp_path


def behaviour_form(world, **more):
    return {
        "programme": str(world.programme.pk),
        "person_given": "Alex",
        "person_family": "Doucet",
        "person_language": "en",
        "seen": "Said that he would bring a knife on Friday.",
        "known_how": "seen",
        "behaviours": ["threat"],
        "weapons": "unknown",
        "threat": "To stab a classmate.",
        **more,
    }


class TestReferring:
    def test_a_case_is_about_whom_its_protocol_says(self, case):
        about = case.files.get(is_subject=True)

        assert about.role == FileRole.PERSON_OF_CONCERN
        assert about.title == "Person of concern"

    def test_is_about_one_person(self, case):
        with pytest.raises(IntegrityError), transaction.atomic():
            case.files.create(
                role=FileRole.CHILD,
                is_subject=True,
                holder=case.programme.lead_agency,
                name=b"",
                created_at=NOON,
            )

    def test_somebody_named_in_danger_has_a_file_of_their_own(self, team):
        made = going_on(
            team, content=behaviour(at_risk=intake.Person("Noé", "Hachey"), at_risk_how="Sits beside him.")
        )

        other = made.files.get(is_subject=False)
        assert other.role == FileRole.OTHER
        assert ("incident.facts", "Sits beside him.") in seen_by(team.coordinator, made)

    def test_the_form_asks_what_was_seen_and_keeps_what_was_typed(self, team, client):
        sign_in(client, team.referrer)
        url = reverse("cases:refer")

        page = client.get(url).content.decode()
        assert "What was seen or heard" in page
        answer = post(client, url, behaviour_form(team, seen="", threat="To burn it down."))

        assert answer.status_code == 422
        assert "To burn it down." in answer.content.decode()
        assert not Case.objects.exists()

    def test_of_somebody_unnamed_in_danger_what_is_known_is_not_lost(self, team, client):
        sign_in(client, team.referrer)
        post(client, reverse("cases:refer"), behaviour_form(team, at_risk_how="A girl of the other class."))

        made = Case.objects.get()
        assert any(
            "A girl of the other class." in text for _category, text in seen_by(team.coordinator, made)
        )

    def test_two_kinds_of_programme_are_chosen_between(self, team, client):
        other = World("ccr")
        other.programme.partners.add(team.police_agency)
        sign_in(client, team.referrer)

        page = client.get(reverse("cases:refer")).content.decode()
        assert "Somebody’s behaviour worries you" in page
        assert "Someone is in danger from someone close" in page
        form = client.get(reverse("cases:refer"), {"programme": str(other.programme.pk)}).content.decode()
        assert "The person in danger" in form
        sent = post(client, reverse("cases:refer"), behaviour_form(team))
        assert sent.status_code == 302
        assert Case.objects.get().programme == team.programme

    @pytest.mark.parametrize("protocol", ["bias", "reentry"])
    def test_the_other_forms_open_their_cases(self, db, client, protocol):
        world = World("oth", protocol=protocol)
        sign_in(client, world.referrer)
        told = {
            "programme": str(world.programme.pk),
            "person_given": "Sam",
            "person_family": "Arseneau",
            "person_language": "fr",
            "person_informed": "yes",
            "incident": "A symbol painted on the door.",
            "acts": ["graffiti"],
            "why": "Because of what we are.",
            "goals": "To work again.",
            "needs": ["housing"],
        }

        assert post(client, reverse("cases:refer"), told).status_code == 302

        case = Case.objects.get()
        about = case.files.get(is_subject=True)
        assert about.role == world.programme.protocol.subject
        said = seen_by(world.coordinator, case)
        expected = {
            "bias": ("identity.protected", "Because of what we are."),
            "reentry": ("incident.facts", "To work again."),
        }
        assert expected[protocol] in said


class TestATeam:
    def test_without_consent_somebody_s_decision_makes_a_case_active(self, case):
        kinds = set(case.tasks.filter(done_at=None).values_list("kind", flat=True))

        assert case.state == State.ACTIVE
        assert {"management_plan", "conference", "review"} <= kinds
        assert not {"consent", "first_contact", "safety_plan"} & kinds

    def test_where_consent_is_asked_a_decision_alone_does_not(self, db):
        world = World("ccr")
        case = world.referral().case
        triaging.accept_referral(case_id=case.pk, reason="Serious.", actor=world.coordinator, at=NOON)
        enrolling.decide_eligibility(
            case_id=case.pk,
            is_eligible=True,
            doors=["judgement"],
            reasons="S.",
            actor=world.coordinator,
            at=NOON,
        )

        case.refresh_from_db()
        assert case.state == State.ACCEPTED
        with pytest.raises(NotVisible):
            teaming.bring_in(
                case_id=case.pk,
                agency_id=world.police_agency.pk,
                reason="R.",
                actor=world.coordinator,
                at=NOON,
            )

    def test_an_agency_sees_nothing_before_it_is_brought_in_and_after_it_is_let_go(self, team, case, client):
        for when in ("before", "after"):
            with pytest.raises(NotVisible):
                casefile.open_case(case_id=case.pk, actor=team.teacher, at=NOON)
            if when == "after":
                break
            teaming.bring_in(
                case_id=case.pk,
                agency_id=team.school_agency.pk,
                reason="Knows him.",
                actor=team.coordinator,
                at=NOON,
            )
            assert ("threat.indicators", "To stab a classmate, on Friday.") in seen_by(team.teacher, case)
            teaming.let_go(case_id=case.pk, agency_id=team.school_agency.pk, actor=team.coordinator, at=NOON)

    def test_an_agency_gets_what_the_programme_needs_and_no_more(self, team, case):
        about = case.files.get(is_subject=True)
        for category in ("incident.facts", "health.mental"):
            noting.add_note(
                case_id=case.pk,
                file_id=about.pk,
                category=category,
                kind="fact",
                text=f"About {category}.",
                actor=team.coordinator,
                at=NOON,
            )
        teaming.bring_in(
            case_id=case.pk, agency_id=team.school_agency.pk, reason="R.", actor=team.coordinator, at=NOON
        )

        said = seen_by(team.teacher, case)
        assert ("incident.facts", "About incident.facts.") in said
        assert not any(category == "health.mental" for category, _text in said)

    @pytest.mark.parametrize("reason", ["", "   "])
    def test_nobody_comes_in_without_a_reason(self, team, case, reason):
        with pytest.raises(Refused):
            teaming.bring_in(
                case_id=case.pk,
                agency_id=team.school_agency.pk,
                reason=reason,
                actor=team.coordinator,
                at=NOON,
            )

    def test_an_agency_that_signed_nothing_or_is_kept_out_is_refused_alike(self, team, case):
        stranger = an_agency("COM", area=team.area)
        messages = set()
        for agency in (stranger, team.health_agency):
            if agency is team.health_agency:
                agency.agreements.all().delete()
            with pytest.raises(Refused) as refused:
                teaming.bring_in(
                    case_id=case.pk, agency_id=agency.pk, reason="R.", actor=team.coordinator, at=NOON
                )
            messages.add(str(refused.value.message))
        assert len(messages) == 1

    def test_only_a_coordinator_brings_in(self, team, case):
        with pytest.raises(PermissionDenied):
            teaming.bring_in(
                case_id=case.pk, agency_id=team.school_agency.pk, reason="R.", actor=team.advocate, at=NOON
            )

    def test_it_is_a_disclosure_and_in_the_ledger(self, team, case):
        teaming.bring_in(
            case_id=case.pk, agency_id=team.school_agency.pk, reason="R.", actor=team.coordinator, at=NOON
        )

        row = Disclosure.objects.get(recipient=team.school_agency)
        assert row.basis == "common_programme"
        assert "threat.indicators" in row.categories
        assert LedgerEntry.objects.filter(body__contains="cases.agency_brought_in").count() == 1

    def test_the_page_of_a_team_costs_no_more_and_is_nobody_else_s(self, team, case, client):
        sign_in(client, team.coordinator)
        url = reverse("cases:team", args=[case.pk])
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url).status_code == 200
        assert len([q for q in asked.captured_queries if "SAVEPOINT" not in q["sql"]]) <= MOST_QUERIES
        answer = post(client, url, {"agency": str(team.school_agency.pk), "reason": "Knows him."})
        assert answer.status_code == 302
        assert team.school_agency.pk in sharing_queries.assigned_agencies(case_id=case.pk)
        ended = post(client, reverse("cases:team-end", args=[case.pk, team.school_agency.pk]), {})
        assert ended.status_code == 302
        assert team.school_agency.pk not in sharing_queries.assigned_agencies(case_id=case.pk)

        sign_in(client, team.teacher)
        assert client.get(url).status_code == 404

    def test_a_task_of_an_agency_let_go_comes_back(self, team, case):
        teaming.bring_in(
            case_id=case.pk, agency_id=team.school_agency.pk, reason="R.", actor=team.coordinator, at=NOON
        )
        made = tasks.add_task(
            case_id=case.pk,
            text="Speak with the parents.",
            side="both",
            agency_id=team.school_agency.pk,
            due_at=NOON.replace(year=2027),
            actor=team.coordinator,
            at=NOON,
        )
        teaming.let_go(case_id=case.pk, agency_id=team.school_agency.pk, actor=team.coordinator, at=NOON)

        assert Task.objects.get(pk=made.pk).agency == team.lead


class TestWordsOfBelief:
    @pytest.fixture
    def asked(self, team, case):
        threat = Entry.objects.get(form="threat:1")
        return expressing.ask_to_keep(
            case_id=case.pk,
            threat_id=threat.pk,
            words="“In the name of …”",
            reason="It names the place.",
            actor=team.coordinator,
            at=NOON,
        )

    def test_are_in_no_file_before_a_second_person_agrees(self, team, case, asked):
        assert not any(category == "belief.expression" for category, _text in seen_by(team.coordinator, case))
        assert case.tasks.filter(kind="expression_approval", done_at=None).exists()

    def test_come_into_the_file_when_they_are_needed(self, team, case, asked):
        expressing.answer(case_id=case.pk, expression_id=asked.pk, is_kept=True, actor=team.second, at=NOON)

        assert ("belief.expression", "“In the name of …”") in seen_by(team.coordinator, case)
        assert not case.tasks.filter(kind="expression_approval", done_at=None).exists()

    def test_are_destroyed_when_they_are_not(self, team, case, asked):
        sealed = bytes(asked.words)
        expressing.answer(case_id=case.pk, expression_id=asked.pk, is_kept=False, actor=team.second, at=NOON)

        row = Expression.objects.get(pk=asked.pk)
        assert row.words is None
        assert not Entry.objects.filter(category="belief.expression").exists()
        assert sealed

    def test_nobody_answers_for_themselves(self, team, case, asked):
        with pytest.raises(PermissionDenied):
            expressing.answer(
                case_id=case.pk, expression_id=asked.pk, is_kept=True, actor=team.coordinator, at=NOON
            )

    def test_answered_once(self, team, case, asked):
        expressing.answer(case_id=case.pk, expression_id=asked.pk, is_kept=False, actor=team.second, at=NOON)
        with pytest.raises(Refused):
            expressing.answer(
                case_id=case.pk, expression_id=asked.pk, is_kept=True, actor=team.second, at=NOON
            )

    def test_without_a_threat_there_is_nothing_to_keep(self, team):
        made = going_on(team, content=behaviour(threat=""))
        facts = Entry.objects.filter(form="behaviour:1").latest("created_at")

        with pytest.raises(NotVisible):
            expressing.ask_to_keep(
                case_id=made.pk, threat_id=facts.pk, words="W.", reason="R.", actor=team.coordinator, at=NOON
            )

    def test_are_not_kept_in_other_programmes(self, db, client):
        world = World("ccr")
        case = world.referral().case
        sign_in(client, world.coordinator)

        assert client.get(reverse("cases:expression", args=[case.pk])).status_code == 404

    def test_the_page_shows_what_waits_and_answers(self, team, case, asked, client):
        url = reverse("cases:expression", args=[case.pk])
        sign_in(client, team.coordinator)
        assert "Someone else than you decides." in client.get(url).content.decode()
        sign_in(client, team.second)
        with CaptureQueriesContext(connection) as counted:
            page = client.get(url).content.decode()
        assert "It names the place." in page
        assert len([q for q in counted.captured_queries if "SAVEPOINT" not in q["sql"]]) <= MOST_QUERIES
        post(client, reverse("cases:expression-answer", args=[case.pk, asked.pk]), {"do": "keep"})
        assert Expression.objects.get().state == "kept"

    def test_the_database_refuses_one_person_s_agreement_and_words_left_behind(self, team, case, asked):
        rows = Expression.objects.filter(pk=asked.pk)
        for wrong in (
            {
                "state": "kept",
                "words": None,
                "answered_at": NOON,
                "answered_by": team.coordinator,
                "answered_by_account": team.coordinator.account,
            },
            {"state": "destroyed", "answered_at": NOON},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                rows.update(**wrong)


class TestAManagementPlan:
    def test_begins_with_what_protects_and_says_when_it_ends(self, team, case, client):
        sign_in(client, team.coordinator)
        page = client.get(reverse("cases:plan-write", args=[case.pk])).content.decode()

        assert page.index("What protects") < page.index("What is watched") < page.index("When it ends")

    def test_is_agreed_by_the_team_and_ends_its_date(self, team, case):
        made = planning.write_plan(
            case_id=case.pk,
            sections={"protective": "His coach.", "ending": "Ninety days without a threat."},
            made_with="with_team",
            actor=team.coordinator,
            at=NOON,
        )
        planning.agree_plan(plan_id=made.pk, content_id=made.content_id, actor=team.coordinator, at=NOON)

        assert Plan.objects.get().state == "current"
        assert made.content.category == "plan.management"
        assert not case.tasks.filter(kind="management_plan", done_at=None).exists()

    def test_a_safety_plan_is_not_agreed_without_the_person(self, db):
        world = World("ccr")
        case = world.active()
        made = planning.write_plan(
            case_id=case.pk,
            sections={"wishes": "To sleep."},
            made_with="with_team",
            actor=world.coordinator,
            at=NOON,
        )
        with pytest.raises(Refused):
            planning.agree_plan(plan_id=made.pk, content_id=made.content_id, actor=world.coordinator, at=NOON)

    def test_has_no_paper_for_a_victim(self, team, case, client):
        made = planning.write_plan(
            case_id=case.pk, sections={"goals": "G."}, made_with="with_team", actor=team.coordinator, at=NOON
        )
        sign_in(client, team.coordinator)

        assert client.get(reverse("cases:plan-print", args=[case.pk, made.pk])).status_code == 404


class TestLevels:
    def test_are_said_in_the_words_of_the_programme(self, team, case, client):
        levels.set_level(
            case_id=case.pk, level=Level.HIGH, reasons="A date.", actor=team.coordinator, at=NOON
        )
        case.refresh_from_db()
        assert case.level_title == "Elevated"
        sign_in(client, team.coordinator)
        assert "Elevated" in client.get(reverse("cases:caseload")).content.decode()

    def test_too_little_information_is_a_state_of_its_own(self, case):
        assert case.level == Level.NOT_KNOWN
        assert case.level_title == "Insufficient information"


class TestTheOtherSide:
    """Probation is brought in: it works with the person of concern, and with nobody else."""

    @pytest.fixture
    def case(self, team):
        made = going_on(
            team, content=behaviour(at_risk=intake.Person("Noé", "Hachey"), at_risk_how="Sits beside him.")
        )
        teaming.bring_in(
            case_id=made.pk,
            agency_id=team.probation_agency.pk,
            reason="Supervises him; knows the shelter where Noé sleeps.",
            actor=team.coordinator,
            at=NOON,
        )
        return made

    def test_reads_what_the_person_did(self, team, case):
        assert ("threat.indicators", "To stab a classmate, on Friday.") in seen_by(team.probation, case)

    def test_learns_nothing_of_who_is_in_danger_nor_of_what_the_team_wrote(self, team, case, client):
        said = seen_by(team.probation, case)
        assert not any("Noé" in text or "Hachey" in text or "beside him" in text for _category, text in said)
        assert not any(category == "conference.record" for category, _text in said)
        sign_in(client, team.probation)
        page = client.get(reverse("cases:case", args=[case.pk])).content.decode()
        assert "Hachey" not in page
        assert "shelter" not in page

    def test_a_partner_of_both_sides_reads_who_is_in_danger(self, team, case):
        teaming.bring_in(
            case_id=case.pk, agency_id=team.school_agency.pk, reason="R.", actor=team.coordinator, at=NOON
        )

        assert ("incident.facts", "Sits beside him.") in seen_by(team.teacher, case)

    def test_what_was_opened_of_each_person_is_accounted_for(self, team, case):
        assert Disclosure.objects.filter(recipient=team.probation_agency).count() == 1
        teaming.bring_in(
            case_id=case.pk, agency_id=team.school_agency.pk, reason="R.", actor=team.coordinator, at=NOON
        )
        assert Disclosure.objects.filter(recipient=team.school_agency).count() == 2

    def test_what_serves_who_is_in_danger_stands_in_their_file(self, team, case):
        made = tasks.add_task(
            case_id=case.pk,
            text="Walk Noé home.",
            side="victim",
            agency_id=team.lead.pk,
            due_at=NOON.replace(year=2027),
            actor=team.coordinator,
            at=NOON,
        )

        assert made.file.role == FileRole.OTHER
        assert made.pk not in {
            one.pk for one in casefile.open_case(case_id=case.pk, actor=team.probation, at=NOON).tasks
        }

    def test_where_nobody_in_danger_is_named_such_a_task_is_refused(self, team):
        made = going_on(team)
        with pytest.raises(Refused):
            tasks.add_task(
                case_id=made.pk,
                text="Walk them home.",
                side="victim",
                agency_id=team.lead.pk,
                due_at=NOON.replace(year=2027),
                actor=team.coordinator,
                at=NOON,
            )

    def test_an_agency_let_go_is_told_to_stop_and_so_is_each_when_the_case_ends(self, team, case):
        teaming.bring_in(
            case_id=case.pk, agency_id=team.school_agency.pk, reason="R.", actor=team.coordinator, at=NOON
        )
        teaming.let_go(case_id=case.pk, agency_id=team.school_agency.pk, actor=team.coordinator, at=NOON)
        assert EndNotice.objects.waiting().get().agency == team.school_agency
        teaming.bring_in(
            case_id=case.pk, agency_id=team.school_agency.pk, reason="R.", actor=team.coordinator, at=NOON
        )
        assert not EndNotice.objects.waiting().exists()
        assert not Task.objects.filter(kind="acknowledgements", done_at=None).exists()
        case.refresh_from_db()
        assert case.next_due_kind != "acknowledgements"

        close(team, case)
        assert set(EndNotice.objects.waiting().values_list("agency", flat=True)) == {
            team.school_agency.pk,
            team.probation_agency.pk,
        }

    def test_nobody_is_brought_in_twice(self, team, case):
        with pytest.raises(Refused):
            teaming.bring_in(
                case_id=case.pk,
                agency_id=team.probation_agency.pk,
                reason="R.",
                actor=team.coordinator,
                at=NOON,
            )

    def test_an_agency_of_that_side_alone_leads_nothing(self, team):
        led = team.programme
        led.lead_agency = team.probation_agency
        led.save(update_fields=["lead_agency"])
        lead = a_member(team.probation_agency, Role.COORDINATOR, areas=[team.area])

        assert not Case.objects.visible_to(lead).exists()

    @pytest.mark.parametrize("name", ["consent", "refusal"])
    def test_no_consent_is_recorded_where_none_is_asked(self, team, case, client, name):
        sign_in(client, team.coordinator)

        assert client.get(reverse(f"cases:{name}", args=[case.pk])).status_code == 404

    def test_words_nobody_decided_on_go_when_the_case_ends(self, team, case):
        expressing.ask_to_keep(
            case_id=case.pk,
            threat_id=Entry.objects.get(form="threat:1").pk,
            words="W.",
            reason="R.",
            actor=team.coordinator,
            at=NOON,
        )
        close(team, case)

        row = Expression.objects.get()
        assert row.state == "destroyed"
        assert row.words is None

    def test_a_danger_told_without_a_name_names_neither(self, team, case):
        for facts in ("Noé Hachey is followed.", "Alex Doucet has a knife."):
            with pytest.raises(Refused):
                alerting.write_report(
                    case_id=case.pk,
                    recipient_id=team.police_agency.pk,
                    facts=facts,
                    is_unnamed=True,
                    is_client_unsaid=True,
                    actor=team.coordinator,
                    at=NOON,
                )
