"""The table, on the screen and as docs/bench.md."""

import os
import platform
from collections.abc import Iterable
from pathlib import Path

from egide.demonstration.bench.pages import Line
from egide.demonstration.bench.throughput import Rate


def machine() -> str:
    """Describe the machine in one line, without a name or a path."""
    model = next(
        (line.split(":", 1)[1].strip() for line in _cpuinfo() if line.startswith("model name")),
        platform.machine(),
    )
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return f"{os.cpu_count()} cores ({model}), {pages * size / 2**30:.0f} GiB, Python {platform.python_version()}"


def _cpuinfo() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def page_table(size: int, lines: Iterable[Line]) -> str:
    """Write the lines of one size as a Markdown table."""
    out = [
        f"### {size:,} cases",
        "",
        "| page | p50 ms | p95 ms | CPU ms | queries | beside it, in the same run | its p95 ms | ratio | target p95 |",
        "|---|---:|---:|---:|---:|---|---:|---:|---:|",
    ]
    for line in lines:
        t, f = line.timing, line.floor
        beside = f"{line.beside} | {f.p95:.1f} | {t.p95 / f.p95:.1f}" if f else "| |"
        target = (
            "" if line.target is None else f"{line.target:.0f} {'met' if t.p95 <= line.target else 'MISSED'}"
        )
        out.append(
            f"| {line.name} | {t.p50:.1f} | {t.p95:.1f} | {t.cpu:.1f} | {t.queries} | {beside} | {target} |"
        )
    return "\n".join(out) + "\n"


def decision_table(lines: Iterable[str]) -> str:
    """Write what deciding costs as a Markdown table; it depends on the classes, never on the entries."""
    out = ["### Deciding", "", "| what | µs | target |", "|---|---:|---:|", *lines]
    return "\n".join(out) + "\n"


def rate_table(rates: Iterable[Rate]) -> str:
    """Write the rates as a Markdown table."""
    out = [
        "### Rates",
        "",
        "| what | per second | beside it, in the same run | its rate | share of it | target |",
        "|---|---:|---|---:|---:|---:|",
    ]
    for rate in rates:
        met = "met" if rate.per_second >= rate.target else "MISSED"
        out.append(
            f"| {rate.name} | {rate.per_second:,.0f} | {rate.beside} | {rate.floor:,.0f} "
            f"| {rate.per_second / rate.floor:.0%} | {rate.target:,.0f} {met} |"
        )
    return "\n".join(out) + "\n"
