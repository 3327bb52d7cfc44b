"""A double click, a retry, two arriving together: one effect, one answer."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from egide.common.errors import Refused
from egide.common.idempotency import FIELD, new_key, once
from egide.common.models import Submission
from tests.conftest import NOON
from tests.factories import an_area

KEY = "a-key-long-enough-1"


def send(effect, *, scope="cases.refer", owner="person-1", key=KEY, at=NOON):
    return once(scope=scope, owner=owner, key=key, at=at, effect=effect)


class Effect:
    def __init__(self, answer="/cases/1/"):
        self.times, self.answer = 0, answer

    def __call__(self):
        self.times += 1
        return f"{self.answer}{self.times}"


@pytest.mark.django_db
class TestOnce:
    def test_repeats_answer_the_first(self):
        effect = Effect()

        assert {send(effect), send(effect), send(effect, at=NOON + timedelta(days=2))} == {"/cases/1/1"}
        assert effect.times == 1

    @pytest.mark.parametrize(
        "other", [{"scope": "cases.note"}, {"owner": "person-2"}, {"key": "another-key-long-1"}]
    )
    def test_another_form_person_or_key_is_another_sending(self, other):
        effect = Effect()
        send(effect)

        assert send(effect, **other) == "/cases/1/2"

    @pytest.mark.parametrize(
        "key",
        [
            "",
            None,
            "short",
            "x" * 65,
            "a key with spaces 1",
            "clé-accentuée-très-longue",
            "a" * 15,
            "a" * 20 + "\n",
            "a" * 20 + "\x00",
        ],
    )
    def test_a_missing_or_malformed_key_is_refused_and_does_nothing(self, key):
        effect = Effect()

        with pytest.raises(Refused):
            send(effect, key=key)
        assert effect.times == 0
        assert not Submission.objects.exists()

    def test_keys_made_here_are_accepted_and_differ(self):
        keys = {new_key() for _turn in range(500)}

        assert len(keys) == 500
        for key in keys:
            send(Effect(), key=key)

    @pytest.mark.parametrize(
        "error", [Refused("Not now."), RuntimeError("power cut"), IntegrityError("twice")]
    )
    def test_a_failure_leaves_nothing_and_frees_the_key(self, error):
        def fails():
            an_area("made-before-the-failure")
            raise error

        with pytest.raises(type(error)):
            send(fails)

        assert not Submission.objects.exists()
        assert not type(an_area()).objects.filter(code="made-before-the-failure").exists()
        assert send(Effect()) == "/cases/1/1"

    def test_the_key_and_the_effect_are_kept_together_or_not_at_all(self):
        with pytest.raises(RuntimeError), transaction.atomic():
            send(Effect())
            raise RuntimeError

        assert not Submission.objects.exists()

    def test_the_database_keeps_each_once(self):
        row = {"scope": "a", "owner": "b", "key": "c", "created_at": NOON}
        Submission.objects.create(**row)
        with pytest.raises(IntegrityError) as said, transaction.atomic():
            Submission.objects.create(**row)
        assert "common_submission_once" in str(said.value) or "UNIQUE" in str(said.value)

    def test_the_form_carries_the_key(self):
        from django.template import Context, Template

        one, other = (
            Template("{% load egide %}{% idempotency_key %}").render(Context()) for _turn in range(2)
        )

        assert f'type="hidden" name="{FIELD}"' in one
        assert one != other


@pytest.mark.django_db(transaction=True)
class TestTogether:
    def run(self, effect, *, times):
        start, answers, errors = threading.Barrier(times), [], []

        def one():
            try:
                start.wait(timeout=20)
                answers.append(send(effect))
            except Exception as error:
                errors.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=one) for _turn in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        return answers, errors

    def test_do_one_effect_and_answer_alike(self):
        effect = Effect()

        answers, errors = self.run(effect, times=6)

        assert errors == []
        assert answers == ["/cases/1/1"] * 6
        assert Submission.objects.count() == 1

    def test_when_the_first_fails_the_second_does_it(self):
        lock, calls = threading.Lock(), []

        def fails_once():
            with lock:
                calls.append(1)
                is_first = len(calls) == 1
            if is_first:
                raise RuntimeError("power cut")
            return "/cases/2/"

        answers, errors = self.run(fails_once, times=3)

        assert answers == ["/cases/2/"] * 2
        assert [str(error) for error in errors] == ["power cut"]
        assert len(calls) == 2
