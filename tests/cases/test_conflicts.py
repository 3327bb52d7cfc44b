"""Conflicts of interest: declared ties, names that meet, keeping out one or a whole agency, and what was read before."""

import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from egide.cases.models import Case, ConflictAnswer, DeclaredTie, DeclaredToken, Entry, Task
from egide.cases.models.work import TaskKind
from egide.cases.queries import casefile, caseload, conflicts
from egide.cases.queries.caseload import Filters
from egide.cases.services import conferring, deadlines, progressing, recusing, substituting, tasks, ties
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger.models import Entry as LedgerEntry
from egide.partners.models import Account, Role
from egide.sharing import services as sharing
from egide.sharing.models import Recusal
from egide.vault.fields import ciphertext_of
from egide.vault.models import FileKeys
from tests.cases.test_journey import conference
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.factories import DAY, World, a_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world):
    """Marie-Ève Thériault and Luc Cyr."""
    return world.active()


def declare(actor, given="Luc", family="Cyr", tie="relative", at=NOON):
    return ties.declare_tie(given_name=given, family_name=family, tie=tie, actor=actor, at=at)


def possible(case, actor, at=NOON):
    return conflicts.possible_conflicts(cases=[case], actor=actor, at=at).get(case.pk, [])


def names(case, actor, at=NOON):
    return {one.member.pk for one in possible(case, actor, at)}


def renamed(member, name):
    Account.objects.filter(pk=member.account_id).update(full_name=name)


class TestDeclaring:
    def test_is_sealed_and_read_by_who_declared_it_alone_under_any_hat(self, world):
        made = declare(world.officer)
        other_hat = a_member(world.health_agency, account=world.officer.account)

        assert b"Cyr" not in ciphertext_of(DeclaredTie.objects.get(pk=made.pk).content)
        assert [one.name for one in ties.own_ties(actor=other_hat)] == ["Luc Cyr"]
        assert ties.own_ties(actor=world.coordinator) == []
        with pytest.raises(NotVisible):
            sharing.open_own_record(
                actor=world.coordinator, account_id=made.owner_id, record=made.sealed_record()
            )

    def test_leaves_no_name_in_the_ledger_and_tokens_alone_in_the_index(self, world):
        declare(world.officer)

        assert "Cyr" not in "".join(LedgerEntry.objects.values_list("body", flat=True))
        assert {len(bytes(token)) for token in DeclaredToken.objects.values_list("token", flat=True)} == {16}

    @pytest.mark.parametrize("flaw", [{"given": ""}, {"family": " - "}, {"tie": "enemy"}])
    def test_asks_for_a_whole_name_and_what_ties(self, world, flaw):
        with pytest.raises(Refused):
            declare(world.officer, **flaw)

    def test_has_an_end(self, world, monkeypatch):
        monkeypatch.setattr(ties, "MOST_TIES", 1)
        declare(world.officer)
        with pytest.raises(Refused):
            declare(world.officer, given="Anne")

    def test_taken_back_is_destroyed_with_its_key(self, world, case):
        made = declare(world.officer)
        with pytest.raises(NotVisible):
            ties.take_back(tie_id=made.pk, actor=world.coordinator, at=NOON)
        ties.take_back(tie_id=made.pk, actor=world.officer, at=NOON)

        assert not FileKeys.objects.filter(pk=made.pk).exists()
        assert not DeclaredToken.objects.exists()
        assert names(case, world.coordinator) == set()

    def test_the_page_shows_ones_own_and_keeps_what_was_typed(self, world, client):
        declare(world.nurse, given="Paul", family="Roy")
        url = reverse("cases:my-ties")
        sign_in(client, world.officer)
        again = post(client, url, {"given_name": "Luc", "family_name": ""})
        assert again.status_code == 422 and 'value="Luc"' in again.content.decode()
        post(client, url, {"given_name": "Luc", "family_name": "Cyr", "tie": "household"})
        page = client.get(url).content.decode()

        assert "Luc Cyr" in page and "Roy" not in page


class TestMeeting:
    def test_a_declared_tie_shows_the_colleague_and_not_whom(self, world, case, client):
        declare(world.officer)
        page = (
            sign_in(client, world.coordinator)
            .get(reverse("cases:conflicts", args=[case.pk]))
            .content.decode()
        )

        assert world.officer.person_name in page
        assert "Whom is theirs alone to say" in page
        assert not re.search(r"\bCyr\b", page)  # a token may hold the letters

    def test_a_colleagues_own_name_shows_them(self, world, case):
        renamed(world.nurse, "Luc Cyr")

        assert [(one.member.pk, one.is_by_name) for one in possible(case, world.coordinator)] == [
            (world.nurse.pk, True)
        ]

    @pytest.mark.parametrize("given, family, meets", [
        ("Luc", "Cyr", True), ("LUC", "CYR", True), ("Luc", "Roy", False), ("Marc", "Cyr", False),
        ("Luc", "Thériault", False), ("Marie-Eve", "Theriault", True),
    ])  # fmt: skip
    def test_two_words_of_one_person_meet_and_not_one_of_each(self, world, case, given, family, meets):
        declare(world.officer, given=given, family=family)

        assert (world.officer.pk in names(case, world.coordinator)) is meets

    def test_the_matched_member_learns_nothing(self, world, case, client):
        sign_in(client, world.officer)
        url = reverse("cases:case", args=[case.pk])
        client.get(url)
        before = client.get(reverse("cases:my-day")).content.count(b"conflict")
        declare(world.officer)

        assert client.get(reverse("cases:my-day")).content.count(b"conflict") == before
        assert "possible conflict" not in client.get(url).content.decode()
        assert client.get(reverse("cases:conflicts", args=[case.pk])).status_code == 403

    def test_nobody_is_shown_their_own(self, world, case):
        declare(world.coordinator)

        assert names(case, world.coordinator) == set()
        assert names(case, world.second) == {world.coordinator.pk}

    def test_another_programmes_staff_is_not_compared(self, world, case):
        declare(World("edm").officer)

        assert names(case, world.coordinator) == set()

    def test_shows_at_triage_and_on_the_agenda_to_who_runs_it(self, world, client):
        received = world.referral(given="Anne", family="Roy").case
        active = world.active()
        declare(world.officer)
        sitting, item = conference(world, active)
        sign_in(client, world.coordinator)
        parts = {
            reverse("cases:triage-case", args=[received.pk]): reverse("cases:conflicts", args=[received.pk]),
            reverse("cases:conference", args=[sitting.pk]): reverse(
                "cases:conference-conflicts", args=[sitting.pk]
            ),
            reverse("cases:conference-item", args=[sitting.pk, item.pk]): reverse(
                "cases:conflicts", args=[active.pk]
            ),
        }

        for url, part in parts.items():
            page = client.get(url).content.decode()
            # It comes by itself; without scripts, a link opens the same words.
            assert f'hx-get="{part}"' in page and f'href="{part}"' in page
            fragment = client.get(part, headers={"HX-Request": "true"}).content.decode()
            assert "possible conflict" in fragment and world.officer.person_name in fragment
            assert "<html" not in fragment
            alone = client.get(part).content.decode()
            assert world.officer.person_name in alone and "<h1>" in alone
        sign_in(client, world.nurse)
        for url, part in list(parts.items())[1:]:
            page = client.get(url).content.decode()
            assert "possible conflict" not in page and part not in page
            for headers in ({}, {"HX-Request": "true"}):
                assert client.get(part, headers=headers).status_code == 403

    def test_where_there_is_none_the_notice_says_nothing_and_the_page_says_so(self, world, case, client):
        sitting, _item = conference(world, case)
        sign_in(client, world.coordinator)
        for url in (
            reverse("cases:conflicts", args=[case.pk]),
            reverse("cases:conference-conflicts", args=[sitting.pk]),
        ):
            assert client.get(url, headers={"HX-Request": "true"}).content.decode().strip() == ""
            assert "or each was decided" in client.get(url).content.decode()


class TestWhatAVictimServiceKeeps:
    """Hash-match across agencies on victim identity is refused (§7.5, test 11)."""

    @pytest.fixture
    def bound(self, world):
        world.lead.regimes = ["us-vawa"]
        world.lead.save()
        return world.active()

    def test_her_name_is_not_compared_with_another_agencys_staff(self, world, bound):
        declare(world.officer, given="Marie-Ève", family="Thériault")
        renamed(world.nurse, "Marie-Ève Thériault")

        assert names(bound, world.coordinator) == set()

    def test_it_is_within_the_agency_that_holds_it(self, world, bound):
        declare(world.advocate, given="Marie-Ève", family="Thériault")

        assert names(bound, world.coordinator) == {world.advocate.pk}

    def test_the_other_persons_name_is_compared_with_everyone(self, world, bound):
        Entry.objects.filter(category="identity.core", file__role="person_of_concern").update(regimes="")
        declare(world.officer)

        assert names(bound, world.coordinator) == {world.officer.pk}

    @pytest.mark.parametrize("law", ["us-vawa", "us-fvpsa", "us-voca", "us-part2"])
    def test_nor_a_name_that_such_an_agency_brought(self, world, case, law):
        Entry.objects.filter(category="identity.core", file__role="victim").update(
            regimes=f"ca-nb-rtippa,{law}"
        )
        declare(world.officer, given="Marie-Ève", family="Thériault")

        assert names(case, world.coordinator) == set()

    def test_the_hat_shown_is_that_of_the_lead_agency(self, world, bound):
        hat = a_member(world.lead, Role.ADVOCATE, account=world.officer.account, areas=[world.area])
        declare(world.officer, given="Marie-Ève", family="Thériault")

        assert names(bound, world.coordinator) == {hat.pk}


class TestDeciding:
    def keep_out(self, case, member, actor, **changes):
        asked = {"reason_code": "relative", "at": NOON, **changes}
        return recusing.keep_out(case_id=case.pk, membership_id=member.pk, actor=actor, **asked)

    def test_kept_out_the_case_is_gone_for_them_and_the_line_for_the_others(self, world, case):
        declare(world.officer)
        self.keep_out(case, world.officer, world.coordinator)

        with pytest.raises(NotVisible):
            Case.objects.fetch(case.pk, actor=world.officer)
        assert names(case, world.coordinator) == set()
        with pytest.raises(Refused):
            self.keep_out(case, world.officer, world.coordinator)

    def test_set_aside_stays_so_until_another_tie_is_declared(self, world, case):
        declare(world.officer)
        recusing.set_aside(
            case_id=case.pk,
            membership_id=world.officer.pk,
            reason_code="no_tie",
            actor=world.coordinator,
            at=NOON,
        )
        assert names(case, world.coordinator) == set()
        declare(world.officer, given="Marie-Ève", family="Thériault", at=NOON + DAY)

        assert names(case, world.coordinator, at=NOON + DAY) == {world.officer.pk}

    def test_the_reason_is_said(self, world, case):
        with pytest.raises(Refused):
            recusing.set_aside(
                case_id=case.pk,
                membership_id=world.officer.pk,
                reason_code="",
                actor=world.coordinator,
                at=NOON,
            )
        with pytest.raises(Refused):
            self.keep_out(case, world.officer, world.coordinator, reason_code="")

    @pytest.mark.parametrize("who", ["advocate", "officer"])
    def test_only_who_convenes_decides(self, world, case, who):
        with pytest.raises(PermissionDenied):
            self.keep_out(case, world.nurse, getattr(world, who))

    def test_looks_absent_elsewhere_and_so_does_a_stranger(self, world, case):
        other = World("edm")
        with pytest.raises(NotVisible):
            self.keep_out(case, world.nurse, other.coordinator)
        with pytest.raises(NotVisible):
            self.keep_out(case, other.officer, world.coordinator)

    def test_a_substitute_is_named_and_is_not_kept_out_too(self, world, case):
        made = self.keep_out(case, world.officer, world.coordinator)
        colleague = a_member(world.police_agency)
        asked = {"case_id": case.pk, "recusal_id": made.pk, "actor": world.coordinator, "at": NOON}
        with pytest.raises(Refused):
            recusing.name_substitute(membership_id=world.officer.pk, **asked)
        recusing.name_substitute(membership_id=colleague.pk, **asked)

        assert Recusal.objects.get(pk=made.pk).substitute == colleague

    def test_one_click_each_on_the_page(self, world, case, client):
        declare(world.officer)
        declare(world.nurse)
        sign_in(client, world.coordinator)
        url = reverse("cases:conflict-decide", args=[case.pk])
        post(client, url, {"do": "keep-out", "member": world.officer.pk, "reason_code": "relative"})
        post(client, url, {"do": "other_person", "member": world.nurse.pk})
        page = client.get(reverse("cases:conflicts", args=[case.pk])).content.decode()

        assert Recusal.objects.get().account == world.officer.account
        assert ConflictAnswer.objects.get(account=world.nurse.account).answer == "other_person"
        assert "Nobody is named to turn to instead" in page

    def test_the_chair_reads_the_fact_and_never_the_reason(self, world, case, client):
        self.keep_out(case, world.officer, world.coordinator)
        page = sign_in(client, world.chair).get(reverse("cases:conflicts", args=[case.pk])).content.decode()

        assert world.officer.person_name in page
        assert "Relative or same household" not in page


class TestAWholeAgency:
    def keep_out(self, world, case, agency, actor=None):
        return recusing.keep_agency_out(
            case_id=case.pk,
            agency_id=agency.pk,
            reason_code="party",
            actor=actor or world.coordinator,
            at=NOON,
        )

    def test_is_kept_out_and_its_tasks_come_back(self, world, case):
        task = tasks.add_task(
            case_id=case.pk, text="Patrol.", side="both", agency_id=world.police_agency.pk,
            due_at=NOON + DAY, actor=world.coordinator, at=NOON,
        )  # fmt: skip
        self.keep_out(world, case, world.police_agency)

        task.refresh_from_db()
        assert (task.agency, task.owner) == (world.lead, case.lead)
        opened = casefile.open_case(case_id=case.pk, actor=world.coordinator, at=NOON)
        assert opened.text_of(task) == "Patrol."
        for member in (world.officer, a_member(world.police_agency)):
            with pytest.raises(NotVisible):
                Case.objects.fetch(case.pk, actor=member)

    def test_never_the_one_that_leads(self, world, case):
        with pytest.raises(Refused):
            self.keep_out(world, case, world.lead)

    def test_once(self, world, case):
        self.keep_out(world, case, world.police_agency)
        with pytest.raises(Refused):
            self.keep_out(world, case, world.police_agency)

    def test_the_page_says_first_what_it_changes(self, world, case, client):
        sign_in(client, world.coordinator)
        url = reverse("cases:agency-out", args=[case.pk])
        page = client.get(url, {"agency": world.police_agency.pk}).content.decode()
        assert "The consent in force names it" in page
        assert not Recusal.objects.exists()

        again = post(client, url, {"agency": world.police_agency.pk, "reason_code": "party"})
        assert again.status_code == 422
        post(client, url, {"agency": world.police_agency.pk, "reason_code": "party", "is_understood": "on"})
        assert Recusal.objects.get().agency == world.police_agency


class TestLateDiscovery:
    def reviews(self, case):
        return Task.objects.filter(case=case, kind=TaskKind.LOG_REVIEW, done_at__isnull=True)

    def test_the_lead_reviews_what_was_read_before(self, world, case, client):
        casefile.open_case(case_id=case.pk, actor=world.officer, at=NOON)
        made = recusing.keep_out(
            case_id=case.pk, membership_id=world.officer.pk, reason_code="relative",
            actor=world.coordinator, at=NOON + DAY,
        )  # fmt: skip
        assert self.reviews(case).get().owner == case.lead

        sign_in(client, world.coordinator)
        page = client.get(reverse("cases:had-read", args=[case.pk, made.pk])).content.decode()
        assert "Opened" in page and "Facts" in page
        progressing.finish_task(
            task_id=self.reviews(case).get().pk, outcome="done", actor=world.coordinator, at=NOON + DAY
        )
        assert not self.reviews(case).exists()

    def test_a_name_seen_in_a_list_counts_as_read(self, world, case):
        caseload.caseload(actor=world.officer, filters=Filters(), at=NOON, cursor="", is_last=False)
        made = recusing.keep_out(
            case_id=case.pk, membership_id=world.officer.pk, reason_code="relative",
            actor=world.coordinator, at=NOON,
        )  # fmt: skip
        _recusal, lines = conflicts.had_read(case=case, recusal_id=made.pk)

        assert [line.action for line in lines] == ["sharing.names_shown"]
        assert self.reviews(case).exists()

    def test_whoever_read_nothing_leaves_nothing_to_review(self, world, case):
        recusing.keep_out(
            case_id=case.pk, membership_id=world.officer.pk, reason_code="relative",
            actor=world.coordinator, at=NOON,
        )  # fmt: skip

        assert not self.reviews(case).exists()

    def test_so_does_a_conflict_declared_in_the_middle_of_a_sitting(self, world, case):
        _sitting, item = conference(world, case)
        casefile.open_case(case_id=case.pk, actor=world.officer, at=NOON)
        conferring.declare_conflict(item_id=item.pk, actor=world.officer, at=NOON)

        assert self.reviews(case).exists()

    def test_what_they_read_under_another_hat_is_there_too(self, world, case):
        hat = a_member(world.health_agency, account=world.officer.account)
        casefile.open_case(case_id=case.pk, actor=hat, at=NOON)
        made = recusing.keep_out(
            case_id=case.pk, membership_id=world.officer.pk, reason_code="relative",
            actor=world.coordinator, at=NOON,
        )  # fmt: skip

        assert {line.member for line in conflicts.had_read(case=case, recusal_id=made.pk)[1]} == {hat}

    def test_a_recusal_of_another_case_looks_absent(self, world, case):
        other = world.active(given="Anne", family="Roy")
        made = recusing.keep_out(
            case_id=other.pk, membership_id=world.officer.pk, reason_code="relative",
            actor=world.coordinator, at=NOON,
        )  # fmt: skip
        with pytest.raises(NotVisible):
            conflicts.had_read(case=case, recusal_id=made.pk)


def test_matching_costs_the_same_for_one_case_and_for_eight(world, case):
    for n in range(7):
        world.active(given=f"Anne{n}", family="Roy")
    cases = list(Case.objects.select_related("programme__lead_agency").order_by("pk"))
    conflicts.possible_conflicts(cases=cases, actor=world.coordinator, at=NOON)  # the index key is read once
    counts = []
    for some in (cases[:1], cases):
        with CaptureQueriesContext(connection) as captured:
            conflicts.possible_conflicts(cases=some, actor=world.coordinator, at=NOON)
        counts.append(len(captured))

    assert counts == [4, 4]


def test_the_database_keeps_one_answer_for_a_colleague(world, case):
    asked = {"case": case, "account": world.officer.account, "answer": "no_tie", "answered_by": world.coordinator, "answered_at": NOON}  # fmt: skip
    ConflictAnswer.objects.create(**asked)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConflictAnswer.objects.create(**asked)


class TestSubstitutes:
    """What would go to who is kept out goes to the colleague named instead (§7.4)."""

    def keep_out(self, case, member, actor):
        return recusing.keep_out(
            case_id=case.pk, membership_id=member.pk, reason_code="relative", actor=actor, at=NOON
        )

    def name(self, case, made, member, actor):
        return recusing.name_substitute(
            case_id=case.pk, recusal_id=made.pk, membership_id=member.pk, actor=actor, at=NOON
        )

    def add(self, case, agency, actor, side="both"):
        return tasks.add_task(
            case_id=case.pk, text="Call the school.", side=side, agency_id=agency.pk,
            due_at=NOON + DAY, actor=actor, at=NOON,
        )  # fmt: skip

    def test_the_lead_kept_out_is_followed_by_the_coordinator_named(self, world, case):
        Case.objects.filter(pk=case.pk).update(lead=world.coordinator)
        made = self.keep_out(case, world.coordinator, world.chair)
        assert Case.objects.get(pk=case.pk).lead is None

        self.name(case, made, world.second, world.chair)

        case.refresh_from_db()
        assert case.lead == world.second
        mine = Task.objects.filter(case=case, done_at=None, agency=world.lead)
        assert set(mine.values_list("owner", flat=True)) == {world.second.pk}
        review = deadlines.set_deadline(case=case, kind="review", at=NOON, due_at=NOON + 9 * DAY)
        assert review.owner == world.second

    def test_what_comes_later_for_their_agency_goes_to_them(self, world, case):
        made = self.keep_out(case, world.officer, world.coordinator)
        colleague = a_member(world.police_agency)
        self.name(case, made, colleague, world.coordinator)

        task = self.add(case, world.police_agency, world.coordinator)

        assert (task.agency, task.owner) == (world.police_agency, colleague)

    def test_without_one_it_stays_their_agencys_and_nobodys(self, world, case):
        self.keep_out(case, world.officer, world.coordinator)
        a_member(world.police_agency)

        task = self.add(case, world.police_agency, world.coordinator)

        assert (task.agency, task.owner) == (world.police_agency, None)

    def test_of_a_whole_agency_its_substitute_elsewhere_has_it_or_the_lead(self, world, case):
        made = recusing.keep_agency_out(
            case_id=case.pk, agency_id=world.police_agency.pk, reason_code="party",
            actor=world.coordinator, at=NOON,
        )  # fmt: skip
        before = self.add(case, world.police_agency, world.coordinator)
        assert before.agency == world.lead

        self.name(case, made, world.nurse, world.coordinator)
        after = self.add(case, world.police_agency, world.coordinator)
        assert (after.agency, after.owner) == (world.health_agency, world.nurse)

    def test_what_serves_the_victim_does_not_go_to_the_other_side(self, world, case):
        made = recusing.keep_agency_out(
            case_id=case.pk, agency_id=world.health_agency.pk, reason_code="party",
            actor=world.coordinator, at=NOON,
        )  # fmt: skip
        self.name(case, made, world.probation, world.coordinator)

        assert self.add(case, world.health_agency, world.coordinator, side="victim").agency == world.lead
        assert self.add(case, world.health_agency, world.coordinator).owner == world.probation

    def test_a_substitute_who_left_or_does_not_see_the_case_has_nothing(self, world, case):
        made = self.keep_out(case, world.officer, world.coordinator)
        outsider = World("mon").officer
        with pytest.raises(NotVisible):
            self.name(case, made, outsider, world.coordinator)
        colleague = a_member(world.police_agency)
        self.name(case, made, colleague, world.coordinator)
        type(colleague).objects.filter(pk=colleague.pk).update(ends_on=NOON.date() - DAY)

        assert self.add(case, world.police_agency, world.coordinator).owner is None

    def test_one_who_is_not_on_the_case_is_refused(self, world):
        case = world.active(agencies=[world.police_agency])
        made = self.keep_out(case, world.officer, world.coordinator)
        with pytest.raises(Refused, match="does not work on this case"):
            self.name(case, made, world.nurse, world.coordinator)

    def test_mails_go_to_them_and_never_to_who_is_kept_out(self, world, case):
        made = self.keep_out(case, world.second, world.coordinator)
        self.name(case, made, world.advocate, world.coordinator)
        accounts = [world.second.account_id, world.coordinator.account_id]

        told = substituting.told(case, accounts, at=NOON)

        assert told == [world.advocate.account_id, world.coordinator.account_id]

    def test_leaves_a_trace_without_a_name(self, world, case):
        made = self.keep_out(case, world.officer, world.coordinator)
        self.name(case, made, a_member(world.police_agency), world.coordinator)

        assert LedgerEntry.objects.filter(body__contains="cases.work_routed").count() == 1
