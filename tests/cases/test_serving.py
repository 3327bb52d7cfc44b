"""An order made without notice is hidden from the side it binds until it was served; then it is as any other."""

import re
from dataclasses import asdict, replace
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from egide.cases.importing import mapping
from egide.cases.importing.reading import Row, Table
from egide.cases.intake import Person, ReferralContent
from egide.cases.models import Entry
from egide.cases.queries.holding import held_classes
from egide.cases.services import (
    closing,
    entries,
    importing,
    noting,
    reading_twice,
    redacting,
    serving,
)
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.common.ids import new_id
from egide.ledger.models import Entry as Line
from egide.partners.models import Role
from egide.sharing import services as sharing
from egide.sharing.relation import Page
from egide.sharing.rules.levels import Level
from tests.cases.test_own_file import ask, own
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.factories import DAY, a_member

pytestmark = pytest.mark.django_db
MARK = "zoulou-sans-préavis"
KIND = "Court orders and conditions"


@pytest.fixture
def case(world):
    return world.active()


def order(world, case, *, role="person_of_concern", by=None, is_unserved=True, text=MARK):
    return noting.add_note(
        case_id=case.pk,
        file_id=entries.file_of(case, role).pk,
        category="justice.orders",
        kind="fact",
        text=text,
        is_unserved=is_unserved,
        actor=by or world.officer,
        at=NOON,
    )


def serve(world, case, entry, **fields):
    said = {"served_on": NOON.date(), "said_by": "police", "actor": world.officer, "at": NOON, **fields}
    return serving.record_service(case_id=case.pk, entry_id=entry.pk, **said)


def case_page(client, member, case, language="en"):
    text = sign_in(client, member, language).get(reverse("cases:case", args=[case.pk])).content.decode()
    return re.sub(r'name="(csrfmiddlewaretoken|submission)" value="[^"]*"|X-CSRFToken": "[^"]*"', "", text)


class TestUntilItIsServed:
    def test_the_side_it_binds_gets_the_same_page_as_without_it(self, world, case, client):
        before = case_page(client, world.probation, case)
        for role in ("victim", "person_of_concern"):
            order(world, case, role=role)

        assert case_page(client, world.probation, case) == before

    def test_whoever_works_with_the_victim_reads_it_and_that_it_waits(self, world, case, client):
        entry = order(world, case)

        for member in (world.coordinator, world.advocate, world.officer):
            page = case_page(client, member, case)
            assert MARK in page
            assert "Made without notice, and not served yet" in page
            assert reverse("cases:served", args=[case.pk, entry.pk]) in page

    def test_the_side_it_binds_is_told_of_the_served_ones_alone(self, world, case):
        order(world, case)
        order(world, case, is_unserved=False, text="No weapons.")

        view = sharing.open_files(
            actor=world.probation, files=[entries.file_of(case, "person_of_concern")],
            purpose="case_management", at=NOON,
        )  # fmt: skip

        assert [item.text for item in view.of("justice.orders")] == ["No weapons."]
        assert [one.level for one in view.classes if one.category == "justice.orders"] != []
        assert not [one for one in view.classes if not one.item_class.is_served]
        assert not [one for one in view.withheld if one.category == "justice.orders"]

    def test_a_page_of_items_leaves_it_out_too(self, world, case):
        order(world, case)
        file = entries.file_of(case, "person_of_concern")

        def texts(actor):
            view = sharing.open_file(
                actor=actor, file=file, purpose="case_management", at=NOON, page=Page(limit=50)
            )
            return [item.text for item in view.items]

        assert MARK in texts(world.officer)
        assert MARK not in texts(world.probation)

    def test_what_they_will_see_says_that_they_would_not_know_of_it(self, world, case, client):
        entry = order(world, case)
        sign_in(client, world.coordinator)

        def of_orders():
            asked = {"member": world.probation.pk, "format": "csv"}
            text = client.get(reverse("cases:who", args=[case.pk]), asked).content.decode()
            return [line for line in text.splitlines() if "justice.orders" in line or KIND in line]

        assert all("not even that it exists" in line for line in of_orders())
        serve(world, case, entry)
        assert any("not even that it exists" not in line for line in of_orders())

    def test_one_who_works_with_them_sees_nothing_of_it_on_any_page(self, world, case, client):
        order(world, case)
        sign_in(client, world.probation)

        for address in ("my-day", "caseload", "search", "conferences", "received"):
            page = client.get(reverse(f"cases:{address}"), {"q": MARK}).content.decode()
            assert KIND not in page
            assert page.count(MARK) <= page.count(f'value="{MARK}"')

    def test_the_person_it_binds_is_not_given_it_among_what_is_held_of_them(self, world, case):
        entry = order(world, case)
        asked = ask(world, case, role="person_of_concern")

        assert entry.pk not in {one.item.id for one in own(world, case, asked).held}

        serve(world, case, entry)
        known = {one.item.id for one in own(world, case, asked).held}
        other = order(world, case, is_unserved=False, text="No weapons.")
        # Once served it is given, or not, as any order is.
        assert (entry.pk in known) == (other.pk in {one.item.id for one in own(world, case, asked).held})

    def test_part_of_it_given_to_the_victim_is_decided_as_the_whole(self, world, case):
        entry = order(world, case, role="victim", by=world.coordinator)
        asked = ask(world, case)
        held = own(world, case, asked)
        choices = {one.item.id: redacting.Choice("whole") for one in held.held}
        grounds = [one.id for one in sharing_grounds(world)]
        choices[entry.pk] = redacting.Choice("part", grounds[0], "There is an order.")
        reading_twice.put_together(
            case_id=case.pk, request_id=asked.pk, reply="give", choices=choices, revision=0,
            actor=world.coordinator, at=NOON,
        )  # fmt: skip

        found = {one.item.id: one.part for one in own(world, case, asked).held}
        assert found[entry.pk] == "There is an order."

    def test_classes_tell_them_apart_in_one_query_each(self, world, case):
        file = entries.file_of(case, "person_of_concern")
        order(world, case)
        order(world, case, is_unserved=False)

        with CaptureQueriesContext(connection) as spent:
            found = held_classes([file])
        orders = [one for one in found if one.category == "justice.orders"]
        assert len(spent) == 1
        assert sorted(one.is_served for one in orders) == [False, True]
        assert len(type(file).classes_of([file])) == len(set(type(file).classes_of([file])))

    def test_costs_no_query_more(self, world, case, client):
        def spent(member):
            sign_in(client, member)
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("cases:case", args=[case.pk]))
            return len(queries)

        before = [spent(one) for one in (world.officer, world.probation)]
        order(world, case)
        assert [spent(one) for one in (world.officer, world.probation)] == before


def sharing_grounds(world):
    from egide.sharing import handing

    return handing.why_not_given(bound_by=world.lead.regimes)


class TestOnceItIsServed:
    def test_the_side_it_binds_reads_it_and_when_it_was_served(self, world, case, client):
        entry = order(world, case)

        serve(world, case, entry, served_on=date(2026, 11, 20))

        page = case_page(client, world.probation, case)
        assert MARK in page
        assert "An order was served, according to the police." in page
        assert "Une ordonnance a été signifiée, selon la police." in case_page(
            client, world.officer, case, "fr"
        )
        assert "not served yet" not in case_page(client, world.officer, case)

    def test_leaves_one_line_in_the_ledger_without_a_word_of_it(self, world, case):
        entry = order(world, case)
        before = set(Line.objects.order_by().values_list("pk", flat=True))

        serve(world, case, entry)

        [line] = Line.objects.exclude(pk__in=before).order_by("pk")
        assert '"cases.order_served"' in line.body
        assert MARK not in line.body

    def test_is_recorded_from_the_page_of_the_case(self, world, case, client):
        entry = order(world, case)
        address = reverse("cases:served", args=[case.pk, entry.pk])
        sign_in(client, world.advocate)

        assert "It was served on" in client.get(address).content.decode()
        empty = post(client, address)
        assert empty.status_code == 422
        answer = post(client, address, {"served_on": NOON.date().isoformat(), "said_by": "sheriff"})

        assert answer.status_code == 302
        assert Entry.objects.get(pk=entry.pk).is_served
        assert client.get(address).status_code == 409

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"served_on": (NOON + DAY).date()}, "future"),
            ({"said_by": "gossip"}, "who says"),
            ({"said_by": ""}, "who says"),
        ],
    )
    def test_refuses_what_cannot_be(self, world, case, fields, words):
        entry = order(world, case)

        with pytest.raises(Refused, match=words):
            serve(world, case, entry, **fields)
        assert not Entry.objects.get(pk=entry.pk).is_served

    def test_is_said_once(self, world, case):
        entry = order(world, case)
        serve(world, case, entry)

        with pytest.raises(Refused, match="already"):
            serve(world, case, entry)

    def test_is_refused_in_a_closed_case(self, world, case):
        entry = order(world, case)
        closing.close_case(
            case_id=case.pk, reason="risk_reduced", note="Done.", victim_view="declined", victim_words="",
            actor=world.coordinator, at=NOON,
        )  # fmt: skip

        with pytest.raises(Refused, match="closed"):
            serve(world, case, entry, actor=world.coordinator)

    @pytest.mark.parametrize("who", ["probation", "stranger", "referrer"])
    def test_absent_and_forbidden_are_the_same(self, world, case, client, who):
        entry = order(world, case)
        other = world.active(given="Anne")
        fact = Entry.objects.filter(file__case=case, category="incident.facts").order_by("pk").first()
        member = a_member(world.lead, Role.TEAM_MEMBER) if who == "stranger" else getattr(world, who)
        sign_in(client, member)

        def answer(case_id, entry_id):
            got = client.get(reverse("cases:served", args=[case_id, entry_id]))
            text = re.sub(r'name="(csrfmiddlewaretoken|next)" value="[^"]*"', "", got.content.decode())
            return got.status_code, text.replace(str(case_id), "C").replace(str(entry_id), "E")

        absent = answer(case.pk, new_id())
        assert absent[0] == 404
        assert answer(case.pk, entry.pk) == absent
        assert answer(case.pk, fact.pk) == absent
        assert answer(other.pk, entry.pk)[0] == 404
        with pytest.raises(NotVisible):
            serve(world, case, entry, actor=member)

    def test_is_for_who_holds_it_or_leads(self, world, case, client):
        """Whoever reads it, otherwise, could open it to the side it binds with one click."""
        entry = order(world, case)
        with pytest.raises(PermissionDenied):
            serve(world, case, entry, actor=world.nurse)
        assert not Entry.objects.get(pk=entry.pk).is_served
        assert "Record that it was served" not in case_page(client, world.nurse, case)
        assert "Record that it was served" in case_page(client, world.officer, case)

        serve(world, case, entry, actor=world.coordinator)
        assert Entry.objects.get(pk=entry.pk).is_served

    def test_is_for_who_writes_in_cases(self, world, case):
        entry = order(world, case)
        evaluator = a_member(world.lead, Role.EVALUATOR)

        with pytest.raises((NotVisible, PermissionDenied)):
            serve(world, case, entry, actor=evaluator)


class TestWhereItIsSaid:
    def test_a_note_says_it_for_an_order_alone(self, world, case, client):
        sign_in(client, world.officer)
        address = reverse("cases:note", args=[case.pk])
        said = {
            "about": entries.file_of(case, "person_of_concern").pk,
            "category": "incident.facts",
            "kind": "fact",
            "text": MARK,
            "is_unserved": "on",
        }

        assert "Made without notice" in client.get(address).content.decode()
        refused = post(client, address, said)
        assert refused.status_code == 422
        assert "Only an order waits to be served." in refused.content.decode()

        assert post(client, address, {**said, "category": "justice.orders"}).status_code == 302
        assert not Entry.objects.get(form="note:1", category="justice.orders").is_served

    def test_the_service_refuses_it_of_anything_else(self, world, case):
        with pytest.raises(Refused, match="Only an order"):
            noting.add_note(
                case_id=case.pk, file_id=entries.subject_file(case).pk, category="incident.facts", kind="fact",
                text="Seen.", is_unserved=True, actor=world.officer, at=NOON,
            )  # fmt: skip

    def test_a_referral_says_it_with_its_orders(self, world, client):
        sign_in(client, world.referrer)
        said = {
            "programme": world.programme.pk,
            "victim_family": "Roy",
            "victim_language": "fr",
            "victim_informed": "unknown",
            "incident": "Threatened her.",
            "is_unserved": "on",
        }

        assert post(client, reverse("cases:refer"), said).status_code == 422
        assert post(client, reverse("cases:refer"), {**said, "police_orders": MARK}).status_code == 302
        assert not Entry.objects.get(form="orders:1").is_served

    @pytest.mark.parametrize(
        ("orders", "said", "found"),
        [
            ("No contact.", "yes", True),
            ("No contact.", "oui", True),
            ("No contact.", "", False),
            ("No contact.", "no", False),
            ("", "no", False),
            ("", "yes", None),
            ("No contact.", "perhaps", None),
        ],
    )
    def test_a_file_of_referrals_says_it_in_a_column(self, orders, said, found):
        columns = ("nom_victime", "resume", "ordonnances", "ordonnances_non_signifiees")
        table = Table(columns, (Row(2, ("Roy", "Threatened her.", orders, said)),))

        checked = mapping.check(table, today=NOON.date())

        assert [one.is_unserved for one in checked.referrals] == ([] if found is None else [found])

    def test_what_was_imported_before_the_question_is_known_again(self):
        content = ReferralContent(victim=Person("", "Roy"), person_of_concern=None, incident="Facts.")

        assert "is_unserved" in asdict(content)
        assert "unserved" not in importing.canonical(content)
        assert importing.canonical(replace(content, is_unserved=True)) != importing.canonical(content)

    def test_the_database_lets_nothing_but_an_order_wait(self, world, case):
        fact = Entry.objects.filter(category="incident.facts").order_by("pk")[:1].values("pk")
        with pytest.raises(IntegrityError), transaction.atomic():
            Entry.objects.filter(pk__in=list(fact.values_list("pk", flat=True))).update(is_served=False)


def test_an_order_is_read_at_the_level_the_table_gives_once_served(world):
    """The other side of the rule, for the same reader and the same order."""
    case = world.active()
    entry = order(world, case)
    file = entries.file_of(case, "person_of_concern")

    def levels():
        found = sharing.explain(actor=world.probation, file=file, purpose="case_management", at=NOON)
        return {one.level for one in found if one.category == "justice.orders"}

    assert levels() == {Level.NONE}
    serve(world, case, entry)
    assert max(levels()) >= Level.VIEW
