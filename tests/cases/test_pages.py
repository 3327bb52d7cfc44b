"""Every page of the journey, as those who use it see it; and as those who may not."""

import re

import pytest
from django.urls import reverse
from django.utils import translation

from egide.assessments import services as assessment_services
from egide.cases.lifecycle import State
from egide.cases.models import AgendaItem, Case, Conference, Plan, Task
from egide.cases.services import accessing, conferring, documents, inquiring, planning
from egide.partners.models import Role
from tests.cases.test_journey import conference
from tests.conftest import NOON
from tests.factories import A_PICTURE, DAY, a_member

pytestmark = pytest.mark.django_db


def sign_in(client, member, language="en"):
    client.force_login(member.account)
    session = client.session
    session["acting_as"] = str(member.pk)
    session.save()
    client.cookies["egide_language"] = language
    return client


def post(client, url, data=None, **kwargs):
    from egide.common.idempotency import new_key

    return client.post(url, {"submission": new_key(), **(data or {})}, **kwargs)


@pytest.fixture
def full(world):
    """A case with everything in it."""
    admin = a_member(world.lead, Role.ADMINISTRATOR)
    for code in ("ODARA", "DA"):
        assessment_services.record_right(instrument=code, note="Fictional right.", actor=admin, at=NOON)
    world.case = world.active()
    world.safe_contact(world.case)
    plan = planning.write_plan(
        case_id=world.case.pk,
        sections={"leaving": "Bag at her sister’s."},
        made_with="in_person",
        actor=world.advocate,
        at=NOON,
    )
    planning.agree_plan(plan_id=plan.pk, content_id=plan.content_id, actor=world.advocate, at=NOON)
    world.sitting, world.item = conference(world, world.case)
    conferring.open_conference(conference_id=world.sitting.pk, actor=world.chair, at=NOON)
    world.inquiry = inquiring.record_inquiry(
        side="unknown",
        identity_check="none",
        language="en",
        words={"asker": "A voice", "asked": "Is she with you?"},
        actor=world.coordinator,
        at=NOON,
    )
    world.asked = accessing.record_request(
        case_id=world.case.pk,
        role="victim",
        asked_by="person",
        identified="in_person",
        way="in_person",
        language="en",
        words={"place": "At the library.", "proof": "A card."},
        representative_may_be_abuser="",
        actor=world.coordinator,
        at=NOON,
    )
    world.child = world.somebody(world.case)
    world.received = world.referral(given="Anne", family="Roy").case
    world.paper = world.document(world.case, actor=world.coordinator)
    world.brought = documents.bring(
        case_id=world.case.pk,
        said=documents.Said(world.paper.file_id, "incident.facts", "Photo of the wall", "A hole."),
        brought=documents.Brought(A_PICTURE, "IMG_0043.png", b"as it came"),
        actor=world.coordinator,
        at=NOON,
    )
    return world


def pages_of(world):
    case, sitting, item = world.case.pk, world.sitting.pk, world.item.pk
    names = ["my-day", "caseload", "triage", "conferences", "conference-new", "refer", "referrals", "search"]
    found = [reverse(f"cases:{name}") for name in names]
    found += [
        reverse(f"cases:{name}", args=[case])
        for name in (
            "case",
            "who",
            "trace",
            "consents",
            "people",
            "person-add",
            "safe-contact",
            "contact",
            "assess",
            "eligibility",
            "consent",
            "refusal",
            "level",
            "note",
            "task",
            "review",
            "help",
            "close",
            "plan",
            "plan-write",
        )
    ]
    found += [reverse("cases:assess-with", args=[case, code]) for code in ("ODARA", "DA")]
    found += [
        reverse("cases:conference", args=[sitting]),
        reverse("cases:conference-item", args=[sitting, item]),
        reverse("cases:triage-case", args=[world.received.pk]),
        reverse("cases:plan-print", args=[case, Plan.objects.get().pk]),
        reverse("web:gallery"),
    ]
    return found


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_opens_for_the_coordinator(full, client, language):
    sign_in(client, full.coordinator, language)
    for url in pages_of(full):
        answer = client.get(url)
        assert answer.status_code == 200, (url, answer.status_code)
        text = answer.content.decode()
        assert f'lang="{language}"' in text
        assert "<h1>" in text, url
        assert "style=" not in text, url
        assert "Content-Security-Policy" in answer.headers


class TestCasePage:
    def test_shows_a_partner_what_the_decision_allows(self, full, client):
        text = sign_in(client, full.officer).get(full.case.get_absolute_url()).content.decode()

        assert "Threatened her with a knife" in text
        assert "rue Union" not in text
        assert "Protected location" in text

    def test_hides_the_victims_side_from_probation(self, full, client):
        text = sign_in(client, full.probation).get(full.case.get_absolute_url()).content.decode()

        for word in (
            "rue Union",
            "bleuets",
            "506-555",
            "Bag at her",
            "Protected location",
            "Safe contact",
            "Safety plan",
        ):
            assert word not in text, word

    def test_is_the_same_page_for_absent_and_forbidden(self, full, client):
        other = full.eligible(given="Zoé", family="Blanchard")
        sign_in(client, full.officer)

        absent = client.get(reverse("cases:case", args=["01900000-0000-7000-8000-000000000000"]))
        forbidden = client.get(reverse("cases:case", args=[other.pk]))

        assert absent.status_code == forbidden.status_code == 404

        def clean(answer):
            text = re.sub(r'value="[A-Za-z0-9]{20,}"', "", answer.content.decode())
            return text.replace(answer.request["PATH_INFO"], "")

        assert clean(absent) == clean(forbidden)


class TestRefer:
    FORM = {
        "victim_family": "Thériault",
        "victim_language": "fr",
        "victim_informed": "yes",
        "incident": "Menaces au couteau.",
    }

    def test_makes_one_case_whatever_the_double_clicks(self, world, client):
        sign_in(client, world.referrer)
        data = {**self.FORM, "programme": str(world.programme.pk), "submission": "abcdefghijklmnop-1"}

        first = client.post(reverse("cases:refer"), data)
        second = client.post(reverse("cases:refer"), data)

        assert first.status_code == second.status_code == 302
        assert Case.objects.count() == 1

    def test_keeps_what_was_typed_when_something_is_wrong(self, world, client):
        sign_in(client, world.referrer, "fr")

        answer = post(
            client,
            reverse("cases:refer"),
            {**self.FORM, "programme": str(world.programme.pk), "victim_family": ""},
        )

        assert answer.status_code == 422
        assert "Menaces au couteau." in answer.content.decode()
        assert not Case.objects.exists()

    def test_keeps_a_draft_and_gives_it_back(self, world, client):
        sign_in(client, world.referrer)
        saved = client.post(
            reverse("cases:draft", args=["refer-harm"]),
            {"incident": "à moitié", "indicators": ["weapon", "stalking"]},
        )
        assert "Draft saved" in saved.content.decode()

        text = client.get(reverse("cases:refer")).content.decode()

        assert "à moitié" in text
        assert re.search(r'value="weapon"\s+checked', text)

    def test_is_refused_to_a_role_that_does_not_refer(self, world, client):
        evaluator = a_member(world.police_agency, Role.EVALUATOR)
        assert sign_in(client, evaluator).get(reverse("cases:refer")).status_code == 403


class TestJourney:
    def test_is_walked_through_the_pages(self, full, client):
        case = full.received

        def url(name, *more):
            return reverse(f"cases:{name}", args=[case.pk, *more])

        sign_in(client, full.coordinator)
        assert post(client, url("triage-case"), {"outcome": "accept", "reason": "Danger."}).status_code == 302
        sign_in(client, full.advocate)
        answer = post(
            client,
            url("safe-contact"),
            {
                "channels": ["phone"],
                "phone": "506-555-0109",
                "days": ["0", "1"],
                "from_hour": "09:00",
                "to_hour": "15:00",
                "may_leave_message": "no",
            },
        )
        assert answer.status_code == 302, answer.content.decode()
        assert post(client, url("contact"), {"channel": "phone"}).status_code == 302
        attempt = case.files.get(role="victim").contact_attempts.get()
        assert post(client, url("contact-ended", attempt.pk), {"outcome": "reached"}).status_code == 302
        sign_in(client, full.coordinator)
        sheet = {f"answer_{n}": "yes" for n in range(1, 14)} | {
            "answer_4": "unknown",
            "judgement": "high",
            "judgement_reason": "Weapons.",
        }
        answer = post(client, url("assess-with", "ODARA"), sheet)
        assert answer.status_code == 302, answer.content.decode()
        assert client.get(answer.url).status_code == 200
        answer = post(
            client, url("eligibility"), {"is_eligible": "yes", "doors": ["odara"], "reasons": "Clear."}
        )
        assert answer.status_code == 302, answer.content.decode()
        sign_in(client, full.advocate)
        consent = {
            "recipients": [str(full.police_agency.pk)],
            "categories": ["identity.core", "incident.facts"],
            "purposes": ["case_management"],
            "expires_on": "2027-03-01",
            "language": "fr",
            "given_by": "self",
            "form": "written",
            "capacity_confirmed": "on",
            "free_choice_confirmed": "on",
        }
        shown = post(client, url("consent"), consent).context["effect"].mark
        answer = post(client, url("consent"), {**consent, "shown": shown})
        assert answer.status_code == 302, answer.content.decode()
        case.refresh_from_db()
        assert case.state == State.ACTIVE
        assert (
            post(client, url("plan-write"), {"leaving": "Bag.", "made_with": "in_person"}).status_code == 302
        )
        plan = Plan.objects.get(file__case=case)
        assert post(client, url("plan-agree", plan.pk), {"content": str(plan.content_id)}).status_code == 302
        assert post(client, url("plan-print", plan.pk), {"parts": ["leaving"]}).status_code == 302
        assert post(client, url("level"), {"level": "high", "reasons": "Weapons."}).status_code == 302
        assert (
            post(
                client,
                url("task"),
                {
                    "text": "Locks.",
                    "agency": str(full.police_agency.pk),
                    "side": "victim",
                    "due_on": "2026-12-01",
                },
            ).status_code
            == 302
        )
        assert post(client, url("review"), {"text": "Nothing changed."}).status_code == 302
        assert (
            post(client, url("help"), {"kind": "legal_information", "text": "Orders explained."}).status_code
            == 302
        )
        victim = case.files.get(role="victim")
        answer = post(
            client,
            url("note"),
            {"about": str(victim.pk), "category": "incident.facts", "kind": "fact", "text": "Seen at noon."},
        )
        assert answer.status_code == 302, answer.content.decode()
        sign_in(client, full.officer)
        task = Task.objects.get(case=case, kind="task")
        assert post(client, url("task-done", task.pk), {"outcome": "done"}).status_code == 302
        sign_in(client, full.coordinator)
        assert "Seen at noon." in client.get(url("case")).content.decode()
        answer = post(
            client, url("close"), {"reason": "plan_completed", "note": "Done.", "victim_view": "declined"}
        )
        assert answer.status_code == 302, answer.content.decode()
        assert post(client, url("reopen"), {"reasons": "Again."}).status_code == 302

    def test_a_refusal_is_told_in_place_and_nothing_is_lost(self, world, client):
        case = world.accepted()
        sign_in(client, world.advocate, "fr")
        answer = post(
            client,
            reverse("cases:contact", args=[case.pk]),
            {"channel": "phone"},
        )
        assert answer.status_code == 422
        assert "checked" in answer.content.decode()

    def test_a_conference_runs_on_its_pages(self, full, client):
        sign_in(client, full.chair)
        run = reverse("cases:conference-run", args=[full.sitting.pk])
        everyone = [str(pk) for pk in full.sitting.attendances.values_list("pk", flat=True)]
        assert post(client, run, {"do": "attendance", "present": everyone}).status_code == 302
        item = reverse("cases:conference-item", args=[full.sitting.pk, full.item.pk])
        answer = post(
            client,
            item,
            {
                "do": "decide",
                "text": "Patrols.",
                "agency": str(full.police_agency.pk),
                "due_on": "2026-12-01",
                "side": "victim",
            },
        )
        assert answer.status_code == 302, answer.content.decode()
        answer = post(
            client,
            item,
            {"do": "decide", "text": "No date.", "agency": str(full.police_agency.pk), "side": "both"},
        )
        assert answer.status_code == 422
        assert "No date." in answer.content.decode()
        sign_in(client, full.advocate)
        assert post(client, item, {"do": "wishes", "words": "I want to stay."}).status_code == 302
        assert "I want to stay." in client.get(item).content.decode()
        sign_in(client, full.officer)
        assert post(client, item, {"do": "part", "kind": "fact", "text": "Two calls."}).status_code == 302
        assert post(client, item, {"do": "conflict"}).status_code == 302
        assert client.get(item).status_code == 404
        agenda = client.get(reverse("cases:conference", args=[full.sitting.pk])).content.decode()
        assert full.case.reference not in agenda
        sign_in(client, full.chair)
        assert post(client, run, {"do": "lock"}).status_code == 302
        assert AgendaItem.objects.count() == 1
        assert Conference.objects.get().state == "held"


class TestSearch:
    @pytest.mark.parametrize("text", ["Thériault", "terrio", "THERIAULT marie", "fre-"])
    def test_finds_by_name_and_sound(self, full, client, text):
        sign_in(client, full.coordinator)
        wanted = full.case.reference if text == "fre-" else text

        found = client.post(reverse("cases:search"), {"q": wanted}).content.decode()

        assert full.case.reference in found

    def test_the_other_side_does_not_find_the_victim(self, full, client):
        sign_in(client, full.probation)
        assert (
            full.case.reference
            not in client.post(reverse("cases:search"), {"q": "Thériault"}).content.decode()
        )
        assert full.case.reference in client.post(reverse("cases:search"), {"q": "Cyr"}).content.decode()

    @pytest.mark.parametrize("text", ["", "   ", "%", "'; DROP TABLE", "x" * 500, "\x00", "李"])
    def test_odd_words_find_nothing_and_break_nothing(self, full, client, text):
        assert sign_in(client, full.coordinator).post(reverse("cases:search"), {"q": text}).status_code == 200


def test_dates_and_words_follow_the_language(full, client):
    with translation.override("fr"):
        text = sign_in(client, full.coordinator, "fr").get(reverse("cases:my-day")).content.decode()
    assert "novembre" in text
    assert DAY


def test_the_lead_agency_sees_the_names_it_holds_before_any_consent(world, client):
    world.accepted()
    text = sign_in(client, world.coordinator).get(reverse("cases:caseload")).content.decode()
    assert "M. Thériault" in text
    assert "M. Thériault" in client.get(reverse("cases:my-day")).content.decode()
