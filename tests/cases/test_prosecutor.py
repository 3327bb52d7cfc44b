"""France, code pénal 226-14: a health professional tells the prosecutor, condition by condition, and nobody else."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from egide.cases.lifecycle import SignalState
from egide.cases.models import Agreement, ProsecutorReport
from egide.cases.services import closing, signalling
from egide.common.errors import NotVisible, Refused
from egide.common.lifecycle import TransitionRefused
from egide.ledger.models import Entry as Line
from egide.partners import notifications
from egide.partners.models import Notice, NoticeKind, Role
from egide.sharing import prosecutor
from egide.sharing import services as sharing
from egide.sharing.models import Disclosure
from egide.sharing.rules.enabling import Deployment
from egide.vault.fields import ciphertext_of
from tests.cases.test_cost import MOST_QUERIES, queries_of
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.deployments import as_before, use
from tests.factories import DAY, a_member

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db
WORDS = {
    "court": "Tribunal judiciaire de Rennes",
    "person": "Mme X, 34 ans",
    "facts": "Ecchymoses au cou, le 20.",
    "danger": "Il a serré jusqu’à la perte de connaissance.",
    "hold": "Il garde ses papiers et répond pour elle.",
    "why_not_agreed": "Demandé seule : elle a peur.",
}
STATED = prosecutor.Said(
    is_danger_immediate=True, is_under_hold=True, is_agreement_sought=True, is_in_conscience=True
)


@pytest.fixture(autouse=True)
def france():
    """Decide as a deployment in France."""
    with as_before():
        use(Deployment(is_fictional=True, profiles=("fr",)))
        yield use


@pytest.fixture
def case(world):
    world.health_agency.regimes = ["eu-gdpr", "fr-secret"]
    world.health_agency.save(update_fields=["regimes"])
    made = world.active()
    world.nurse.refresh_from_db()
    return made


def write(world, case, *, words=None, **fields):
    said = {
        "is_adult": True,
        "is_danger_immediate": True,
        "is_under_hold": True,
        "is_in_conscience": True,
        "agreement": "refused",
        "actor": world.nurse,
        **fields,
    }
    return signalling.write_report(case_id=case.pk, words={**WORDS, **(words or {})}, at=NOON, **said)


class TestTheDoor:
    def test_opens_when_each_condition_is_stated(self):
        assert prosecutor.door(said=STATED) == "fr-226-14-victime-majeure"

    @pytest.mark.parametrize("name", vars(STATED).keys() - {"is_agreed"})
    def test_stays_shut_when_one_is_not(self, name):
        said = prosecutor.Said(**{**vars(STATED), name: False})

        assert prosecutor.door(said=said) == ""

    def test_her_agreement_is_a_door_of_its_own_and_asks_for_no_danger(self):
        assert prosecutor.door(said=prosecutor.Said(is_agreed=True)) == "fr-226-14-accord"

    def test_is_of_the_adult_victim_alone(self):
        for role in ("child", "other_at_risk", "person_of_concern"):
            assert prosecutor.door(said=STATED, subject_role=role) == ""

    def test_is_shut_where_no_profile_switches_it_on(self, france):
        france(Deployment(is_fictional=True, profiles=("ca-nb", "eu-generic")))

        assert prosecutor.door(said=STATED) == prosecutor.door(said=prosecutor.Said(is_agreed=True)) == ""

    def test_is_not_that_of_another_law(self):
        assert prosecutor.door(said=STATED, regimes=frozenset({"fr-secret", "us-part2"})) == ""


class TestWriting:
    def test_says_by_which_door(self, world, case):
        assert write(world, case).rule == "fr-226-14-victime-majeure"
        agreed = write(
            world, case, agreement="given", is_danger_immediate=False, is_under_hold=False,
            words={"danger": "", "hold": "", "why_not_agreed": ""},
        )  # fmt: skip
        assert agreed.rule == "fr-226-14-accord"

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"is_danger_immediate": False}, "immediate danger"),
            ({"words": {"danger": "  "}}, "immediate danger"),
            ({"is_under_hold": False}, "no hold"),
            ({"words": {"hold": ""}}, "no hold"),
            ({"is_in_conscience": False}, "conscience"),
            ({"is_adult": False}, "minor"),
            ({"agreement": ""}, "whether she agrees"),
            ({"words": {"why_not_agreed": " "}}, "could not be"),
            ({"agreement": "impossible", "words": {"why_not_agreed": ""}}, "could not be"),
            ({"words": {"facts": ""}}, "facts"),
            ({"words": {"court": ""}}, "prosecutor"),
            ({"words": {"person": ""}}, "who the person is"),
        ],
    )
    def test_is_refused_with_the_condition_that_is_missing(self, world, case, fields, said):
        with pytest.raises(Refused, match=said):
            write(world, case, **fields)

    @pytest.mark.parametrize("who", ["coordinator", "advocate", "officer", "teacher", "probation", "chair"])
    def test_is_not_there_for_anyone_who_is_no_health_professional(self, world, case, who):
        with pytest.raises(NotVisible):
            write(world, case, actor=getattr(world, who))

    def test_nor_for_one_whom_the_french_secret_does_not_bind(self, world, case):
        world.health_agency.regimes = ["eu-gdpr"]
        world.health_agency.save(update_fields=["regimes"])
        world.nurse.refresh_from_db()

        with pytest.raises(NotVisible):
            write(world, case)

    def test_nor_for_somebody_who_visits(self, world, case):
        visitor = a_member(world.health_agency, account=world.officer.account)

        with pytest.raises(NotVisible):
            write(world, case, actor=visitor)

    def test_nor_outside_france(self, client, world, case, france):
        france(Deployment(is_fictional=True, profiles=("ca-nb", "us-ct")))
        url = reverse("cases:prosecutor", args=[case.pk])

        assert sign_in(client, world.nurse).get(url).status_code == 404
        assert url not in client.get(case.get_absolute_url()).content.decode()


class TestNobodyElseLearns:
    def test_no_page_of_the_case_tells_the_team(self, client, world, case):
        pages = ["case", "trace", "disclosures", "sharing"]
        sign_in(client, world.coordinator)
        before = [client.get(reverse(f"cases:{name}", args=[case.pk])).content.count(b"<") for name in pages]
        report = write(world, case)
        signalling.record_left(case_id=case.pk, report_id=report.pk, actor=world.nurse, at=NOON)

        after = [client.get(reverse(f"cases:{name}", args=[case.pk])) for name in pages]

        assert [page.content.count(b"<") for page in after if page][2:] == before[2:]
        for page in after:
            assert b"prosecutor" not in page.content.lower().replace(b"court, probation, prosecution", b"")
        assert not Disclosure.objects.filter(disclosed_by=world.nurse).exists()

    @pytest.mark.parametrize("who", ["colleague", "coordinator", "same_person_elsewhere"])
    def test_it_is_read_by_who_wrote_it_alone(self, world, case, who):
        report = write(world, case)
        actor = {
            "colleague": lambda: a_member(world.health_agency),
            "coordinator": lambda: world.coordinator,
            "same_person_elsewhere": lambda: a_member(
                world.lead, "coordinator", account=world.nurse.account, areas=[world.area]
            ),
        }[who]()

        with pytest.raises(NotVisible):
            signalling.open_report(case_id=case.pk, report_id=report.pk, actor=actor, at=NOON)

    def test_the_ledger_names_no_file_and_holds_codes_alone(self, world, case):
        report = write(world, case)
        signalling.record_left(case_id=case.pk, report_id=report.pk, actor=world.nurse, at=NOON)

        lines = Line.objects.filter(body__contains="prosecutor_report").order_by("pk")
        assert lines.count() == 2
        for line in lines:
            assert str(report.file_id) not in line.body
            assert str(case.pk) not in line.body
            assert "Ecchymoses" not in line.body
            assert "Rennes" not in line.body


class TestSheIsTold:
    def test_within_three_working_days_when_she_did_not_agree(self, world, case):
        report = write(world, case)
        left = signalling.record_left(case_id=case.pk, report_id=report.pk, actor=world.nurse, at=NOON)

        assert (left.state, left.tell_by) == (SignalState.LEFT, NOON + 3 * DAY)

    def test_it_stays_on_the_day_of_who_wrote_it_until_she_is(self, client, world, case):
        report = write(world, case)
        signalling.record_left(case_id=case.pk, report_id=report.pk, actor=world.nurse, at=NOON)
        day = reverse("cases:my-day")
        assert "has not been told yet" in sign_in(client, world.nurse).get(day).content.decode()
        assert len(queries_of(client, day)) <= MOST_QUERIES

        signalling.record_told(case_id=case.pk, report_id=report.pk, actor=world.nurse, at=NOON)

        assert "has not been told yet" not in client.get(day).content.decode()

    def test_the_author_still_reaches_it_when_the_agency_has_the_case_no_more(self, client, world, case):
        report = write(world, case)
        signalling.record_left(case_id=case.pk, report_id=report.pk, actor=world.nurse, at=NOON)
        closing.close_case(
            case_id=case.pk, reason="plan_completed", note="Done.", victim_view="not_reached", victim_words="",
            actor=world.coordinator, at=NOON,
        )  # fmt: skip
        sign_in(client, world.nurse)
        assert client.get(case.get_absolute_url()).status_code == 404

        url = reverse("cases:prosecutor-one", args=[case.pk, report.pk])
        day = client.get(reverse("cases:my-day")).content.decode()
        assert url in day
        page = client.get(url)
        assert "Ecchymoses" in page.content.decode()
        assert "<b>Report to the prosecutor</b>" in day
        assert case.reference not in page.content.decode()
        post(client, reverse("cases:prosecutor-step", args=[case.pk, report.pk]), {"do": "told"})
        assert ProsecutorReport.objects.get().told_at is not None

    def test_late_it_rises_to_the_privacy_officer_of_that_agency_without_a_word_of_it(
        self, client, world, case
    ):
        report = write(world, case)
        left = signalling.record_left(case_id=case.pk, report_id=report.pk, actor=world.nurse, at=NOON)
        officer = a_member(world.health_agency, "privacy_officer")
        seen = lambda member, at: list(signalling.late_for_agency(actor=member, at=at))  # noqa: E731
        assert seen(officer, left.tell_by) == []
        late = left.tell_by + DAY
        assert seen(officer, late) == [report]
        for other in (
            a_member(world.health_agency),
            a_member(world.lead, "privacy_officer"),
            a_member(world.police_agency, "privacy_officer"),
            world.coordinator,
        ):
            assert seen(other, late) == []
            with pytest.raises(NotVisible):
                signalling.record_told_for_agency(case_id=case.pk, report_id=report.pk, actor=other, at=late)
        with pytest.raises(NotVisible):
            signalling.open_report(case_id=case.pk, report_id=report.pk, actor=officer, at=late)

        ProsecutorReport.objects.update(tell_by=NOON - DAY)
        page = sign_in(client, officer).get(reverse("cases:my-day")).content.decode()
        assert "has not been told" in page
        assert report.written_by.person_name in page
        assert case.reference not in page
        assert "Ecchymoses" not in page
        post(client, reverse("cases:prosecutor-step", args=[case.pk, report.pk]), {"do": "told"})
        assert ProsecutorReport.objects.get().told_at is not None
        assert "has not been told" not in client.get(reverse("cases:my-day")).content.decode()

    def test_not_when_she_agreed(self, world, case):
        report = write(world, case, agreement="given")

        assert signalling.record_left(
            case_id=case.pk, report_id=report.pk, actor=world.nurse, at=NOON
        ).tell_by is None  # fmt: skip

    def test_nor_before_it_left(self, world, case):
        report = write(world, case)

        with pytest.raises(Refused):
            signalling.record_told(case_id=case.pk, report_id=report.pk, actor=world.nurse, at=NOON)

    def test_what_was_given_up_does_not_leave(self, world, case):
        report = write(world, case)
        signalling.drop_report(case_id=case.pk, report_id=report.pk, actor=world.nurse, at=NOON)

        with pytest.raises(TransitionRefused):
            signalling.record_left(case_id=case.pk, report_id=report.pk, actor=world.nurse, at=NOON)

    def test_the_database_lets_none_leave_without_a_day_to_tell_her(self, world, case):
        report = write(world, case)

        with pytest.raises(IntegrityError, match="cases_signal_unagreed_is_told"), transaction.atomic():
            ProsecutorReport.objects.filter(pk=report.pk).update(state=SignalState.LEFT, left_at=NOON)


class TestNotSafeYet:
    """Why she is not told yet is sealed, with a day to look again; then it comes back, and a mail says nothing."""

    def later(self, world, case, report, **fields):
        said = {
            "why": "Il lit ses messages.",
            "until": (NOON + 10 * DAY).date(),
            "actor": world.nurse,
            **fields,
        }
        return signalling.put_off_telling(case_id=case.pk, report_id=report.pk, **{"at": NOON, **said})

    @pytest.fixture
    def left(self, world, case):
        made = write(world, case)
        return signalling.record_left(case_id=case.pk, report_id=made.pk, actor=world.nurse, at=NOON)

    def test_is_read_again_by_who_wrote_it_alone(self, client, world, case, left):
        found = self.later(world, case, left)

        assert b"lit ses messages" not in bytes(ciphertext_of(found.not_yet))
        url = reverse("cases:prosecutor-one", args=[case.pk, left.pk])
        sign_in(client, world.nurse)
        assert "Il lit ses messages." in client.get(url).content.decode()
        assert len(queries_of(client, url)) <= MOST_QUERIES
        for who in (world.coordinator, a_member(world.health_agency), world.officer):
            assert sign_in(client, who).get(url).status_code == 404
            with pytest.raises(NotVisible):
                self.later(world, case, left, actor=who)
        assert not Line.objects.filter(body__contains="messages").exists()

    def test_keeps_each_reason(self, world, case, left):
        self.later(world, case, left)
        found = self.later(world, case, left, why="Il est revenu.", until=(NOON + 20 * DAY).date())

        assert [one["why"] for one in signalling.delays_of(found, world.nurse)] == [
            "Il lit ses messages.",
            "Il est revenu.",
        ]

    def test_comes_back_that_day_and_rises_only_after(self, world, case, left):
        officer = a_member(world.health_agency, Role.PRIVACY_OFFICER)
        found = self.later(world, case, left)

        assert timezone.localdate(found.tell_by) == (NOON + 10 * DAY).date()
        before, after = found.tell_by - HOUR, found.tell_by + HOUR
        assert not signalling.late_for_agency(actor=officer, at=before).exists()
        assert signalling.late_for_agency(actor=officer, at=after).exists()

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"why": "  "}, "Write why"),
            ({"until": NOON.date()}, "to come"),
            ({"until": (NOON + 31 * DAY).date()}, "thirty days"),
        ],
    )
    def test_is_refused_without_reason_or_a_near_day(self, world, case, left, fields, said):
        with pytest.raises(Refused, match=said):
            self.later(world, case, left, **fields)

    def test_is_refused_when_nothing_is_owed(self, world, case, left):
        unsent = write(world, case)
        signalling.record_told(case_id=case.pk, report_id=left.pk, actor=world.nurse, at=NOON)

        for report in (unsent, left):
            with pytest.raises(Refused, match="has not left"):
                self.later(world, case, report)

    def test_is_reminded_of_once_a_date_by_a_mail_that_says_nothing(self, world, case, left):
        officer = a_member(world.health_agency, Role.PRIVACY_OFFICER)
        elsewhere = a_member(world.lead, Role.PRIVACY_OFFICER)
        assert signalling.remind_to_tell(at=left.tell_by - HOUR) == 0

        assert signalling.remind_to_tell(at=left.tell_by) == 1
        assert signalling.remind_to_tell(at=left.tell_by + HOUR) == 0

        told = {one.account_id for one in Notice.objects.filter(kind=NoticeKind.TELL_PERSON)}
        assert told == {world.nurse.account_id, officer.account_id}
        assert elsewhere.account_id not in told
        subject, text = notifications.words(NoticeKind.TELL_PERSON)
        assert not {"prosecutor", "report", case.reference} & set((subject + text).split())

        again = self.later(world, case, left, at=left.tell_by + HOUR, until=(NOON + 12 * DAY).date())
        assert signalling.remind_to_tell(at=again.tell_by - HOUR) == 0
        assert signalling.remind_to_tell(at=again.tell_by) == 1

    def test_nobody_kept_out_is_reminded(self, world, case, left):
        sharing.recuse(
            case_id=case.pk, membership=world.nurse, reason_code="relative", actor=world.coordinator, at=NOON
        )

        signalling.remind_to_tell(at=left.tell_by)
        assert not Notice.objects.filter(account=world.nurse.account_id).exists()

    def test_is_said_from_the_page_and_nothing_typed_is_lost(self, client, world, case, left):
        sign_in(client, world.nurse, "fr")
        url = reverse("cases:prosecutor-later", args=[case.pk, left.pk])
        assert url in client.get(reverse("cases:prosecutor-one", args=[case.pk, left.pk])).content.decode()

        wrong = post(client, url, {"why": "Il lit ses messages.", "until": "2027-11-30"})
        assert wrong.status_code == 422
        assert "Il lit ses messages." in wrong.content.decode()
        assert "Trente jours au plus" in wrong.content.decode()
        draft = reverse("cases:draft", args=["prosecutor-later"]) + f"?about={case.pk}"
        client.post(draft, {"why": "Il est là."})
        assert "Il est là." in client.get(url).content.decode()
        assert (
            "Pourquoi ce n’est pas encore sans danger" in client.get(reverse("cases:my-day")).content.decode()
        )
        assert len(queries_of(client, url)) <= MOST_QUERIES

        done = post(client, url, {"why": "Il lit ses messages.", "until": "2026-12-01"})
        assert done.status_code == 302
        assert "Il est là." not in client.get(url).content.decode()


class TestThePages:
    def data(self, **changes):
        return {
            "is_adult": "on", "is_danger_immediate": "on", "is_under_hold": "on", "is_in_conscience": "on",
            "agreement": Agreement.REFUSED, **WORDS, **changes,
        }  # fmt: skip

    def test_walk_from_the_case_to_the_paper(self, client, world, case):
        url = reverse("cases:prosecutor", args=[case.pk])
        sign_in(client, world.nurse)
        assert url in client.get(case.get_absolute_url()).content.decode()
        assert "226-14" in client.get(url).content.decode()
        answer = post(client, url, self.data())
        report = ProsecutorReport.objects.get()
        assert answer.url == reverse("cases:prosecutor-one", args=[case.pk, report.pk])
        assert "Ecchymoses" in client.get(answer.url).content.decode()
        paper = client.get(reverse("cases:prosecutor-print", args=[case.pk, report.pk])).content.decode()
        assert "procureur de la République, Tribunal judiciaire de Rennes" in paper
        assert case.reference not in paper
        assert Line.objects.filter(body__contains='"cases.prosecutor_report_printed"').count() == 1

        for what in ("left", "told"):
            post(client, reverse("cases:prosecutor-step", args=[case.pk, report.pk]), {"do": what})

        assert ProsecutorReport.objects.get().told_at is not None
        for page in (url, answer.url):
            assert len(queries_of(client, page)) <= MOST_QUERIES

    @pytest.mark.parametrize(
        "name", ["is_danger_immediate", "danger", "is_under_hold", "hold", "why_not_agreed"]
    )
    def test_nothing_typed_is_lost_when_a_condition_is_missing(self, client, world, case, name):
        answer = post(
            sign_in(client, world.nurse), reverse("cases:prosecutor", args=[case.pk]), self.data(**{name: ""})
        )

        assert answer.status_code == 422
        assert "Ecchymoses" in answer.content.decode()
        assert not ProsecutorReport.objects.exists()

    def test_there_is_no_recipient_to_choose(self, client, world, case):
        page = sign_in(client, world.nurse).get(reverse("cases:prosecutor", args=[case.pk])).content.decode()

        assert "<select" not in page.split("<main")[1]
