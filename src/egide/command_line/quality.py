"""`./egide test`, `check` and `fix`: what a developer and CI run, in the same way."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from egide.command_line import deployment, machine
from egide.command_line.wording import words

ROOT = machine.ROOT
SETTINGS = {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
PYTHON = [sys.executable]
MOST_LINES = 60
#: Without its script, whose first line would be wrong in a folder that was moved.
LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True, no_logo=True))"


@dataclass(frozen=True)
class Step:
    """One check: its name in both languages, its command, what to do about a failure."""

    name: tuple[str, str]
    command: Sequence[str]
    remedy: tuple[str, str] = ("", "")


FIXABLE = ("./egide fix puts this right.", "./egide fix le corrige.")
STEPS = [
    Step(
        ("lint", "règles de style"),
        [*PYTHON, "-m", "ruff", "check", "--output-format=concise", "--quiet", ".", "egide"],
        FIXABLE,
    ),
    Step(
        ("format", "mise en forme"),
        [*PYTHON, "-m", "ruff", "format", "--check", "--output-format=concise", ".", "egide"],
        FIXABLE,
    ),
    Step(("types", "types"), [*PYTHON, "-m", "mypy", "src"]),
    Step(("imports", "imports"), [*PYTHON, "-c", LINT_IMPORTS]),
    Step(
        ("migrations", "migrations"),
        [*PYTHON, "-m", "django", "makemigrations", "--check", "--dry-run"],
        ("A model changed without its migration.", "Un modèle a changé sans sa migration."),
    ),
    Step(("translations", "traductions"), [*PYTHON, "tools/check/translations.py"]),
    Step(("diagrams", "diagrammes"), [*PYTHON, "tools/check/diagrams.py", "--check"], FIXABLE),
    Step(("hygiene", "hygiène"), [*PYTHON, "tools/check/hygiene.py"]),
]
FIXES = [
    Step(("lint", "règles de style"), [*PYTHON, "-m", "ruff", "check", "--fix", "--quiet", ".", "egide"]),
    Step(("format", "mise en forme"), [*PYTHON, "-m", "ruff", "format", "--quiet", ".", "egide"]),
    Step(("diagrams", "diagrammes"), [*PYTHON, "tools/check/diagrams.py"]),
]


def check(arguments: list[str]) -> int:
    """Run every check, two at a time; answers 1 when one failed."""
    deployment.refuse_rest("check", arguments)
    with ThreadPoolExecutor(max_workers=2) as pool:
        passed = list(pool.map(_report, STEPS))
    return 0 if all(passed) else 1


def fix(arguments: list[str]) -> int:
    """Put right what can be; answers 1 when something is left for a person."""
    deployment.refuse_rest("fix", arguments)
    passed = [_report(step) for step in FIXES]  # each is tried, whatever became of the one before
    return 0 if all(passed) else 1


def _report(step: Step) -> bool:
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="egide-check-") as data:
        done = subprocess.run(  # noqa: S603
            step.command,
            cwd=ROOT,
            env={**os.environ, **SETTINGS, "PYTHONPATH": str(ROOT / "src"), "EGIDE_DATA": data},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    seconds = time.monotonic() - started
    is_well = done.returncode == 0
    verdict = words("ok", "bon") if is_well else words("FAILED", "ÉCHEC")
    lines = [f"{verdict:<7}{words(*step.name):<16}{seconds:6.1f} s"]
    if not is_well:
        lines += [f"    {line}" for line in _shortened(done.stdout)]
        lines += [f"    {words(*step.remedy)}"] if step.remedy[0] else []
    print("\n".join(lines), flush=True)
    return is_well


def _shortened(output: str) -> list[str]:
    lines = output.strip().splitlines()
    if len(lines) <= MOST_LINES:
        return lines
    left = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], words(f"… and {left} more lines", f"… et {left} lignes de plus")]


def test(arguments: list[str]) -> int:
    """Run the tests and answer pytest's exit status."""
    is_quick = "--quick" in arguments
    rest = [argument for argument in arguments if argument != "--quick"]
    database = os.environ.get("EGIDE_TEST_DATABASE_URL")
    print(words("Tests on ", "Tests sur ") + ("PostgreSQL" if database else "SQLite"), flush=True)
    for absence in _absences(is_quick=is_quick):
        print(absence, flush=True)
    command = [*PYTHON, "-m", "pytest"]
    if not any(argument.startswith(("-n", "--numprocesses")) for argument in rest):
        command += ["-n", "2"]
    if is_quick:
        command += ["-m", "not slow and not browser"]
    with tempfile.TemporaryDirectory(prefix="egide-test-") as data:
        env = {**os.environ, **SETTINGS, "PYTHONPATH": str(ROOT / "src"), "EGIDE_DATA": data}
        return subprocess.run([*command, *rest], cwd=ROOT, env=env, check=False).returncode  # noqa: S603


def _absences(*, is_quick: bool) -> list[str]:
    """Say what this machine cannot test."""
    said = []
    if is_quick:
        said.append(
            words(
                "Left out (--quick): slow tests, browser tests.",
                "Laissés de côté (--quick) : tests lents, tests du navigateur.",
            )
        )
    elif lacking := machine.lacking_for_browser():
        said.append(
            words(
                f"Skipped: browser tests (no {lacking} on this machine).",
                f"Passés : tests du navigateur ({lacking} absent de cette machine).",
            )
        )
    if machine.postgresql() is None and not os.environ.get("EGIDE_TEST_DATABASE_URL"):
        said.append(
            words(
                "Skipped: tests that need PostgreSQL (none on this machine).",
                "Passés : tests qui demandent PostgreSQL (absent de cette machine).",
            )
        )
    if machine.shared_folder() is None:
        said.append(
            words(
                "Skipped: tests on the reference data kept beside the clone (../shared is absent).",
                "Passés : tests sur les données de référence voisines du clone (../shared absent).",
            )
        )
    return said
