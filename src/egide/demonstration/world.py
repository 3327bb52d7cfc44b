"""Places, agencies, what they signed, and the people who sign in: fictional, in the two pilot areas."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import yaml
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from egide.assessments import services as assessments
from egide.cases.models import Programme
from egide.cases.models.case import PROGRAMME_ROLES
from egide.common.errors import Refused
from egide.demonstration.stories import DATA
from egide.partners.models import (
    Account,
    Agency,
    Agreement,
    AgreementParty,
    Jurisdiction,
    Membership,
    TrainingRecord,
)
from egide.partners.rules.training import courses

#: The same for every fictional account; it opens nothing but fictional data.
PASSWORD = "demonstration-2026"  # noqa: S105
#: Whose account tells that a database holds this demonstration.
FIRST_SIGN_IN = "coordinator"
INSTRUMENTS = ("odara", "danger-assessment", "ntac-guide", "protective-factors")
#: How long before now the agencies signed and the people began, in days.
AGE_DAYS = 700


@cache
def description() -> dict[str, Any]:
    """Answer the world as written down in `data/world.yaml`."""
    return dict(yaml.safe_load((DATA / "world.yaml").read_text(encoding="utf-8")))


@dataclass
class World:
    """Who and what the cases are made with: by code of agency, code of programme, name of sign-in."""

    programmes: dict[str, Programme] = field(default_factory=dict)
    agencies: dict[str, Agency] = field(default_factory=dict)
    people: dict[str, Membership] = field(default_factory=dict)


def check_is_fictional() -> None:
    """Pass only where the whole deployment is marked as fictional.

    Raises:
        Refused: it is not; fictional and real data never meet.
    """
    if not settings.EGIDE_FICTIONAL:
        raise Refused(_("The demonstration goes only where everything is fictional."))


@transaction.atomic
def build(*, at: datetime, now: datetime | None = None) -> World:
    """Make the whole world, agreements signed (but one) and the right to the instruments recorded.

    Args:
        at: when it begins. now: from when training is counted, later than that where cases are told until then.

    Raises:
        Refused: this deployment is not marked as fictional.
    """
    check_is_fictional()
    world, said = World(), description()
    places: dict[str, Jurisdiction] = {}
    for one in said["places"]:
        places[one["code"]] = Jurisdiction.objects.create(
            code=one["code"],
            kind=one["kind"],
            name_en=one["en"],
            name_fr=one["fr"],
            parent=places.get(one.get("parent", "")),
        )
    start = at.date() - timedelta(days=AGE_DAYS)
    _agencies(world, places, start)
    _programmes(world, places)
    _people(world, start, now or at)
    for code in INSTRUMENTS:
        assessments.record_right(
            instrument=code, note="Demonstration: fictional permission.", actor=world.people["admin"], at=at
        )
    return world


def _agencies(world: World, places: dict[str, Jurisdiction], start: date) -> None:
    agreement = Agreement.objects.create(
        code="ccr-confidentiality",
        kind="confidentiality",
        title_en="CCR confidentiality agreement (fictional)",
        title_fr="Entente de confidentialité de la RCC (fictive)",
        purposes=["case_management"],
        starts_on=start,
    )
    for one in description()["agencies"]:
        agency = world.agencies[one["code"]] = Agency.objects.create(
            code=one["code"],
            sector=one["sector"],
            regimes=one["regimes"],
            jurisdiction=places[one["place"]],
            name_en=one["en"],
            name_fr=one["fr"],
            short_en=one["short_en"],
            short_fr=one["short_fr"],
        )
        is_signed = one.get("is_signed", True)
        AgreementParty.objects.create(
            agreement=agreement,
            agency=agency,
            signed_by_name="D. Fictif" if is_signed else "",
            signed_on=start if is_signed else None,
        )


def _programmes(world: World, places: dict[str, Jurisdiction]) -> None:
    said = description()
    for one in [*said["programmes"], *said["other_programmes"]]:
        programme = world.programmes[one["code"]] = Programme.objects.create(
            code=one["code"],
            prefix=one["prefix"],
            protocol_code=one.get("protocol", "ccr"),
            name_en=one["en"],
            name_fr=one["fr"],
            area=places[one["area"]],
            lead_agency=world.agencies[one["lead"]],
        )
        programme.partners.set(world.agencies[code] for code in one.get("partners") or _around(one["lead"]))


def _around(lead: str) -> list[str]:
    """Answer the agencies of the lead's place that take part in the coordinated response."""
    suffix = lead.rpartition("-")[2]
    return [
        one["code"]
        for one in description()["agencies"]
        if one["code"].endswith(f"-{suffix}") and one["code"] != lead and not one.get("is_apart")
    ]


def _people(world: World, start: date, now: datetime) -> None:
    secret = make_password(PASSWORD)  # hashed once: they share it, and hashing is slow on purpose
    accounts: dict[str, Account] = {}
    for one in description()["people"]:
        account = accounts[one["username"]] = Account.objects.create(
            username=one["username"],
            email=f"{one['username']}@example.test",
            full_name=one["name"],
            language=one.get("language", "en"),
            password=secret,
            home_agency=world.agencies[one["agency"]],
        )
        world.people[one["username"]] = _membership(world, account, one, start)
    hats = [
        (_membership(world, accounts[one["username"]], one, start), one)
        for one in description()["second_hats"]
    ]
    _train(world, [*((world.people[one["username"]], one) for one in description()["people"]), *hats], now)


def _train(world: World, people: list[tuple[Membership, dict[str, Any]]], now: datetime) -> None:
    """Everybody's training is valid for long, but where the description says when it lapses."""
    trainer, other = world.people["trainer"], world.people["coordinator"]
    made = []
    for member, said in people:
        by = other if member.account_id == trainer.account_id else trainer
        until = now + timedelta(days=said.get("training_days_left", 700))
        made += [
            TrainingRecord(
                membership=member,
                account_id=member.account_id,
                course=course.code,
                completed_on=(until - timedelta(days=course.valid_months * 30)).date(),
                valid_until=until,
                recorded_by=by,
                recorded_by_account_id=by.account_id,
                recorded_at=now - timedelta(days=AGE_DAYS),
            )
            for course in courses().values()
            if not course.is_certificate
        ]
        made += [_certificate(member, code, by, now) for code in said.get("certificates", ())]
    TrainingRecord.objects.bulk_create(made)


def _certificate(member: Membership, code: str, by: Membership, now: datetime) -> TrainingRecord:
    """The certificate of a tool, held since before the cases began."""
    return TrainingRecord(
        membership=member,
        account_id=member.account_id,
        course=code,
        completed_on=(now - timedelta(days=AGE_DAYS + 100)).date(),
        valid_until=now + timedelta(days=200),
        recorded_by=by,
        recorded_by_account_id=by.account_id,
        recorded_at=now - timedelta(days=AGE_DAYS),
    )


def _membership(world: World, account: Account, said: dict[str, Any], start: date) -> Membership:
    made = Membership.objects.create(
        account=account,
        agency=world.agencies[said["agency"]],
        role=said["role"],
        title_en=said["title_en"],
        title_fr=said["title_fr"],
        starts_on=start,
    )
    if made.role in PROGRAMME_ROLES:
        made.areas.set(p.area for p in world.programmes.values() if p.lead_agency_id == made.agency_id)
    return made


def load() -> World:
    """Read the world back from a database that holds it."""
    programmes = Programme.objects.select_related("lead_agency").order_by("code")
    hats = {
        (hat.account.username, hat.agency.code): hat
        for hat in Membership.objects.select_related("agency", "account").order_by("pk")
    }
    return World(
        programmes={programme.code: programme for programme in programmes},
        agencies={agency.code: agency for agency in Agency.objects.order_by("code")},
        people={one["username"]: hats[one["username"], one["agency"]] for one in description()["people"]},
    )
