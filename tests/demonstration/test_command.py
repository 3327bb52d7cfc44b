"""`egide demo` loads once, says who signs in, in the terminal's language, and never beside real data."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from egide.cases.models import Case
from egide.demonstration import generate, world
from egide.ledger.models import Checkpoint
from egide.ledger.verification import verify
from egide.partners.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture
def few(settings, tmp_path, monkeypatch):
    """Make the demonstration small: the command is the same."""
    settings.EGIDE_DATA = tmp_path
    stages = {stage: (1, low, high) for stage, (_count, low, high) in generate.STAGES.items()}
    monkeypatch.setattr(
        generate.generate, "__kwdefaults__", {**generate.generate.__kwdefaults__, "stages": stages}
    )


def test_loads_once_keeps_everything_the_second_time_and_adds_simpler_cases_when_asked(few, capsys):
    with translation.override("en"):
        call_command("demo")
    check_says_who_signs_in(capsys.readouterr().out, "fictional")
    first = set(Case.objects.values_list("pk", "revision"))
    assert first

    with translation.override("fr"):
        call_command("demo")
    check_says_who_signs_in(capsys.readouterr().out, "Connexions fictives")
    assert set(Case.objects.values_list("pk", "revision")) == first
    assert Checkpoint.objects.exists()
    assert verify().is_whole

    call_command("demo", "--cases", "20")
    assert Case.objects.count() == len(first) + 20


def check_says_who_signs_in(shown, said):
    assert said in shown
    assert world.PASSWORD in shown
    for one in world.description()["people"]:
        assert one["username"] in shown


def test_refuses_a_deployment_that_is_not_fictional(few, settings):
    settings.EGIDE_FICTIONAL = False

    with pytest.raises(CommandError):
        call_command("demo")

    assert not Account.objects.exists()


def test_refuses_a_database_with_other_accounts(few):
    Account.objects.create_user(username="someone", full_name="Someone Else")

    with pytest.raises(CommandError):
        call_command("demo")

    assert not Case.objects.exists()


def test_leaves_nothing_half_made_when_interrupted(few, monkeypatch):
    monkeypatch.setattr("egide.demonstration.meetings.confer", _interrupted)

    with pytest.raises(KeyboardInterrupt):
        call_command("demo")

    assert not Account.objects.exists()


def _interrupted(*args, **kwargs):
    raise KeyboardInterrupt
