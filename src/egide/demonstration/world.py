"""Places, agencies, agreements and the people who sign in. Fictional people in real pilot areas (seed 003)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password

from egide.assessments import services as assessments
from egide.cases.models import Programme
from egide.common.errors import Refused
from egide.partners.models import (
    Account,
    Agency,
    Agreement,
    AgreementParty,
    Jurisdiction,
    Membership,
    Role,
    Sector,
)

#: The same for every fictional account; it opens nothing but fictional data.
PASSWORD = "demonstration-2026"  # noqa: S105
_PUBLIC, _HEALTH = ["ca-nb-rtippa"], ["ca-nb-phipaa"]

PLACES = (
    ("ca", "country", "Canada", "Canada", None),
    ("ca-nb", "state", "New Brunswick", "Nouveau-Brunswick", "ca"),
    ("fredericton", "city", "Fredericton", "Fredericton", "ca-nb"),
    ("nord-ouest", "region", "Northwest", "Nord-Ouest", "ca-nb"),
    ("edmundston", "city", "Edmundston", "Edmundston", "nord-ouest"),
    ("grand-sault", "city", "Grand Falls", "Grand-Sault", "nord-ouest"),
)
#: code, area, sector, regimes, signed, English, French, short English, short French
AGENCIES = (
    (
        "vs-fre",
        "fredericton",
        Sector.VICTIM_SERVICES,
        _PUBLIC,
        True,
        "Victim Services, Fredericton",
        "Services aux victimes, Fredericton",
        "Victim Services, Fredericton",
        "Services aux victimes, Fredericton",
    ),
    (
        "police-fre",
        "fredericton",
        Sector.POLICE,
        _PUBLIC,
        True,
        "Fredericton city police (fictional)",
        "Police municipale de Fredericton (fictive)",
        "City police",
        "Police municipale",
    ),
    (
        "health-fre",
        "fredericton",
        Sector.HEALTH,
        _HEALTH,
        True,
        "Riverside hospital (fictional)",
        "Hôpital Riverside (fictif)",
        "Hospital",
        "Hôpital",
    ),
    (
        "school-fre",
        "fredericton",
        Sector.EDUCATION,
        _PUBLIC,
        True,
        "School district, Fredericton (fictional)",
        "District scolaire de Fredericton (fictif)",
        "School district",
        "District scolaire",
    ),
    (
        "probation-fre",
        "fredericton",
        Sector.JUSTICE,
        _PUBLIC,
        True,
        "Probation, Fredericton (fictional)",
        "Probation, Fredericton (fictif)",
        "Probation",
        "Probation",
    ),
    (
        "social-fre",
        "fredericton",
        Sector.SOCIAL_SERVICES,
        _PUBLIC,
        True,
        "Social Development, Fredericton (fictional)",
        "Développement social, Fredericton (fictif)",
        "Social Development",
        "Développement social",
    ),
    (
        "shelter-fre",
        "fredericton",
        Sector.COMMUNITY,
        [],
        False,
        "Passage transition house (fictional)",
        "Maison de transition Passage (fictive)",
        "Passage house",
        "Maison Passage",
    ),
    (
        "vs-edm",
        "nord-ouest",
        Sector.VICTIM_SERVICES,
        _PUBLIC,
        True,
        "Victim Services, Edmundston",
        "Services aux victimes, Edmundston",
        "Victim Services, Edmundston",
        "Services aux victimes, Edmundston",
    ),
    (
        "police-edm",
        "edmundston",
        Sector.POLICE,
        _PUBLIC,
        True,
        "Edmundston police force (fictional)",
        "Force policière d’Edmundston (fictive)",
        "Police force",
        "Force policière",
    ),
    (
        "health-edm",
        "edmundston",
        Sector.HEALTH,
        _HEALTH,
        True,
        "Northwest health centre (fictional)",
        "Centre de santé du Nord-Ouest (fictif)",
        "Health centre",
        "Centre de santé",
    ),
    (
        "school-edm",
        "edmundston",
        Sector.EDUCATION,
        _PUBLIC,
        True,
        "School district, Northwest (fictional)",
        "District scolaire du Nord-Ouest (fictif)",
        "School district",
        "District scolaire",
    ),
    (
        "probation-edm",
        "edmundston",
        Sector.JUSTICE,
        _PUBLIC,
        True,
        "Probation, Edmundston (fictional)",
        "Probation, Edmundston (fictif)",
        "Probation",
        "Probation",
    ),
    (
        "social-edm",
        "grand-sault",
        Sector.SOCIAL_SERVICES,
        _PUBLIC,
        True,
        "Social Development, Grand Falls (fictional)",
        "Développement social, Grand-Sault (fictif)",
        "Social Development",
        "Développement social",
    ),
)
#: username, agency, role, full name, language
PEOPLE = (
    ("coordinator", "vs-fre", Role.COORDINATOR, "Maude Whitney", "en"),
    ("coordinator2", "vs-fre", Role.COORDINATOR, "Karim Osei", "en"),
    ("advocate", "vs-fre", Role.ADVOCATE, "Joan Estey", "en"),
    ("chair", "vs-fre", Role.CHAIR, "Helen Nguyen", "en"),
    ("police", "police-fre", Role.TEAM_MEMBER, "Peter Gallant", "en"),
    ("referrer", "police-fre", Role.REFERRER, "Dana Hachey", "en"),
    ("nurse", "health-fre", Role.TEAM_MEMBER, "Ruth Estabrooks", "en"),
    ("counsellor", "school-fre", Role.TEAM_MEMBER, "Tom Mazerolle", "en"),
    ("probation", "probation-fre", Role.TEAM_MEMBER, "Wayne Sock", "en"),
    ("social", "social-fre", Role.TEAM_MEMBER, "Olive Francis", "en"),
    ("shelter", "shelter-fre", Role.REFERRER, "Iris Cook", "en"),
    ("privacy", "vs-fre", Role.PRIVACY_OFFICER, "Vera Robichaud", "en"),
    ("admin", "vs-fre", Role.ADMINISTRATOR, "Ned Augustine", "en"),
    ("admin2", "vs-edm", Role.ADMINISTRATOR, "Léa Ouellet", "fr"),
    ("evaluator", "vs-fre", Role.EVALUATOR, "Sam Arsenau", "en"),
    ("coordination", "vs-edm", Role.COORDINATOR, "Mireille Thériault-Roy", "fr"),
    ("coordination2", "vs-edm", Role.COORDINATOR, "Rémi Bastien", "fr"),
    ("intervenante", "vs-edm", Role.ADVOCATE, "Colette Poitras", "fr"),
    ("presidence", "vs-edm", Role.CHAIR, "Gérard Levesque", "fr"),
    ("policier", "police-edm", Role.TEAM_MEMBER, "Luc Bélanger", "fr"),
    ("infirmiere", "health-edm", Role.TEAM_MEMBER, "Anne-Marie Cyr", "fr"),
    ("ecole", "school-edm", Role.TEAM_MEMBER, "Sylvie Michaud", "fr"),
    ("agent", "probation-edm", Role.TEAM_MEMBER, "Denis Soucy", "fr"),
    ("travailleuse", "social-edm", Role.TEAM_MEMBER, "Nadia Haddad", "fr"),
)
#: A second place for one of them: a nurse who also sits for the school district.
SECOND_PLACES = (("nurse", "school-fre", Role.TEAM_MEMBER),)
_LED_ROLES = (Role.COORDINATOR, Role.ADVOCATE, Role.CHAIR)


@dataclass
class World:
    """Who and what the cases are made with."""

    programmes: dict[str, Programme] = field(default_factory=dict)
    agencies: dict[str, Agency] = field(default_factory=dict)
    people: dict[str, Membership] = field(default_factory=dict)


def build(*, at: datetime) -> World:
    """Make the whole world, agreements signed and instruments allowed.

    Raises:
        Refused: this deployment is not marked as fictional.
    """
    if not settings.EGIDE_FICTIONAL:
        raise Refused("the demonstration goes only where everything is fictional")
    world = World()
    places = _places()
    start = at.date() - timedelta(days=700)
    agreement = Agreement.objects.create(
        code="ccr-confidentiality",
        kind="confidentiality",
        title_en="CCR confidentiality agreement (fictional)",
        title_fr="Entente de confidentialité de la RCC (fictive)",
        purposes=["case_management"],
        starts_on=start,
    )
    for code, area, sector, regimes, is_signed, *names in AGENCIES:
        world.agencies[code] = Agency.objects.create(
            code=code,
            sector=sector,
            regimes=regimes,
            jurisdiction=places[area],
            name_en=names[0],
            name_fr=names[1],
            short_en=names[2],
            short_fr=names[3],
        )
        AgreementParty.objects.create(
            agreement=agreement,
            agency=world.agencies[code],
            signed_by_name="D. Fictif" if is_signed else "",
            signed_on=start if is_signed else None,
        )
    _programmes(world, places)
    _people(world, places, start)
    for code in ("ODARA", "DA"):
        assessments.record_right(
            instrument=code, note="Demonstration: fictional permission.", actor=world.people["admin"], at=at
        )
    return world


def _places() -> dict[str, Jurisdiction]:
    made: dict[str, Jurisdiction] = {}
    for code, kind, english, french, parent in PLACES:
        made[code] = Jurisdiction.objects.create(
            code=code, kind=kind, name_en=english, name_fr=french, parent=made.get(parent or "")
        )
    return made


def _programmes(world: World, places: dict[str, Jurisdiction]) -> None:
    for suffix, prefix, area, english, french in (
        ("fre", "FRE", "fredericton", "CCR, Fredericton", "RCC, Fredericton"),
        ("edm", "EDM", "nord-ouest", "CCR, Edmundston / Grand Falls", "RCC, Edmundston / Grand-Sault"),
    ):
        programme = Programme.objects.create(
            code=f"ccr-{suffix}",
            prefix=prefix,
            protocol_code="ccr",
            name_en=english,
            name_fr=french,
            area=places[area],
            lead_agency=world.agencies[f"vs-{suffix}"],
        )
        programme.partners.set(
            [a for code, a in world.agencies.items() if code.endswith(suffix) and not code.startswith("vs-")]
        )
        world.programmes[suffix] = programme


def _people(world: World, places: dict[str, Jurisdiction], start: object) -> None:
    secret = make_password(PASSWORD)  # one hash for all: they share the password on purpose
    accounts: dict[str, Account] = {}
    for username, agency, role, name, language in PEOPLE:
        accounts[username] = Account.objects.create(
            username=username,
            email=f"{username}@example.test",
            full_name=name,
            language=language,
            password=secret,
        )
        world.people[username] = _place(world, accounts[username], agency, role, places, start)
    for username, agency, role in SECOND_PLACES:
        _place(world, accounts[username], agency, role, places, start)


def _place(
    world: World, account: Account, agency: str, role: str, places: dict[str, Jurisdiction], start: object
) -> Membership:
    made = Membership.objects.create(
        account=account, agency=world.agencies[agency], role=role, starts_on=start
    )
    if role in _LED_ROLES:
        made.areas.set([places["fredericton" if agency.endswith("fre") else "nord-ouest"]])
    return made


def load() -> World:
    """Read the world back from a database that holds it."""
    people = Membership.objects.select_related("agency", "account").order_by("starts_on", "pk")
    world = World(
        programmes={
            p.code.removeprefix("ccr-"): p
            for p in Programme.objects.select_related("lead_agency").order_by("code")
        },
        agencies={a.code: a for a in Agency.objects.order_by("code")},
    )
    wanted = {(username, agency): username for username, agency, *_more in PEOPLE}
    for member in people:
        key = (member.account.username, member.agency.code)
        if key in wanted:
            world.people[wanted[key]] = member
    return world
