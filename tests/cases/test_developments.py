"""A critical development reopens review at once, and calls an emergency conference in two clicks."""

import re
from datetime import timedelta

import pytest
import yaml
from django.urls import reverse

from egide.cases.models import Case, Conference, Task
from egide.cases.rules import protocol_file
from egide.cases.rules.protocol import ProtocolError
from egide.cases.services import closing, conferring, developments, tasks
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger.models import Entry as LedgerEntry
from egide.partners.models import Notice, NoticeKind
from egide.sharing import services as sharing
from tests.cases.test_pages import post, sign_in
from tests.cases.test_protocols import SHIPPED
from tests.conftest import NOON
from tests.factories import DAY

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
WORDS = "He leaves prison on Thursday."


def happened(world, case, *, actor, code="release", role="person_of_concern", at=NOON, **said):
    return developments.record_development(
        case_id=case.pk,
        file_id=case.files.get(role=role).pk,
        code=code,
        happened_on=NOON.date(),
        text=WORDS,
        actor=actor,
        at=at,
        **said,
    )


def due(case):
    return Task.objects.filter(case=case, kind="development", done_at=None)


@pytest.fixture
def case(world):
    return world.active()


class TestRecorded:
    def test_makes_a_review_due_within_a_day_and_the_next_date_of_the_case(self, world, case):
        Notice.objects.all().delete()
        entry = happened(world, case, actor=world.officer)

        case.refresh_from_db()
        assert case.next_due_at == due(case).get().due_at == NOON + 24 * HOUR
        assert (entry.holder, entry.category) == (world.police_agency, "justice.orders")
        told = Notice.objects.values_list("account_id", "kind")
        assert list(told) == [(world.coordinator.account_id, NoticeKind.CRITICAL)]
        assert LedgerEntry.objects.filter(body__contains='"cases.development_recorded"').count() == 1
        assert not LedgerEntry.objects.filter(body__contains="prison").exists()

    def test_another_one_keeps_the_date_and_a_review_meets_it(self, world, case):
        happened(world, case, actor=world.officer)
        happened(world, case, actor=world.nurse, code="weapon", at=NOON + HOUR)
        assert due(case).get().due_at == NOON + 24 * HOUR

        tasks.record_review(case_id=case.pk, text="Locks changed.", actor=world.advocate, at=NOON + 2 * HOUR)

        assert not due(case).exists()

    def test_is_read_by_the_team_in_its_own_words_and_the_review_is_the_programme_s(
        self, world, case, client
    ):
        happened(world, case, actor=world.probation)

        for reader, sees_task in (
            (world.coordinator, True),
            (world.officer, False),
            (world.probation, False),
        ):
            page = sign_in(client, reader).get(case.get_absolute_url()).content.decode()
            assert ("Review after a critical development" in page) is sees_task, reader
            assert ("Something happened that cannot wait" in page) is sees_task
        page = sign_in(client, world.coordinator).get(case.get_absolute_url()).content.decode()
        assert "Release, leave or end of custody" in page
        assert WORDS in page

    def test_about_the_victim_is_nowhere_for_who_works_with_the_other_person(self, world, case, client):
        sign_in(client, world.probation)
        before = client.get(case.get_absolute_url()).content.decode()
        happened(world, case, actor=world.advocate, code="found", role="victim")
        after = client.get(case.get_absolute_url()).content.decode()

        def bare(text):
            return re.sub(r'value="[^"]{20,}"|hx-headers=\'[^\']*\'', "", text)

        assert bare(after) == bare(before)

    def test_is_refused_to_who_is_kept_out_let_go_or_only_reads_and_on_a_closed_case(self, world, case):
        for refused in ({"code": "nothing"}, {"happened_on": NOON.date() + DAY}, {"text": " "}):
            values = {
                "case_id": case.pk, "file_id": case.files.get(role="victim").pk, "code": "weapon",
                "happened_on": NOON.date(), "text": "x", "actor": world.officer, "at": NOON,
            }  # fmt: skip
            with pytest.raises(Refused):
                developments.record_development(**values | refused)
        with pytest.raises(NotVisible):
            happened(world, case, actor=world.referrer)
        sharing.recuse(
            case_id=case.pk, membership=world.nurse, reason_code="party", actor=world.coordinator, at=NOON
        )
        with pytest.raises(NotVisible):
            happened(world, case, actor=world.nurse)
        closing.close_case(
            case_id=case.pk, reason="moved", note="x", victim_view="declined", victim_words="",
            actor=world.coordinator, at=NOON,
        )  # fmt: skip
        with pytest.raises(NotVisible):
            happened(world, case, actor=world.officer)
        with pytest.raises(Refused, match="closed"):
            happened(world, case, actor=world.coordinator)


class TestEmergency:
    def test_is_two_clicks_from_the_case_and_the_case_is_on_its_agenda(self, world, case, client):
        Notice.objects.all().delete()
        sign_in(client, world.coordinator)
        here = reverse("cases:emergency-conference", args=[case.pk])
        assert here in client.get(case.get_absolute_url()).content.decode()
        filled = client.get(here).context["form"].initial

        assert post(client, here, {**filled, "at_hour": f"{filled['at_hour']:%H:%M}"}).status_code == 302

        made = Conference.objects.get()
        assert made.kind == "emergency"
        assert NOON < made.starts_at <= NOON + 24 * HOUR
        assert made.items.get().case == case
        invited = set(made.attendances.values_list("membership_id", flat=True))
        assert {world.chair.pk, world.coordinator.pk, world.advocate.pk, world.officer.pk} <= invited
        assert world.probation.pk not in invited
        assert set(Notice.objects.values_list("kind", flat=True)) == {NoticeKind.CONFERENCE}
        assert Notice.objects.count() == len(invited) - 1

    @pytest.mark.parametrize(("after", "is_late"), [(24 * HOUR, False), (24 * HOUR + HOUR / 60, True)])
    def test_sits_within_the_delay_of_the_protocol(self, world, case, after, is_late):
        asked = {
            "case_id": case.pk, "starts_at": NOON + after, "seats": [(world.chair, "chair")],
            "actor": world.coordinator, "at": NOON,
        }  # fmt: skip
        if not is_late:
            assert conferring.call_emergency(**asked).items.count() == 1
            return
        with pytest.raises(Refused, match="at the latest"):
            conferring.call_emergency(**asked)
        assert not Conference.objects.exists()

    def test_invites_only_who_works_on_the_case_and_is_not_kept_out(self, world, case):
        asked = {"case_id": case.pk, "starts_at": NOON + HOUR, "actor": world.coordinator, "at": NOON}
        sharing.recuse(
            case_id=case.pk, membership=world.officer, reason_code="party", actor=world.coordinator, at=NOON
        )
        for outsider in (world.officer, world.referrer):
            with pytest.raises(Refused, match="does not work on this case"):
                conferring.call_emergency(seats=[(outsider, "team_member")], **asked)
        with pytest.raises(PermissionDenied):
            conferring.call_emergency(seats=[], **asked | {"actor": world.nurse})
        with pytest.raises(NotVisible):
            conferring.call_emergency(seats=[], **asked | {"actor": world.officer})

    def test_is_not_called_on_a_case_without_consent(self, world, client):
        accepted = Case.objects.get(pk=world.eligible().pk)
        sign_in(client, world.coordinator)
        here = reverse("cases:emergency-conference", args=[accepted.pk])
        assert client.get(here).status_code == 409
        assert here not in client.get(accepted.get_absolute_url()).content.decode()


class TestTheList:
    @pytest.mark.parametrize("code", SHIPPED)
    def test_is_in_each_protocol_that_ships_with_its_delay(self, code):
        found = protocol_file.load(code)
        assert len(found.developments) >= 4
        assert found.deadlines["development"].elapsed == timedelta(hours=24)

    @pytest.mark.parametrize(
        "wrong",
        [
            [{"code": "a", "category": "never.heard", "title_en": "A", "title_fr": "A"}],
            [{"code": "a", "category": "incident.facts", "title_en": "A", "title_fr": "A"}] * 2,
            [{"code": "a", "category": "incident.facts", "title_en": "A"}],
        ],
    )
    def test_with_a_line_that_says_nothing_is_refused(self, wrong):
        data = yaml.safe_load((protocol_file.FOLDERS[0] / "ccr.yaml").read_text())
        with pytest.raises(ProtocolError):
            protocol_file.parse({**data, "critical_developments": wrong})

    def test_is_not_asked_of_a_protocol_that_names_none(self):
        data = yaml.safe_load((protocol_file.FOLDERS[0] / "ccr.yaml").read_text())
        del data["critical_developments"], data["deadlines"]["development"]
        assert protocol_file.parse(data).developments == ()
        data["critical_developments"] = [
            {"code": "a", "category": "incident.facts", "title_en": "A", "title_fr": "A"}
        ]
        with pytest.raises(ProtocolError, match="development"):
            protocol_file.parse(data)
