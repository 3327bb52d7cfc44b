"""Fictional cases of the other protocols: threat assessment, bias response, re-entry; told one by one in `others.yaml`."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import yaml
from django.db import transaction
from django.utils import translation

from egide.cases import intake
from egide.cases.lifecycle import Level
from egide.cases.models import Case, Programme
from egide.cases.services import (
    closing,
    enrolling,
    expressing,
    levels,
    noting,
    planning,
    referring,
    tasks,
    teaming,
    triaging,
)
from egide.cases.services.entries import subject_file
from egide.demonstration.cast import Clock, draw_reference
from egide.demonstration.stories import DATA
from egide.demonstration.world import World, description
from egide.partners.models import Membership, Role

#: How a stage of the file is reached: each holds what comes before it.
STAGES = ("received", "accepted", "active", "closed")
#: What people agree to share with those who help them.
CONSENTED = (
    "identity.core",
    "contact.safe",
    "incident.facts",
    "social.services",
    "plan.management",
    "plan.safety",
    "conference.record",
)
_CONTENTS = {
    "behaviour": intake.BehaviourContent,
    "bias": intake.BiasContent,
    "return": intake.ReturnContent,
}


@cache
def _told() -> dict[str, list[dict[str, Any]]]:
    return dict(yaml.safe_load((DATA / "others.yaml").read_text(encoding="utf-8")))


def total() -> int:
    """Answer how many cases there are."""
    return sum(map(len, _told().values()))


def generate(world: World, *, at: datetime, seed: int) -> int:
    """Write the cases of every other programme, by the real services; answers how many."""
    chance = random.Random(seed)
    for said in description()["other_programmes"]:
        programme = world.programmes[said["code"]]
        with translation.override(said["language"]):
            for story in _told()[said["code"]]:
                _Story(world, programme, story, now=at, chance=chance).tell()
    return total()


class _Story:
    """One case, step by step."""

    def __init__(
        self,
        world: World,
        programme: Programme,
        story: Mapping[str, Any],
        *,
        now: datetime,
        chance: random.Random,
    ) -> None:
        own = [one for one in world.people.values() if one.agency_id == programme.lead_agency_id]
        self.first, self.second = [one for one in own if one.role == Role.COORDINATOR][:2]
        self.world, self.programme, self.story, self.chance = world, programme, story, chance
        received = now - timedelta(days=story["days_ago"])
        self.clock = Clock(received, now=now, chance=chance)
        self.case: Case

    @transaction.atomic
    def tell(self) -> None:
        """Go as far as the story does."""
        last = STAGES.index(self.story["stage"])
        self._refer()
        if last >= STAGES.index("accepted"):
            self._accept()
        if last >= STAGES.index("active"):
            self._enter()
            self._work()
        if last >= STAGES.index("closed"):
            self._close()

    def _referrer(self) -> Membership:
        partners = set(self.programme.partners.values_list("pk", flat=True))
        return self.chance.choice(
            [
                one
                for one in self.world.people.values()
                if one.agency_id in partners and one.role in (Role.TEAM_MEMBER, Role.REFERRER)
            ]
        )

    def _refer(self) -> None:
        said = dict(self.story["told"])
        given, family = said.pop("person")
        person = intake.Person(given, family, language=said.pop("language"))
        if "at_risk" in said:
            given, family = said["at_risk"]
            said["at_risk"] = intake.Person(given, family)
        content = _CONTENTS[self.programme.protocol.intake](person=person, **said)
        self.case = referring.refer(
            programme_id=self.programme.pk, content=content, actor=self._referrer(), at=self.clock.at
        ).case
        draw_reference(self.case, self.chance)

    def _accept(self) -> None:
        triaging.accept_referral(
            case_id=self.case.pk,
            reason=self.story["accepted"],
            actor=self.first,
            at=self.clock.after(hours=self.chance.randint(2, 7)),
        )

    def _enter(self) -> None:
        enrolling.decide_eligibility(
            case_id=self.case.pk,
            is_eligible=True,
            doors=["judgement"],
            reasons=self.story["entered"],
            actor=self.first,
            at=self.clock.after(days=1),
        )
        agencies = [self.world.agencies[code] for code in self.story["team"]]
        if self.programme.protocol.is_consent_required:
            enrolling.enrol(
                case_id=self.case.pk,
                consent=self._consent([agency.pk for agency in agencies]),
                actor=self.first,
                at=self.clock.after(hours=3),
            )
            return
        for agency in agencies:
            teaming.bring_in(
                case_id=self.case.pk,
                agency_id=agency.pk,
                reason=self.story["need"],
                actor=self.first,
                at=self.clock.after(hours=1),
            )

    def _consent(self, agencies: list[Any]) -> dict[str, Any]:
        return {
            "recipients": agencies,
            "categories": CONSENTED,
            "purposes": ["case_management"],
            "expires_at": self.clock.at + timedelta(days=90),
            "form": "written",
            "text_version": "consent-1",
            "language": self.case.language,
            "capacity_confirmed": True,
            "free_choice_confirmed": True,
            "copy_given": True,
        }

    def _work(self) -> None:
        story = self.story
        if story.get("level"):
            levels.set_level(
                case_id=self.case.pk,
                level=Level(story["level"]),
                reasons=story["level_why"],
                actor=self.first,
                at=self.clock.after(days=1),
            )
        if story.get("note"):
            noting.add_note(
                case_id=self.case.pk,
                file_id=subject_file(self.case).pk,
                category="incident.facts",
                kind="fact",
                text=story["note"],
                actor=self.second,
                at=self.clock.after(days=1),
            )
        if story.get("plan"):
            made = planning.write_plan(
                case_id=self.case.pk,
                sections=story["plan"],
                made_with="in_person",
                actor=self.first,
                at=self.clock.after(days=1),
            )
            planning.agree_plan(
                plan_id=made.pk, content_id=made.content_id, actor=self.first, at=self.clock.after(hours=1)
            )
        for text in story.get("tasks", ()):
            tasks.add_task(
                case_id=self.case.pk,
                text=text,
                side="both",
                agency_id=self.programme.lead_agency_id,
                due_at=self.clock.at + timedelta(days=self.chance.randint(8, 30)),
                actor=self.first,
                at=self.clock.after(hours=1),
            )
        if story.get("words"):
            expressing.ask_to_keep(
                case_id=self.case.pk,
                threat_id=self.case.files.get(is_subject=True).entries.get(form="threat:1").pk,
                words=story["words"],
                reason=story["words_why"],
                actor=self.first,
                at=self.clock.after(hours=1),
            )

    def _close(self) -> None:
        closing.close_case(
            case_id=self.case.pk,
            reason=self.story["closed_for"],
            note=self.story["closed"],
            victim_view="given",
            victim_words=self.story["own_view"],
            actor=self.first,
            at=self.clock.after(days=30),
        )
