"""Emergency access: named people, a reason, four hours, reading alone, a review always (§7.3)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from egide.cases.models import Entry, Task
from egide.cases.queries import emergencies as queries
from egide.cases.services import emergencies
from egide.common import idempotency
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.common.ids import new_id
from egide.ledger.models import Entry as LedgerEntry
from egide.partners import notifications
from egide.partners.models import Notice, NoticeKind, Role
from egide.sharing import emergency
from egide.sharing import services as sharing
from egide.sharing.models import EmergencyAccess
from tests.conftest import NOON
from tests.factories import DAY, a_member
from tests.sharing.situations import situation

HOUR = timedelta(hours=1)


@pytest.fixture
def s(world, noon):
    """A case nobody outside the programme works on; the officer is named for emergencies. No law binds its entries."""
    made = situation(world, agencies=[world.school_agency])
    Entry.objects.update(regimes="")
    emergency.name_user(membership=world.officer, actor=made.people["privacy_officer"], at=NOON)
    return made


def opened(s, *, actor=None, reason="He is at her door. No answer from the team.", at=NOON, reference=None):
    return emergencies.open_case(
        reference=reference or s.case.reference, reason=reason, actor=actor or s.world.officer, at=at
    )


def read(s, access, *, actor=None, at=NOON):
    return queries.read(access_id=access.pk, actor=actor or s.world.officer, at=at)


class TestOpens:
    def test_what_a_threat_opens_to_the_sector_for_reading_alone(self, s):
        view = read(s, opened(s)).view
        got = {
            (item.category, item.level) for item in view.items if item.holder_id != s.world.police_agency.pk
        }

        assert {category for category, _level in got} == {
            "identity.core", "location.confidential", "threat.indicators", "incident.facts",
            "risk.assessment.summary", "health.general", "health.mental", "education.record", "justice.orders",
        }  # fmt: skip
        assert {level for _category, level in got} == {sharing.Level.VIEW}

    @pytest.mark.parametrize("category", ["reporter.identity", "plan.safety", "consent.record"])
    def test_never_what_it_never_opens(self, s, category):
        view = read(s, opened(s)).view

        assert category not in {item.category for item in view.items}

    def test_never_an_addiction_treatment_record(self, s):
        Entry.objects.filter(file=s.victim, category="health.mental").update(regimes="us-part2")

        assert "health.mental" not in {item.category for item in read(s, opened(s)).view.items}

    def test_for_four_hours_to_the_second(self, s, noon):
        access = opened(s)
        assert read(s, access, at=NOON + 4 * HOUR - timedelta(seconds=1)).view.items
        noon(NOON + 4 * HOUR)

        with pytest.raises(NotVisible):
            read(s, access, at=NOON + 4 * HOUR)
        with pytest.raises(NotVisible):
            s.open("officer", purpose="emergency_response")

    def test_to_that_person_alone_under_that_hat(self, s):
        access = opened(s)
        colleague = a_member(s.world.police_agency)

        for actor in (
            colleague,
            a_member(s.world.police_agency, Role.CHAIR, account=s.world.officer.account),
        ):
            with pytest.raises(NotVisible):
                read(s, access, actor=actor)
            with pytest.raises(NotVisible):
                s.open(actor, purpose="emergency_response")

    def test_for_that_purpose_alone_and_in_no_list(self, s):
        from egide.cases.models import Case

        opened(s)
        with pytest.raises(NotVisible):
            s.open("officer", purpose="case_management")
        assert not Case.objects.visible_to(s.world.officer).filter(pk=s.case.pk).exists()

    def test_a_recused_person_is_told_what_a_wrong_reference_is_told(self, s):
        sharing.recuse(
            case_id=s.case.pk,
            reason_code="relative",
            membership=s.world.officer,
            actor=s.world.coordinator,
            at=NOON,
        )
        with pytest.raises(Refused) as kept_out:
            opened(s)
        with pytest.raises(Refused) as absent:
            opened(s, reference="FRE-ZZZZZ")

        assert str(kept_out.value.message) == str(absent.value.message)

    def test_a_recusal_in_between_ends_it(self, s):
        access = opened(s)
        sharing.recuse(
            case_id=s.case.pk,
            reason_code="relative",
            membership=s.world.officer,
            actor=s.world.coordinator,
            at=NOON,
        )

        with pytest.raises(NotVisible):
            read(s, access)


class TestAsks:
    def test_only_who_is_named(self, s):
        with pytest.raises(NotVisible):
            opened(s, actor=s.world.nurse)

    @pytest.mark.parametrize("reason", ["", "   ", "\n"])
    def test_a_reason(self, s, reason):
        with pytest.raises(Refused):
            opened(s, reason=reason)

    def test_one_at_a_time_for_a_case(self, s):
        opened(s)
        with pytest.raises(Refused):
            opened(s)

    def test_nothing_while_a_review_is_overdue(self, s):
        first = opened(s)
        late = first.review_due_at + timedelta(seconds=1)

        with pytest.raises(Refused, match="overdue"):
            opened(s, at=late)
        emergency.review(access_id=first.pk, outcome="justified", actor=s.people["privacy_officer"], at=late)
        assert opened(s, at=late)

    def test_a_second_person_renews_it_once(self, s):
        access = opened(s)
        with pytest.raises(PermissionDenied):
            emergency.renew(access_id=access.pk, actor=s.world.officer, at=NOON)
        renewed = emergency.renew(access_id=access.pk, actor=s.world.coordinator, at=NOON)

        assert renewed.ends_at == NOON + 8 * HOUR
        with pytest.raises(Refused):
            emergency.renew(access_id=access.pk, actor=s.world.coordinator, at=NOON)

    def test_nobody_names_themselves_and_only_a_privacy_officer_names(self, s):
        officer = s.people["privacy_officer"]
        hat = a_member(s.world.lead, account=officer.account)

        with pytest.raises(Refused):
            emergency.name_user(membership=hat, actor=officer, at=NOON)
        with pytest.raises(NotVisible):
            emergency.name_user(membership=s.world.nurse, actor=s.world.coordinator, at=NOON)
        with pytest.raises(Refused):
            emergency.name_user(membership=s.world.officer, actor=officer, at=NOON)

    def test_taking_it_back_ends_what_is_open(self, s):
        from egide.sharing.models import EmergencyUser

        access = opened(s)
        emergency.end_user(user_id=EmergencyUser.objects.get().pk, actor=s.people["privacy_officer"], at=NOON)

        with pytest.raises(NotVisible):
            read(s, access)


class TestIsReviewed:
    def test_within_three_working_days_by_another(self, s):
        access = opened(s)
        assert DAY * 3 <= access.review_due_at - NOON <= DAY * 5
        own_hat = a_member(s.world.lead, Role.PRIVACY_OFFICER, account=s.world.officer.account)

        with pytest.raises(PermissionDenied):
            emergency.review(access_id=access.pk, outcome="justified", actor=own_hat, at=NOON)
        with pytest.raises(NotVisible):
            emergency.review(access_id=access.pk, outcome="justified", actor=s.world.coordinator, at=NOON)
        with pytest.raises(Refused):
            emergency.review(access_id=access.pk, outcome="fine", actor=s.people["privacy_officer"], at=NOON)
        done = emergency.review(
            access_id=access.pk, outcome="misuse", actor=s.people["privacy_officer"], at=NOON
        )
        assert done.ends_at == NOON  # what was open is shut by its review
        with pytest.raises(Refused):
            emergency.review(
                access_id=access.pk, outcome="justified", actor=s.people["privacy_officer"], at=NOON
            )

    def test_the_lead_is_told_at_once_and_every_step_is_recorded(self, s):
        access = opened(s)
        read(s, access)
        reasons = emergency.reasons(accesses=[access], actor=s.people["privacy_officer"], at=NOON)

        assert reasons[access.pk].startswith("He is at her door")
        assert Task.objects.filter(case=s.case, due_at=access.review_due_at, done_at=None).exists()
        bodies = " ".join(LedgerEntry.objects.values_list("body", flat=True))
        for action in ("emergency_user_named", "emergency_opened", "emergency_reasons_read"):
            assert f"sharing.{action}" in bodies
        assert "her door" not in bodies

    @pytest.mark.parametrize(
        ("language", "words"),
        [("en", "Emergency access was opened."), ("fr", "Un accès d’urgence a été ouvert")],
    )
    def test_the_lead_reads_what_is_asked_in_their_own_language(self, s, client, language, words):
        with translation.override("en" if language == "fr" else "fr"):
            opened(s)
        client.force_login(s.people["coordinator"].account)
        client.cookies["egide_language"] = language

        text = client.get(reverse("cases:case", args=[s.case.pk])).content.decode()

        assert words in text

    def test_the_reason_is_sealed_and_for_the_reviewer_alone(self, s):
        access = opened(s)

        with pytest.raises(NotVisible):
            emergency.reasons(accesses=[access], actor=s.world.coordinator, at=NOON)
        assert b"her door" not in bytes(EmergencyAccess.objects.get().reason.ciphertext)


class TestNotice:
    def test_the_officer_and_the_lead_are_mailed_at_once_and_nothing_is_said(self, s):
        s.case.lead = s.world.coordinator
        s.case.save(update_fields=["lead"])
        opened(s)

        told = {notice.account_id for notice in Notice.objects.all()}
        assert told == {s.people["privacy_officer"].account_id, s.world.coordinator.account_id}
        for kind in NoticeKind.values:
            assert s.case.reference not in "".join(notifications.words(kind))

    def test_an_officer_kept_out_of_the_case_is_not(self, s):
        sharing.recuse(
            case_id=s.case.pk,
            reason_code="relative",
            actor=s.world.chair,
            at=NOON,
            membership=s.people["privacy_officer"],
        )
        opened(s)

        assert s.people["privacy_officer"].account_id not in {n.account_id for n in Notice.objects.all()}


class TestPages:
    def post(self, client, url, **data):
        return client.post(url, {**data, idempotency.FIELD: str(new_id())})

    def test_the_whole_way_by_hand(self, s, client):
        client.force_login(s.world.officer.account)
        page = reverse("cases:emergency")
        assert client.get(page).status_code == 200
        again = self.post(client, page, reference="", reason="Typed and kept.")
        assert again.status_code == 422
        assert "Typed and kept." in again.content.decode()
        wrong = self.post(client, page, reference="FRE-00000", reason="Typed.", is_understood="on")
        assert "No case of this reference" in wrong.content.decode()
        sent = self.post(
            client, page, reference=s.case.reference.lower(), reason="At her door.", is_understood="on"
        )
        assert sent.status_code == 302
        assert "Use it for this danger only" in client.get(sent.url).content.decode()

        client.force_login(s.people["privacy_officer"].account)
        reviews = reverse("cases:emergency-reviews")
        text = client.get(reviews).content.decode()
        assert "At her door." in text
        assert s.case.reference in text
        [access] = EmergencyAccess.objects.all()
        assert (
            self.post(
                client, reverse("cases:emergency-review", args=[access.pk]), outcome="justified"
            ).status_code
            == 302
        )
        named = self.post(client, reviews, membership=str(s.world.nurse.pk))
        assert named.status_code == 302
        assert emergency.may_open(s.world.nurse)

    def test_is_not_there_for_anyone_else(self, s, client):
        client.force_login(s.world.teacher.account)
        for page in (reverse("cases:emergency"), reverse("cases:emergency-reviews")):
            nothing = "/" + "x" * (len(page) - 2) + "/"
            found, absent = client.get(page), client.get(nothing)
            assert found.status_code == absent.status_code == 404
            assert len(found.content) == len(absent.content)

    def test_asks_who_it_is_once_more(self, s, client, settings):
        client.force_login(s.world.officer.account)
        settings.EGIDE_SECOND_FACTOR_REQUIRED = True
        settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "SecondFactor" not in name]

        account = s.world.officer.account
        account.set_password("a long enough one")
        account.save()
        client.force_login(account)

        asked = client.get(reverse("cases:emergency"))
        assert asked.status_code == 302
        assert "reauthenticate" in asked.url
        sent = self.post(
            client,
            reverse("cases:emergency"),
            reference=s.case.reference,
            reason="Typed.",
            is_understood="on",
        )
        assert sent.status_code == 422
        assert "Typed." in sent.content.decode()
        assert "Typed." not in str(dict(client.session))
        assert not EmergencyAccess.objects.exists()
