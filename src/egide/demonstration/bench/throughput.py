"""Rates: importing referrals, verifying the ledger; each beside the least it could cost."""

import os
import time
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from multiprocessing import get_context

from django.db import connection, transaction

from egide.cases import intake
from egide.cases.models import Case
from egide.cases.services import importing
from egide.common import clock
from egide.demonstration.world import World
from egide.ledger import services as ledger
from egide.ledger.models import Entry
from egide.ledger.verification import verify
from egide.sharing import tables
from egide.sharing.rules import decision, engine
from egide.sharing.rules.categories import STORED
from egide.sharing.rules.policies import policies
from egide.sharing.rules.question import ConsentState, Question


@dataclass(frozen=True)
class Rate:
    """Things a second, and the floor's."""

    name: str
    per_second: float
    beside: str
    floor: float
    target: float


def _referrals(count: int) -> list[intake.ReferralContent]:
    run = os.urandom(8).hex()  # what a former run left may be kept
    return [
        intake.ReferralContent(
            victim=intake.Person(
                f"Fictive{n % 500}",
                f"Personne{n % 3000}",
                date(1990, 1, 1),
                "fr",
                "506-555-0100",
                "1, rue Fictive",
            ),
            person_of_concern=intake.Person("Autre", f"Fictif{n % 3000}"),
            incident="Menaces répétées, fictives.",
            external_id=f"BENCH-{n}-{run}",
            indicators=("stalking",),
        )
        for n in range(count)
    ]


def importing_rate(world: World, *, count: int = 5000) -> Rate:
    """Import fictional referrals; beside the COPY of the same number of rows already made."""
    contents = _referrals(count)
    began = time.perf_counter()
    report = importing.import_referrals(
        rows=contents,
        programme_id=world.programmes["ccr-fre"].pk,
        actor=world.people["police"],
        at=clock.now(),
    )
    took = time.perf_counter() - began
    if report.new != count:
        raise RuntimeError("not everything was imported")
    return Rate(
        "importing referrals",
        count / took,
        "COPY of as many rows, nothing else",
        count / _copy_floor(count),
        1000,
    )


def _copy_floor(count: int) -> float:
    """Copy the cases' own rows into a table without index or constraint, twenty for each referral."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_floor (a uuid, b uuid, c text, d bytea, e timestamptz) ON COMMIT DROP"
        )
        row = (os.urandom(16).hex(), os.urandom(16).hex(), "x" * 40, os.urandom(120), clock.now())
        began = time.perf_counter()
        with cursor.copy("COPY bench_floor FROM STDIN") as copy:
            for _turn in range(count * 20):
                copy.write_row(row)
    return time.perf_counter() - began


def verifying_rate(*, entries: int = 600_000, processes: int = 2) -> Rate:
    """Verify the whole ledger, filled up to `entries`; beside hashing as many bodies in memory."""
    missing = entries - Entry.objects.count()
    at = clock.now()
    for start in range(0, max(missing, 0), 20_000):
        with transaction.atomic():
            ledger.record_many(
                ledger.entry(action="cases.read", actor=None, target=f"cases.case:{start + n}", at=at)
                for n in range(min(20_000, missing - start))
            )
    ledger.integrate(at=at)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE ledger_leaf, ledger_entry")
    began = time.perf_counter()
    report = verify(processes=processes)
    took = time.perf_counter() - began
    if not report.is_whole:
        raise RuntimeError(f"the ledger is damaged: {report.problems[:3]}")
    floor = _hash_floor(report.size // processes, processes)
    return Rate(
        f"verifying the ledger ({report.size:,} entries)",
        report.size / took,
        "two hashes an entry, in memory",
        floor,
        300_000,
    )


def _hash(count: int) -> float:
    body = b"\x00" + os.urandom(330)
    began = time.perf_counter()
    for _turn in range(count):
        sha256(b"\x01" + sha256(body).digest() + body[:32]).digest()
    return time.perf_counter() - began


def _hash_floor(count: int, processes: int) -> float:
    with get_context("fork").Pool(processes) as pool:
        took = max(pool.map(_hash, [count] * processes))
    return count * processes / took


def deciding() -> list[str]:
    """Answer lines on the cost of deciding: a file first time and remembered, and Cedar's own for one question."""
    version = tables.current()
    by_sector = [
        [
            Question(
                sector=sector, role="team_member", category=category, subject_role="victim", purpose="case_management",
                side="both", is_assigned=True, has_agreement=True, is_trained=True, regimes=frozenset({"ca-nb-rtippa"}),
                consent=ConsentState(is_valid=True, is_of_subject=True, is_written=True, has_end=True),
                table=version,
            )
            for category in STORED
        ]
        for sector in ("POL", "HLT", "EDU", "SOC", "VIC")
    ]  # fmt: skip
    decision.decide_many(by_sector[0])  # the policies that could match are read once a process
    cold, warm = [], []
    for _turn in range(20):
        for questions in by_sector:
            decision.forget()
            cold.append(_seconds(questions))
            warm.append(_seconds(questions))
    raw = [engine.raw_cost(questions, policies()) for questions in by_sector * 20]
    lines = (
        ("a file of {n} classes, first time", _middle(cold) * 1e6, 15_000),
        ("the same, remembered", _middle(warm) * 1e6, 2_000),
        ("one class of it, remembered", _middle(warm) / len(STORED) * 1e6, 10),
        ("beside it: Cedar alone, one question of a batch of {n}", _middle(raw) * 1e6, 0),
    )
    return [
        f"| {name.format(n=len(STORED))} | {value:,.1f} | {_met(value, target)} |"
        for name, value, target in lines
    ]


def _met(value: float, target: float) -> str:
    return f"{target:,.0f} {'met' if value <= target else 'MISSED'}" if target else ""


def _seconds(questions: list[Question]) -> float:
    began = time.perf_counter()
    decision.decide_many(questions)
    return time.perf_counter() - began


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def cases() -> int:
    """Answer how many cases there are."""
    return Case.objects.count()
