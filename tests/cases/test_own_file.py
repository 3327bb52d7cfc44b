"""A person asks for their own file: read twice, theirs alone, handed over to them alone, and told nothing of others."""

import dataclasses
import json
import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from egide.cases import own_file
from egide.cases.lifecycle import AccessState
from egide.cases.models import AccessItem, AccessRequest, Case, Task
from egide.cases.models.work import TaskKind
from egide.cases.queries import accessing as queries
from egide.cases.services import (
    accessing,
    closing,
    deadlines,
    drafting,
    entries,
    handing_over,
    inquiring,
    reading_twice,
)
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger.models import Entry as Line
from egide.sharing import handing
from egide.sharing.models import Disclosure
from egide.sharing.rules.access import Withholding, clocks, withholdings
from egide.sharing.rules.enabling import Deployment
from tests.cases.test_cost import MOST_QUERIES, queries_of
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.deployments import as_before, use
from tests.factories import DAY, a_member
from tests.partners.test_migrations import migrate  # noqa: F401

pytestmark = pytest.mark.django_db
WORDS = {"asked": "Everything.", "place": "At the library, Tuesday at two.", "proof": "A health card."}
REPRESENTED = {**WORDS, "representative": "Aunt Rose", "authority": "Order of guardianship, 2024"}


@pytest.fixture
def case(world):
    return world.eligible()


@pytest.fixture
def deployment():
    """Decide as another deployment for the time of a test."""
    with as_before():
        yield use


def ask(world, case, role="victim", **fields):
    said = {
        "asked_by": "person",
        "identified": "in_person",
        "way": "in_person",
        "language": "en",
        "words": WORDS,
        "representative_may_be_abuser": "",
        "actor": world.coordinator,
        "at": NOON,
        **fields,
    }
    return accessing.record_request(case_id=case.pk, role=role, **said)


def own(world, case, asked, actor=None):
    actor = actor or world.coordinator
    found, items = queries.fetch_request(case_id=case.pk, request_id=asked.pk, actor=actor)
    return queries.open_own_file(asked=found, items=items, actor=actor, at=NOON)


def read(world, case, asked, *, choices=None, reply="give", actor=None, default=None):
    """Put it together: everything whole, unless said otherwise."""
    default = default or reading_twice.Choice("whole")
    held = {one.item.id: default for one in own(world, case, asked).held}
    return reading_twice.put_together(
        case_id=case.pk,
        request_id=asked.pk,
        reply=reply,
        choices={**held, **(choices or {})},
        revision=AccessRequest.objects.get(pk=asked.pk).revision,
        actor=actor or world.coordinator,
        at=NOON,
    )


def again(world, case, asked, *, disagreed=(), note="", actor=None, agrees=True):
    return reading_twice.read_again(
        case_id=case.pk,
        request_id=asked.pk,
        disagreed=set(disagreed),
        is_reply_agreed=agrees,
        note=note,
        revision=AccessRequest.objects.get(pk=asked.pk).revision,
        actor=actor or world.advocate,
        at=NOON,
    )


def hand(world, case, asked, **fields):
    said = {"is_identity_checked": True, "is_safe": True, **fields}
    return handing_over.hand_over(
        case_id=case.pk,
        request_id=asked.pk,
        revision=AccessRequest.objects.get(pk=asked.pk).revision,
        actor=world.coordinator,
        at=NOON,
        **said,
    )


def ready(world, case, role="victim", **fields):
    asked = ask(world, case, role)
    read(world, case, asked, **fields)
    return again(world, case, asked)


def write(world, case, role, text, category="incident.facts"):
    return entries.write_entry(
        file=entries.file_of(case, role), category=category, text=text, form="note:1",
        actor=world.coordinator, at=NOON,
    )  # fmt: skip


class TestAsking:
    def test_is_answered_by_the_day_its_law_says_and_somebody_has_it_to_do(self, world, case):
        asked = ask(world, case)

        assert (asked.clock, asked.due_at) == ("ca-nb-access", NOON + 42 * DAY)  # 30 working days
        assert (asked.task.kind, asked.task.due_at) == (TaskKind.ACCESS_REQUEST, asked.due_at)

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"words": {**WORDS, "place": " "}}, "without danger"),
            ({"words": {**WORDS, "proof": ""}}, "who asks"),
            ({"identified": "none"}, "who asks"),
            ({"way": "letter"}, "not safe"),
            ({"asked_by": "lawyer"}, "who asks"),
            ({"asked_by": "representative"}, "who speaks"),
            ({"asked_by": "representative", "words": REPRESENTED}, "abuser"),
            (
                {
                    "asked_by": "representative",
                    "words": REPRESENTED,
                    "representative_may_be_abuser": "unknown",
                },
                "abuser",
            ),
            (
                {"asked_by": "representative", "words": REPRESENTED, "representative_may_be_abuser": "yes"},
                "abuser",
            ),
        ],
    )
    def test_is_refused_when_it_is_not_safe_or_not_them(self, world, case, fields, words):
        with pytest.raises(Refused, match=words):
            ask(world, case, **fields)

    def test_a_representative_nobody_suspects_may_ask(self, world, case):
        asked = ask(
            world, case, asked_by="representative", words=REPRESENTED, representative_may_be_abuser="no"
        )

        assert own(world, case, asked).words["representative"] == "Aunt Rose"

    def test_one_request_at_a_time(self, world, case):
        ask(world, case)

        with pytest.raises(Refused, match="asked before"):
            ask(world, case)

    def test_the_reporter_is_not_told_from_here(self, world, case):
        with pytest.raises(NotVisible):
            ask(world, case, "reporter")

    @pytest.mark.parametrize("who", ["officer", "nurse", "chair", "probation"])
    def test_nobody_but_coordinators_and_advocates_of_the_programme(self, world, who):
        case = world.active()

        with pytest.raises((NotVisible, PermissionDenied)):
            ask(world, case, actor=getattr(world, who))

    def test_no_other_agency_learns_that_somebody_asks(self, client, world):
        case = world.active()
        before = sign_in(client, world.officer).get(case.get_absolute_url()).content
        ask(world, case)

        after = client.get(case.get_absolute_url()).content

        assert _still(before) == _still(after)

    def test_it_rises_when_late_even_once_the_case_is_closed(self, world):
        case = world.active()
        asked = ask(world, case)
        closing.close_case(
            case_id=case.pk, reason="moved", note="Moved.", victim_view="declined", victim_words="",
            actor=world.coordinator, at=NOON,
        )  # fmt: skip

        deadlines.raise_late(at=asked.due_at + timedelta(minutes=1))

        task = Task.objects.get(pk=asked.task_id)
        assert (task.done_at, task.raised_at is not None) == (None, True)


def _still(content):
    """A page without what changes each time it is made."""
    return re.sub(
        rb'name="(csrfmiddlewaretoken|submission)" value="[^"]*"|hx-headers=\'[^\']*\'', b"", content
    )


class TestPuttingTogether:
    def test_holds_their_own_file_alone_and_neither_the_source_nor_a_place(self, world):
        case = world.active()
        write(world, case, "person_of_concern", "Seen at the bar.")
        found = own(world, case, ask(world, case, "person_of_concern"))
        hers = own(world, case, ask(world, case))

        assert {one.item.category for one in found.held} == {"identity.core", "incident.facts"}
        assert {one.item.file_id for one in found.held} == {entries.file_of(case, "person_of_concern").pk}
        kinds = {one.item.category for one in hers.held}
        assert not kinds & {"location.confidential", "reporter.identity", "conference.record"}
        assert "Protected location" in [one.title for one in hers.closed]

    def test_what_nobody_chose_is_kept_back(self, world, case):
        asked = ask(world, case)
        reading_twice.put_together(
            case_id=case.pk, request_id=asked.pk, reply="give", choices={}, revision=0,
            actor=world.coordinator, at=NOON,
        )  # fmt: skip
        again(world, case, asked)

        assert not any(one.is_given for one in own(world, case, asked).held)

    def test_what_the_rules_do_not_give_cannot_be_chosen(self, world, case):
        asked = ask(world, case)
        place = case.files.get(role="victim").entries.get(category="location.confidential")
        read(world, case, asked, choices={place.pk: reading_twice.Choice("whole")})

        assert not AccessItem.objects.filter(source=place.pk).exists()
        [line] = Line.objects.filter(body__contains='"cases.access_put_together"')
        counted = json.loads(line.body)["counts"]
        assert sum(counted.values()) == AccessItem.objects.filter(request=asked).count()

    @pytest.mark.parametrize(
        ("choice", "words"),
        [
            (reading_twice.Choice("withheld"), "why"),
            (reading_twice.Choice("withheld", "nonsense"), "why"),
            (reading_twice.Choice("part", "danger", " "), "words that are given"),
            (reading_twice.Choice("perhaps"), "each thing"),
        ],
    )
    def test_each_choice_is_whole(self, world, case, choice, words):
        with pytest.raises(Refused, match=words):
            read(world, case, ask(world, case), default=choice)

    @pytest.mark.parametrize(
        "text",
        [
            "Marie-Ève says he hit her.",
            "madame THÉRIAULT is afraid",
            "Called 506 555 0101.",
            "He waits at 12, rue Union",
            "REFERENCE",
            "He shouted.\r\nThériault ran.",
            "He shouted.\n506 555 0101 rang.",
            "Theriault is afraid",
            "The\u0301riault is afraid",
            "Marieeve is afraid",
            "Call (555) 0101.",
            "At Union Street, 12 Union St.",
        ],
    )
    def test_words_that_tell_of_her_are_refused_to_him(self, world, text):
        case = world.active()
        write(world, case, "person_of_concern", text.replace("REFERENCE", case.reference))

        with pytest.raises(Refused, match="somebody else"):
            read(world, case, ask(world, case, "person_of_concern"))

    def test_part_of_where_she_lives_and_a_name_written_otherwise_are_refused_to_him(self, world):
        case = world.active(given="Anne", family="O'Neil")
        place = "12, rue Union, app. 3, Fredericton, +1 506 555 0199"
        write(world, case, "victim", place, "location.confidential")

        for text in ("ONeil ran.", "Mrs Neil ran.", "She is at 12 Union.", "Rang 506.555.0199."):
            told = write(world, case, "person_of_concern", text)
            asked = AccessRequest.objects.first() or ask(world, case, "person_of_concern")
            with pytest.raises(Refused, match="somebody else"):
                read(world, case, asked)
            type(told).objects.filter(pk=told.pk).update(is_current=False)

    def test_a_name_they_share_is_their_own(self, world):
        case = world.active(family="Cyr")
        write(world, case, "person_of_concern", "Mr Cyr was at the bar.")

        assert read(world, case, ask(world, case, "person_of_concern")).state == AccessState.SECOND_READING

    def test_words_taken_out_are_not_given(self, world):
        case = world.active()
        told = write(world, case, "person_of_concern", "Marie-Ève says he was at the bar.")
        asked = ask(world, case, "person_of_concern")
        read(
            world,
            case,
            asked,
            choices={told.pk: reading_twice.Choice("part", "other-person", "He was at the bar.")},
        )
        again(world, case, asked)

        [shown] = own(world, case, asked).given(to_keep=False)
        assert shown.part == "He was at the bar."

    def test_a_page_of_before_is_refused(self, world, case):
        asked = ask(world, case)
        read(world, case, asked)
        again(world, case, asked, agrees=False, note="No.")

        with pytest.raises(Refused, match="meanwhile"):
            reading_twice.put_together(
                case_id=case.pk, request_id=asked.pk, reply="give", choices={}, revision=0,
                actor=world.coordinator, at=NOON,
            )  # fmt: skip

    def test_the_victim_is_never_answered_neither_yes_nor_no(self, world, case):
        with pytest.raises(Refused, match="victim knows"):
            read(world, case, ask(world, case), reply="neither")


class TestSecondReading:
    def test_is_by_somebody_else_under_any_hat(self, world, case):
        asked = ask(world, case)
        read(world, case, asked)
        hat = a_member(world.lead, "advocate", account=world.coordinator.account, areas=[world.area])

        for actor in (world.coordinator, hat):
            with pytest.raises(PermissionDenied):
                again(world, case, asked, actor=actor)

    def test_one_disagreement_sends_all_back_with_what_must_change(self, world, case):
        asked = ask(world, case)
        read(world, case, asked)
        one = own(world, case, asked).held[0].item.id
        again(world, case, asked, disagreed=[one], note="Her sister’s words are in it.")

        found = own(world, case, asked)
        assert (found.request.state, found.note) == (AccessState.RETURNED, "Her sister’s words are in it.")
        assert [held.item.id for held in found.held if held.row.is_returned] == [one]

    def test_to_send_back_one_says_why(self, world, case):
        asked = ask(world, case)
        read(world, case, asked)

        with pytest.raises(Refused, match="what must change"):
            again(world, case, asked, agrees=False)

    def test_what_is_no_longer_in_the_file_is_not_agreed_with(self, world, case):
        asked = ask(world, case)
        told = write(world, case, "victim", "Seen at the bar.")
        read(world, case, asked)
        type(told).objects.filter(pk=told.pk).update(is_current=False)

        with pytest.raises(Refused, match="no longer in the file"):
            again(world, case, asked)

    def test_what_came_since_is_kept_back(self, world, case):
        asked = ready(world, case)
        late = write(world, case, "victim", "Came since.")

        assert late.pk not in {one.item.id for one in own(world, case, asked).held if one.is_given}

    def test_the_database_wants_another_person(self, world, case):
        asked = ready(world, case)

        with pytest.raises(IntegrityError, match="cases_access_read_by_another"), transaction.atomic():
            AccessRequest.objects.filter(pk=asked.pk).update(
                second_reader=world.coordinator, second_reader_account=world.coordinator.account
            )

    def test_the_database_hands_over_nothing_read_once(self, world, case):
        asked = ask(world, case)

        with pytest.raises(IntegrityError, match="cases_access_ready_is_read_twice"), transaction.atomic():
            AccessRequest.objects.filter(pk=asked.pk).update(state=AccessState.READY)


class TestHandingOver:
    def test_is_a_disclosure_to_the_person_of_what_they_keep_and_of_what_they_were_shown(self, world, case):
        hand(world, case, ready(world, case))

        left = {row.method: row for row in Disclosure.objects.order_by("method")}
        assert set(left) == {"print", "aloud"}
        assert all(row.is_to_the_person and row.basis == "self" for row in left.values())
        assert "identity.core" in left["print"].categories
        assert "incident.facts" in left["aloud"].categories
        assert "incident.facts" not in left["print"].categories

    def test_ends_what_was_to_do(self, world, case):
        asked = hand(world, case, ready(world, case))

        assert Task.objects.get(pk=asked.task_id).outcome == "done"
        assert Case.objects.get(pk=case.pk).next_due_kind != TaskKind.ACCESS_REQUEST

    @pytest.mark.parametrize("name", ["is_identity_checked", "is_safe"])
    def test_each_check_is_needed(self, world, case, name):
        with pytest.raises(Refused):
            hand(world, case, ready(world, case), **{name: False})

    def test_what_no_longer_opens_is_not_left_out_of_what_is_handed_over_or_printed(
        self, client, world, case
    ):
        told = write(world, case, "victim", "Bag at her sister’s.", "plan.safety")
        asked = ready(world, case)
        type(told).objects.filter(pk=told.pk).update(is_current=False)

        with pytest.raises(Refused, match="does not open for you"):
            hand(world, case, asked)
        url = reverse("cases:access-letter", args=[case.pk, asked.pk])
        answer = sign_in(client, world.coordinator).get(url)
        assert answer.status_code == 409
        assert "does not open for you" in answer.content.decode()
        page = client.get(reverse("cases:access-one", args=[case.pk, asked.pk])).content.decode()
        assert "does not open for you" in page
        assert AccessRequest.objects.get(pk=asked.pk).state == AccessState.READY
        assert not Disclosure.objects.exists()
        assert not any("letter_made" in line.body for line in Line.objects.order_by("pk"))

    def test_what_was_kept_back_and_no_longer_opens_stops_nothing(self, world, case):
        told = write(world, case, "victim", "Seen at the bar.")
        asked = ready(world, case, choices={told.pk: reading_twice.Choice("withheld", "danger")})
        type(told).objects.filter(pk=told.pk).update(is_current=False)

        assert hand(world, case, asked).state == AccessState.HANDED_OVER

    def test_the_whole_is_never_given_for_a_part_that_does_not_open(self, world, case):
        told = write(world, case, "victim", "The blue door.")
        part = reading_twice.Choice("part", "other-person", "A door.")
        asked = ready(world, case, choices={told.pk: part})

        found = own(world, case, asked)
        [held] = [one for one in found.held if one.item.id == told.pk]
        closed = dataclasses.replace(held, part="")  # as when the reader may not open those words
        assert (own_file.given_words(held), found.lacks_something) == ("A door.", False)
        found.held = [closed]
        assert (own_file.given_words(closed), found.lacks_something) == ("", True)

    def test_not_before_it_was_read_twice(self, world, case):
        asked = ask(world, case)
        read(world, case, asked)

        with pytest.raises(Refused):
            hand(world, case, asked)

    def test_saying_neither_yes_nor_no_gives_nothing_of_the_file(self, world, case):
        hand(world, case, ready(world, case, "person_of_concern", reply="neither"))

        assert not Disclosure.objects.exists()

    def test_the_ledger_holds_codes_alone(self, world, case):
        write(world, case, "victim", "The blue door.")
        hand(world, case, ready(world, case))

        bodies = " ".join(line.body for line in Line.objects.order_by("pk"))
        assert "cases.access_handed_over" in bodies
        for word in ("library", "health card", "blue door", "Everything"):
            assert word not in bodies

    def test_a_request_taken_back_ends(self, world, case):
        asked = ask(world, case)
        accessing.withdraw_request(case_id=case.pk, request_id=asked.pk, actor=world.coordinator, at=NOON)

        assert Task.objects.get(pk=asked.task_id).outcome == "not_needed"
        assert ask(world, case).pk != asked.pk


def letter(client, world, case, asked, language="en"):
    url = reverse("cases:access-letter", args=[case.pk, asked.pk])
    return sign_in(client, world.coordinator, language).get(url).content


class TestThePaper:
    def test_gives_the_person_of_concern_the_same_bytes_whatever_the_victims_side_holds(self, client, world):
        bare = world.eligible()
        full = world.active(given="Anne", family="Roy")
        world.safe_contact(full)
        for category in ("incident.facts", "threat.indicators", "plan.safety", "health.general"):
            write(world, full, "victim", "She is at the shelter.", category)
        papers = {
            letter(client, world, case, ready(world, case, "person_of_concern")) for case in (bare, full)
        }

        assert len(papers) == 1

    def test_says_the_same_whatever_was_kept_back(self, client, world):
        papers = set()
        for given, choice in (("Anne", None), ("Zoé", reading_twice.Choice("withheld", "source"))):
            case = world.eligible(given=given)
            if choice is not None:
                fact = write(world, case, "person_of_concern", "A neighbour says so.")
                health = write(world, case, "person_of_concern", "Treated in May.", "health.general")
            asked = ask(world, case, "person_of_concern")
            read(world, case, asked, choices={fact.pk: choice, health.pk: choice} if choice else {})
            again(world, case, asked)
            papers.add(letter(client, world, case, asked))

        assert len(papers) == 1

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_that_says_neither_is_the_letter_of_somebody_nobody_knows(self, client, world, case, language):
        asked = ask(world, case, "person_of_concern", language=language)
        read(world, case, asked, reply="neither")
        again(world, case, asked)
        unknown = inquiring.record_inquiry(
            side="person", identity_check="in_person", language=language,
            words={"asker": "Nobody", "asked": "What do you hold?"}, actor=world.coordinator, at=NOON,
        )  # fmt: skip

        mine = letter(client, world, case, asked)
        theirs = client.get(reverse("cases:inquiry-letter", args=[unknown.pk])).content

        assert mine == theirs

    def test_names_no_agency_no_case_no_writer_and_no_day_to_him(self, client, world, case):
        text = letter(client, world, case, ready(world, case, "person_of_concern")).decode()

        for word in (
            case.reference,
            str(world.lead),
            world.coordinator.person_name,
            "Thériault",
            str(case.pk),
        ):
            assert word not in text
        assert "<title>Letter</title>" in text

    def test_holds_what_may_be_kept_and_not_what_is_only_shown(self, client, world, case):
        world.safe_contact(case)
        write(world, case, "victim", "Bag at her sister’s.", "plan.safety")
        text = letter(client, world, case, ready(world, case)).decode()

        assert "Bag at her sister’s." in text
        assert "Safety plan" not in text
        assert "Safe contact" not in text
        assert "Marie-Ève" in text
        assert "knife" not in text
        assert "Ombud" in text

    def test_is_in_the_language_the_person_asked(self, client, world, case):
        asked = ask(world, case, language="fr")
        read(world, case, asked)
        again(world, case, asked)

        assert "ombud du Nouveau-Brunswick" in letter(client, world, case, asked).decode()

    def test_is_not_there_before_it_was_read_twice(self, client, world, case):
        asked = ask(world, case)
        read(world, case, asked)
        url = reverse("cases:access-letter", args=[case.pk, asked.pk])

        assert sign_in(client, world.coordinator).get(url).status_code == 404


class TestTheLaw:
    def test_a_door_nobody_read_stays_shut_and_the_page_says_why(self, world, case, deployment):
        deployment(Deployment(profiles=("ca-nb",)))
        asked = ask(world, case)
        found = own(world, case, asked)

        assert (asked.clock, found.held) == ("platform", [])
        assert all(one.why for one in found.closed)

    def test_reviewed_by_name_it_opens(self, world, case, deployment):
        reviewed = {"ca-nb-person-access": "A. Counsel, 2026-10-01"}
        deployment(Deployment(profiles=("ca-nb",), reviewed=reviewed))

        assert own(world, case, ask(world, case)).held

    def test_the_soonest_clock_counts(self):
        clock, due = handing.answer_by(bound_by=["us-hipaa", "us-ferpa", "ca-nb-rtippa"], at=NOON)

        assert (clock.id, due) == ("us-hipaa-access", NOON + 30 * DAY)

    def test_every_line_says_its_source_and_its_mark(self):
        for one in (*clocks(), *withholdings().values()):
            assert one.citation
            assert one.verified in ("S", "S-", "K", "O")
            assert one.rule or one.verified == "O", one.id

    def test_the_person_of_concern_is_told_of_nothing_kept_back_whatever_the_data_says(self):
        one = Withholding(
            id="x", verified="O", citation="x", title_en="x", title_fr="x", said_to=("person_of_concern",)
        )

        assert not one.may_be_said_to("person_of_concern")

    def test_a_line_nobody_read_waits_for_a_rule(self):
        with pytest.raises(ValueError, match="no rule"):
            Withholding(id="x", verified="K", citation="x", title_en="x", title_fr="x")


def first_reading(world, case, asked, **changes):
    held = own(world, case, asked).held
    data = {"stage": "first", "revision": str(AccessRequest.objects.get(pk=asked.pk).revision)}
    for one in held:
        data |= {f"given_{one.item.id.hex}": "whole", f"words_{one.item.id.hex}": "x"}
    return {**data, **changes}


class TestThePages:
    def test_walk_from_the_request_to_the_hand(self, client, world, case):
        sign_in(client, world.coordinator)
        new = reverse("cases:access-new", args=[case.pk])
        assert client.get(new).status_code == 200
        said = {
            "role": "victim",
            "asked_by": "person",
            "identified": "in_person",
            "way": "in_person",
            **WORDS,
        }
        answer = post(client, new, {**said, "language": "en"})
        asked = AccessRequest.objects.get()
        url = reverse("cases:access-one", args=[case.pk, asked.pk])
        assert (answer.status_code, answer.url) == (302, url)
        assert "At the library" in client.get(url).content.decode()
        assert post(client, url, first_reading(world, case, asked)).status_code == 302
        assert "somebody else reads it again" in client.get(url).content.decode()

        sign_in(client, world.advocate)
        assert "I agree" in client.get(url).content.decode()
        agree = {f"agree_{row.source.hex}": "yes" for row in AccessItem.objects.all()}
        data = {"stage": "second", "revision": "1", "reply": "yes", **agree}
        assert post(client, url, data).status_code == 302
        assert post(client, url, {"stage": "hand", "revision": "2"}).status_code == 422
        hand_it = {"stage": "hand", "revision": "2", "is_identity_checked": "on", "is_safe": "on"}
        assert post(client, url, hand_it).status_code == 302

        assert AccessRequest.objects.get().state == AccessState.HANDED_OVER
        assert "Handed over by" in client.get(url).content.decode()

    def test_nothing_typed_is_lost_and_each_thing_wants_an_answer(self, client, world, case):
        asked = ask(world, case)
        url = reverse("cases:access-one", args=[case.pk, asked.pk])
        one = own(world, case, asked).held[0].item.id.hex
        data = first_reading(
            world, case, asked, **{f"given_{one}": "part", f"words_{one}": "Only this.", f"ground_{one}": ""}
        )
        answer = post(sign_in(client, world.coordinator), url, data)

        assert answer.status_code == 422
        assert "Only this." in answer.content.decode()
        assert "Say why it is not given whole." in answer.content.decode()

    def test_twice_is_once(self, client, world, case):
        sign_in(client, world.coordinator)
        said = {
            "role": "victim",
            "asked_by": "person",
            "identified": "in_person",
            "way": "in_person",
            **WORDS,
        }
        data = {**said, "language": "en", "submission": "k" * 24}
        new = reverse("cases:access-new", args=[case.pk])

        assert client.post(new, data).url == client.post(new, data).url
        assert AccessRequest.objects.count() == 1

    def test_send_back_at_the_last_moment(self, client, world, case):
        asked = ready(world, case)
        url = reverse("cases:access-one", args=[case.pk, asked.pk])
        sign_in(client, world.advocate)
        assert post(client, url, {"stage": "back", "revision": "2"}).status_code == 422
        post(client, url, {"stage": "back", "revision": "2", "note": "Her brother came in."})

        assert AccessRequest.objects.get().state == AccessState.RETURNED

    def test_absent_and_forbidden_are_the_same(self, client, world):
        case = world.active()
        asked = ask(world, case)
        sign_in(client, world.officer)
        answers = {
            client.get(reverse("cases:access-one", args=[case.pk, pk])).status_code
            for pk in (asked.pk, case.pk)
        }

        assert answers == {404}

    def test_no_stage_of_it_costs_more_than_any_page(self, client, world, case):
        asked = ask(world, case)
        url = reverse("cases:access-one", args=[case.pk, asked.pk])
        for member in (world.coordinator, world.advocate):
            drafting.save_draft(
                form=f"own-file-{asked.pk.hex}", subject=case.pk, content={"note": "x"}, actor=member, at=NOON
            )
        sign_in(client, world.coordinator)
        assert len(queries_of(client, url)) <= MOST_QUERIES
        read(world, case, asked)
        sign_in(client, world.advocate)
        assert len(queries_of(client, url)) <= MOST_QUERIES
        again(world, case, asked, agrees=False, note="No.")
        sign_in(client, world.coordinator)
        assert len(queries_of(client, url)) <= MOST_QUERIES
        read(world, case, asked)
        again(world, case, asked)
        assert len(queries_of(client, url)) <= MOST_QUERIES
        assert len(queries_of(client, f"{url}letter/")) <= MOST_QUERIES

    def test_an_empty_list_says_so_and_a_late_one_too(self, client, world, case, noon):
        url = reverse("cases:access", args=[case.pk])
        sign_in(client, world.coordinator)
        assert "Nobody has asked" in client.get(url).content.decode()
        asked = ask(world, case)
        noon(asked.due_at + DAY)

        assert "late" in client.get(url).content.decode()


@pytest.mark.slow
def test_requests_of_before_are_held_by_who_led_then(world, migrate):  # noqa: F811
    asked = ask(world, world.active())
    before = (asked.holder_id, asked.regimes)
    migrate([("cases", "0071_tell_person_task")])
    migrate([("cases", "0081_held_by_who_led")])

    asked.refresh_from_db()
    assert (asked.holder_id, asked.regimes) == before
