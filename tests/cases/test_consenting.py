"""A new consent starts from the one in force, says who gains and who loses, and keeps what was typed."""

import datetime
import re

import pytest
from django.urls import reverse

from egide.cases.models import Draft as Kept
from egide.cases.queries import consenting as queries
from egide.cases.queries import foreseeing
from egide.cases.services import consenting, drafting, enrolling, entries
from egide.common.errors import Refused
from egide.common.idempotency import new_key
from egide.ledger.models import Entry as LedgerEntry
from egide.sharing import services as sharing
from egide.sharing.asking import Seat
from egide.sharing.foreseeing import Draft
from egide.sharing.models import Consent
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.factories import DAY, SHARED, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world):
    return world.active(agencies=[world.police_agency, world.health_agency])


def address(case, name="consent"):
    return reverse(f"cases:{name}", args=[case.pk])


def typed(world, *, agencies=None, **fields):
    agencies = [world.police_agency, world.health_agency] if agencies is None else agencies
    return {
        "recipients": [str(one.pk) for one in agencies],
        "categories": list(SHARED),
        "purposes": ["case_management", "victim_safety", "threat_assessment"],
        "expires_on": (NOON + 180 * DAY).date().isoformat(),
        "language": "fr",
        "given_by": "self",
        "form": "written",
        "capacity_confirmed": "on",
        "free_choice_confirmed": "on",
        **fields,
    }


def drafted(world, case, agencies, categories=SHARED, **fields):
    return Draft(
        file_id=entries.subject_file(case).pk,
        agencies=frozenset(one.pk for one in agencies),
        categories=frozenset(categories),
        purposes=frozenset({"case_management", "victim_safety", "threat_assessment"}),
        is_written=True,
        expires_at=NOON + 180 * DAY,
        **fields,
    )


def effect(world, case, *args, **fields):
    return queries.effect(
        case=case,
        file=entries.subject_file(case),
        actor=world.coordinator,
        draft=drafted(world, case, *args, **fields),
        at=NOON,
    )


def of(found, agency):
    return next((one for one in found.changes if one.agency == agency), None)


def seen(world, case, agency):
    found = foreseeing.Foresight(case=case, actor=world.coordinator, at=NOON).of(Seat(agency))
    return {(str(one.file.role), line.slug): int(line.level) for one in found for line in one.seen}


def checked(answer):
    """Answer what the page before recording sends back."""
    text = answer.content.decode()
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text)
    sent = {}
    for name, value in pairs:
        if name not in ("csrfmiddlewaretoken", "submission", "acting_as"):
            sent.setdefault(name, []).append(value)
    return sent


class TestTheForm:
    def test_starts_from_the_consent_in_force(self, world, case, client):
        form = sign_in(client, world.advocate).get(address(case)).context["form"]

        assert set(form["recipients"].value()) >= {str(world.police_agency.pk), str(world.health_agency.pk)}
        assert set(form["categories"].value()) == set(SHARED)
        assert form["expires_on"].value() == (NOON + 180 * DAY).date()
        assert form["language"].value() == "fr"

    def test_names_every_consent_it_takes_the_place_of(self, world, case, client):
        """Two may stand beside each other: recorded before a new one ended those in force."""
        sharing.give_consent(
            actor=world.advocate,
            file_id=entries.subject_file(case).pk,
            case_id=case.pk,
            at=NOON - 10 * DAY,
            **world.consent(at=NOON - 10 * DAY, agencies=[world.school_agency]),
        )
        sign_in(client, world.advocate)

        form = client.get(address(case)).content.decode()
        check = post(client, address(case), typed(world)).content.decode()

        for page in (form, check):
            assert "A consent given on 13 November 2026 is in force too." in page
        assert str(world.school_agency) in check
        assert "A consent given on" not in client.get(address(world.active())).content.decode()

    def test_never_says_beforehand_how_it_was_given(self, world, case, client):
        form = sign_in(client, world.advocate).get(address(case)).context["form"]

        for name in ("given_by", "form", "capacity_confirmed", "free_choice_confirmed", "copy_given"):
            assert not form[name].value(), name

    def test_starts_empty_when_none_is_in_force(self, world, client):
        case = world.eligible()
        form = sign_in(client, world.advocate).get(address(case)).context["form"]

        assert not form["recipients"].value()
        assert not form["categories"].value()

    def test_starts_empty_after_a_withdrawal(self, world, case, client):
        consenting.withdraw_consent(case_id=case.pk, actor=world.advocate, at=NOON)
        form = sign_in(client, world.advocate).get(address(case)).context["form"]

        assert not form["recipients"].value()

    def test_offers_what_the_consent_in_force_covers_even_when_it_is_not_usual(self, world, client):
        case = world.eligible()
        enrolling.enrol(
            case_id=case.pk,
            consent=world.consent(categories=["identity.core", "justice.juvenile"]),
            actor=world.advocate,
            at=NOON,
        )
        form = sign_in(client, world.advocate).get(address(case)).context["form"]

        assert "justice.juvenile" in dict(form.fields["categories"].choices)


class TestWhatChanges:
    def test_one_more_agency_gains_and_nobody_loses(self, world, case):
        found = effect(world, case, [world.police_agency, world.health_agency, world.school_agency])

        assert [one.agency for one in found.gainers] == [world.school_agency]
        assert found.losers == []
        assert of(found, world.school_agency).comes
        assert set(found.same) == {world.police_agency, world.health_agency}

    def test_one_less_loses_all_of_it(self, world, case):
        change = of(effect(world, case, [world.police_agency]), world.health_agency)

        assert change.leaves
        assert change.is_told
        assert not change.gains
        assert any("incident.facts" in part.lost for part in change.files)

    def test_a_kind_less_is_lost_by_those_who_read_it_alone(self, world, case):
        found = effect(
            world,
            case,
            [world.police_agency, world.health_agency],
            [slug for slug in SHARED if slug != "incident.facts"],
        )

        change = of(found, world.police_agency)
        assert not change.leaves
        assert {slug for part in change.files for slug in part.lost} == {"incident.facts"}

    def test_what_is_not_written_yet_is_said_too(self, world, case):
        found = effect(
            world,
            case,
            [world.police_agency, world.health_agency],
            [slug for slug in SHARED if slug != "health.general"],
        )

        change = of(found, world.health_agency)
        assert change.loses
        assert change.later_lost == {"health.general"}

    @pytest.mark.parametrize("agencies", [[], ["police"], ["school", "probation"], ["health", "school"]])
    @pytest.mark.parametrize("kinds", [SHARED, ["identity.core"], ["incident.facts", "plan.safety"]])
    def test_is_what_everyone_gets_once_it_is_recorded(self, world, case, agencies, kinds):
        named = [getattr(world, f"{one}_agency") for one in agencies]
        before = {agency: seen(world, case, agency) for agency in world.partners}
        found = effect(world, case, named, kinds)
        if named:
            consenting.renew_consent(
                case_id=case.pk,
                consent=world.consent(agencies=named, categories=list(kinds)),
                actor=world.coordinator,
                at=NOON,
            )
        else:
            consenting.withdraw_consent(case_id=case.pk, actor=world.coordinator, at=NOON)

        for agency in world.partners:
            after, change = seen(world, case, agency), of(found, agency)
            parts = change.files if change else ()
            assert {(str(p.file.role), s) for p in parts for s in p.gained} == after.keys() - before[
                agency
            ].keys()
            assert {(str(p.file.role), s) for p in parts for s in p.lost} == before[
                agency
            ].keys() - after.keys()
            less = {key for key in after.keys() & before[agency].keys() if after[key] < before[agency][key]}
            assert {(str(p.file.role), s) for p in parts for s in p.lessened} == less

    def test_leaves_out_what_the_one_who_asks_may_not_know_of(self, world, case):
        whole = effect(world, case, [world.police_agency])
        narrow = queries.effect(
            case=case,
            file=entries.subject_file(case),
            actor=world.probation,
            draft=drafted(world, case, [world.police_agency]),
            at=NOON,
        )

        def lost(found):
            change = of(found, world.health_agency)
            return {(part.file.pk, slug) for part in change.files for slug in part.lost}

        assert lost(narrow) < lost(whole)

    def test_records_nothing(self, world, case):
        before = LedgerEntry.objects.count()
        effect(world, case, [world.police_agency])

        assert LedgerEntry.objects.count() == before
        assert Consent.objects.filter(case_id=case.pk).count() == 1


class TestBeforeItIsRecorded:
    def test_the_page_says_who_gains_and_records_nothing(self, world, case, client):
        answer = post(
            sign_in(client, world.advocate),
            address(case),
            typed(world, agencies=[world.police_agency, world.health_agency, world.school_agency]),
        )
        content = answer.content.decode()

        assert answer.status_code == 200
        assert "Who gains by it" in content
        assert str(world.school_agency) in content
        assert "Who loses by it" not in content
        assert 'name="is_confirmed"' not in content
        assert Consent.objects.filter(case_id=case.pk).count() == 1

    def test_then_it_is_recorded(self, world, case, client):
        sign_in(client, world.advocate)
        agencies = [world.police_agency, world.health_agency, world.school_agency]
        answer = post(client, address(case), typed(world, agencies=agencies))
        answer = post(client, address(case), checked(answer))

        assert answer.status_code == 302
        newest = Consent.objects.get(case_id=case.pk, withdrawn_at__isnull=True)
        assert set(newest.recipients.all()) == {*agencies, world.lead}

    @pytest.mark.parametrize("language, words", [("en", "Who loses by it"), ("fr", "Qui y perd")])
    def test_losing_somebody_asks_to_be_confirmed(self, world, case, client, language, words):
        sign_in(client, world.advocate, language)
        answer = post(client, address(case), typed(world, agencies=[world.police_agency]))
        sent = checked(answer)
        refused = post(client, address(case), sent)

        assert words in answer.content.decode()
        assert 'name="is_confirmed"' in answer.content.decode()
        assert refused.status_code == 422
        assert "error-summary" in refused.content.decode()
        assert Consent.objects.get(case_id=case.pk).withdrawn_at is None

        assert post(client, address(case), {**sent, "is_confirmed": "on"}).status_code == 302
        assert Consent.objects.filter(case_id=case.pk).count() == 2

    def test_what_was_not_shown_is_not_recorded(self, world, case, client):
        sign_in(client, world.advocate)
        sent = checked(post(client, address(case), typed(world)))
        wider = {**sent, "recipients": [*sent["recipients"], str(world.school_agency.pk)]}
        answer = post(client, address(case), wider)

        assert answer.status_code == 422
        assert str(world.school_agency) in answer.content.decode()
        assert Consent.objects.filter(case_id=case.pk).count() == 1

    def test_a_consent_a_colleague_recorded_meanwhile_is_not_wiped_out_unseen(self, world, case, client):
        sign_in(client, world.advocate)
        sent = checked(post(client, address(case), typed(world)))
        consenting.renew_consent(case_id=case.pk, consent=world.consent(), actor=world.coordinator, at=NOON)
        answer = post(client, address(case), sent)

        assert answer.status_code == 422
        assert (
            Consent.objects.get(case_id=case.pk, withdrawn_at__isnull=True).explained_by == world.coordinator
        )

    def test_nor_one_recorded_between_the_look_and_the_lock(self, world, case):
        former = Consent.objects.get(case_id=case.pk)
        consenting.renew_consent(case_id=case.pk, consent=world.consent(), actor=world.coordinator, at=NOON)

        with pytest.raises(Refused):
            consenting.renew_consent(
                case_id=case.pk,
                consent=world.consent(),
                actor=world.advocate,
                at=NOON,
                replacing=[former.pk],
            )

    def test_a_double_click_records_one(self, world, case, client):
        sign_in(client, world.advocate)
        sent = {
            **checked(post(client, address(case), typed(world, agencies=[world.police_agency]))),
            "is_confirmed": "on",
        }
        key = {"submission": new_key()}
        first, second = (client.post(address(case), {**sent, **key}) for _n in range(2))

        assert (first.status_code, second.status_code) == (302, 302)
        assert Consent.objects.filter(case_id=case.pk).count() == 2

    def test_what_is_no_consent_is_said_on_the_form_with_everything_there(self, world, case, client):
        sign_in(client, world.advocate)
        answer = post(client, address(case), typed(world, free_choice_confirmed=""))

        assert answer.status_code == 422
        assert answer.context["form"]["categories"].value() == list(SHARED)
        assert "help does not depend" in answer.content.decode()

    def test_is_not_for_partners_nor_strangers(self, world, case, client):
        other = World("edm")
        for who, status in ((world.officer, 403), (other.coordinator, 404)):
            sign_in(client, who)
            assert client.get(address(case)).status_code == status
            assert post(client, address(case), typed(world)).status_code == status


class TestItsDraft:
    def keep(self, client, case, data):
        text = client.get(address(case)).content.decode()
        kept = text.split('data-autosave="')[1].split('"')[0].replace("&amp;", "&")
        return client.post(kept, data)

    def test_keeps_what_was_unticked(self, world, case, client):
        sign_in(client, world.advocate)
        self.keep(client, case, {"purposes": ["victim_safety"], "expires_on": "2027-01-02"})
        form = client.get(address(case)).context["form"]

        assert not form["recipients"].value()
        assert not form["categories"].value()
        assert form["purposes"].value() in ("victim_safety", ["victim_safety"])

    def test_is_kept_without_scripts_once_it_was_looked_at(self, world, case, client):
        sign_in(client, world.advocate)
        post(client, address(case), typed(world, agencies=[world.school_agency], copy_given="on"))
        form = client.get(address(case)).context["form"]

        assert form["recipients"].value() in (str(world.school_agency.pk), [str(world.school_agency.pk)])
        assert form["copy_given"].value()

    def test_is_forgotten_once_recorded_and_may_be_set_aside(self, world, case, client):
        sign_in(client, world.advocate)
        answer = post(client, address(case), typed(world, agencies=[world.school_agency]))
        fresh = client.get(address(case) + "?fresh=1").context["form"]
        assert str(world.police_agency.pk) in fresh["recipients"].value()

        post(client, address(case), {**checked(answer), "is_confirmed": "on"})
        assert not Kept.objects.exists()

    def test_of_one_person_never_shows_in_the_form_of_another(self, world, case, client):
        sign_in(client, world.advocate)
        self.keep(client, case, typed(world, agencies=[world.school_agency]))
        kept = Kept.objects.get()
        assert (kept.subject, kept.file_id) == (case.pk, entries.subject_file(case).pk)

        Kept.objects.update(file_id=case.files.exclude(role="victim").first().pk)
        form = client.get(address(case)).context["form"]
        assert str(world.police_agency.pk) in form["recipients"].value()

    def test_is_nobody_elses(self, world, case, client):
        sign_in(client, world.advocate)
        self.keep(client, case, typed(world, agencies=[world.school_agency]))
        form = sign_in(client, world.coordinator).get(address(case)).context["form"]

        assert str(world.police_agency.pk) in form["recipients"].value()

    def test_of_a_form_and_a_person_is_one(self, world, case):
        file = entries.subject_file(case)
        for n in range(2):
            drafting.save_draft(
                form="consent",
                subject=case.pk,
                file_id=file.pk,
                content={"n": n},
                actor=world.advocate,
                at=NOON,
            )
        drafting.save_draft(form="consent", subject=case.pk, content={}, actor=world.advocate, at=NOON)

        assert Kept.objects.filter(owner=world.advocate).count() == 2

    def test_from_before_the_consent_in_force_says_so(self, world, case, client):
        sign_in(client, world.advocate)
        self.keep(client, case, typed(world))
        Kept.objects.update(updated_at=NOON - datetime.timedelta(minutes=1))

        assert "Another consent was recorded since." in client.get(address(case)).content.decode()
