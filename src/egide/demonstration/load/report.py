"""The table, on the screen and as docs/load.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from egide.common import clock
from egide.demonstration.bench.report import machine
from egide.demonstration.load.keeping import Found
from egide.demonstration.load.running import BEGIN_PER_SECOND, Waited


@dataclass(frozen=True)
class Told:
    """What was asked: how many, for how long, on how many cases."""

    staff: int
    minutes: float
    cases: int
    is_worker_killed: bool
    target_ms: int


def is_well(waited: Sequence[Waited], found: Found, target_ms: int) -> bool:
    """Whether no page failed, nothing was lost and no kind of page was waited for longer than asked."""
    return (
        found.is_whole
        and not any(one.failed for one in waited)
        and all(one.p95 <= target_ms for one in waited)
    )


def table(waited: Sequence[Waited], found: Found, *, is_ledger_whole: bool, told: Told) -> str:
    """Write one run as a Markdown section."""
    killed = ", the worker killed at half time and started again" if told.is_worker_killed else ""
    out = [
        f"## {told.staff} staff at once for {told.minutes:g} minutes{killed}",
        "",
        f"On {clock.today().isoformat()}, on {machine()}, {told.cases:,} cases of ten entries; PostgreSQL, two web processes, a worker and",
        f"the visitors on the same machine. {BEGIN_PER_SECOND} began each second; each stops 10 to 30 seconds between pages.",
        "",
        "| page | asked | failed | p50 ms | p95 ms | longest ms | target p95 |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for one in waited:
        verdict = "met" if one.p95 <= told.target_ms else "MISSED"
        out.append(
            f"| {one.name} | {one.count:,} | {one.failed:,} | {one.p50:.0f} | {one.p95:.0f} | {one.longest:.0f} "
            f"| {told.target_ms} {verdict} |"
        )
    kept = f"Notes the application said it kept: {found.notes:,}; drafts: {found.drafts:,}; not there once: {len(found.lost):,}."
    out += ["", f"{kept} The ledger is {'whole' if is_ledger_whole else 'DAMAGED'}.", ""]
    return "\n".join(out)


def write(file: Path, section: str, *, is_worker_killed: bool) -> None:
    """Put a section in the place of the former one of its kind."""
    head = file.read_text(encoding="utf-8").split("\n## ")[0].rstrip() if file.exists() else "# Load"
    former = file.read_text(encoding="utf-8").split("\n## ")[1:] if file.exists() else []
    kept = [
        f"## {one.strip()}\n" for one in former if ("killed" in one.partition("\n")[0]) != is_worker_killed
    ]
    sections = sorted([*kept, section.strip() + "\n"], key=lambda one: "killed" in one.partition("\n")[0])
    file.write_text("\n".join([head + "\n", *sections]), encoding="utf-8")
