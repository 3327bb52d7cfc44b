"""What ties a reader to a case: consent, hat, recusal, agreement, assignment; each to its edge."""

from datetime import timedelta

import pytest

from egide.cases.models import Entry
from egide.common.errors import NotVisible
from egide.partners.models import Agreement, AgreementParty
from egide.sharing import services as sharing
from egide.sharing.models import Assignment, Consent
from egide.sharing.services import Level
from tests.conftest import NOON
from tests.factories import DAY, World, a_member
from tests.sharing.situations import situation

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def s(world):
    return situation(world)


def readable(view):
    return {item.category for item in view.items}


class TestConsent:
    def test_covers_the_categories_it_names(self, world):
        s = situation(world, categories=["incident.facts"])

        view = s.open("officer")

        own = {i.category for i in view.items if i.holder_id == world.police_agency.pk}
        assert readable(view) - own == {"incident.facts"}
        assert "ca-nb-ccr-consent" in {rule for one in view.withheld for rule in one.rules}

    def test_covers_the_purposes_it_names(self, world):
        s = situation(world, purposes=["victim_safety"])

        assert "incident.facts" in readable(s.open("officer", purpose="victim_safety"))
        assert "incident.facts" not in readable(s.open("officer", purpose="case_management"))

    def test_covers_the_agencies_it_names(self, world):
        s = situation(world, agencies=[world.police_agency])

        assert "incident.facts" in readable(s.open("officer"))
        with pytest.raises(NotVisible):
            s.open("nurse")

    def test_an_agency_that_works_on_the_case_unnamed_reads_only_its_own(self, world):
        s = situation(world, agencies=[world.police_agency])
        sharing.assign(
            case_id=s.case.pk, agency=world.health_agency, side="victim", actor=world.coordinator, at=NOON
        )

        view = s.open("nurse")

        assert {item.holder_id for item in view.items} <= {world.health_agency.pk}

    def test_ends_to_the_minute(self, s, noon):
        Consent.objects.update(expires_at=NOON + 90 * DAY)
        last, end = NOON + 90 * DAY - MINUTE, NOON + 90 * DAY

        noon(last)
        assert "incident.facts" in readable(s.open("officer", at=last))
        noon(end)
        with pytest.raises(NotVisible):
            s.open("officer", at=end)
        noon(end + MINUTE)
        with pytest.raises(NotVisible):
            s.open("officer", at=end + MINUTE)

    def test_does_not_begin_before_it_is_given(self, s, noon):
        noon(NOON - MINUTE)

        with pytest.raises(NotVisible):
            s.open("officer", at=NOON - MINUTE)

    def test_dated_later_it_opens_nothing_yet(self, s):
        Consent.objects.update(given_at=NOON + MINUTE)

        with pytest.raises(NotVisible):
            s.open("officer")
        assert {item.holder_id for item in s.open("advocate").items} == {s.world.lead.pk}

    def test_ended_leaves_the_lead_agency_its_own_and_nothing_of_the_others(self, s, noon):
        noon(NOON + 200 * DAY)

        view = s.open("advocate", at=NOON + 200 * DAY)

        assert view.items
        assert {item.holder_id for item in view.items} == {s.world.lead.pk}
        assert "health.general" not in {one.category for one in view.withheld}

    def test_withdrawn_ends_every_view_at_once(self, s):
        held = [*Consent.objects.order_by("pk")]
        assert "incident.facts" in readable(s.open("officer"))

        for consent in held:
            sharing.withdraw_consent(consent_id=consent.pk, actor=s.world.advocate, at=NOON)

        for who in ("officer", "nurse", "teacher", "probation"):
            with pytest.raises(NotVisible):
                s.open(who)
            assert (
                sharing.open_names(actor=s.people[who], files=[s.victim], purpose="case_management", at=NOON)
                == {}
            )

    def test_withdrawn_takes_from_the_lead_agency_too_what_others_hold(self, s):
        assert "health.general" in readable(s.open("advocate"))

        consent = Consent.objects.get(file_id=s.victim.pk)
        sharing.withdraw_consent(consent_id=consent.pk, actor=s.world.advocate, at=NOON)

        assert {item.holder_id for item in s.open("advocate").items} == {s.world.lead.pk}

    def test_withdrawn_is_not_brought_back_by_an_assignment(self, s):
        """Called back to the case without a new consent, an agency reads only what it holds."""
        consent = Consent.objects.get(file_id=s.victim.pk)
        sharing.withdraw_consent(consent_id=consent.pk, actor=s.world.advocate, at=NOON)

        def assign(**rests_on):
            sharing.assign(
                case_id=s.case.pk,
                agency=s.world.police_agency,
                side="both",
                actor=s.world.coordinator,
                at=NOON,
                **rests_on,
            )

        assign(consent=consent)
        with pytest.raises(NotVisible):
            s.open("officer")
        assign()
        assert {item.holder_id for item in s.open("officer").items} == {s.world.police_agency.pk}

    def test_of_one_case_opens_no_other(self, world):
        one, other = situation(world), situation(world, agencies=[world.school_agency], fill=False)

        assert "incident.facts" in readable(one.open("officer"))
        with pytest.raises(NotVisible):
            other.open("officer")

    def test_said_aloud_does_not_open_what_a_law_wants_in_writing(self, world):
        s = situation(
            world, form="verbal", categories=["incident.facts", "education.record", "threat.indicators"]
        )
        Entry.objects.filter(file=s.victim, category="education.record").update(regimes="us-ferpa")
        Entry.objects.filter(file=s.victim, category="threat.indicators").update(regimes="us-vawa")

        view = s.open("nurse")

        rules = {one.category: one.rules for one in view.withheld}
        assert rules["education.record"] == ("closed-us-ferpa",)
        assert rules["threat.indicators"] == ("closed-us-vawa",)
        assert "incident.facts" in readable(view)

    def test_an_unknown_law_keeps_an_item_with_its_holder(self, s):
        Entry.objects.filter(file=s.victim, category="incident.facts").update(regimes="xx-law")

        assert s.open("officer").level("incident.facts") == Level.NONE
        assert s.open("advocate").level("incident.facts") == Level.SHARE


class TestHats:
    def test_of_one_person_do_not_see_each_others(self, s):
        account = s.people["officer"].account
        elsewhere = a_member(s.people["stranger"].agency, account=account)

        assert s.open("officer").items
        with pytest.raises(NotVisible):
            s.open(elsewhere)

    def test_a_school_record_is_not_read_under_the_police_hat(self, s):
        account = s.people["teacher"].account
        as_police = a_member(s.world.police_agency, account=account)

        assert "education.record" in readable(s.open("teacher"))
        assert "education.record" not in readable(s.open(as_police))

    def test_a_role_that_does_not_work_on_cases_sees_none_of_its_agencys(self, s):
        assert s.people["referrer"].agency == s.people["officer"].agency
        with pytest.raises(NotVisible):
            s.open("referrer")


class TestRecusal:
    def test_of_a_person_holds_under_every_hat(self, s):
        account = s.people["teacher"].account
        as_nurse = a_member(s.world.health_agency, account=account)
        sharing.recuse(
            case_id=s.case.pk,
            membership=s.people["teacher"],
            reason_code="relative",
            actor=s.world.coordinator,
            at=NOON,
        )

        for hat in (s.people["teacher"], as_nurse):
            with pytest.raises(NotVisible):
                s.open(hat)
        assert s.open("nurse").items

    def test_of_the_lead_agencys_own_staff_holds_too(self, s):
        sharing.recuse(
            case_id=s.case.pk,
            membership=s.people["second"],
            reason_code="declared",
            actor=s.world.coordinator,
            at=NOON,
        )

        with pytest.raises(NotVisible):
            s.open("second")

    def test_of_an_agency_keeps_all_of_it_out(self, s):
        colleague = a_member(s.world.police_agency)
        sharing.recuse(
            case_id=s.case.pk,
            agency=s.world.police_agency,
            reason_code="party",
            actor=s.world.coordinator,
            at=NOON,
        )

        for member in (s.people["officer"], colleague):
            with pytest.raises(NotVisible):
                s.open(member)

    def test_of_an_agency_does_not_follow_a_person_to_another(self, s):
        """The person has a second hat in an agency that is not in conflict."""
        as_nurse = a_member(s.world.health_agency, account=s.people["officer"].account)
        sharing.recuse(
            case_id=s.case.pk,
            agency=s.world.police_agency,
            reason_code="party",
            actor=s.world.coordinator,
            at=NOON,
        )

        assert s.open(as_nurse).items

    def test_of_one_case_leaves_the_others(self, world):
        one, other = situation(world), situation(world)
        sharing.recuse(
            case_id=one.case.pk,
            membership=world.officer,
            reason_code="relative",
            actor=world.coordinator,
            at=NOON,
        )

        with pytest.raises(NotVisible):
            one.open(world.officer)
        assert other.open(world.officer).items

    def test_ended_lets_them_back(self, s):
        row = sharing.recuse(
            case_id=s.case.pk,
            membership=s.people["officer"],
            reason_code="relative",
            actor=s.world.coordinator,
            at=NOON,
        )
        sharing.unrecuse(recusal_id=row.pk, actor=s.world.second, at=NOON)

        assert s.open("officer").items


class TestAgreement:
    """Nothing is read by an agency that has not signed, or whose agreement ended; not even its own notes."""

    @pytest.mark.parametrize(
        ("signature", "agreement", "is_open"),
        [
            ({}, {}, True),
            ({"signed_on": None, "signed_by_name": ""}, {}, False),
            ({"signed_on": NOON.date()}, {}, True),
            ({"signed_on": NOON.date() + DAY}, {}, False),
            ({}, {"starts_on": NOON.date()}, True),
            ({}, {"starts_on": NOON.date() + DAY}, False),
            ({}, {"ends_on": NOON.date()}, True),
            ({}, {"ends_on": NOON.date() - DAY}, False),
            ({}, {"terminated_on": NOON.date() + DAY}, True),
            ({}, {"terminated_on": NOON.date()}, False),
            ({}, {"kind": "sharing"}, False),
        ],
    )
    def test_in_force_that_day(self, s, signature, agreement, is_open):
        AgreementParty.objects.filter(agency=s.world.police_agency).update(**signature)
        Agreement.objects.update(**agreement)

        view = s.open("officer")

        assert bool(view.items) == is_open
        if not is_open:
            assert {rule for one in view.withheld for rule in one.rules} >= {"agreement-in-force"}
            assert "agreement-in-force" in {r for one in s.explain("officer") for r in one.rules}

    def test_missing_altogether(self, s):
        AgreementParty.objects.filter(agency=s.world.police_agency).delete()

        assert not s.open("officer").items
        assert s.open("nurse").items

    def test_the_day_is_the_local_one(self, s, noon):
        """At nine in the evening in Moncton it is already the next day in Greenwich."""
        evening = NOON + timedelta(hours=9)
        noon(evening)
        Agreement.objects.update(ends_on=NOON.date())
        assert s.open("officer", at=evening).items
        Agreement.objects.update(ends_on=None, starts_on=NOON.date() + DAY)
        assert not s.open("officer", at=evening).items


class TestNeedToKnow:
    def test_begins_and_ends_with_the_assignment(self, s, noon):
        rows = Assignment.objects.filter(agency=s.world.police_agency)
        rows.update(starts_at=NOON + MINUTE)
        with pytest.raises(NotVisible):
            s.open("officer")
        rows.update(starts_at=NOON, ends_at=NOON)
        with pytest.raises(NotVisible):
            s.open("officer")

    def test_staff_of_another_area_are_strangers(self, s):
        other = World("edm")

        for who in (other.coordinator, other.advocate, other.officer):
            with pytest.raises(NotVisible):
                s.open(who)

    def test_staff_of_the_agency_without_the_area_are_strangers(self, s):
        with pytest.raises(NotVisible):
            s.open(a_member(s.world.lead, "coordinator"))
