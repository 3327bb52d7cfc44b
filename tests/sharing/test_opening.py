"""Opening a file: what each reader gets, what is withheld and told, and what cannot be told apart."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from egide.cases.models import Entry, File
from egide.common.errors import NotVisible
from egide.partners.models import Agreement, AgreementParty, Sector
from egide.sharing import services as sharing
from egide.sharing.models import Assignment, Consent
from egide.sharing.rules.catalogue import catalogue
from egide.sharing.rules.decision import PURPOSES
from egide.sharing.services import Level
from tests.conftest import NOON
from tests.factories import DAY, World, a_member
from tests.sharing.situations import everyone, situation

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
#: Who may open the victim's file of the situation; the others are told nothing of it.
TEAM = ("coordinator", "second", "advocate", "chair", "officer", "nurse", "teacher", "probation")
OUTSIDE = ("referrer", "stranger", "privacy_officer", "evaluator")
HIDDEN_FROM_PROBATION = {
    "contact.safe", "location.confidential", "plan.safety", "referral.status", "consent.record", "reporter.identity",
    "identity.protected", "identity.immigration", "social.services", "child.protection", "education.record",
    "health.general", "health.mental", "health.substance-use", "risk.assessment.answers",
}  # fmt: skip


@pytest.fixture
def s(world):
    return situation(world)


def readable(view):
    return {item.category for item in view.items}


class TestExplainingIsOpening:
    @pytest.mark.parametrize("who", [*TEAM, *OUTSIDE])
    def test_gives_exactly_the_levels_opening_gives(self, s, who):
        for file in (s.victim, s.concern):
            for purpose in PURPOSES:
                try:
                    view = s.open(who, file=file, purpose=purpose)
                except NotVisible:
                    with pytest.raises(NotVisible):
                        s.explain(who, file=file, purpose=purpose)
                    continue
                told = {one.item_class: one for one in s.explain(who, file=file, purpose=purpose)}
                silent = {key for key, one in told.items() if one.decision.is_silent}

                assert {one.item_class: one.decision for one in view.classes} == {
                    key: one.decision for key, one in told.items() if key not in silent
                }
                assert {i.category for i in view.items} == {
                    o.category for o in told.values() if o.level >= Level.VIEW
                }
                for item in view.items:
                    assert item.level == max(
                        one.level
                        for one in told.values()
                        if (one.category, one.holder_id, one.item_class.file_id)
                        == (item.category, item.holder_id, file.pk)
                    )

    def test_opens_nothing_and_leaves_no_trace(self, s, ledger_count):
        before = ledger_count()
        s.explain("officer")

        assert ledger_count() == before

    @pytest.mark.parametrize("who", OUTSIDE)
    def test_a_stranger_to_the_case_is_told_nothing(self, s, who):
        for act in (s.open, s.explain):
            with pytest.raises(NotVisible) as told:
                act(who)
            assert not told.value.args


class TestWithheld:
    def test_tells_the_rule_and_never_how_many(self, s):
        few = {(one.category, tuple(one.texts)) for one in s.open("officer").withheld}
        for _turn in range(7):
            s.write("health.mental")
            s.write("location.confidential")

        many = s.open("officer").withheld

        assert {(one.category, tuple(one.texts)) for one in many} == few
        assert len({(one.file_id, one.category) for one in many}) == len(many)
        for one in many:
            assert one.rules
            assert all(text in {r.text_en for r in catalogue().values()} for text in one.texts)
            assert not any(character.isdigit() for text in one.texts for character in text)

    def test_is_said_in_the_readers_language(self, s):
        from django.utils import translation

        with translation.override("fr"):
            texts = {text for one in s.open("officer").withheld for text in one.texts}

        assert texts
        assert texts <= {rule.text_fr for rule in catalogue().values()}

    def test_a_silent_rule_tells_nothing(self, s):
        view = s.open("probation")

        assert view.side == "management"
        for told in (view.items, view.withheld, view.classes):
            assert not HIDDEN_FROM_PROBATION & {one.category for one in told}
        assert all(view.level(category) == Level.NONE for category in HIDDEN_FROM_PROBATION)
        assert view.consents == ()
        assert readable(view) >= {"identity.core", "incident.facts", "conference.record"}

    def test_what_is_absent_and_what_is_silent_are_alike(self, world):
        full, bare = situation(world), situation(world, fill=False)
        for file in ("victim", "concern"):
            seen = [s.open("probation", file=getattr(s, file)).classes for s in (full, bare)]
            assert not HIDDEN_FROM_PROBATION & {
                one.category for one in seen[0] + seen[1] if one.file_id == full.victim.pk
            }

    def test_the_person_of_concerns_own_services_are_not_hidden_from_who_works_with_them(self, s):
        assert "social.services" in {
            one.category for one in s.explain("probation", file=s.concern) if not one.decision.is_silent
        }

    def test_an_action_that_needs_a_withheld_category_says_the_rule_or_nothing(self, s):
        told = sharing.withheld_error(s.open("officer"), "location.confidential")
        silent = sharing.withheld_error(s.open("probation"), "location.confidential")

        assert str(told) == catalogue()["protected-location"].text_en
        assert isinstance(silent, NotVisible)
        assert not silent.args


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

    def test_ended_leaves_the_lead_agency_its_own_and_nothing_of_the_others(self, s, noon):
        noon(NOON + 200 * DAY)

        view = s.open("advocate", at=NOON + 200 * DAY)

        assert view.items
        assert {item.holder_id for item in view.items} == {s.world.lead.pk}
        assert "health.general" in {one.category for one in view.withheld}

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
        assert rules["education.record"] == ("us-ferpa-consent",)
        assert rules["threat.indicators"] == ("us-vawa-release",)
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


class TestRecords:
    def test_of_a_withheld_class_are_left_out(self, s):
        record = s.victim.name_record()

        shown = sharing.open_records(
            actor=s.people["officer"], file=s.victim, purpose="case_management", at=NOON, records=[record]
        )
        assert [item.text for item in shown] == ["M. Thériault"]
        Consent.objects.update(categories=["incident.facts"])
        kept = sharing.open_records(
            actor=s.people["officer"], file=s.victim, purpose="case_management", at=NOON, records=[record]
        )
        assert kept == []

    def test_none_asked_none_answered_and_no_trace(self, s, ledger_count):
        before = ledger_count()

        assert (
            sharing.open_records(
                actor=s.people["officer"], file=s.victim, purpose="case_management", at=NOON, records=[]
            )
            == []
        )
        assert (
            sharing.open_names(actor=s.people["officer"], files=[], purpose="case_management", at=NOON) == {}
        )
        assert ledger_count() == before

    def test_are_refused_to_a_stranger(self, s):
        with pytest.raises(NotVisible):
            sharing.open_records(
                actor=s.people["stranger"],
                file=s.victim,
                purpose="case_management",
                at=NOON,
                records=[s.victim.name_record()],
            )

    def test_names_of_a_list_leave_out_what_is_hidden_and_keep_the_rest(self, world):
        shown, hidden = situation(world, fill=False), situation(world, fill=False)
        sharing.recuse(
            case_id=hidden.case.pk,
            membership=world.officer,
            reason_code="relative",
            actor=world.coordinator,
            at=NOON,
        )

        names = sharing.open_names(
            actor=world.officer, files=[shown.victim, hidden.victim], purpose="case_management", at=NOON
        )

        assert names == {shown.victim.pk: "M. Thériault"}

    def test_only_opens_the_categories_wanted_and_shows_the_others_as_classes(self, s):
        view = s.open("advocate", only=["contact.safe"])

        assert readable(view) == {"contact.safe"}
        assert "plan.safety" in {one.category for one in view.classes}

    def test_a_page_is_the_newest_then_those_before(self, s):
        whole = s.open("advocate").items
        first = s.open("advocate", page=sharing.Page(limit=4)).items
        rest = s.open("advocate", page=sharing.Page(limit=100, before=first[-1].id)).items

        assert [i.id for i in first + rest] == [i.id for i in whole]


@pytest.mark.parametrize("many", [500])
def test_the_cost_does_not_grow_with_the_entries(world, many):
    s = situation(world)
    s.open("officer")
    with CaptureQueriesContext(
        connection,
    ) as few:
        s.open("officer")
    for number in range(many):
        s.write("incident.facts", f"Fact {number}.")

    with CaptureQueriesContext(connection) as now:
        view = s.open("officer")

    assert len(view.of("incident.facts")) >= many
    assert len(now) == len(few)
    assert len([q for q in now if "INSERT" in q["sql"]]) == 1


def test_the_cost_does_not_grow_with_the_files_of_a_list(world):
    made = [situation(world, fill=False).victim.pk for _turn in range(6)]
    files = list(File.objects.select_related("case__programme").filter(pk__in=made).order_by("pk"))

    def cost(some):
        with CaptureQueriesContext(connection) as spent:
            names = sharing.open_names(actor=world.officer, files=some, purpose="case_management", at=NOON)
        assert len(names) == len(some)
        return len(spent)

    cost(files[:1])
    assert cost(files[:1]) == cost(files)


def test_everyone_has_a_sector_the_table_knows(world):
    assert {str(m.agency.sector) for m in everyone(world).values()} <= set(Sector.values)
