"""The rules against their second implementation on many random requests: some in every run, a million on demand.

`EGIDE_DECISIONS=1000000 ./egide test tests/sharing/test_many.py` takes about as many milliseconds.
"""

import os
import random
from dataclasses import fields

import pytest

from egide.partners.models import Role, Sector
from egide.sharing.rules.catalogue import catalogue, profiles
from egide.sharing.rules.categories import CATEGORIES
from egide.sharing.rules.decision import decide_many, forget
from egide.sharing.rules.enabling import Deployment
from egide.sharing.rules.policies import load, texts
from egide.sharing.rules.question import (
    BASES,
    INSTRUMENTS,
    PURPOSES,
    ConsentState,
    MandateState,
    ProgrammeState,
    Question,
    ThreatState,
)
from tests.sharing import oracle

COUNT = int(os.environ.get("EGIDE_DECISIONS", "4000"))
BATCH = 250
ROLES = (*Role.values, "prosecutor", "prefect")


def state(kind, chance, likely):
    """A state whose yes/no are yes with a likelihood."""
    values = {}
    for one in fields(kind):
        values[one.name] = (
            chance.choice(INSTRUMENTS) if one.name == "instrument" else chance.random() < likely
        )
    return kind(**values)


def question(chance):
    """Half the requests are nearly open, so that single rules decide; half are anything."""
    likely = chance.choice((0.9, 0.5))
    return Question(
        sector=chance.choice(Sector.values),
        role=chance.choice(ROLES),
        category=chance.choice(tuple(CATEGORIES)),
        subject_role=chance.choice(("victim", "person_of_concern", "child", "other_at_risk")),
        purpose=chance.choice(PURPOSES),
        regimes=frozenset(chance.sample(oracle.REGIMES, chance.choice((0, 1, 1, 2)))),
        side=chance.choice(("victim", "management", "both", "both", "none")),
        is_holder=chance.random() < 0.15,
        is_assigned=chance.random() < likely,
        is_recused=chance.random() < 0.05,
        has_agreement=chance.random() < likely,
        is_trained=chance.random() < likely,
        is_visiting=chance.random() < 0.1,
        needs_consent=chance.random() < 0.5,
        named_basis=chance.choice((*BASES, "", "")),
        is_named_recipient=chance.random() < likely,
        is_emergency_access=chance.random() < 0.1,
        is_medical_recipient=chance.random() < 0.5,
        is_served=chance.random() < likely,
        consent=state(ConsentState, chance, likely),
        threat=state(ThreatState, chance, likely),
        mandate=state(MandateState, chance, likely),
        programme=state(ProgrammeState, chance, likely),
    )


@pytest.mark.parametrize("profile", sorted(profiles()))
def test_agrees_in_every_profile(profile):
    names = (profile,) if profile != "us-ct" else ("ca-nb", "us-ct")
    rules = load(*texts(), rules=catalogue(), deployment=Deployment(is_fictional=True, profiles=names))
    chance = random.Random(f"égide {profile}")
    opened = 0
    for _turn in range(0, COUNT // len(profiles()), BATCH):
        questions = [question(chance) for _number in range(BATCH)]
        for asked, found in zip(questions, decide_many(questions, rules), strict=True):
            assert found.level == oracle.level(asked, names), (asked, oracle.ceilings(asked, names))
            assert found.is_silent == oracle.is_silent(asked, names), asked
            opened += found.level > 0
        forget()
    assert (
        opened > COUNT // len(profiles()) // 100
    )  # not everything was denied: the comparison says something
