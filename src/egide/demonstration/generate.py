"""About 150 fictional cases in every state, made by the real services, the same each time from one seed."""

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import translation

from egide.cases.models import Inquiry
from egide.cases.services import cascading, inquiring, looking
from egide.demonstration import meetings, others
from egide.demonstration.audits import audit
from egide.demonstration.cast import Cast, cast_of
from egide.demonstration.families import bring_children
from egide.demonstration.journey import DAY, Journey
from egide.demonstration.papers import bring_papers
from egide.demonstration.stories import Storyteller
from egide.demonstration.transfers import transfer
from egide.demonstration.world import World, check_is_fictional, description
from egide.sharing import emergency, proposing, tables
from egide.sharing.models import TableVersion
from egide.sharing.rules.levels import Level

SEED = 20261123
CLOSING_REASONS = ("plan_completed", "risk_reduced", "moved", "lost_contact", "plan_completed")
LEVELS = ("high", "raised", "not_known", "high", "lower", "raised", "extreme", "high", "raised")
#: How far the cases of an area have come: how many there are, and how many hours ago they were received.
STAGES: dict[str, tuple[int, int, int]] = {
    "emergency": (1, 1, 2),
    "received": (6, 2, 20),
    "received_late": (2, 90, 130),
    "proposed": (3, 26, 60),
    "not_taken": (6, 8 * 24, 90 * 24),
    "accepted": (6, 14, 40),
    "accepted_late": (2, 8 * 24, 11 * 24),
    "refused": (4, 8 * 24, 30 * 24),
    "withdrawn": (1, 11 * 24, 13 * 24),
    "active_new": (8, 5 * 24, 9 * 24),
    "active": (22, 16 * 24, 80 * 24),
    "active_expiring": (2, 40 * 24, 60 * 24),
    "closed": (8, 100 * 24, 150 * 24),
    "reopened": (2, 100 * 24, 120 * 24),
}
#: Those linked to another case: received twice from two partners, and the same people after a year.
#: Active cases of each area that hold documents.
WITH_PAPERS = 2
LINKED_PER_AREA = 2


def total(stages: Mapping[str, tuple[int, int, int]] = STAGES) -> int:
    """Answer how many cases a demonstration has."""
    by_area = sum(count for count, *_age in stages.values()) + LINKED_PER_AREA
    return len(description()["programmes"]) * by_area + others.total()


def generate(
    world: World,
    *,
    at: datetime,
    seed: int = SEED,
    stages: Mapping[str, tuple[int, int, int]] = STAGES,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Write the demonstration's cases; answers how many. The same world, moment and seed give the same ones.

    Args:
        at: now; everything happened before, and the next conference comes after.
        stages: how many of each stage an area has, and their age in hours, from and to.
        progress: called with (cases written, cases in all).
    Raises:
        Refused: this deployment is not marked as fictional.
    """
    check_is_fictional()
    chance, done, all_of_them = random.Random(seed), 0, total(stages)
    for said in description()["programmes"]:
        cast = _cast(world, said)
        teller = Storyteller(cast.language, chance)
        made: dict[str, list[Journey]] = {}
        with translation.override(cast.language):
            for stage, (count, low, high) in stages.items():
                for number in range(count):
                    received = at - timedelta(minutes=chance.randint(low * 60, high * 60))
                    made.setdefault(stage, []).append(_told(cast, teller, stage, number, received, at))
                    done += 1
                    if progress:
                        progress(done, all_of_them)
            with transaction.atomic():
                meetings.link(cast, teller, made, now=at)
                meetings.confer(cast, teller, made, now=at)
                meetings.declare(cast, made, now=at)
            cascading.record_lapses(at=at)
        _name_for_emergencies(world, said["code"], at=at)
        audit(cast, at=at)
        done += LINKED_PER_AREA
        if progress:
            progress(done, all_of_them)
    done += others.generate(world, at=at, seed=seed)
    if progress:
        progress(done, all_of_them)
    here, there = description()["programmes"]
    transfer((_cast(world, here), _cast(world, there)), at=at)
    _asked_from_outside(world, at=at)
    _table_changed(world, at=at)
    # As the worker does every minute: some who were referred twice wait for a coordinator.
    looking.look_for_same_people(at=at)
    return done


def _cast(world: World, said: Mapping[str, Any]) -> Cast:
    return cast_of(world, world.programmes[said["code"]], said["language"])


def _table_changed(world: World, *, at: datetime) -> None:
    """The decision table was narrowed once by two privacy officers; another change waits for the second one."""
    first, second = world.people["privacy"], world.people["vieprivee"]
    if TableVersion.objects.exists():
        return
    made = proposing.propose(
        cells={("consent", "plan.management", "COM"): Level.NONE},
        based_on=tables.FIRST,
        reason="Community groups asked not to be told that a management plan exists: they cannot act on it.",
        actor=first,
        at=at - timedelta(days=41),
    )
    proposing.approve(version_id=made.pk, actor=second, at=at - timedelta(days=39))
    proposing.propose(
        cells={("consent", "health.general", "POL"): Level.FLAG},
        based_on=tables.FIRST + 1,
        reason="Les policiers ont besoin de savoir qu’un suivi de santé existe, pas de le lire.",
        actor=second,
        at=at - timedelta(days=2),
    )


#: In each area, who may open a file in an emergency, and the privacy officer who named them.
EMERGENCY = {"ccr-fre": ("police", "privacy"), "ccr-edm": ("policier", "vieprivee")}


def _asked_from_outside(world: World, *, at: datetime) -> None:
    """Two questions from outside: one waits, one had its letter."""
    actor = world.people["coordinator"]
    if Inquiry.objects.exists():
        return
    for side, check, asker, asked, days in (
        (
            "other",
            "counsel",
            "Office of R. Pelham, lawyer",
            "Does my client’s wife receive help from you?",
            4,
        ),
        ("unknown", "none", "A man on the telephone", "Is she with you?", 20),
    ):
        made = inquiring.record_inquiry(
            side=side,
            identity_check=check,
            language="en",
            words={"asker": asker, "asked": asked},
            actor=actor,
            at=at - timedelta(days=days),
        )
        if side == "unknown":
            inquiring.record_answered(inquiry_id=made.pk, actor=actor, at=at - timedelta(days=days - 2))


def _name_for_emergencies(world: World, programme: str, *, at: datetime) -> None:
    named, officer = (world.people[name] for name in EMERGENCY[programme])
    if not emergency.may_open(named):
        emergency.name_user(membership=named, actor=officer, at=at - timedelta(days=30))


@transaction.atomic
def _told(
    cast: Cast, teller: Storyteller, stage: str, number: int, received: datetime, now: datetime
) -> Journey:
    journey = Journey(cast, teller, received=received, now=now)
    _BY_STAGE[stage](journey, number)
    return journey


def _received(journey: Journey, number: int) -> None:
    journey.refer()


def _emergency(journey: Journey, number: int) -> None:
    journey.refer(is_emergency=True, indicators=["strangulation", "weapon", "death_threat"])


def _proposed(journey: Journey, number: int) -> None:
    journey.refer()
    journey.leave(is_read_again=False)


def _not_taken(journey: Journey, number: int) -> None:
    journey.refer()
    journey.leave(is_read_again=True)


def _accepted(journey: Journey, number: int) -> None:
    journey.refer()
    journey.accept()
    if number % 2:
        journey.reach()


def _accepted_late(journey: Journey, number: int) -> None:
    """Accepted days ago, and nobody has reached the person yet: it rises to the top."""
    journey.refer()
    journey.accept()


def _refused(journey: Journey, number: int) -> None:
    journey.refer()
    journey.accept()
    journey.reach()
    journey.refuse()


def _enrolled(journey: Journey, *, until: datetime | None = None) -> None:
    journey.refer()
    journey.accept()
    journey.reach()
    journey.enrol(until=until)


def _active_new(journey: Journey, number: int) -> None:
    """Consent is there; some have their plan, none its conference, and the level is not known yet."""
    _enrolled(journey)
    if number % 2:
        journey.plan(versions=1)
    if number % 4 == 0:
        journey.notes()


def _worked(journey: Journey, number: int) -> None:
    journey.plan(versions=1 + (number % 3 == 0) + (number % 7 == 0))
    journey.help()
    journey.level(LEVELS[number % len(LEVELS)])
    journey.notes()
    journey.tasks(1 + number % 3)
    if number % 3 == 1 and journey.scene.fits_instruments:
        journey.clock.after(days=3)
        journey.assess(instrument="danger-assessment" if number % 2 else "odara")
    if number % 5 == 2 and journey.scene.fits_instruments:
        journey.result(number // 5)
    if number % 5 == 4:
        journey.factors()


def _active(journey: Journey, number: int) -> None:
    _enrolled(journey)
    _worked(journey, number)
    if number < WITH_PAPERS:
        bring_papers(journey)
    if number == 0:
        bring_children(journey)
    journey.review_until_now(is_late=number % 6 == 0)
    if LEVELS[number % len(LEVELS)] == "high" and number % 4 == 3:  # lowered these days
        journey.clock.at = max(journey.clock.at, journey.now - 1.5 * DAY)
        journey.lower("raised", is_confirmed=number % 8 == 3)


def _active_expiring(journey: Journey, number: int) -> None:
    """One consent ends within the week; the other ended two days ago, and partners see nothing any more."""
    _enrolled(journey, until=journey.now + (4 if number == 0 else -2) * DAY)
    _worked(journey, 1)


def _withdrawn(journey: Journey, number: int) -> None:
    _enrolled(journey)
    _worked(journey, 2)
    journey.withdraw()
    journey.acknowledge(all_but=1)


def _closed(journey: Journey, number: int) -> None:
    _enrolled(journey)
    _worked(journey, number)
    journey.review()
    journey.close(CLOSING_REASONS[number % len(CLOSING_REASONS)])
    journey.acknowledge()


def _reopened(journey: Journey, number: int) -> None:
    _closed(journey, number)
    journey.clock.at = journey.now - (3 - number) * DAY
    journey.reopen()


_BY_STAGE: dict[str, Callable[[Journey, int], Any]] = {
    "emergency": _emergency,
    "received": _received,
    "received_late": _received,
    "proposed": _proposed,
    "not_taken": _not_taken,
    "accepted": _accepted,
    "accepted_late": _accepted_late,
    "refused": _refused,
    "withdrawn": _withdrawn,
    "active_new": _active_new,
    "active": _active,
    "active_expiring": _active_expiring,
    "closed": _closed,
    "reopened": _reopened,
}
