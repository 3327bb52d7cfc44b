"""Which training a programme asks: one administrator proposes it, sees whom it stops, and another confirms it."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from egide.cases.models import Programme, TrainingChange
from egide.cases.queries import programmes as queries
from egide.cases.services import training
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger.models import Entry as Line
from egide.partners.models import Notice, Outcome, Role
from tests.cases.test_cost import MOST_QUERIES, queries_of
from tests.cases.test_pages import post, sign_in
from tests.cases.test_training import opened, untrain
from tests.conftest import NOON
from tests.factories import DAY, World, a_member

pytestmark = pytest.mark.django_db
COURSE = "sharing-safely"


@pytest.fixture
def administrators(world):
    return [a_member(world.lead, Role.ADMINISTRATOR) for _n in range(2)]


def propose(world, actor, after=(), reason="The session is not ready."):
    return training.propose_training(
        programme_id=world.programme.pk, after=after, reason=reason, actor=actor, at=NOON
    )


class TestTwoAdministrators:
    def test_change_what_is_asked(self, world, administrators):
        case = world.active()
        untrain(world.officer)
        made = propose(world, administrators[0])
        assert not opened(world.officer, case).items

        training.confirm_training(change_id=made.pk, actor=administrators[1], at=NOON)

        assert Programme.objects.get(pk=world.programme.pk).training == []
        fresh = type(case).objects.get(pk=case.pk)
        assert opened(world.officer, fresh).items

    def test_one_alone_does_not(self, world, administrators):
        made = propose(world, administrators[0])
        same = a_member(world.police_agency, Role.ADMINISTRATOR, account=administrators[0].account)

        for actor in (administrators[0], same):
            with pytest.raises(PermissionDenied):
                training.confirm_training(change_id=made.pk, actor=actor, at=NOON)
        assert Programme.objects.get(pk=world.programme.pk).training is None

    def test_nobody_else_does(self, world, administrators):
        made = propose(world, administrators[0])

        for who in ("coordinator", "chair", "advocate", "officer"):
            actor = getattr(world, who)
            with pytest.raises(NotVisible):
                propose(world, actor)
            for act in (training.confirm_training, training.decline_training):
                with pytest.raises(NotVisible):
                    act(change_id=made.pk, actor=actor, at=NOON)

    @pytest.mark.parametrize(
        ("after", "reason", "said"),
        [
            (None, "Why not.", "Nothing would change"),
            ([], " ", "Say why"),
            (["another"], "Why not.", "courses there are"),
        ],
    )
    def test_are_refused_what_says_nothing(self, world, administrators, after, reason, said):
        with pytest.raises(Refused, match=said):
            propose(world, administrators[0], after, reason)
        assert not TrainingChange.objects.exists()

    def test_wait_for_one_change_at_a_time(self, world, administrators):
        made = propose(world, administrators[0])
        with pytest.raises(Refused, match="waits already"):
            propose(world, administrators[1], [COURSE])

        training.decline_training(change_id=made.pk, actor=administrators[0], at=NOON)
        assert propose(world, administrators[1], [COURSE]).outcome == Outcome.WAITING
        with pytest.raises(NotVisible):
            training.confirm_training(change_id=made.pk, actor=administrators[1], at=NOON)

    def test_do_not_confirm_what_was_changed_since(self, world, administrators):
        made = propose(world, administrators[0])
        Programme.objects.update(training=[COURSE])

        with pytest.raises(Refused, match="changed since"):
            training.confirm_training(change_id=made.pk, actor=administrators[1], at=NOON)

    def test_are_told_and_leave_a_trace(self, world, administrators):
        made = propose(world, administrators[0])
        training.confirm_training(change_id=made.pk, actor=administrators[1], at=NOON)

        told = set(Notice.objects.order_by().values_list("account_id", flat=True))
        assert administrators[1].account_id in told
        assert administrators[0].account_id not in told
        for what in ("proposed", "confirmed"):
            assert Line.objects.filter(body__contains=f'"cases.training_change_{what}"').count() == 1

    def test_is_what_the_database_asks_too(self, world, administrators):
        made = propose(world, administrators[0])
        alone = {
            "outcome": "confirmed",
            "decided_by": administrators[0],
            "decided_by_account": administrators[0].account_id,
            "decided_at": NOON,
        }
        for wrong in (alone, {"outcome": "declined"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                TrainingChange.objects.filter(pk=made.pk).update(**wrong)
        with pytest.raises(IntegrityError), transaction.atomic():
            TrainingChange.objects.create(
                programme=world.programme, reason="Two.", proposed_by=administrators[1],
                proposed_by_account=administrators[1].account, proposed_at=NOON,
            )  # fmt: skip


class TestTheEffect:
    def test_counts_who_would_read_no_more_by_agency(self, world):
        Programme.objects.update(training=[])
        world.programme.refresh_from_db()
        world.active(agencies=[world.police_agency])
        untrain(world.officer)
        untrain(world.advocate, NOON)
        untrain(world.nurse)  # her agency is on no case of the programme

        found = queries.effect(programme=world.programme, after=None, at=NOON)

        assert (found.lose, found.gain) == (2, 0)
        assert dict(found.agencies) == {str(world.police_agency): 1, str(world.lead): 1}

    def test_counts_who_would_read_again(self, world):
        world.active(agencies=[world.police_agency])
        untrain(world.officer)

        found = queries.effect(programme=world.programme, after=[], at=NOON)

        assert (found.lose, found.gain, found.agencies) == (0, 1, ())

    def test_leaves_out_who_is_of_another_programme_or_gone(self, world):
        Programme.objects.update(training=[])
        world.programme.refresh_from_db()
        World("edm")
        gone = a_member(world.lead, Role.COORDINATOR, areas=[world.area], trained=False)
        gone.ends_on = (NOON - DAY).date()
        gone.save()
        a_member(world.lead, Role.COORDINATOR, areas=[], trained=False)

        assert queries.effect(programme=world.programme, after=None, at=NOON).lose == 0

    def test_counts_a_person_once(self, world):
        Programme.objects.update(training=[])
        world.programme.refresh_from_db()
        one = a_member(world.lead, Role.COORDINATOR, areas=[world.area], trained=False)
        a_member(world.lead, Role.CHAIR, areas=[world.area], account=one.account, trained=False)

        assert queries.effect(programme=world.programme, after=None, at=NOON).lose == 1


class TestThePages:
    def test_show_the_effect_before_anything_is_proposed(self, world, client, administrators):
        Programme.objects.update(training=[])
        untrain(world.advocate)
        sign_in(client, administrators[0])
        url = reverse("cases:training-programme", args=[world.programme.pk])
        said = {"asks": "courses", "courses": [COURSE], "reason": "The new protocol."}

        shown = post(client, url, said)
        assert shown.status_code == 200
        assert "1 person who reads now would read nothing more." in shown.content.decode()
        assert not TrainingChange.objects.exists()

        # Another choice than the one shown is shown first.
        other = post(client, url, {**said, "asks": "protocol", "seen": '["sharing-safely"]'})
        assert other.status_code == 200
        assert not TrainingChange.objects.exists()

        sent = post(client, url, {**said, "seen": '["sharing-safely"]'})
        assert sent.status_code == 302
        assert TrainingChange.objects.get().after == [COURSE]

    def test_let_a_second_one_confirm_and_undo(self, world, client, administrators):
        url = reverse("cases:training-programme", args=[world.programme.pk])
        made = propose(world, administrators[0])
        sign_in(client, administrators[0])
        mine = client.get(url).content.decode()
        assert 'value="confirm"' not in mine
        assert 'value="decline"' in mine

        sign_in(client, administrators[1])
        page = client.get(url).content.decode()
        assert "The session is not ready." in page
        assert "would read" in page
        answer = reverse("cases:training-change", args=[made.pk])
        assert post(client, answer, {"do": "confirm"}).status_code == 302
        assert Programme.objects.get(pk=world.programme.pk).training == []

        page = client.get(url).content.decode()
        assert f"?back={made.pk}" in page
        back = client.get(url, {"back": made.pk}).content.decode()
        assert 'value="protocol"' in back
        assert "checked" in back
        said = {"asks": "protocol", "reason": "Ready now.", "seen": "null"}
        assert post(client, url, said).status_code == 302
        assert TrainingChange.objects.get(outcome="").after is None

    @pytest.mark.parametrize("who", ["coordinator", "chair", "officer", "referrer"])
    def test_are_the_administrators(self, world, client, who):
        sign_in(client, getattr(world, who))
        for url in (
            reverse("cases:training-programmes"),
            reverse("cases:training-programme", args=[world.programme.pk]),
        ):
            assert client.get(url).status_code == 404

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ({"asks": "courses"}, "Tick at least one course"),
            ({"asks": "protocol"}, "Nothing would change"),
            ({"asks": "none", "reason": ""}, "Say why"),
            ({}, "Choose what the programme asks"),
        ],
    )
    def test_say_what_is_missing(self, world, client, administrators, said, words):
        sign_in(client, administrators[0])
        answer = post(
            client,
            reverse("cases:training-programme", args=[world.programme.pk]),
            {"reason": "The session is not ready.", **said},
        )

        assert answer.status_code == 422
        assert words in answer.content.decode()

    def test_are_in_french_and_cost_little(self, world, client, administrators):
        propose(world, administrators[0])
        sign_in(client, administrators[1], "fr")
        for url in (
            reverse("cases:training-programmes"),
            reverse("cases:training-programme", args=[world.programme.pk]),
        ):
            assert len(queries_of(client, url)) <= MOST_QUERIES
            assert "Ce que chaque programme exige" in client.get(url).content.decode()
