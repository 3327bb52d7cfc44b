"""What happens between cases: links, a recusal, the conference that was held and the one to come."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.utils import timezone

from egide.cases.models import AgendaItem
from egide.cases.services import conferring, developments, linking, matching, progressing, ties
from egide.cases.services.entries import subject_file
from egide.demonstration.cast import Cast
from egide.demonstration.journey import DAY, STILL_LATE, Journey
from egide.demonstration.stories import Storyteller
from egide.partners.models import Sector
from egide.sharing import services as sharing

#: A conference sits every two weeks; the last one was this long ago.
LAST_AGO, EVERY, CALLED_BEFORE = 9 * DAY, 14 * DAY, 5 * DAY
ON_AGENDA = 8


def link(cast: Cast, teller: Storyteller, made: dict[str, list[Journey]], *, now: datetime) -> None:
    """Refer two cases that concern people already known, and keep one coordinator out of one case."""
    known = made["received"][0]
    twice = Journey(cast, teller, received=now - timedelta(minutes=50), now=now)
    twice.refer(scene=replace(known.scene, content=replace(known.scene.content, is_emergency=False)))
    former = made["closed"][0]
    again = Journey(cast, teller, received=now - timedelta(hours=7), now=now)
    again.refer(victim=former.scene.content.victim, person_of_concern=former.scene.content.person_of_concern)
    made["linked"] = [twice, again]
    linking.link_cases(
        case_id=again.case.pk,
        other_id=former.case.pk,
        kind="repeat",
        actor=cast.coordinator,
        at=now - timedelta(hours=6),
    )
    matching.answer_same_person(
        file_id=subject_file(again.case).pk,
        other_id=subject_file(former.case).pk,
        answer="same",
        reason=teller.words["same_person"][0],
        actor=cast.coordinator,
        at=now - timedelta(hours=6),
    )
    sharing.recuse(
        case_id=made["active"][-1].case.pk,
        membership=cast.second,
        reason_code="relative",
        substitute=cast.advocate,
        actor=cast.coordinator,
        at=now - 20 * DAY,
    )


def declare(cast: Cast, made: dict[str, list[Journey]], *, now: datetime) -> None:
    """A partner is tied to somebody of a case that comes up, and has said so: a possible conflict to decide."""
    member = cast.partners[Sector.HEALTH]
    for one in (_with_a_name(made["received"]), _with_a_name(made["active_new"][:3])):
        if one is None or (person := one.scene.content.person_of_concern) is None:
            continue
        ties.declare_tie(
            given_name=person.given_name,
            family_name=person.family_name,
            tie="relative",
            actor=member,
            at=now - 60 * DAY,
        )


def _with_a_name(ones: Sequence[Journey]) -> Journey | None:
    """Answer the last of these cases whose person of concern is known by name."""
    known = [one for one in ones if one.scene.content.person_of_concern is not None]
    return known[-1] if known else None


def confer(cast: Cast, teller: Storyteller, made: dict[str, list[Journey]], *, now: datetime) -> None:
    """Hold a conference every two weeks on the cases enrolled since the one before, and call the next one."""
    day = _morning(now - LAST_AGO)
    known = [*made["active"], *made["active_expiring"]]
    waiting = sorted(known, key=lambda one: one.enrolled_at, reverse=True)
    later = made["active_new"][:3]
    while waiting:
        on_time = [one for one in waiting if day - EVERY < one.enrolled_at + 2 * DAY <= day]
        later += [one for one in waiting if one.enrolled_at + 2 * DAY > day]
        waiting = [one for one in waiting if one.enrolled_at + 2 * DAY <= day - EVERY]
        if on_time:
            _hold(cast, teller, on_time, day=day)
        day -= EVERY
    _call_next(cast, teller, later[:ON_AGENDA], now=now)
    _something_happened(cast, teller, made["active"], now=now)


def _morning(moment: datetime) -> datetime:
    """Answer ten in the morning of that day, or of the Monday after it."""
    local = timezone.localtime(moment)
    local += timedelta(days=7 - local.weekday() if local.weekday() > 4 else 0)
    return local.replace(hour=10, minute=0, second=0, microsecond=0)


def _hold(cast: Cast, teller: Storyteller, cases: Sequence[Journey], *, day: datetime) -> None:
    sitting = conferring.call_conference(
        programme_id=cast.programme.pk,
        starts_at=day,
        kind="regular",
        seats=cast.seats(),
        actor=cast.coordinator,
        at=day - CALLED_BEFORE,
    )
    items = [
        conferring.put_on_agenda(
            conference_id=sitting.pk, case_id=one.case.pk, actor=cast.coordinator, at=day - 2 * DAY
        )
        for one in cases
    ]
    conferring.open_conference(conference_id=sitting.pk, actor=cast.chair, at=day)
    seated = list(sitting.attendances.select_related("membership").order_by("pk"))
    absent = teller.chance.choice(sorted(cast.partners)[-2:])
    conferring.record_attendance(
        conference_id=sitting.pk,
        present=[seat.pk for seat in seated if seat.membership_id != cast.partners[absent].pk],
        actor=cast.chair,
        at=day,
    )
    for item, one in zip(items, cases, strict=True):
        _discuss(cast, teller, item, one, day=day)
    conferring.lock_minutes(conference_id=sitting.pk, actor=cast.chair, at=day + timedelta(hours=2))


def _discuss(cast: Cast, teller: Storyteller, item: AgendaItem, one: Journey, *, day: datetime) -> None:
    conferring.record_wishes(item_id=item.pk, words=teller.pick("wishes"), actor=cast.advocate, at=day)
    team = [member for member in one.team() if member.sector != "JUS"]
    for member in team:
        conferring.contribute(
            item_id=item.pk,
            text=teller.pick("contributions", member.sector),
            kind="fact",
            actor=member,
            at=day + timedelta(minutes=20),
        )
    for said in teller.chance.sample(teller.words["decisions"], 2):
        made = conferring.decide(
            item_id=item.pk,
            text=said["text"],
            action_agency_id=teller.chance.choice([cast.coordinator, *team]).agency_id,
            action_due_at=day + timedelta(days=teller.chance.randint(3, 20)),
            action_side=said["side"],
            actor=cast.chair,
            at=day + timedelta(minutes=40),
        )
        if (
            made.task is not None
            and made.task.due_at < one.now
            and not (made.task.due_at > one.now - STILL_LATE and teller.one_in(3))
        ):
            progressing.finish_task(
                task_id=made.task.pk, outcome="done", actor=cast.coordinator, at=made.task.due_at - DAY / 8
            )


def _call_next(cast: Cast, teller: Storyteller, cases: Sequence[Journey], *, now: datetime) -> None:
    coming = conferring.call_conference(
        programme_id=cast.programme.pk,
        starts_at=_morning(now + 2 * DAY),
        kind="regular",
        seats=cast.seats(),
        actor=cast.coordinator,
        at=now - DAY,
    )
    for number, one in enumerate(cases):
        item = conferring.put_on_agenda(
            conference_id=coming.pk, case_id=one.case.pk, actor=cast.coordinator, at=now - DAY
        )
        if number % 3:
            conferring.record_wishes(
                item_id=item.pk, words=teller.pick("wishes"), actor=cast.advocate, at=now - DAY / 2
            )
        # Some agencies have written their part beforehand; the others will be asked for it.
        for member in one.team()[: number % 3]:
            if member.sector != Sector.JUSTICE:
                conferring.contribute(
                    item_id=item.pk,
                    text=teller.words["contributions"][member.sector][0],
                    kind="fact",
                    actor=member,
                    at=now - DAY / 3,
                )


def _something_happened(cast: Cast, teller: Storyteller, cases: Sequence[Journey], *, now: datetime) -> None:
    """The police learn of a new threat in a case: its review is due within a day."""
    police = cast.partners[Sector.POLICE]
    for one in cases:
        poc = one.case.files.filter(role="person_of_concern").order_by("pk").first()
        if poc is None or police not in one.team():
            continue
        developments.record_development(
            case_id=one.case.pk,
            file_id=poc.pk,
            code="new_threat",
            happened_on=timezone.localdate(now - DAY / 8),
            text=teller.words["development"],
            actor=police,
            at=now - DAY / 8,
        )
        return
