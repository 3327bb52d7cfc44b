"""Without the training a programme asks nothing of a case opens; it says so, and what to do."""

import datetime
import json

import pytest
from django.urls import reverse

from egide.cases.models import Programme
from egide.cases.models.case import remember_programmes
from egide.cases.queries import searching
from egide.cases.queries.training import own, staff
from egide.cases.rules.protocol import ProtocolError
from egide.cases.rules.protocol_file import FOLDERS, parse
from egide.cases.services import alerting, entries, noting, recusing, tasks
from egide.common.errors import PermissionDenied
from egide.partners.models import Role, TrainingRecord
from egide.partners.services import training
from egide.sharing import services as sharing
from egide.sharing.everyone import Everyone
from egide.sharing.relation import relations
from egide.sharing.rules.levels import Level
from tests.cases.test_cost import queries_of
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.factories import DAY, a_member, train

pytestmark = pytest.mark.django_db
SECOND = datetime.timedelta(seconds=1)


def untrain(member, until=None):
    TrainingRecord.objects.filter(membership=member).delete()
    if until:
        train(member, until=until)


def opened(member, case, at=NOON):
    return sharing.open_files(
        actor=member, files=list(case.files.order_by("pk")), purpose="case_management", at=at
    )


class TestTheDecision:
    def test_opens_until_the_last_second_and_not_at_it(self, world):
        case = world.active()
        untrain(world.officer, NOON)

        before = opened(world.officer, case, NOON - SECOND)
        after = opened(world.officer, case, NOON)

        assert before.items
        assert before.lacks == ()
        assert not after.items
        assert {one.level for one in after.classes} <= {Level.NONE}
        assert [one.lapsed_at for one in after.lacks] == [NOON]
        assert any("training-current" in one.rules for one in after.withheld)

    @pytest.mark.parametrize("who", ["coordinator", "advocate", "chair", "officer", "nurse", "probation"])
    def test_nobody_reads_without_it(self, world, who):
        case = world.active()
        untrain(getattr(world, who))

        view = opened(getattr(world, who), case)

        assert not view.items
        assert [one.lapsed_at for one in view.lacks] == [None]

    def test_one_hat_does_not_train_another(self, world):
        case = world.active()
        hat = a_member(world.school_agency, account=world.nurse.account, trained=False)

        assert opened(world.nurse, case).items
        assert not opened(hat, case).items

    def test_a_withdrawn_record_is_none(self, world):
        case = world.active()
        lead = a_member(world.police_agency, Role.COORDINATOR)
        record = TrainingRecord.objects.get(membership=world.officer)
        training.withdraw_training(record_id=record.pk, actor=lead, at=NOON)

        assert not opened(world.officer, case).items

    def test_the_record_valid_longest_counts(self, world):
        case = world.active()
        train(world.officer, until=NOON - DAY)

        assert opened(world.officer, case).items

    @pytest.mark.parametrize("asked", [[], ["another"]])
    def test_a_deployment_may_ask_none_or_another(self, world, asked):
        case = world.active()
        untrain(world.officer)
        Programme.objects.filter(pk=world.programme.pk).update(training=asked)
        case = type(case).objects.get(pk=case.pk)

        assert bool(opened(world.officer, case).items) is (asked == [])

    def test_of_many_readers_is_the_same_as_of_each(self, world):
        case = world.active()
        untrain(world.officer, NOON - SECOND)
        untrain(world.nurse)
        members = [world.officer, world.nurse, world.probation, world.advocate]
        remember_programmes(members)
        files = list(case.files.select_related("case__programme").order_by("pk"))
        everyone = Everyone(members=members, files=files, at=NOON)
        for member in members:
            alone = relations(actor=member, files=files, at=NOON)[case.pk]
            together = everyone.ties(member)[case.pk]
            assert together.lacks(files[0], NOON) == alone.lacks(files[0], NOON)
        groups = [{one.pk for one in group} for group in everyone.alike().values()]
        assert {world.officer.pk} in groups

    def test_a_search_by_name_tells_nothing_to_who_may_read_no_name(self, world):
        world.active(given="Zoélie", family="Marqueuse")

        def found(text):
            return searching.search(actor=world.officer, text=text, at=NOON).rows

        assert found("Marqueuse")
        untrain(world.officer)
        assert found("Marqueuse") == []


class TestItSaysSo:
    def test_on_the_case_page_in_both_languages(self, world, client):
        case = world.active()
        untrain(world.officer, NOON - DAY)
        for language, words in (("en", "lapsed after"), ("fr", "a expiré après le")):
            sign_in(client, world.officer, language)
            answer = client.get(reverse("cases:case", args=[case.pk]))
            assert words in answer.content.decode()

    def test_on_my_day_now_and_thirty_days_before(self, world, client):
        untrain(world.officer, NOON + 30 * DAY)
        assert [len(own(actor=world.officer, at=NOON).soon), len(own(actor=world.officer, at=NOON).now)] == [
            1,
            0,
        ]
        assert own(actor=world.officer, at=NOON - SECOND).soon == []
        sign_in(client, world.officer)

        assert "is valid until" in client.get(reverse("cases:my-day")).content.decode()
        untrain(world.officer)
        assert "is not recorded" in client.get(reverse("cases:my-day")).content.decode()

    def test_where_one_asks_what_they_will_see(self, world, client):
        case = world.active()
        untrain(world.officer, NOON - DAY)
        sign_in(client, world.coordinator)
        url = reverse("cases:who", args=[case.pk])

        page = client.get(url, {"agency": world.police_agency.pk, "member": world.officer.pk})
        data = json.loads(
            client.get(
                url, {"agency": world.police_agency.pk, "member": world.officer.pk, "format": "json"}
            ).content
        )
        anyone = client.get(url, {"agency": world.police_agency.pk}).content.decode()

        assert "lapsed after" in page.content.decode()
        assert data["training_lacking"] == [
            {"course": "sharing-safely", "lapsed_at": (NOON - DAY).isoformat()}
        ]
        assert "Of somebody whose training is valid." in anyone
        assert "lapsed after" not in anyone


class TestThePages:
    def test_list_who_lacks_what_of_ones_own_agency_first(self, world, client):
        untrain(world.advocate)
        sign_in(client, world.coordinator)

        content = client.get(reverse("cases:training")).content.decode()

        assert content.index(world.advocate.person_name) < content.index(world.second.person_name)
        assert world.officer.person_name not in content
        assert "1 person reads nothing" in content

    @pytest.mark.parametrize("who", ["officer", "advocate", "chair", "referrer"])
    def test_are_not_there_for_others(self, world, client, who):
        sign_in(client, getattr(world, who))
        assert client.get(reverse("cases:training")).status_code == 404
        there = reverse("cases:training-member", args=[world.nurse.pk])
        assert client.get(there).status_code == 404

    def test_of_another_agency_are_the_administrators(self, world, client):
        there = reverse("cases:training-member", args=[world.nurse.pk])
        sign_in(client, world.coordinator)
        assert client.get(there).status_code == 404
        assert (
            world.nurse.person_name
            not in client.get(reverse("cases:training"), {"agency": world.health_agency.pk}).content.decode()
        )

        sign_in(client, a_member(world.lead, Role.ADMINISTRATOR))
        assert client.get(there).status_code == 200
        content = client.get(reverse("cases:training"), {"agency": world.health_agency.pk}).content.decode()
        assert world.nurse.person_name in content
        assert client.get(reverse("cases:training"), {"agency": "x"}).status_code == 404

    def test_record_and_what_was_withheld_opens(self, world, client):
        case = world.active()
        untrain(world.advocate)
        sign_in(client, world.coordinator)
        url = reverse("cases:training-member", args=[world.advocate.pk])

        late = post(client, url, {"course": "sharing-safely", "completed_on": "2027-01-01"})
        assert late.status_code == 422
        assert "2027-01-01" in late.content.decode()
        assert not opened(world.advocate, case).items

        done = post(client, url, {"course": "sharing-safely", "completed_on": "2026-11-20"})
        assert done.status_code == 302
        assert opened(world.advocate, case).items

        record = TrainingRecord.objects.get(membership=world.advocate)
        post(client, reverse("cases:training-withdraw", args=[record.pk]), {})
        assert not opened(world.advocate, case).items

    def test_say_when_nothing_is_asked(self, world):
        Programme.objects.update(training=[])
        assert staff(agency_id=world.lead.pk, at=NOON)[0] == []


def test_a_protocol_that_asks_for_a_course_there_is_not_is_refused():
    import yaml

    data = yaml.safe_load((FOLDERS[0] / "ccr.yaml").read_text())
    assert parse(data).training == ("sharing-safely",)
    with pytest.raises(ProtocolError):
        parse({**data, "training": ["none"]})


class TestWhatIsDone:
    """Whoever reads nothing for lack of training writes nothing either, but for what keeps somebody safe."""

    def note(self, case, actor):
        return noting.add_note(
            case_id=case.pk, file_id=entries.subject_file(case).pk, category="incident.facts", kind="fact",
            text="Seen.", actor=actor, at=NOON,
        )  # fmt: skip

    def test_is_refused_with_the_course_and_where_it_is_recorded(self, world):
        case = world.active()
        untrain(world.officer, NOON)

        with pytest.raises(PermissionDenied, match="Sharing information safely") as refused:
            self.note(case, world.officer)
        assert "page Training" in str(refused.value)

        train(world.officer)
        assert self.note(case, world.officer)

    def test_until_the_last_second_is_done(self, world):
        case = world.active()
        untrain(world.officer, NOON + SECOND)

        assert self.note(case, world.officer)

    @pytest.mark.parametrize("who", ["coordinator", "advocate", "officer", "chair"])
    def test_is_refused_to_every_role_on_every_page_that_writes(self, world, client, who):
        case = world.active()
        untrain(getattr(world, who))
        sign_in(client, getattr(world, who))

        for name in ("note", "task", "assess", "consent", "level", "plan-write", "review", "help", "close"):
            page = client.get(reverse(f"cases:{name}", args=[case.pk]))
            assert page.status_code == 403, name
        assert client.get(reverse("cases:case", args=[case.pk])).status_code == 200

    def test_has_no_button_left_on_the_page_of_the_case(self, world, client):
        case = world.active()
        sign_in(client, world.advocate)
        assert (
            reverse("cases:note", args=[case.pk])
            in client.get(reverse("cases:case", args=[case.pk])).content.decode()
        )

        untrain(world.advocate)
        page = client.get(reverse("cases:case", args=[case.pk])).content.decode()

        for name in ("note", "task", "consent", "plan", "level", "review", "contact"):
            assert f'href="{reverse(f"cases:{name}", args=[case.pk])}"' not in page, name
        assert reverse("cases:danger", args=[case.pk]) in page

    def test_is_asked_by_the_programme_alone(self, world):
        case = world.active()
        untrain(world.officer)
        Programme.objects.filter(pk=world.programme.pk).update(training=[])

        assert self.note(case, world.officer)

    def test_never_stops_a_referral(self, world, client):
        untrain(world.referrer)

        assert world.referral().case.pk
        sign_in(client, world.referrer)
        assert client.get(reverse("cases:refer")).status_code == 200

    def test_never_stops_the_telling_of_a_danger(self, world, client):
        case = world.active()
        untrain(world.advocate)
        untrain(world.second)

        made = alerting.write_report(
            case_id=case.pk, recipient_id=world.police_agency.pk, facts="He bought a rifle.", is_unnamed=True,
            is_client_unsaid=True, actor=world.advocate, at=NOON,
        )  # fmt: skip

        sign_in(client, world.advocate)
        assert client.get(reverse("cases:danger", args=[case.pk])).status_code == 200
        # Letting it be told is a reading: of what it must not say.
        with pytest.raises(PermissionDenied):
            alerting.check_report(
                report_id=made.pk, case_id=case.pk, is_cleared=True, actor=world.second, at=NOON
            )

    def test_never_stops_a_conflict_of_interest(self, world, client):
        case = world.active()
        untrain(world.coordinator)
        untrain(world.officer)

        recusing.keep_out(
            case_id=case.pk, membership_id=world.nurse.pk, reason_code="relative", actor=world.coordinator,
            at=NOON,
        )  # fmt: skip
        sign_in(client, world.coordinator)
        assert client.get(reverse("cases:conflicts", args=[case.pk])).status_code == 200
        sharing.recuse(
            case_id=case.pk, membership=world.officer, reason_code="relative", actor=world.officer, at=NOON
        )

    def test_lets_one_say_that_ones_own_task_cannot_be_done_and_nothing_else(self, world, client):
        case = world.active()
        task = tasks.add_task(
            case_id=case.pk, text="Call him.", side="both", agency_id=world.police_agency.pk,
            due_at=NOON + DAY, actor=world.advocate, at=NOON,
        )  # fmt: skip
        untrain(world.officer)
        sign_in(client, world.officer)
        page = client.get(reverse("cases:case", args=[case.pk])).content.decode()
        assert 'value="not_done"' in page
        assert 'name="outcome" value="done"' not in page

        url = reverse("cases:task-done", args=[case.pk, task.pk])
        assert post(client, url, {"outcome": "done"}).status_code == 403
        assert post(client, url, {"outcome": "not_needed"}).status_code == 403
        assert post(client, url, {"outcome": "not_done"}).status_code == 302
        task.refresh_from_db()
        assert task.outcome == "not_done"

    def test_costs_no_query_for_the_hat_worn(self, world, client):
        case = world.active()
        sign_in(client, world.officer)
        url = reverse("cases:note", args=[case.pk])
        asked = len(queries_of(client, url))
        Programme.objects.update(training=[])

        assert len(queries_of(client, url)) == asked
