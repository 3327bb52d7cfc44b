"""One fictional case, taken step by step by the real services, each at a moment of its own past."""

import random
from datetime import datetime, timedelta
from typing import Any

from egide.assessments import services as assessments
from egide.cases.lifecycle import Level
from egide.cases.models import Case, EndNotice
from egide.cases.models.work import TaskKind
from egide.cases.services import (
    cascading,
    closing,
    consenting,
    contacting,
    enrolling,
    entries,
    levels,
    noting,
    planning,
    progressing,
    referring,
    tasks,
    triaging,
)
from egide.demonstration.cast import SHARED, Cast, Clock, draw_reference, recipients
from egide.demonstration.stories import Scene, Storyteller
from egide.partners.models import Membership, Sector
from egide.sharing import queries as sharing_queries
from egide.sharing import services as sharing
from egide.sharing.rules.sides import is_management_only

DAY = timedelta(days=1)
#: What was due before that was done; only what is recent is still late.
STILL_LATE = 9 * DAY
#: What an agency's note is about, by sector.
_NOTES = {
    Sector.POLICE: "incident.facts",
    Sector.HEALTH: "health.general",
    Sector.EDUCATION: "education.record",
    Sector.JUSTICE: "justice.orders",
    Sector.SOCIAL_SERVICES: "social.services",
    Sector.COMMUNITY: "incident.facts",
}
#: What agencies answer when they must stop using what they received, and the law the police name.
_ANSWERS = ("nothing_held", "destroyed", "returned")
_LAW = {
    "en": "Archives Act, retention schedule of police records",
    "fr": "Loi sur les archives, calendrier de conservation des dossiers de police",
}


class Journey:
    """What happens to one case, in order. Each method is a step, and takes the time it takes."""

    def __init__(self, cast: Cast, teller: Storyteller, *, received: datetime, now: datetime) -> None:
        self.cast, self.teller, self.now = cast, teller, now
        self.chance: random.Random = teller.chance
        self.clock = Clock(received, now=now, chance=self.chance)
        self.case: Case
        self.scene: Scene
        self.enrolled_at: datetime

    def refer(self, *, scene: Scene | None = None, **fixed: Any) -> None:
        """A partner refers; the reference is drawn from the same chance as the rest."""
        self.scene = scene or self.teller.scene(self.clock.at, **fixed)
        self.case = referring.refer(
            programme_id=self.cast.programme.pk,
            content=self.scene.content,
            actor=self.chance.choice(self.cast.referrers),
            at=self.clock.at,
        ).case
        draw_reference(self.case, self.chance)

    def leave(self, *, is_read_again: bool) -> None:
        """No further action is proposed, and read a second time or not yet."""
        triaging.propose_no_action(
            case_id=self.case.pk,
            reason=self.teller.pick("no_action"),
            actor=self.cast.coordinator,
            at=self.clock.after(hours=self.chance.randint(2, 20)),
        )
        if is_read_again:
            triaging.answer_no_action(
                case_id=self.case.pk,
                is_confirmed=True,
                reason=self.teller.pick("second_reader"),
                actor=self.cast.second,
                at=self.clock.after(days=1),
            )

    def accept(self) -> None:
        """The referral is accepted, and someone leads it."""
        lead = self.cast.second if self.teller.one_in(3) else self.cast.coordinator
        triaging.accept_referral(
            case_id=self.case.pk,
            reason=self.teller.pick("accepted"),
            actor=self.cast.coordinator,
            at=self.clock.after(hours=self.chance.randint(2, 20)),
            lead=lead,
        )

    def reach(self) -> None:
        """What is safe is asked, and the person is reached that way; sometimes only at the second try."""
        cast = self.cast
        contacting.record_safe_contact(
            case_id=self.case.pk,
            answers=self.teller.safe_contact(self.scene.phone),
            actor=cast.advocate,
            at=self.clock.after(hours=2),
        )
        self._book_interpreters()
        outcomes = ["no_answer", "reached"] if self.teller.one_in(4) else ["reached"]
        for outcome in outcomes:
            self._contact(outcome)

    def _book_interpreters(self) -> None:
        """Where the team does not speak the person's language, somebody who does comes along."""
        for task in self.case.tasks.filter(kind=TaskKind.INTERPRETER, done_at=None).order_by("due_at"):
            progressing.finish_task(
                task_id=task.pk,
                outcome="done",
                words=self.teller.pick("interpreters"),
                interpreter=self.chance.choice(["professional", "by_phone"]),
                actor=self.cast.advocate,
                at=self.clock.after(hours=1),
            )

    def _contact(self, outcome: str, *, channel: str = "in_person", override: str = "") -> None:
        attempt = contacting.begin_contact(
            case_id=self.case.pk,
            channel=channel,
            is_interpreter_booked=True,
            override_reason=override or self.teller.pick("override"),
            actor=self.cast.advocate,
            at=self.clock.after(hours=1),
        )
        contacting.end_contact(
            case_id=self.case.pk,
            attempt_id=attempt.pk,
            outcome=outcome,
            actor=self.cast.advocate,
            at=self.clock.at,
        )

    def assess(self, *, instrument: str = "", second: bool = False) -> None:
        """A sheet is filled, with what is known and what is not; sometimes by a second person too."""
        instrument = instrument or self.chance.choice(["odara", "odara", "danger-assessment"])
        answers = self.teller.answers(instrument)
        judgement = self.chance.choice(["raised", "high", "high", "extreme", "not_known"])
        file = entries.subject_file(self.case)
        first = assessments.record_assessment(
            file=file,
            case_id=self.case.pk,
            instrument=instrument,
            answers=answers,
            judgement=judgement,
            judgement_reason=self.teller.pick("judgements"),
            certificate_valid=not self.teller.one_in(8),
            actor=self.cast.coordinator,
            at=self.clock.after(hours=1),
            notes=self.teller.notes(answers),
            sources=self.teller.sources(answers),
        )
        if second:
            assessments.record_second_score(
                file=file,
                assessment_id=first.pk,
                answers=self.teller.second(answers),
                judgement=judgement,
                judgement_reason=self.teller.pick("judgements"),
                certificate_valid=True,
                actor=self.cast.advocate,
                at=self.clock.after(hours=3),
            )

    def result(self, number: int) -> None:
        """A tool was used elsewhere, by somebody else: what it gave is recorded, with the recorder's own judgement."""
        told = self.teller.result(number)
        assessments.record_result(
            file=entries.subject_file(self.case),
            case_id=self.case.pk,
            instrument=told["instrument"],
            result=assessments.Result(
                assessed_on=self.clock.at.date() - DAY,
                is_own=False,
                assessor_words=told["by"],
                level=told["level"],
                words=told["words"],
                reference=told["reference"],
                text=told["text"],
                judgement=told["judgement"],
                judgement_reason=told["reason"],
                difference=told["difference"],
                population=told["population"],
            ),
            actor=self.cast.coordinator,
            at=self.clock.at,
        )

    def factors(self) -> None:
        """What is known of what protects and of what weighs: facts apart from opinions, and no score."""
        told = self.teller.factors()
        assessments.record_assessment(
            file=entries.subject_file(self.case),
            case_id=self.case.pk,
            instrument="protective-factors",
            answers={code: line[0] for code, line in told.items()},
            notes={code: line[1] for code, line in told.items() if line[1]},
            sources={code: line[3] for code, line in told.items() if line[3]},
            details={code: {"nature": line[2], "period": line[4]} for code, line in told.items() if line[2]},
            actor=self.cast.advocate,
            at=self.clock.at,
        )

    def decide(self) -> None:
        """Eligibility, through every door a person holds open; judgement is always one."""
        at, reasons = self.clock.after(hours=1), self.teller.pick("eligibility")
        found = enrolling.doors_of(case=self.case, actor=self.cast.coordinator, at=at, judgement=reasons)
        enrolling.decide_eligibility(
            case_id=self.case.pk,
            is_eligible=True,
            doors=[one.door.code for one in found if one.state == "open"],
            reasons=reasons,
            actor=self.cast.coordinator,
            at=at,
        )

    def enrol(self, *, until: datetime | None = None) -> None:
        """Assessment, eligibility, then consent, given in person: the case is active."""
        self.clock.after(days=self.chance.randint(1, 2))
        if self.scene.fits_instruments:
            self.assess(second=self.teller.one_in(5))
        self.decide()
        at = self.enrolled_at = self.clock.after(hours=1)
        enrolling.enrol(
            case_id=self.case.pk,
            consent={
                "recipients": recipients(self.cast, self.chance),
                "categories": [*SHARED, "location.confidential"] if self.teller.one_in(3) else SHARED,
                "purposes": ["case_management", "victim_safety", "threat_assessment"],
                "expires_at": until or at + self.chance.choice([180, 270, 360]) * DAY,
                "form": self.chance.choice(["written", "written", "electronic", "verbal"]),
                "language": self.cast.language,
                "text_version": "ccr-consent-1",
                "capacity_confirmed": True,
                "free_choice_confirmed": True,
                "copy_given": self.teller.one_in(2),
            },
            actor=self.cast.advocate,
            at=at,
        )
        self.case.refresh_from_db()

    def refuse(self) -> None:
        """The person says no; what may still be done is said."""
        consenting.refuse_consent(
            case_id=self.case.pk,
            words=self.teller.pick("refusals"),
            still_done=self.chance.sample(["legal_information", "services", "own_agency", "call_back"], 2),
            actor=self.cast.advocate,
            at=self.clock.after(days=1),
        )

    def withdraw(self) -> None:
        """The person, enrolled, withdraws: partners see nothing more."""
        consenting.withdraw_consent(
            case_id=self.case.pk, actor=self.cast.advocate, at=self.clock.after(days=2)
        )

    def acknowledge(self, *, all_but: int = 0) -> None:
        """The agencies told to stop using what they received answer; some have not yet."""
        by_agency = {member.agency_id: member for member in self.cast.partners.values()}
        told = list(EndNotice.objects.filter(case=self.case.pk).waiting().order_by("agency__code"))
        for number, notice in enumerate(told[: len(told) - all_but]):
            member = by_agency[notice.agency_id]
            answer = "kept" if member.sector == Sector.POLICE else _ANSWERS[number % len(_ANSWERS)]
            cascading.acknowledge(
                notice_id=notice.pk,
                answer=answer,
                law=_LAW[self.cast.language] if answer == "kept" else "",
                has_told_others=True,
                actor=member,
                at=min(notice.made_at + DAY, self.now - timedelta(minutes=5)),
            )

    def plan(self, *, versions: int) -> None:
        """The safety plan, made with the person, in as many versions."""
        made = None
        for _version in range(versions):
            made = planning.write_plan(
                case_id=self.case.pk,
                sections=self.teller.plan(),
                made_with="in_person",
                based_on=made.content_id if made else None,
                actor=self.cast.advocate,
                at=self.clock.after(days=self.chance.randint(1, 6)),
            )
            planning.agree_plan(
                plan_id=made.pk, content_id=made.content_id, actor=self.cast.advocate, at=self.clock.at
            )

    def help(self) -> None:
        """The law is explained, a service is named."""
        for kind, texts in (("legal_information", "legal"), ("service_named", "services")):
            planning.record_help(
                case_id=self.case.pk,
                kind=kind,
                text=self.teller.pick(texts),
                actor=self.cast.advocate,
                at=self.clock.after(hours=1),
            )

    def level(self, level: str) -> None:
        """A level is set, with reasons; below the one in force, it waits for a second person."""
        if level != Level.NOT_KNOWN:
            levels.set_level(
                case_id=self.case.pk,
                level=level,
                reasons=self.teller.pick("levels", level),
                actor=self.cast.coordinator,
                at=self.clock.after(days=1),
            )

    def lower(self, level: str, *, is_confirmed: bool) -> None:
        """A lower level is proposed, and confirmed or left waiting."""
        decision = levels.set_level(
            case_id=self.case.pk,
            level=level,
            reasons=self.teller.pick("levels", level),
            actor=self.cast.coordinator,
            at=self.clock.after(days=1),
        )
        if is_confirmed:
            levels.answer_level(
                decision_id=decision.pk,
                is_confirmed=True,
                actor=self.cast.advocate,
                at=self.clock.after(hours=4),
            )

    def team(self) -> list[Membership]:
        """Answer the people of the agencies that work on the case today."""
        assigned = sharing_queries.assigned_agencies(case_id=self.case.pk)
        return [member for member in self.cast.partners.values() if member.agency_id in assigned]

    def notes(self) -> None:
        """Each partner adds what it knows, about the person it works with; some open the file first."""
        management = entries.file_of(self.case, "person_of_concern")
        victim = entries.subject_file(self.case)
        for member in self.team():
            is_management = member.sector == Sector.JUSTICE
            file = management if is_management else victim
            if file is None or self.teller.one_in(4):
                continue
            at = self.clock.after(hours=5)
            if self.teller.one_in(2):
                sharing.open_file(actor=member, file=file, purpose="case_management", at=at)
            noting.add_note(
                case_id=self.case.pk,
                file_id=file.pk,
                category=_NOTES[Sector(member.sector)],
                kind="fact",
                text=self.teller.pick("contributions", member.sector),
                observed_on=at.date(),
                actor=member,
                at=at,
            )

    def tasks(self, number: int) -> None:
        """Things to do are given out; most of those that are due were done."""
        at = self.clock.after(days=1)
        team = [self.cast.coordinator, *self.team()]
        for said in self.chance.sample(self.teller.words["tasks"], number):
            # Nobody of the other side is given what serves the victim.
            fitting = [m for m in team if said["side"] != "victim" or not is_management_only(m.sector)]
            self.give(said, self.chance.choice(fitting), at)

    def give(self, said: dict[str, str], member: Membership, at: datetime) -> None:
        """One task for one agency; done in time, or, when it was due lately, perhaps still there."""
        task = tasks.add_task(
            case_id=self.case.pk,
            text=said["text"],
            side=said["side"],
            agency_id=member.agency_id,
            due_at=at + timedelta(days=self.chance.randint(3, 40), hours=self.chance.randint(0, 7)),
            actor=self.cast.coordinator,
            at=at,
        )
        is_recent = task.due_at > self.now - STILL_LATE
        if task.due_at < self.now and not (is_recent and self.teller.one_in(3)):
            outcome = "not_needed" if self.teller.one_in(7) else "done"
            progressing.finish_task(
                task_id=task.pk,
                outcome=outcome,
                words=self.teller.pick("outcomes", outcome),
                actor=member,
                at=task.due_at - DAY / 4,
            )
        elif self.teller.one_in(3):
            progressing.block_task(
                task_id=task.pk,
                words=self.teller.pick("outcomes", "blocked"),
                actor=member,
                at=min(at + 2 * DAY, self.now),
            )

    def review(self, *, days: int = 6) -> None:
        """The case is looked at again, and the next review is set."""
        tasks.record_review(
            case_id=self.case.pk,
            text=self.teller.pick("reviews"),
            actor=self.cast.advocate,
            at=self.clock.after(days=days),
        )

    def review_until_now(self, *, is_late: bool) -> None:
        """Reviews go on as they fall due; the last is left waiting, a few days late, when `is_late`."""
        self.case.refresh_from_db(fields=["level"])
        every = self.cast.programme.protocol.reviews[self.case.level].elapsed
        self.clock.at = max(self.clock.at, self.now - 4 * every)
        while True:
            waiting = self.case.tasks.filter(kind=TaskKind.REVIEW, done_at=None).order_by("due_at").first()
            if waiting is None or waiting.due_at > self.now - (5 if is_late else 0) * DAY:
                return
            self.clock.at = max(self.clock.at, waiting.due_at - 2 * DAY)
            self.review(days=1)

    def close(self, reason: str) -> None:
        """The case closes, with the person's own view when it was given."""
        view = self.chance.choice(["given", "given", "declined", "not_reached"])
        closing.close_case(
            case_id=self.case.pk,
            reason=reason,
            note=self.teller.pick("closings", reason),
            victim_view=view,
            victim_words=self.teller.pick("views") if view == "given" else "",
            actor=self.cast.coordinator,
            at=self.clock.after(days=3),
        )

    def reopen(self) -> None:
        """New facts: the case comes back, and consent is asked again."""
        closing.reopen_case(
            case_id=self.case.pk,
            reasons=self.teller.pick("reopenings"),
            actor=self.cast.coordinator,
            at=self.clock.after(days=4),
        )
