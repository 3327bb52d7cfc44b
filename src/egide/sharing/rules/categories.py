"""Categories of information, the compartment each is sealed in, and those that are never stored.

Source: domain/information-sharing.md §2.
"""

from dataclasses import dataclass


class NeverStored(ValueError):
    """This category is kept out of the shared file: at most a pointer to who holds it."""


@dataclass(frozen=True)
class Category:
    """One category: its slug, its compartment (empty: never stored), and its name in both languages."""

    slug: str
    compartment: str
    title_en: str
    title_fr: str


_ALL = (
    Category("identity.core", "common", "Identity", "Identité"),
    Category("identity.protected", "common", "Protected characteristics", "Caractéristiques protégées"),
    Category("identity.immigration", "common", "Immigration status", "Statut d’immigration"),
    Category("contact.safe", "contact", "Safe contact", "Contact sécuritaire"),
    Category("location.confidential", "location", "Protected location", "Lieu protégé"),
    Category("incident.facts", "common", "Facts", "Faits"),
    Category("threat.indicators", "common", "Signs of danger", "Signes de danger"),
    Category("belief.expression", "common", "Beliefs expressed", "Croyances exprimées"),
    Category("risk.assessment.summary", "common", "Assessment, summary", "Évaluation, résumé"),
    Category("risk.assessment.answers", "common", "Assessment, answers", "Évaluation, réponses"),
    Category("plan.safety", "safety", "Safety plan", "Plan de sécurité"),
    Category("plan.management", "management", "Management plan", "Plan de gestion du risque"),
    Category("health.general", "common", "Health", "Santé"),
    Category("health.mental", "common", "Mental health", "Santé mentale"),
    Category("health.substance-use", "common", "Substance use", "Consommation"),
    Category("education.record", "common", "School record", "Dossier scolaire"),
    Category("justice.orders", "common", "Court orders and conditions", "Ordonnances et conditions"),
    Category("justice.history", "common", "Charges and convictions", "Accusations et condamnations"),
    Category("justice.juvenile", "common", "Youth justice record", "Dossier de justice des mineurs"),
    Category("child.protection", "common", "Child protection", "Protection de l’enfance"),
    Category("social.services", "common", "Social services", "Services sociaux"),
    Category("referral.status", "safety", "Services and referrals", "Services et orientations"),
    Category("conference.record", "common", "Conference and reviews", "Conférence et révisions"),
    Category("reporter.identity", "safety", "Who reported", "Auteur du signalement"),
    Category("consent.record", "safety", "Consent", "Consentement"),
    Category("aggregate.deidentified", "", "Totals without names", "Totaux sans nom"),
    Category("health.psychotherapy-notes", "", "Therapist’s own notes", "Notes personnelles du thérapeute"),
    Category("justice.intelligence", "", "Criminal intelligence", "Renseignement criminel"),
    Category(
        "victim.privileged",
        "",
        "Advocate–victim communications",
        "Échanges confidentiels avec l’intervenante",
    ),
)
#: Totals after suppression: read, never stored in a file.
AGGREGATE = "aggregate.deidentified"
CATEGORIES = {category.slug: category for category in _ALL}
STORED = tuple(category.slug for category in _ALL if category.compartment)


def compartment_of(slug: str) -> str:
    """Answer the compartment a category is sealed in.

    Raises:
        NeverStored: the category is unknown, or kept out of the shared file.
    """
    category = CATEGORIES.get(slug)
    if category is None or not category.compartment:
        raise NeverStored(slug)
    return category.compartment
