"""What the database holds whatever the code does: each constraint of sharing broken on purpose."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from egide.common.ids import new_id
from egide.partners.models import Agency
from egide.sharing import services
from egide.sharing.models import ENDED_BY_SOMEBODY, Assignment, Consent, ConsentRecipient, Disclosure, Recusal
from tests.conftest import NOON
from tests.factories import DAY

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


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


def breaks(name, act):
    """The database refuses, by this very constraint; SQLite names columns where PostgreSQL names the constraint."""
    with pytest.raises(IntegrityError) as said, transaction.atomic():
        act()
    words = str(said.value)
    assert name in words or ("UNIQUE" in words and "failed" in words), words


class TestWhatTheDatabaseHolds:
    """Whatever the code above does, these stay true."""

    @pytest.fixture
    def consent(self, give):
        return give()

    @pytest.fixture
    def raw(self, world):
        def raw(**changes):
            fields = {
                "file_id": new_id(), "case_id": new_id(), "given_at": NOON, "expires_at": NOON + DAY, "form": "written",
                "text_version": "1", "language": "fr", "capacity_confirmed": True, "free_choice_confirmed": True,
                "explained_by": world.advocate,
            }  # fmt: skip
            return Consent.objects.create(**{**fields, **changes})

        assert raw().pk
        return raw

    @pytest.mark.parametrize("end", [NOON, NOON - MINUTE])
    def test_a_consent_ends_after_it_starts(self, raw, end):
        breaks("sharing_consent_ends_after_start", lambda: raw(expires_at=end))

    @pytest.mark.parametrize("flaw", [{"capacity_confirmed": False}, {"free_choice_confirmed": False}])
    def test_a_consent_is_informed_and_free(self, raw, flaw):
        breaks("sharing_consent_is_informed", lambda: raw(**flaw))

    def test_a_withdrawal_has_a_moment_and_someone(self, raw, world):
        breaks("sharing_consent_withdrawn_by_someone", lambda: raw(withdrawn_at=NOON, ended_how="withdrawn"))
        breaks("sharing_consent_withdrawn_by_someone", lambda: raw(withdrawn_recorded_by=world.advocate))

    def test_a_consent_that_ended_says_how_and_only_such_a_one_does(self, raw, world):
        ended = {"withdrawn_at": NOON, "withdrawn_recorded_by": world.advocate}
        for flaw in (
            ended,
            {**ended, "ended_how": "expired"},
            {"lapse_recorded_at": NOON},
            {"lapse_recorded_at": NOON, "ended_how": "withdrawn"},
            {"ended_how": "replaced"},
            {"ended_how": "expired"},
        ):
            breaks("sharing_consent_says_how_it_ended", lambda flaw=flaw: raw(**flaw))
        for how in ENDED_BY_SOMEBODY:
            assert raw(**ended, ended_how=how).pk
        assert raw(lapse_recorded_at=NOON, ended_how="expired").pk

    def test_a_consent_names_an_agency_once(self, consent, world):
        breaks(
            "sharing_recipient_once",
            lambda: ConsentRecipient.objects.create(consent=consent, agency=world.police_agency),
        )

    def test_an_agency_works_once_on_a_case(self, world):
        case_id = new_id()

        def make(**fields):
            return Assignment.objects.create(
                case_id=case_id, agency=world.police_agency, side="both", starts_at=NOON, **fields
            )

        make(ends_at=NOON + DAY)
        make()
        breaks("sharing_assigned_once", make)

    def test_a_recusal_is_of_a_person_or_an_agency(self, world):
        def make(**who):
            return Recusal.objects.create(
                case_id=new_id(),
                reason_code="relative",
                recused_at=NOON,
                recorded_by=world.coordinator,
                **who,
            )

        assert make(account=world.officer.account).pk
        assert make(agency=world.police_agency).pk
        breaks("sharing_recused_person_or_agency", make)
        breaks(
            "sharing_recused_person_or_agency",
            lambda: make(account=world.officer.account, agency=world.police_agency),
        )

    def test_a_disclosure_is_to_an_agency_or_to_the_person(self, world):
        def make(**who):
            return Disclosure.objects.create(
                file_id=new_id(), case_id=new_id(), method="print", basis="self", disclosed_by=world.advocate,
                disclosed_at=NOON, **who,
            )  # fmt: skip

        assert make(is_to_the_person=True).pk
        assert make(recipient=world.police_agency).pk
        breaks("sharing_disclosed_to_someone", make)
        breaks(
            "sharing_disclosed_to_someone", lambda: make(is_to_the_person=True, recipient=world.police_agency)
        )

    def test_what_a_consent_or_a_recusal_names_is_not_deleted(self, consent, world):
        from django.db.models import ProtectedError

        with pytest.raises(ProtectedError):
            Agency.objects.filter(pk=world.police_agency.pk).delete()
        with pytest.raises(ProtectedError):
            world.advocate.delete()

    def test_each_constraint_has_its_test(self):
        """A constraint added later asks for a test here."""
        from pathlib import Path

        source = Path(__file__).read_text(encoding="utf-8")
        for model in (Consent, ConsentRecipient, Assignment, Recusal, Disclosure):
            for constraint in model._meta.constraints:
                assert f'"{constraint.name}"' in source, constraint.name
