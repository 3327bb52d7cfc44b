"""A fifth protocol, invented here by writing a file and nothing else."""

import re

import pytest
import yaml
from django.urls import reverse

from egide.assessments import services as assessments
from egide.cases.lifecycle import State
from egide.cases.models import Case, Conference, Plan, Task
from egide.cases.rules import protocol_file
from egide.common.errors import Refused
from egide.partners.models import Role
from tests.cases.test_pages import post, sign_in
from tests.cases.test_protocols import behaviour_form, close, going_on
from tests.conftest import NOON
from tests.factories import DAY, World, a_member


@pytest.fixture
def school(db, tmp_path, monkeypatch):
    data = yaml.safe_load((protocol_file.FOLDERS[0] / "btam.yaml").read_text())
    data |= {"code": "school_safety", "title_en": "School safety", "title_fr": "Sécurité à l’école"}
    data["subject"] |= {"title_en": "Pupil", "title_fr": "Élève"}
    data["levels"]["high"] = {"title_en": "Act today", "title_fr": "Agir aujourd’hui"}
    data["dates"]["entered"] = ["management_plan"]
    data["closures"] = ["criteria_met", "other"]
    (tmp_path / "school_safety.yaml").write_text(yaml.safe_dump(data, allow_unicode=True))
    monkeypatch.setattr(protocol_file, "FOLDERS", [*protocol_file.FOLDERS, tmp_path])
    made = World("sch", protocol="school_safety")
    admin = a_member(made.lead, Role.ADMINISTRATOR)
    assessments.record_right(instrument="ntac-guide", note="Proof-read.", actor=admin, at=NOON)
    yield made
    protocol_file.load.cache_clear()


def test_a_fifth_is_walked_from_referral_to_closure(school, client):
    """By the pages alone: no line of code knows of it."""

    def done(member, name, *args, **said):
        sign_in(client, member)
        answer = post(client, reverse(f"cases:{name}", args=args), said)
        assert answer.status_code == 302, (name, answer.content.decode()[:3000])

    def page(name, *args):
        return client.get(reverse(f"cases:{name}", args=args)).content.decode()

    lead, teacher = school.coordinator, school.teacher
    done(teacher, "refer", **behaviour_form(school))
    case = Case.objects.get()
    done(lead, "triage-case", case.pk, outcome="accept", reason="Serious.")
    assert not Case.objects.visible_to(teacher).exists()
    done(lead, "assess-with", case.pk, "ntac-guide", answer_TA01="concern", answer_TA13="mitigates")
    done(lead, "eligibility", case.pk, is_eligible="yes", doors=["judgement"], reasons="A date is named.")
    case.refresh_from_db()
    assert case.state == State.ACTIVE
    open_kinds = set(case.tasks.filter(done_at=None).values_list("kind", flat=True))
    assert open_kinds == {"management_plan", "review"}

    for agency in (school.school_agency, school.health_agency):
        done(lead, "team", case.pk, agency=str(agency.pk), reason="Knows him.")
    done(lead, "level", case.pk, level="high", reasons="A date is named.")
    shown = page("case", case.pk)
    assert "Act today" in shown
    assert "Pupil" in shown
    assert "Victim" not in shown
    done(lead, "plan-write", case.pk, protective="His coach.", ending="A term.", made_with="with_team")
    plan = Plan.objects.get()
    done(lead, "plan-agree", case.pk, plan.pk, content=str(plan.content_id))
    plan.refresh_from_db()
    assert plan.state == "current"

    tomorrow = (NOON + DAY).date().isoformat()
    seated = [str(one.pk) for one in (school.chair, lead, school.nurse, teacher)]
    done(
        lead,
        "conference-new",
        programme=str(school.programme.pk),
        kind="regular",
        on=tomorrow,
        at_hour="09:30",
        people=seated,
    )
    sitting = Conference.objects.get()
    done(lead, "conference-run", sitting.pk, do="add", case=str(case.pk))
    item = sitting.items.get()
    done(teacher, "conference-item", sitting.pk, item.pk, do="part", kind="fact", text="He came to school.")
    done(lead, "conference-run", sitting.pk, do="open")
    agreed = {
        "do": "decide",
        "text": "Walk with him.",
        "agency": str(school.school_agency.pk),
        "due_on": tomorrow,
        "side": "management",
    }
    sign_in(client, lead)
    refused = post(client, reverse("cases:conference-item", args=[sitting.pk, item.pk]), agreed)
    assert "one other discipline" in page("conference-item", sitting.pk, item.pk)
    assert refused.status_code == 422
    there = [str(pk) for pk in sitting.attendances.values_list("pk", flat=True)]
    done(lead, "conference-run", sitting.pk, do="attendance", present=there)
    done(lead, "conference-item", sitting.pk, item.pk, **agreed)
    done(lead, "conference-run", sitting.pk, do="lock")
    done(school.chair, "conference-run", sitting.pk, do="countersign")

    action = Task.objects.get(kind="action")
    sign_in(client, teacher)
    assert "Walk with him." in page("case", case.pk)
    done(teacher, "task-done", case.pk, action.pk, outcome="done")
    done(lead, "review", case.pk, text="Nothing since.")
    offered = re.findall(r'<input[^>]*name="reason"[^>]*>', page("close", case.pk))
    reasons = [re.search(r'value="(\w+)"', one)[1] for one in offered]
    assert reasons == ["criteria_met", "other"]
    done(
        lead,
        "close",
        case.pk,
        reason="criteria_met",
        note="Nothing since.",
        victim_view="declined",
        victim_words="",
    )
    case.refresh_from_db()
    assert case.state == State.CLOSED
    assert not Case.objects.visible_to(teacher).exists()


def test_a_fifth_offers_its_own_reasons_to_close_and_refuses_others(school):
    case = going_on(school)
    with pytest.raises(Refused):
        close(school, case, reason="consent_withdrawn")
