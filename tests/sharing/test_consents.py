"""Consent given, refused and withdrawn; who works on a case and who is kept out; what left; what is always true."""

import json
from datetime import timedelta

import pytest
from django.db import transaction

from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.common.ids import new_id
from egide.ledger.models import Entry as LedgerEntry
from egide.partners.models import Role, Sector
from egide.sharing import queries, services
from egide.sharing.models import Assignment, Consent, Disclosure, Recusal
from egide.sharing.rules.categories import STORED
from egide.sharing.rules.decision import PURPOSES
from tests.conftest import NOON
from tests.factories import DAY, a_member, an_agency

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def last_entry():
    return json.loads(LedgerEntry.objects.order_by("-pk").first().body)


@pytest.fixture
def give(world):
    def give(**changes):
        asked = {
            **world.consent(),
            "actor": world.advocate,
            "file_id": new_id(),
            "case_id": new_id(),
            "at": NOON,
        }
        return services.give_consent(**{**asked, **changes})

    return give


class TestGiving:
    def test_keeps_who_what_why_until_when_and_how(self, world, give):
        made = give(
            recipients=[world.police_agency.pk], categories=["incident.facts", "identity.core"], language="fr"
        )

        made.refresh_from_db()
        assert made.categories == ["identity.core", "incident.facts"]
        assert made.purposes == ["case_management", "threat_assessment", "victim_safety"]
        assert (made.given_at, made.expires_at) == (NOON, NOON + 180 * DAY)
        assert (made.form, made.language, made.text_version) == ("written", "fr", "ccr-1")
        assert made.explained_by == world.advocate
        assert made.withdrawn_at is None

    def test_names_the_agency_that_asks_beside_those_chosen(self, world, give):
        made = give(recipients=[world.police_agency.pk, world.police_agency.pk])

        assert set(made.recipients.order_by("pk")) == {world.police_agency, world.lead}

    def test_is_recorded_without_a_word_of_it(self, world, give):
        made = give()

        entry = last_entry()
        assert entry["action"] == "sharing.consent_given"
        assert entry["subject"] == str(made.file_id)
        assert entry["counts"] == {"categories": len(made.categories), "recipients": len(world.partners) + 1}
        assert entry["details"] == {"form": "written", "language": "fr", "text": "ccr-1"}

    @pytest.mark.parametrize(
        "flaw",
        [
            {"recipients": []},
            {"recipients": ["00000000-0000-7000-8000-000000000000"]},
            {"categories": []},
            {"categories": ["no.such.thing"]},
            {"categories": ["incident.facts", "victim.privileged"]},
            {"categories": ["health.psychotherapy-notes"]},
            {"purposes": []},
            {"purposes": ["immigration_enforcement"]},
            {"purposes": ["case_management", "marketing"]},
            {"expires_at": NOON},
            {"expires_at": NOON - DAY},
            {"expires_at": NOON + 367 * DAY},
            {"capacity_confirmed": False},
            {"free_choice_confirmed": False},
            {"given_by": "guardian", "guardian_is_alleged_abuser": True},
            {"form": "assumed"},
            {"form": ""},
        ],
    )
    def test_is_refused_when_it_is_not_informed_free_and_bounded(self, give, flaw):
        before = LedgerEntry.objects.count()

        with pytest.raises(Refused) as said:
            give(**flaw)

        assert str(said.value.message)
        assert not Consent.objects.exists()
        assert LedgerEntry.objects.count() == before

    def test_one_unknown_agency_among_known_ones_refuses_all(self, world, give):
        with pytest.raises(Refused):
            give(recipients=[world.police_agency.pk, new_id()])

    @pytest.mark.parametrize("length", [MINUTE, 366 * DAY])
    def test_may_last_from_a_minute_to_a_year(self, give, length):
        assert give(expires_at=NOON + length).expires_at == NOON + length

    def test_may_come_from_a_guardian_who_is_not_the_abuser(self, give):
        assert give(given_by="guardian").given_by == "guardian"

    @pytest.mark.parametrize("law", ["us-vawa", "us-ferpa"])
    def test_said_aloud_is_not_enough_for_a_law_that_asks_for_writing(self, world, give, law):
        bound = an_agency(Sector.VICTIM_SERVICES, regimes=(law,), area=world.area)

        with pytest.raises(Refused):
            give(form="verbal", recipients=[bound.pk])
        with pytest.raises(Refused):
            give(form="verbal", recipients=[world.police_agency.pk], actor=a_member(bound, Role.ADVOCATE))
        assert give(form="verbal", recipients=[world.police_agency.pk]).form == "verbal"
        assert give(form="electronic", recipients=[bound.pk]).form == "electronic"

    def test_may_name_everything_that_is_stored(self, give):
        made = give(categories=STORED, purposes=PURPOSES)

        assert set(made.categories) == set(STORED)


class TestWithdrawing:
    def test_takes_effect_at_once_and_ends_the_work_it_allowed(self, world, give):
        made = give()
        kept = services.assign(
            case_id=made.case_id, agency=world.lead, side="both", actor=world.coordinator, at=NOON
        )
        resting = services.assign(
            case_id=made.case_id,
            agency=world.police_agency,
            side="both",
            consent=made,
            actor=world.coordinator,
            at=NOON,
        )

        services.withdraw_consent(consent_id=made.pk, actor=world.advocate, at=NOON + MINUTE)

        for row in (made, kept, resting):
            row.refresh_from_db()
        assert (made.withdrawn_at, made.withdrawn_recorded_by) == (NOON + MINUTE, world.advocate)
        assert (kept.ends_at, resting.ends_at) == (None, NOON + MINUTE)
        entry = last_entry()
        assert (entry["action"], entry["counts"]) == ("sharing.consent_withdrawn", {"assignments_ended": 1})

    def test_twice_is_refused_and_what_does_not_exist_is_absent(self, world, give):
        made = give()
        services.withdraw_consent(consent_id=made.pk, actor=world.advocate, at=NOON)

        with pytest.raises(Refused):
            services.withdraw_consent(consent_id=made.pk, actor=world.advocate, at=NOON)
        with pytest.raises(NotVisible):
            services.withdraw_consent(consent_id=new_id(), actor=world.advocate, at=NOON)

    def test_a_refusal_ends_every_consent_of_the_file_and_no_other(self, world, give):
        file_id, case_id = new_id(), new_id()
        mine = [give(file_id=file_id, case_id=case_id) for _turn in range(2)]
        other = give()

        services.record_refusal(actor=world.advocate, file_id=file_id, case_id=case_id, at=NOON)

        assert {c.withdrawn_at for c in Consent.objects.filter(pk__in=[c.pk for c in mine])} == {NOON}
        other.refresh_from_db()
        assert other.withdrawn_at is None
        assert last_entry()["action"] == "sharing.consent_refused"

    def test_a_refusal_with_nothing_in_force_is_recorded_all_the_same(self, world):
        services.record_refusal(actor=world.advocate, file_id=new_id(), case_id=new_id(), at=NOON)

        assert last_entry()["action"] == "sharing.consent_refused"


class TestState:
    @pytest.mark.parametrize(
        ("length", "state"),
        [
            (timedelta(0), "expired"),
            (MINUTE, "expiring"),
            (30 * DAY - MINUTE, "expiring"),
            (30 * DAY, "in_force"),
            (300 * DAY, "in_force"),
        ],
    )
    def test_says_where_it_stands(self, give, length, state):
        made = give()
        made.expires_at = NOON + length

        assert queries.consent_state(made, at=NOON) == state

    def test_withdrawn_wins(self, world, give):
        made = give()
        services.withdraw_consent(consent_id=made.pk, actor=world.advocate, at=NOON)
        made.refresh_from_db()

        assert queries.consent_state(made, at=NOON + 400 * DAY) == "withdrawn"

    def test_all_are_listed_newest_first(self, give):
        file_id = new_id()
        first, second = (give(file_id=file_id, at=at, expires_at=at + DAY) for at in (NOON - DAY, NOON))
        give()

        assert list(queries.consents_of(file_id=file_id)) == [second, first]


class TestAssigning:
    def test_lasts_as_long_as_the_consent_it_rests_on(self, world, give, noon):
        made = give()
        services.assign(
            case_id=made.case_id,
            agency=world.police_agency,
            side="both",
            consent=made,
            actor=world.coordinator,
            at=NOON,
        )
        cases = queries.assigned_case_ids

        assert set(cases(world.officer).values_list("case_id", flat=True)) == {made.case_id}
        noon(NOON + 180 * DAY - MINUTE)
        assert cases(world.officer).exists()
        noon(NOON + 180 * DAY)
        assert not cases(world.officer).exists()
        assert queries.assigned_agencies(case_id=made.case_id) == set()

    def test_again_replaces_the_former_one(self, world):
        case_id = new_id()
        for side in ("both", "management"):
            services.assign(
                case_id=case_id, agency=world.police_agency, side=side, actor=world.coordinator, at=NOON
            )

        rows = Assignment.objects.filter(case_id=case_id).order_by("ends_at", "pk")
        assert sorted((row.side, row.ends_at) for row in rows if row.ends_at) == [("both", NOON)]
        assert [row.side for row in rows if row.ends_at is None] == ["management"]
        assert last_entry()["details"] == {"agency_id": str(world.police_agency.pk), "side": "management"}

    @pytest.mark.parametrize("side", ["", "none", "managment", "BOTH"])
    def test_on_a_side_that_does_not_exist_is_refused(self, world, side):
        with pytest.raises(ValueError):
            services.assign(case_id=new_id(), agency=world.lead, side=side, actor=world.coordinator, at=NOON)

    def test_gives_a_role_that_does_not_work_on_cases_nothing(self, world):
        services.assign(
            case_id=new_id(), agency=world.police_agency, side="both", actor=world.coordinator, at=NOON
        )

        assert queries.assigned_case_ids(world.officer).exists()
        assert not queries.assigned_case_ids(world.referrer).exists()

    @pytest.mark.parametrize("role", sorted(set(Role.values) - set(queries.ASSIGNABLE_ROLES)))
    def test_roles_that_do_not_work_on_cases(self, world, role):
        services.assign(
            case_id=new_id(), agency=world.police_agency, side="both", actor=world.coordinator, at=NOON
        )

        assert not queries.assigned_case_ids(a_member(world.police_agency, role)).exists()

    def test_ends_for_everyone_at_closure_and_says_how_many(self, world):
        case_id, other = new_id(), new_id()
        for agency in world.partners:
            services.assign(case_id=case_id, agency=agency, side="both", actor=world.coordinator, at=NOON)
        services.assign(
            case_id=other, agency=world.police_agency, side="both", actor=world.coordinator, at=NOON
        )

        ended = services.end_assignments(case_id=case_id, actor=world.coordinator, at=NOON)
        again = services.end_assignments(case_id=case_id, actor=world.coordinator, at=NOON)

        assert (ended, again) == (len(world.partners), 0)
        assert queries.assigned_agencies(case_id=other) == {world.police_agency.pk}


class TestRecusing:
    def test_a_person_or_an_agency_never_both_never_neither(self, world):
        for who in ({}, {"membership": world.officer, "agency": world.police_agency}):
            with pytest.raises(Refused):
                services.recuse(
                    case_id=new_id(), reason_code="relative", actor=world.coordinator, at=NOON, **who
                )

    def test_needs_a_kind_of_conflict(self, world):
        with pytest.raises(Refused):
            services.recuse(
                case_id=new_id(),
                reason_code="his cousin",
                membership=world.officer,
                actor=world.coordinator,
                at=NOON,
            )

    def test_records_the_fact_only(self, world):
        case_id = new_id()
        services.recuse(
            case_id=case_id,
            reason_code="relative",
            membership=world.officer,
            actor=world.coordinator,
            at=NOON,
        )

        entry = last_entry()
        assert (entry["action"], entry["details"]) == ("sharing.recused", {"reason": "relative"})
        assert str(world.officer.account_id) not in json.dumps(entry)
        assert queries.recused_accounts(case_id=case_id) == {world.officer.account_id}
        assert queries.recused_agencies(case_id=case_id) == set()

    def test_is_not_ended_by_the_person_nor_by_the_agency_recused(self, world):
        colleague = a_member(world.police_agency, Role.COORDINATOR)
        person = services.recuse(
            case_id=new_id(),
            reason_code="relative",
            membership=world.officer,
            actor=world.coordinator,
            at=NOON,
        )
        agency = services.recuse(
            case_id=new_id(),
            reason_code="party",
            agency=world.police_agency,
            actor=world.coordinator,
            at=NOON,
        )
        other_hat = a_member(world.health_agency, account=world.officer.account)

        for row, actor in (
            (person, world.officer),
            (person, other_hat),
            (agency, world.officer),
            (agency, colleague),
        ):
            with pytest.raises(PermissionDenied):
                services.unrecuse(recusal_id=row.pk, actor=actor, at=NOON)
        services.unrecuse(recusal_id=agency.pk, actor=world.coordinator, at=NOON)
        assert Recusal.objects.get(pk=agency.pk).ended_at == NOON

    def test_ends_once(self, world):
        row = services.recuse(
            case_id=new_id(),
            reason_code="relative",
            membership=world.officer,
            actor=world.coordinator,
            at=NOON,
        )
        services.unrecuse(recusal_id=row.pk, actor=world.coordinator, at=NOON)

        for absent in (row.pk, new_id()):
            with pytest.raises(NotVisible):
                services.unrecuse(recusal_id=absent, actor=world.coordinator, at=NOON)

    def test_twice_declared_is_ended_twice(self, world):
        case_id = new_id()
        rows = [
            services.recuse(
                case_id=case_id, reason_code=why, membership=world.officer, actor=world.coordinator, at=NOON
            )
            for why in ("declared", "relative")
        ]

        services.unrecuse(recusal_id=rows[0].pk, actor=world.coordinator, at=NOON)

        assert queries.recused_accounts(case_id=case_id) == {world.officer.account_id}


class TestDisclosing:
    @pytest.fixture
    def file(self, world):
        from egide.cases.services import entries

        return entries.subject_file(world.active())

    def test_to_an_agency_says_what_how_and_on_what_basis(self, world, file):
        consent = Consent.objects.get()

        made = services.record_disclosure(
            actor=world.coordinator, file=file, categories={"plan.management", "incident.facts"}, method="export",
            basis="consent", recipient=world.police_agency, consent=consent, at=NOON,
        )  # fmt: skip

        made.refresh_from_db()
        assert made.categories == ["incident.facts", "plan.management"]
        assert (made.is_to_the_person, made.recipient, made.consent) == (False, world.police_agency, consent)
        entry = last_entry()
        assert (entry["action"], entry["basis"], entry["subject"]) == (
            "sharing.disclosed",
            "consent",
            str(file.pk),
        )
        assert entry["details"] == {
            "categories": ["incident.facts", "plan.management"], "method": "export", "notices": [], "regimes": ["ca-nb-rtippa"],
        }  # fmt: skip

    def test_without_a_recipient_is_to_the_person(self, world, file):
        made = services.record_disclosure(
            actor=world.advocate, file=file, categories=["plan.safety"], method="print", basis="self", at=NOON
        )

        assert made.is_to_the_person
        assert made.recipient is None

    def test_is_kept_or_nothing_is(self, world, file):
        before = Disclosure.objects.count()
        with pytest.raises(RuntimeError), transaction.atomic():
            services.record_disclosure(
                actor=world.advocate,
                file=file,
                categories=["plan.safety"],
                method="print",
                basis="self",
                at=NOON,
            )
            raise RuntimeError

        assert Disclosure.objects.count() == before
