"""The fictional words cases are written with, read from data, and the chance that chooses among them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from egide.cases.intake import Person, ReferralContent

DATA = Path(__file__).with_name("data")
#: Codes of the signs of danger on the referral form.
INDICATORS = (
    "strangulation",
    "weapon",
    "death_threat",
    "stalking",
    "separation",
    "control",
    "children",
    "pregnancy",
    "escalation",
    "suicide_threat",
)
#: One case in this many is not of a woman threatened by a man: the field's words must fit everyone.
OTHERS_EVERY = 9
_ODARA = [str(number) for number in range(1, 14)]
_DANGER = [str(number) for number in range(1, 21)]
_SOURCES = ("person", "person", "records", "partner", "observed")


@cache
def words(language: str) -> dict[str, Any]:
    """Answer every fictional text of a language, "en" or "fr"."""
    return dict(yaml.safe_load((DATA / f"{language}.yaml").read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Scene:
    """Who a referral is about and what happened, put together by chance."""

    content: ReferralContent
    phone: str
    #: The instruments were made with women assaulted by men; other cases come in by judgement.
    fits_instruments: bool


class Storyteller:
    """Tells cases in one language, from one stream of chance: the same seed tells the same ones."""

    def __init__(self, language: str, chance: random.Random) -> None:
        self.language, self.chance, self.words = language, chance, words(language)
        self._told = 0

    def pick(self, *path: str) -> Any:
        """Answer one text of a list, found by its path."""
        found: Any = self.words
        for step in path:
            found = found[step]
        return self.chance.choice(found)

    def one_in(self, number: int) -> bool:
        """Say yes once in `number` times."""
        return self.chance.randrange(number) == 0

    def phone(self) -> str:
        """Answer a number of the range kept for fiction."""
        return f"506-555-01{self.chance.randint(0, 99):02d}"

    def person(self, sex: str, *, born: tuple[int, int] = (1958, 2006)) -> Person:
        """Answer a person who does not exist. `sex` is the list of given names: women or men."""
        chance = self.chance
        return Person(
            given_name=self.pick(sex),
            family_name=self.pick("family"),
            born_on=date(chance.randint(*born), chance.randint(1, 12), chance.randint(1, 28)),
            language=self.language,
        )

    def scene(self, received: datetime, **fixed: Any) -> Scene:
        """Tell one referral; `fixed` holds what the caller already decided of its content."""
        chance = self.chance
        self._told += 1
        told = {"victim": "women", "other": "men", "text": ""}
        if self._told % OTHERS_EVERY == 0:
            told = self.pick("other_incidents")
        victim, phone = self.person(told["victim"]), self.phone()
        victim = Person(
            victim.given_name,
            victim.family_name,
            victim.born_on,
            self.language,
            phone if chance.random() < 0.8 else "",
            f"{chance.randint(1, 240)}, {self.pick('streets')}" if chance.random() < 0.6 else "",
        )
        content = {
            "victim": victim,
            "person_of_concern": None if self.one_in(15) else self.person(told["other"]),
            "incident": told["text"] or self.pick("incidents"),
            "incident_on": (received - timedelta(days=chance.randint(0, 4))).date(),
            "reasons": self.pick("reasons") if chance.random() < 0.8 else "",
            "safe_contact_note": self.pick("safe_notes") if chance.random() < 0.7 else "",
            "children": self.pick("children") if chance.random() < 0.5 else "",
            "police_orders": self.pick("orders") if chance.random() < 0.3 else "",
            "indicators": chance.sample(INDICATORS, chance.randint(1, 5)),
            "victim_informed": chance.choice(["yes", "yes", "no", "unknown"]),
        }
        fits = told["victim"] == "women" and told["other"] == "men"
        return Scene(ReferralContent(**{**content, **fixed}), phone, fits)

    def safe_contact(self, phone: str) -> dict[str, Any]:
        """Tell what a person says is safe, in the form's own answers."""
        said = self.pick("safe_contacts")
        hours = {key: said[key] for key in ("days", "start", "end")}
        return {
            "channels": said["channels"],
            "windows": [hours] if said["days"] else [],
            "may_leave_message": said["message"],
            "phone": phone,
            "who_may_answer": said["who_may_answer"],
            "caller_name": said["caller_name"],
            "code_word": said["code_word"],
            "if_other_answers": said["if_other_answers"],
            "interpreter_language": said.get("interpreter", ""),
            "child_device": said.get("child_device", False),
        }

    def plan(self) -> dict[str, str]:
        """Tell the sections of a safety plan; some are not talked through yet."""
        sections = {name: self.pick("plan", name) for name in self.words["plan"] if not self.one_in(5)}
        return {**sections, "wishes": self.pick("wishes")}

    def answers(self, instrument: str) -> dict[str, str]:
        """Tell a filled sheet: some "yes", and "unknown" wherever nobody asked yet."""
        danger = self.chance.choice([0.35, 0.5, 0.65, 0.8])
        known = self.chance.choice([0.7, 0.85, 0.95, 1.0])
        codes: Sequence[str] = _ODARA if instrument == "odara" else _DANGER
        told = {}
        for code in codes:
            is_yes, is_known = self.chance.random() < danger, self.chance.random() < known
            told[code] = ("yes" if is_yes else "no") if is_known else "unknown"
        if instrument != "odara":
            told["3a"] = "no"
        return told

    def second(self, answers: dict[str, str]) -> dict[str, str]:
        """Tell the sheet again as another person would: nearly the same."""
        changed = self.chance.sample([code for code in answers if code != "3a"], 2)
        return {**answers, **{code: "unknown" if answers[code] == "no" else "yes" for code in changed}}

    def notes(self, answers: dict[str, str]) -> dict[str, str]:
        """Tell the evidence written beside some items."""
        return {code: self.pick("item_notes") for code in self.chance.sample(sorted(answers), 2)}

    def result(self, number: int) -> dict[str, Any]:
        """Tell what a tool used elsewhere gave: each in its turn, so that no draw of the rest moves."""
        told: list[dict[str, Any]] = self.words["results"]
        return told[number % len(told)]

    def factors(self) -> dict[str, list[str]]:
        """Tell what is known of a person's factors: answer, evidence, its nature, its source, its period."""
        return dict(self.words["factors"])

    def sources(self, answers: dict[str, str]) -> dict[str, str]:
        """Tell where some of the answers come from."""
        return {code: self.chance.choice(_SOURCES) for code in self.chance.sample(sorted(answers), 4)}
