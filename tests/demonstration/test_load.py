"""Staff of the load test are signed in, and what they were told was kept is looked for, thing by thing."""

import json

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from egide.cases.models import Case
from egide.cases.services import drafting, noting
from egide.common.errors import Refused
from egide.demonstration import bulk
from egide.demonstration.load import keeping, report, staff, visits_file
from egide.demonstration.load.running import Waited
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def places(made):
    bulk.add_cases(made, count=20, at=NOON, thick_file=0)
    return staff.sign_in_staff(made, count=12, at=NOON)


def note(place, mark):
    case = Case.objects.visible_to(place.membership).filter(is_open=True).order_by("pk")[0]
    file = case.files.order_by("pk")[0]
    noting.add_note(
        case_id=case.pk,
        file_id=file.pk,
        category="incident.facts",
        kind="fact",
        observed_on=None,
        text=f"Fictional, {mark}.",
        is_unserved=False,
        actor=place.membership,
        at=NOON,
    )
    return {"kind": "note", "place": place.cookie, "case": str(case.pk), "about": str(file.pk), "mark": mark}


def told(tmp_path, *kept):
    file = tmp_path / "kept.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in kept), encoding="utf-8")
    return file


def test_each_of_the_staff_is_signed_in_where_the_people_of_the_world_are(places):
    for place in places:
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = place.cookie
        assert client.get(reverse("cases:my-day")).status_code == 200
    assert {place.membership.role for place in places} >= {"coordinator", "advocate"}


def test_what_was_kept_once_is_whole(places, tmp_path):
    kept = [note(places[0], "a" * 32), note(places[1], "b" * 32)]

    found = keeping.check(told(tmp_path, *kept), places, at=NOON)

    assert (found.notes, found.lost) == (2, ())


@pytest.mark.parametrize("times", [0, 2])
def test_what_is_absent_or_there_twice_is_named(places, tmp_path, times):
    one = {**note(places[0], "a" * 32), "mark": "c" * 32}
    for _turn in range(times):
        note(places[0], "c" * 32)

    found = keeping.check(told(tmp_path, one), places, at=NOON)

    assert found.lost == (f"a note {'c' * 32}",)


def test_a_draft_is_the_last_its_author_was_told_of(places, tmp_path):
    case = Case.objects.visible_to(places[0].membership).filter(is_open=True).order_by("pk")[0]
    for mark in ("d" * 32, "e" * 32):
        drafting.save_draft(
            form="note",
            subject=case.pk,
            file_id=None,
            content={"text": f"Fictional, {mark}."},
            actor=places[0].membership,
            at=NOON,
            key=mark,
        )
    said = [
        {"kind": "draft", "place": places[0].cookie, "case": str(case.pk), "about": "", "mark": mark}
        for mark in ("d" * 32, "e" * 32)
    ]

    assert keeping.check(told(tmp_path, *said), places, at=NOON).lost == ()
    assert keeping.check(told(tmp_path, *reversed(said)), places, at=NOON).lost == (f"a draft {'d' * 32}",)


def test_the_verdict_is_of_every_page_and_of_every_thing_kept():
    well, slow, refused = (
        Waited("a case", 9, failed, 90, p95, 700) for failed, p95 in ((0, 500), (0, 501), (1, 90))
    )
    whole, lost = keeping.Found(3, 1, ()), keeping.Found(3, 1, ("a note",))

    assert report.is_well([well], whole, 500)
    assert not any(report.is_well([one], whole, 500) for one in (slow, refused))
    assert not report.is_well([well], lost, 500)


def test_a_run_takes_the_place_of_the_former_one_of_its_kind(tmp_path):
    file = tmp_path / "load.md"
    asked = {"staff": 500, "minutes": 10, "cases": 20, "target_ms": 500}
    for killed, p50 in ((True, 11), (False, 12), (True, 13)):
        section = report.table(
            [Waited("a case", 1, 0, p50, 20, 30)],
            keeping.Found(0, 0, ()),
            is_ledger_whole=True,
            told=report.Told(**asked, is_worker_killed=killed),
        )
        report.write(file, section, is_worker_killed=killed)

    text = file.read_text(encoding="utf-8")
    assert text.count("\n## ") == 2
    assert "| 12 |" in text
    assert "| 13 |" in text
    assert "| 11 |" not in text


def test_goes_only_where_everything_is_fictional(made, settings):
    settings.EGIDE_FICTIONAL = False

    with pytest.raises(Refused):
        staff.sign_in_staff(made, count=1, at=NOON)


@pytest.mark.parametrize("asked", [{"staff": 1001}, {"minutes": 31}, {"cases": 0}])
def test_is_bounded(asked):
    with pytest.raises(CommandError):
        call_command("load", **asked)


def test_visitors_stay_on_this_machine():
    text = visits_file().read_text(encoding="utf-8")

    assert "http://" not in text
    assert "https://" not in text
