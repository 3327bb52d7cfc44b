"""What left is accounted for, law by law; what the person is told (§7.5, 6)."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from egide.cases.models import Entry
from egide.cases.services import disclosing, enrolling, entries, recusing
from egide.common import idempotency
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.common.ids import new_id
from egide.ledger.models import Entry as LedgerEntry
from egide.partners.models import Sector
from egide.sharing import accounting, disclosures
from egide.sharing.accounting import letter_lines
from egide.sharing.models import Disclosure, Suspension
from egide.sharing.rules.accounting import ACCOUNTINGS, EVERYTHING, Left, accountings_of
from tests.conftest import NOON
from tests.factories import DAY, an_agency
from tests.sharing.situations import situation

THREAT = "serious_imminent_threat"


@pytest.fixture
def s(world, noon):
    made = situation(world)
    Entry.objects.filter(file=made.victim, category="health.general").update(regimes="us-hipaa")
    Disclosure.objects.all().delete()
    return made


def left(s, *, file=None, basis=THREAT, to=None, categories=("health.general",), at=NOON, **more):
    return disclosures.record_disclosure(
        actor=s.world.coordinator,
        file=file or s.victim,
        categories=categories,
        method="share",
        basis=basis,
        recipient=to or s.world.police_agency,
        at=at,
        **more,
    )


def suspended(s, *, agency=None, days=20, **more):
    said = {"official_role": "inspector on duty", "reference": "PD-7", "is_written": True, **more}
    return disclosures.suspend_accounting(
        file=s.victim,
        agency=agency or s.world.police_agency,
        until=NOON + days * DAY,
        actor=s.world.coordinator,
        at=NOON,
        **said,
    )


def told(s, *, file=None, accounting="hipaa", at=NOON):
    return letter_lines(file=file or s.victim, accounting=accounting, at=at)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"regimes": {"us-hipaa"}, "basis": THREAT}, {"hipaa"}),
        ({"regimes": {"us-hipaa"}, "basis": "legal_mandate"}, {"hipaa"}),
        ({"regimes": {"us-hipaa"}, "basis": "consent", "is_written": True}, set()),
        ({"regimes": {"us-hipaa"}, "basis": "consent"}, {"hipaa"}),
        ({"regimes": {"us-hipaa"}, "basis": "self", "is_to_the_person": True}, set()),
        ({"regimes": {"us-ferpa"}, "basis": THREAT}, {"ferpa"}),
        ({"regimes": {"us-ferpa"}, "basis": "common_programme"}, set()),
        ({"regimes": {"us-ferpa"}, "basis": "consent", "is_written": True}, set()),
        ({"regimes": {"us-part2"}, "basis": "consent", "is_written": True}, {"part2"}),
        ({"regimes": {"us-part2"}, "basis": "self", "is_to_the_person": True}, set()),
        ({"regimes": {"eu-led"}, "basis": "self", "is_to_the_person": True}, {"led"}),
        ({"regimes": {"us-hipaa", "us-part2"}, "basis": THREAT}, {"hipaa", "part2"}),
        ({"regimes": set(), "basis": THREAT}, set()),
        ({"regimes": None, "basis": THREAT}, {"hipaa", "ferpa", "part2", "led"}),
    ],
)
def test_each_law_counts_what_it_asks_for(said, expected):
    laws = said.pop("regimes")

    assert set(accountings_of(Left(None if laws is None else frozenset(laws), **said))) == expected


@pytest.mark.parametrize("law", [*ACCOUNTINGS, EVERYTHING], ids=lambda law: law.slug)
def test_the_database_counts_as_the_rule_does(s, law):
    """Every choice of laws, basis, consent and recipient: the condition keeps exactly what the rule counts."""
    written = enrolling.Consent.objects.get()
    spoken = enrolling.Consent.objects.get()
    spoken.pk, spoken.form = new_id(), "verbal"
    spoken.save(force_insert=True)
    laws = [None, [], *[[one.regime] for one in ACCOUNTINGS], ["us-ferpa", "us-hipaa"], ["us-hipaa-like"]]
    for regimes, basis, consent, is_to_the_person in product(
        laws, ("consent", THREAT, "common_programme", "self"), (None, written, spoken), (True, False)
    ):
        Disclosure.objects.create(
            file_id=s.victim.pk, case_id=s.case.pk, regimes=regimes, basis=basis, consent=consent, method="share",
            is_to_the_person=is_to_the_person, recipient=None if is_to_the_person else s.world.police_agency,
            disclosed_by=s.world.coordinator, disclosed_at=NOON,
        )  # fmt: skip

    kept = set(
        accounting.with_laws(Disclosure.objects.all())
        .filter(accounting.counted(law))
        .values_list("pk", flat=True)
    )
    rows = Disclosure.objects.select_related("consent")
    assert kept == {row.pk for row in rows if law.counts(accounting.left_of(row))}


def test_the_list_costs_two_queries_and_reads_one_page(s, django_assert_num_queries):
    for _n in range(accounting.PAGE + 7):
        left(s)
    for law in ("", "hipaa"):
        with django_assert_num_queries(2):
            rows, more = accounting.disclosures_of(case_id=s.case.pk, at=NOON, accounting=law)
        assert len(rows) == accounting.PAGE
        rest, end = accounting.disclosures_of(case_id=s.case.pk, at=NOON, accounting=law, before=more)
        assert (len(rest), end) == (7, None)
    assert not {row.disclosure.pk for row in rows} & {row.disclosure.pk for row in rest}


def test_the_letter_costs_the_same_however_much_left(s, django_assert_num_queries):
    for n in range(30):
        left(s, at=NOON + n * DAY)
    with django_assert_num_queries(2):
        [line] = told(s, at=NOON + 40 * DAY)
    assert line.times == 30


class TestTold:
    def test_of_the_threat_and_not_of_what_was_authorized_nor_of_what_is_suspended_before_its_day(self, s):
        left(s)
        consent = enrolling.Consent.objects.get()
        left(s, basis="consent", consent=consent, to=s.world.health_agency)
        assert [line.recipient for line in told(s)] == [s.world.police_agency]

        row = suspended(s)
        assert told(s) == []
        assert told(s, at=row.until - timedelta(seconds=1)) == []
        assert [line.recipient for line in told(s, at=row.until)] == [s.world.police_agency]

    def test_staff_see_it_all_the_time_and_that_it_waits(self, s):
        left(s)
        row = suspended(s)
        [one], more = accounting.disclosures_of(case_id=s.case.pk, at=NOON)

        assert (one.suspended_until, one.accountings, more) == (row.until, ("hipaa",), None)

    def test_silence_counts_under_its_own_law_alone(self, s):
        Entry.objects.filter(file=s.victim, category="health.general").update(regimes="us-part2")
        left(s)
        suspended(s)

        assert [line.recipient for line in told(s, accounting="part2")] == [s.world.police_agency]

    def test_everything_is_everyone_but_what_is_silenced_today(self, s):
        left(s, to=s.world.school_agency, categories=("incident.facts",), basis="consent")
        left(s)
        suspended(s)

        assert [line.recipient for line in told(s, accounting="everything")] == [s.world.school_agency]

    def test_repeats_are_one_line(self, s):
        for day in range(3):
            left(s, at=NOON + day * DAY)
        [line] = told(s, at=NOON + 9 * DAY)

        assert (line.times, line.first_at, line.last_at) == (3, NOON, NOON + 2 * DAY)

    def test_of_six_years_and_no_more(self, s):
        left(s, at=NOON)

        assert told(s, at=NOON + 2190 * DAY)
        assert told(s, at=NOON + 2193 * DAY) == []

    @pytest.mark.parametrize("role", ["person_of_concern", "child"])
    def test_nobody_else_learns_of_hers(self, s, role):
        s.concern.role = role
        for agency in (s.world.school_agency, an_agency(Sector.VICTIM_SERVICES), s.world.probation_agency):
            made = left(s, file=s.concern, to=agency, categories=("justice.orders", "referral.status"))
            Disclosure.objects.filter(pk=made.pk).update(regimes=["us-hipaa"])
        lines = told(s, file=s.concern)

        assert [line.recipient for line in lines] == [s.world.probation_agency]
        assert [line.categories for line in lines] == [{"justice.orders"}]
        assert [line.basis for line in lines] == [""]

    def test_under_an_unknown_law_is_refused(self, s):
        with pytest.raises(Refused):
            told(s, accounting="gossip")


class TestSuspension:
    @pytest.mark.parametrize(
        "flaw",
        [
            {"official_role": " "},
            {"reference": ""},
            {"is_written": False, "reference": "", "days": 31},
            {"days": 0},
            {"days": -1},
        ],
    )
    def test_is_refused(self, s, flaw):
        with pytest.raises(Refused):
            suspended(s, **flaw)
        assert not Suspension.objects.exists()

    def test_is_for_police_and_oversight_alone(self, s):
        with pytest.raises(Refused, match="Only police"):
            suspended(s, agency=s.world.school_agency)

    def test_asked_orally_counts_once(self, s):
        suspended(s, is_written=False, reference="", days=30)

        with pytest.raises(Refused, match="in writing"):
            suspended(s, is_written=False, reference="", days=30)
        suspended(s)

    @pytest.mark.parametrize("flaw", [{"until": NOON - DAY}, {"reference": "", "is_written": True}])
    def test_the_database_holds_it_too(self, s, flaw):
        row = suspended(s)
        with pytest.raises(IntegrityError), transaction.atomic():
            Suspension.objects.filter(pk=row.pk).update(**flaw)


class TestRecording:
    def test_each_agency_a_consent_names_is_one_disclosure(self, world, noon):
        made = situation(world, agencies=[world.police_agency, world.school_agency])

        rows = Disclosure.objects.filter(case_id=made.case.pk, basis="consent")
        assert {row.recipient for row in rows} == {world.police_agency, world.school_agency}
        assert all(row.consent is not None for row in rows)

    @pytest.mark.parametrize("flaw", [{"categories": ["gossip"]}, {"basis": "whim"}])
    def test_what_is_not_a_kind_or_a_basis_is_refused(self, s, flaw):
        with pytest.raises(Refused):
            left(s, **flaw)

    def test_the_ledger_holds_codes_alone(self, s):
        left(s)

        assert '"sharing.disclosed"' in LedgerEntry.objects.order_by("-pk").first().body


class TestPages:
    def url(self, s, name, *args):
        return reverse(f"cases:{name}", args=[s.case.pk, *args])

    def test_the_list_by_law_in_both_languages(self, s, client):
        left(s)
        left(s, basis="common_programme", to=s.world.school_agency, categories=("incident.facts",))
        client.force_login(s.world.coordinator.account)
        for language, empty in (
            ("en", "Nothing that left counts"),
            ("fr", "Rien de ce qui est sorti ne compte"),
        ):
            client.cookies["egide_language"] = language
            text = client.get(self.url(s, "disclosures")).content.decode()
            assert s.world.school_agency.short_name in text
            only = client.get(self.url(s, "disclosures"), {"law": "hipaa"}).content.decode()
            assert "HIPAA" in only
            assert s.world.school_agency.short_name not in only.split("<tbody>")[1].split("</tbody>")[0]
            assert empty in client.get(self.url(s, "disclosures"), {"law": "ferpa"}).content.decode()

    def test_recording_keeps_what_was_typed(self, s, client):
        client.force_login(s.world.coordinator.account)
        page = self.url(s, "disclosure-new")
        typed = {
            "agency": str(s.world.police_agency.pk),
            "role": "victim",
            "method": "aloud",
            idempotency.FIELD: str(new_id()),
        }
        again = client.post(page, typed)
        assert again.status_code == 422
        assert f'value="{s.world.police_agency.pk}" selected' in again.content.decode()

        sent = client.post(page, {**typed, "categories": ["incident.facts"]})
        assert sent.status_code == 302
        assert Disclosure.objects.get().method == "aloud"

    def test_a_request_to_wait(self, s, client):
        client.force_login(s.world.coordinator.account)
        page = self.url(s, "disclosure-suspend")
        typed = {
            "agency": str(s.world.police_agency.pk),
            "official_role": "inspector on duty",
            "is_written": "yes",
            "until": "2026-12-20",
            idempotency.FIELD: str(new_id()),
        }
        refused = client.post(page, typed)
        assert refused.status_code == 422
        assert "has a reference" in refused.content.decode()
        assert "inspector on duty" in refused.content.decode()
        assert client.post(page, {**typed, "reference": "PD-7"}).status_code == 302
        assert Suspension.objects.get().agency == s.world.police_agency

    def test_the_letter_names_no_case_and_its_making_is_recorded(self, s, client):
        left(s)
        client.force_login(s.world.advocate.account)
        page = self.url(s, "disclosure-letter", "victim", "hipaa")
        text = client.get(page).content.decode()
        assert str(s.world.police_agency) in text
        assert s.case.reference not in text
        assert "Thériault" not in text
        assert client.post(page, {idempotency.FIELD: str(new_id())}).status_code == 302
        assert Disclosure.objects.filter(is_to_the_person=True, purpose="redress_request").exists()

    def test_a_receipt_of_another_case_is_absent(self, s, client):
        made = left(s)
        client.force_login(s.world.coordinator.account)
        assert client.get(self.url(s, "disclosure-receipt", made.pk)).status_code == 200
        other = s.world.active(given="Anne", family="Roy")
        absent = client.get(reverse("cases:disclosure-receipt", args=[other.pk, made.pk]))

        assert absent.status_code == 404
        assert entries.subject_file(other) is not None


class TestWhoMaySilence:
    def silence(self, s, actor):
        return disclosing.suspend_accounting(
            case_id=s.case.pk,
            agency_id=s.world.police_agency.pk,
            official_role="inspector on duty",
            reference="PD-7",
            is_written=True,
            until=NOON + 20 * DAY,
            actor=actor,
            at=NOON,
        )

    def test_the_service_asks_whoever_calls_it(self, s):
        with pytest.raises(PermissionDenied):
            self.silence(s, s.world.nurse)
        assert not Suspension.objects.exists()

        assert self.silence(s, s.world.coordinator).file_id == s.victim.pk

    def test_not_somebody_kept_out_while_the_page_was_open(self, s):
        recusing.recuse_oneself(case_id=s.case.pk, reason_code="relative", actor=s.world.second, at=NOON)

        with pytest.raises(NotVisible):
            self.silence(s, s.world.second)
        assert not Suspension.objects.exists()
