"""Opening a file: what each reader gets, what is withheld and told, and what cannot be told apart."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from egide.cases.models import File
from egide.common.errors import NotVisible
from egide.partners.models import Sector
from egide.sharing import services as sharing
from egide.sharing.models import Consent
from egide.sharing.rules.catalogue import catalogue
from egide.sharing.rules.decision import PURPOSES
from egide.sharing.services import Level
from tests.conftest import NOON
from tests.sharing.situations import everyone, situation

pytestmark = pytest.mark.django_db
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
                silent = {key for key, one in told.items() if not one.decision.may_be_known}

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
        assert readable(view) >= {"identity.core", "incident.facts"}

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
    # One trace, and the mark it bears until it has its place in the ledger.
    assert len([q for q in now if 'INTO "ledger_entry"' in q["sql"]]) == 1


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


class TestWhatTheTableGivesNothingOf:
    def test_is_not_told_to_exist(self, world):
        """A school reads no health note: its page is the same with and without one."""
        full, bare = situation(world, fill=False), situation(world, fill=False)
        full.write("health.general", by="nurse")

        seen = [s.open("teacher") for s in (full, bare)]

        assert "health.general" not in {one.category for one in (*seen[0].classes, *seen[0].withheld)}
        told = [[one.category for one in view.withheld] for view in seen]
        assert told[0] == told[1]

    def test_what_it_gives_as_a_sign_is_told_with_the_rule(self, s):
        told = {one.category: one.level for one in s.open("officer").withheld}

        assert told["location.confidential"] == Level.FLAG


class TestConsentOfAnother:
    """Her consent is the programme's condition for the whole case, and a basis in law for her own file alone."""

    def test_opens_no_health_note_on_the_person_of_concern(self, s):
        s.write("health.general", "Treated for poisoning.", by="nurse", file=s.concern)

        police = s.open("officer", file=s.concern)

        assert "health.general" not in {item.category for item in police.items}
        assert "health.general" in {item.category for item in s.open("officer").items}  # hers: she agreed

    def test_lets_the_programme_read_what_managing_the_danger_needs(self, s):
        s.write("threat.indicators", "He said he would come.", by="officer", file=s.concern)

        seen = s.open("nurse", file=s.concern)

        assert "threat.indicators" in {item.category for item in seen.items}
        known = {one.category: one.decision for one in seen.classes}
        assert known["threat.indicators"].basis == "common_programme"
        assert known["threat.indicators"].level == Level.VIEW  # read here, never copied on

    def test_withdrawn_it_closes_the_programme_too(self, s):
        s.write("threat.indicators", "He said he would come.", by="officer", file=s.concern)
        sharing.withdraw_consent(
            consent_id=Consent.objects.get(file_id=s.victim.pk).pk, actor=s.people["advocate"], at=NOON
        )

        with pytest.raises(NotVisible):
            s.open("nurse", file=s.concern)
