"""What happens in each walk: who tells what, in the words of each language. Everything is fictional."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Story:
    """One programme's walk.

    Attributes:
        refers: the place, by its name in the world of the tests, of who refers.
        works: who is brought in and does what the conference agrees.
        supports: who makes the plan.
        about: the family name of whom the case is about.
        referral: the fields of the form, by language.
        assessed: what the sheet is filled with; None where the programme has no tool of its own.
        plan: the parts of the plan, by language.
        action: what the conference agrees, by language.
        ends: why the case closes.
        view: what is said of the person's own view when it does.
        kept_from_agencies: words of the plan that who works on the case does not read.
        is_read_whole: every page of the case is opened.
    """

    protocol: str
    refers: str
    works: str
    supports: str
    about: str
    referral: Callable[[str], dict[str, Any]]
    assessed: Callable[[str], dict[str, Any]] | None
    plan: Callable[[str], dict[str, str]]
    action: dict[str, str]
    side: str
    ends: str
    view: dict[str, dict[str, Any]]
    shares: tuple[str, ...] = ()
    kept_from_agencies: dict[str, str] | None = None
    is_read_whole: bool = False


def _by_language(**said: dict[str, Any]) -> Callable[[str], dict[str, Any]]:
    def chosen(language: str) -> dict[str, Any]:
        return {name: value[language] if isinstance(value, dict) else value for name, value in said.items()}

    return chosen


def both(fr: str, en: str) -> dict[str, str]:
    return {"fr": fr, "en": en}


_SHARED = ("identity.core", "incident.facts", "threat.indicators", "conference.record")

CCR = Story(
    protocol="ccr",
    refers="referrer",
    works="officer",
    supports="advocate",
    about="Thériault",
    referral=_by_language(
        victim_given="Marie-Ève",
        victim_family="Thériault",
        victim_language=both("fr", "en"),
        victim_phone="506-555-0101",
        victim_informed="yes",
        incident=both("Menaces au couteau, jeudi soir.", "Threats made at knifepoint on Thursday night."),
        indicators=["weapon", "separation"],
        concern_given="Luc",
        concern_family="Cyr",
        is_emergency=True,
    ),
    assessed=_by_language(
        **{f"answer_{n}": "yes" if n < 8 else "unknown" for n in range(1, 14)},
        judgement="high",
        judgement_reason=both("Armes, peur.", "Weapons, fear."),
    ),
    plan=_by_language(
        wishes=both("Rester chez moi.", "To stay at home."),
        leaving=both("Un sac chez ma sœur.", "A bag kept at my sister’s."),
    ),
    action=both("Deux passages par nuit.", "Drive past twice a night."),
    side="victim",
    ends="plan_completed",
    view=both(
        {"victim_view": "given", "victim_words": "Je dors mieux."},
        {"victim_view": "given", "victim_words": "I sleep again."},
    ),
    shares=(*_SHARED, "plan.safety"),
    kept_from_agencies=both("Un sac chez ma sœur.", "A bag kept at my sister’s."),
    is_read_whole=True,
)

BTAM = Story(
    protocol="btam",
    refers="teacher",
    works="teacher",
    supports="coordinator",
    about="Doucet",
    referral=_by_language(
        person_given="Alex",
        person_family="Doucet",
        person_language=both("fr", "en"),
        seen=both(
            "A dit au corridor vouloir apporter un couteau vendredi.",
            "Said in a corridor that he would bring a knife on Friday.",
        ),
        known_how="seen",
        behaviours=["threat", "last_resort"],
        threat=both("Poignarder un camarade, vendredi.", "To stab a classmate, on Friday."),
        weapons="unknown",
        at_risk_given="Noé",
        at_risk_family="Hachey",
        at_risk_how=both("Assis à côté de lui.", "Sits beside him."),
        strengths=both("Son entraîneur.", "His coach."),
    ),
    assessed=_by_language(answer_TA01="concern", answer_TA02="unknown", answer_TA13="mitigates"),
    plan=_by_language(
        protective=both("Son entraîneur.", "His coach."),
        goals=both("Finir son année.", "To finish school."),
        ending=both("Trois mois calmes.", "Three quiet months."),
    ),
    action=both("Parler à ses parents.", "Speak to his parents."),
    side="management",
    ends="criteria_met",
    view=both({"victim_view": "declined"}, {"victim_view": "declined"}),
)

BIAS = Story(
    protocol="bias",
    refers="nurse",
    works="officer",
    supports="advocate",
    about="Diallo",
    referral=_by_language(
        person_given="Aïssatou",
        person_family="Diallo",
        person_language=both("fr", "en"),
        person_phone="506-555-0102",
        person_informed="yes",
        incident=both("Un symbole peint sur sa porte.", "A symbol was painted on her door."),
        place=both("À la maison", "At home"),
        acts=["graffiti"],
        why=both("Parce que nous venons d’ailleurs.", "Because we come from elsewhere."),
        wishes=both("Ne plus avoir peur.", "To be afraid no more."),
    ),
    assessed=None,
    plan=_by_language(
        wishes=both("Rester chez nous.", "To stay at home."), at_home=both("Une caméra.", "A camera.")
    ),
    action=both("Effacer le symbole.", "Paint over the symbol."),
    side="victim",
    ends="support_only",
    view=both(
        {"victim_view": "given", "victim_words": "Je respire."},
        {"victim_view": "given", "victim_words": "I can breathe."},
    ),
    shares=(*_SHARED, "plan.safety"),
)

REENTRY = Story(
    protocol="reentry",
    refers="probation",
    works="teacher",
    supports="advocate",
    about="Arseneau",
    referral=_by_language(
        person_given="Sam",
        person_family="Arseneau",
        person_language=both("fr", "en"),
        person_phone="506-555-0103",
        person_informed="yes",
        goals=both("Retrouver du travail.", "To find work again."),
        needs=["housing", "work"],
        strengths=both("Sa tante.", "An aunt."),
    ),
    assessed=_by_language(**{"answer_TV-P01": "present", "answer_TV-P02": "unknown"}),
    plan=_by_language(
        protective=both("Sa tante.", "An aunt."),
        person_view=both("Travailler tôt le matin.", "To work early mornings."),
        goals=both("Un logement au printemps.", "A home by spring."),
    ),
    action=both("Inscrire Sam au cours du soir.", "Enrol Sam in evening classes."),
    side="management",
    ends="plan_completed",
    view=both({"victim_view": "declined"}, {"victim_view": "declined"}),
    shares=(*_SHARED, "plan.management", "referral.status"),
)

STORIES = (CCR, BTAM, BIAS, REENTRY)
