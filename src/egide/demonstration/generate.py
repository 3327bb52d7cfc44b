"""About 150 fictional cases in every state, made by the real services, the same each time from one seed."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from egide.assessments import services as assessments
from egide.cases.lifecycle import State
from egide.cases.models import Case
from egide.cases.services import (
    closing,
    conferring,
    contacting,
    enrolling,
    entries,
    levels,
    linking,
    noting,
    planning,
    referring,
    tasks,
    triaging,
)
from egide.demonstration.world import World
from egide.sharing import services as sharing

SEED = 20261123
DAY = timedelta(days=1)
STORIES = Path(__file__).with_name("data") / "stories.yaml"
SHARED = [
    "identity.core", "contact.safe", "location.confidential", "incident.facts", "threat.indicators",
    "risk.assessment.summary", "plan.safety", "plan.management", "health.general", "justice.orders",
    "conference.record", "referral.status", "education.record", "social.services",
]  # fmt: skip
INDICATORS = [
    "strangulation",
    "weapon",
    "death_threat",
    "stalking",
    "separation",
    "control",
    "children",
    "escalation",
]
#: How far a case has come, and out of 75 an area how many there are.
STAGES = (
    ("received", 9),
    ("proposed", 2),
    ("not_taken", 5),
    ("accepted", 9),
    ("refused", 4),
    ("active_new", 12),
    ("active", 22),
    ("closed", 11),
    ("reopened", 1),
)


@cache
def stories(language: str) -> dict[str, Any]:
    """Answer the fictional words of a language."""
    return dict(yaml.safe_load(STORIES.read_text(encoding="utf-8"))[language])


@dataclass
class Cast:
    """Who works in one area."""

    suffix: str
    language: str
    coordinator: Any
    second: Any
    advocate: Any
    chair: Any
    police: Any
    nurse: Any
    school: Any
    probation: Any
    social: Any
    referrers: list[Any]


def _cast(world: World, suffix: str) -> Cast:
    p = world.people
    if suffix == "fre":
        return Cast(
            "fre", "en", p["coordinator"], p["coordinator2"], p["advocate"], p["chair"], p["police"], p["nurse"],
            p["counsellor"], p["probation"], p["social"], [p["referrer"], p["nurse"], p["shelter"]],
        )  # fmt: skip
    return Cast(
        "edm", "fr", p["coordination"], p["coordination2"], p["intervenante"], p["presidence"], p["policier"],
        p["infirmiere"], p["ecole"], p["agent"], p["travailleuse"], [p["policier"], p["infirmiere"], p["ecole"]],
    )  # fmt: skip


class Author:
    """Writes one case after another, each from the same stream of chance."""

    def __init__(self, world: World, suffix: str, *, at: datetime, chance: random.Random) -> None:
        self.world, self.at, self.chance = world, at, chance
        self.cast = _cast(world, suffix)
        self.programme = world.programmes[suffix]
        self.words = stories(self.cast.language)

    def pick(self, name: str) -> Any:
        return self.chance.choice(self.words[name])

    def refer(self, received: datetime, **fixed: Any) -> Case:
        chance = self.chance
        family = fixed.pop("family", None) or self.pick("family")
        content = referring.ReferralContent(
            victim=referring.Person(
                fixed.pop("given", None) or self.pick("given"),
                family,
                date(chance.randint(1962, 2005), chance.randint(1, 12), chance.randint(1, 28)),
                self.cast.language,
                f"506-555-01{chance.randint(0, 99):02d}",
                f"{chance.randint(1, 240)}, {self.pick('streets')}",
            ),
            person_of_concern=referring.Person(
                self.pick("other_given"), self.pick("family"), date(1984, 3, 2)
            ),
            incident=self.pick("incidents"),
            incident_on=(received - DAY).date(),
            reasons=self.pick("opinions"),
            indicators=chance.sample(INDICATORS, chance.randint(1, 4)),
            victim_informed=chance.choice(["yes", "yes", "no", "unknown"]),
            **fixed,
        )
        return referring.refer(
            programme_id=self.programme.pk,
            content=content,
            actor=chance.choice(self.cast.referrers),
            at=received,
        ).case

    def accept(self, case: Case, at: datetime) -> None:
        cast = self.cast
        lead = self.chance.choice([cast.coordinator, cast.coordinator, cast.second])
        triaging.accept_referral(
            case_id=case.pk,
            reason=self.words["triage"][self.chance.randint(0, 2)],
            actor=cast.coordinator,
            at=at,
            lead=lead,
        )
        if self.chance.random() < 0.8:
            self.safe_contact(case, at + timedelta(hours=3))

    def safe_contact(self, case: Case, at: datetime) -> None:
        cast = self.cast
        contacting.record_safe_contact(
            case_id=case.pk,
            answers={
                "channels": ["phone", "in_person"],
                "phone": f"506-555-01{self.chance.randint(0, 99):02d}",
                "windows": [{"days": [0, 1, 2, 3, 4], "start": "09:00", "end": "11:30"}],
                "may_leave_message": False,
                "caller_name": "clinique dentaire" if cast.language == "fr" else "the dentist’s office",
                "code_word": "bleuets" if cast.language == "fr" else "blueberries",
            },
            actor=cast.advocate,
            at=at,
        )
        attempt = contacting.begin_contact(case_id=case.pk, channel="in_person", actor=cast.advocate, at=at)
        contacting.end_contact(
            case_id=case.pk, attempt_id=attempt.pk, outcome="reached", actor=cast.advocate, at=at
        )

    def assess(self, case: Case, at: datetime, *, instrument: str = "ODARA") -> None:
        cast, chance = self.cast, self.chance
        codes = range(1, 14) if instrument == "ODARA" else range(1, 21)
        answers = {str(n): chance.choice(["yes", "yes", "no", "unknown"]) for n in codes}
        if instrument == "DA":
            answers["3a"] = "no"
        level = chance.choice(["raised", "high", "high"])
        assessments.record_assessment(
            file=entries.victim_file(case),
            case_id=case.pk,
            instrument=instrument,
            answers=answers,
            judgement=level,
            judgement_reason=self.pick("opinions"),
            certificate_valid=True,
            actor=chance.choice([cast.coordinator, cast.advocate]),
            at=at,
        )

    def enrol(self, case: Case, at: datetime, *, length: timedelta = timedelta(days=180)) -> None:
        cast, chance = self.cast, self.chance
        self.assess(case, at, instrument=chance.choice(["ODARA", "ODARA", "DA"]))
        enrolling.decide_eligibility(
            case_id=case.pk,
            is_eligible=True,
            doors=["judgement"],
            reasons=self.pick("opinions"),
            actor=cast.coordinator,
            at=at,
        )
        named = [m.agency_id for m in (cast.police, cast.nurse, cast.school, cast.probation, cast.social)]
        enrolling.enrol(
            case_id=case.pk,
            consent={
                "recipients": chance.sample(named, chance.randint(3, 5)),
                "categories": SHARED,
                "purposes": ["case_management", "victim_safety", "threat_assessment"],
                "expires_at": at + length,
                "form": "written",
                "language": cast.language,
                "text_version": "ccr-consent-1",
                "capacity_confirmed": True,
                "free_choice_confirmed": True,
                "copy_given": chance.random() < 0.5,
            },
            actor=cast.advocate,
            at=at + timedelta(hours=1),
        )

    def work(self, case: Case, at: datetime) -> None:
        """What a team does in the weeks after consent."""
        cast, chance = self.cast, self.chance
        self.plan(case, at + DAY)
        if chance.random() < 0.75:
            levels.set_level(
                case_id=case.pk,
                level=chance.choice(["lower", "raised", "raised", "high", "high", "extreme"]),
                reasons=self.pick("opinions"),
                actor=cast.coordinator,
                at=at + 2 * DAY,
            )
        victim = entries.victim_file(case)
        for member in (cast.police, cast.nurse):
            if Case.objects.visible_to(member).filter(pk=case.pk).exists():
                noting.add_note(
                    case_id=case.pk,
                    file_id=victim.pk,
                    category="incident.facts" if member is cast.police else "health.general",
                    kind="fact",
                    text=self.pick("parts"),
                    observed_on=(at + 2 * DAY).date(),
                    actor=member,
                    at=at + 3 * DAY,
                )
        for side in chance.sample(["victim", "management", "both"], 2):
            task = tasks.add_task(
                case_id=case.pk,
                text=self.pick("decisions"),
                side=side,
                agency_id=chance.choice(sorted(tasks.team_agencies(case))),
                due_at=at + chance.randint(4, 40) * DAY,
                actor=cast.coordinator,
                at=at + 3 * DAY,
            )
            if task.due_at < self.at and chance.random() < 0.7:
                tasks.finish_task(
                    task_id=task.pk, outcome="done", actor=cast.coordinator, at=task.due_at - DAY / 2
                )
        if at + 25 * DAY < self.at and chance.random() < 0.6:
            self.assess(case, at + 22 * DAY)
            tasks.record_review(
                case_id=case.pk, text=self.pick("reviews"), actor=cast.advocate, at=at + 24 * DAY
            )

    def plan(self, case: Case, at: datetime) -> None:
        for version in range(self.chance.choice([1, 1, 2])):
            moment = at + version * 9 * DAY
            if moment > self.at:
                return
            made = planning.write_plan(
                case_id=case.pk,
                sections={**self.words["plan"], "wishes": self.pick("wishes")},
                made_with="in_person",
                actor=self.cast.advocate,
                at=moment,
            )
            planning.agree_plan(plan_id=made.pk, actor=self.cast.advocate, at=moment)


def _until(author: Author, stage: str, received: datetime, number: int) -> Case:
    """Write one case as far as its stage."""
    cast, chance = author.cast, author.chance
    case = author.refer(received, is_emergency=stage == "received" and number == 0)
    if stage == "received":
        return case
    decided = min(received + timedelta(hours=chance.randint(3, 30)), author.at)
    if stage in ("proposed", "not_taken"):
        reason = author.words["triage"][chance.randint(3, 4)]
        triaging.propose_no_action(case_id=case.pk, reason=reason, actor=cast.coordinator, at=decided)
        if stage == "not_taken":
            triaging.answer_no_action(
                case_id=case.pk, is_confirmed=True, reason=reason, actor=cast.second, at=decided + DAY / 4
            )
        return case
    author.accept(case, decided)
    if stage == "accepted":
        return case
    if stage == "refused":
        enrolling.refuse_consent(
            case_id=case.pk,
            words=author.pick("wishes"),
            still_done=["legal_information", "services"],
            actor=cast.advocate,
            at=decided + DAY,
        )
        return case
    enrolled = decided + chance.randint(1, 3) * DAY
    author.enrol(case, enrolled, length=timedelta(days=150 if number % 6 else 20))
    if stage == "active_new":
        return case
    author.work(case, enrolled)
    if stage in ("closed", "reopened"):
        _close(author, case, enrolled + 30 * DAY)
        if stage == "reopened":
            closing.reopen_case(
                case_id=case.pk,
                reasons=author.pick("opinions"),
                actor=cast.coordinator,
                at=enrolled + 36 * DAY,
            )
    return case


def _close(author: Author, case: Case, at: datetime) -> None:
    says = author.chance.random() < 0.7
    closing.close_case(
        case_id=case.pk,
        reason="plan_completed",
        note=author.pick("closing"),
        victim_view="given" if says else "declined",
        victim_words=author.pick("view") if says else "",
        actor=author.cast.coordinator,
        at=at,
    )


_AGE = {
    "received": (0, 2), "proposed": (1, 3), "not_taken": (8, 60), "accepted": (1, 9), "refused": (6, 30),
    "active_new": (6, 14), "active": (16, 75), "closed": (60, 110), "reopened": (60, 80),
}  # fmt: skip


def generate(world: World, *, at: datetime, progress: Callable[[int, int], None] | None = None) -> int:
    """Write the demonstration's cases; answers how many. The same world, moment and seed give the same cases.

    Args:
        at: now; every case happened before.
        progress: called with (cases written, cases in all).
    """
    chance = random.Random(SEED)
    total, done = 2 * sum(count for _stage, count in STAGES), 0
    for suffix in ("fre", "edm"):
        author = Author(world, suffix, at=at, chance=chance)
        made: dict[str, list[Case]] = {}
        for stage, count in STAGES:
            for number in range(count):
                low, high = _AGE[stage]
                hours = chance.randint(low * 24 + 2, high * 24)
                with transaction.atomic():
                    made.setdefault(stage, []).append(
                        _until(author, stage, at - timedelta(hours=hours), number)
                    )
                done += 1
                if progress:
                    progress(done, total)
        with transaction.atomic():
            _around(author, made)
    return done


def _around(author: Author, made: dict[str, list[Case]]) -> None:
    """What happens between cases: the same people referred twice, a conference held, the next one, a recusal."""
    cast, at = author.cast, author.at
    again = author.refer(
        at - timedelta(hours=5), given=author.words["given"][0], family=author.words["family"][0]
    )
    first = author.refer(
        at - timedelta(days=3), given=author.words["given"][0], family=author.words["family"][0]
    )
    linking.link_cases(
        case_id=first.pk,
        other_id=made["not_taken"][0].pk,
        kind="related",
        actor=cast.coordinator,
        at=at - DAY,
    )
    sharing.recuse(
        case_id=again.pk,
        membership=cast.second,
        reason_code="relative",
        actor=cast.coordinator,
        at=at - DAY / 12,
    )
    active = [c for c in made["active"] if Case.objects.get(pk=c.pk).state == State.ACTIVE]
    seats = [(cast.chair, "chair"), (cast.coordinator, "coordinator"), (cast.advocate, "advocate")]
    seats += [(m, "team_member") for m in (cast.police, cast.nurse, cast.school, cast.social)]
    _held(author, active[:4], seats)
    coming = conferring.call_conference(
        programme_id=author.programme.pk,
        starts_at=at + DAY * 2,
        kind="regular",
        seats=seats,
        actor=cast.coordinator,
        at=at - DAY,
    )
    for number, case in enumerate(active[4:12]):
        item = conferring.put_on_agenda(
            conference_id=coming.pk, case_id=case.pk, actor=cast.coordinator, at=at - DAY
        )
        if number % 3:
            conferring.record_wishes(
                item_id=item.pk, words=author.pick("wishes"), actor=cast.advocate, at=at - DAY / 2
            )


def _held(author: Author, cases: list[Case], seats: list[tuple[Any, str]]) -> None:
    cast, day = author.cast, author.at - 12 * DAY
    sitting = conferring.call_conference(
        programme_id=author.programme.pk,
        starts_at=day,
        kind="regular",
        seats=seats,
        actor=cast.coordinator,
        at=day - 5 * DAY,
    )
    items = [
        conferring.put_on_agenda(
            conference_id=sitting.pk, case_id=case.pk, actor=cast.coordinator, at=day - 4 * DAY
        )
        for case in cases
    ]
    conferring.open_conference(conference_id=sitting.pk, actor=cast.chair, at=day)
    present = list(sitting.attendances.values_list("pk", flat=True))
    conferring.record_attendance(conference_id=sitting.pk, present=present, actor=cast.chair, at=day)
    for item in items:
        conferring.record_wishes(item_id=item.pk, words=author.pick("wishes"), actor=cast.advocate, at=day)
        for member in (cast.police, cast.nurse):
            if Case.objects.visible_to(member).filter(pk=item.case_id).exists():
                conferring.contribute(
                    item_id=item.pk, text=author.pick("parts"), kind="fact", actor=member, at=day
                )
        team = sorted(tasks.team_agencies(item.case))
        conferring.decide(
            item_id=item.pk,
            text=author.pick("decisions"),
            action_agency_id=author.chance.choice(team),
            action_due_at=day + author.chance.randint(3, 20) * DAY,
            action_side="victim",
            actor=cast.chair,
            at=day,
        )
    conferring.lock_minutes(conference_id=sitting.pk, actor=cast.chair, at=day)
