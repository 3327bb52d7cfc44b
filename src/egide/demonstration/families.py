"""Children of one case: a file each, a consent of their own, and one who comes of age soon."""

from datetime import timedelta

from egide.cases.intake import Person
from egide.cases.services import own_consent, people
from egide.demonstration.journey import Journey

#: Two children, the one who comes of age soon first: given name, family name, what puts them at risk, who consents.
CHILDREN = {
    "en": (
        ("Riley", "Barnes", "Answers the phone so that the other parent does not.", ""),
        ("Alix", "Barnes", "Was in the next room, and is silent at school since.", "Her aunt, who has custody by order."),
    ),
    "fr": (
        ("Maël", "Cormier", "Répond au téléphone pour que l’autre parent ne le fasse pas.", ""),
        ("Lou", "Cormier", "Était dans la pièce d’à côté ; ne parle plus à l’école.", "Sa tante, qui a la garde par ordonnance."),
    ),
}  # fmt: skip
#: When each comes of age, after now.
OF_AGE_IN = (timedelta(days=75), timedelta(days=3400))


def bring_children(journey: Journey) -> None:
    """Two children come to the case after it was referred; an aunt consents for the younger one."""
    case, advocate = journey.case, journey.cast.advocate
    for (given, family, why, giver), in_time in zip(CHILDREN[journey.cast.language], OF_AGE_IN, strict=True):
        at = journey.clock.after(hours=1)
        child = people.add_person(
            case_id=case.pk,
            role="child",
            person=Person(given, family, language=journey.cast.language),
            why=why,
            comes_of_age_on=(journey.now + in_time).date(),
            actor=advocate,
            at=at,
        )
        named = own_consent.may_receive(child.case)
        if giver and named:
            own_consent.give_own_consent(
                case_id=case.pk,
                file_id=child.pk,
                consent={
                    "recipients": [named[0].pk],
                    "categories": ["identity.core", "incident.facts", "education.record"],
                    "purposes": ["case_management", "victim_safety"],
                    "expires_at": journey.now + timedelta(days=120),
                    "form": "written",
                    "language": journey.cast.language,
                    "text_version": "ccr-consent-1",
                    "capacity_confirmed": True,
                    "free_choice_confirmed": True,
                    "given_by": "guardian",
                },
                giver=giver,
                actor=advocate,
                at=journey.clock.after(hours=1),
            )
