"""Find what must never be committed: package registry addresses, paths of one machine, secrets."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = {".pyc", ".woff2", ".png", ".jpg", ".ico", ".pdf", ".mo", ".gz", ".zip"}
LARGEST_BYTES = 4_000_000

# Written in pieces, so that this file does not find itself.
RULES = {
    "the address of a package registry": re.compile(
        "|".join(
            [
                r"pypi\." + r"(org|python)",
                "files.python" + "hosted",
                r"registry\." + r"(npmjs|yarnpkg)",
                r"(deb|ftp|security)\." + r"debian\.org",
                r"--(extra-)?index" + r"-url",
                r"--trusted" + "-host",
            ]
        )
    ),
    "a path of one machine": re.compile(
        "|".join(
            [
                r"(?<![\w.~/])/" + r"(root|work)/\w",
                r"(?<![\w.])/home/" + r"\w+/",
                "/opt/" + "(pypi|wheels)",
                "/tmp/" + "build",
            ]
        )
    ),
    "a private key": re.compile("-----BEGIN " + r"[A-Z ]*PRIVATE KEY-----"),
    "an access token": re.compile(
        "|".join(
            [
                r"\bAKIA" + "[0-9A-Z]{16}",
                r"\bgh[pousr]_" + r"\w{30,}",
                r"\bxox[abprs]-" + r"\w{10,}",
                r"\bsk-" + r"\w{32,}",
            ]
        )
    ),
    "a password in an address": re.compile(r"\w+://[^/\s:@{}<>\"']+:" + r"[^/\s:@{}<>\"'$]{3,}@[\w.]"),
}
#: Files whose content is somebody else's and cannot be changed.
EXEMPT = {"LICENSE", "LICENCE.fr.txt"}


def files() -> list[Path]:
    """List the files git keeps or would keep; without git, every file outside hidden folders."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
        if done.returncode == 0:
            return sorted(ROOT / name for name in set(done.stdout.decode().split("\0")) if name)
    return sorted(
        path for path in ROOT.rglob("*") if path.is_file() and _is_ours(path.relative_to(ROOT).parts)
    )


def _is_ours(parts: tuple[str, ...]) -> bool:
    made = {"__pycache__", "node_modules", "data"}
    return not any(part in made or (part.startswith(".") and part != ".ci") for part in parts[:-1])


def problems_in(text: str) -> list[tuple[int, str]]:
    """List the line numbers and what was found there."""
    return [
        (number, name)
        for number, line in enumerate(text.splitlines(), start=1)
        for name, pattern in RULES.items()
        if pattern.search(line)
    ]


def problems() -> list[str]:
    """List everything found, by file and line."""
    found = []
    for path in files():
        if not path.is_file() or path.suffix in BINARY or path.name in EXEMPT:
            continue
        if path.stat().st_size > LARGEST_BYTES:
            found.append(f"{path.relative_to(ROOT)}: larger than {LARGEST_BYTES // 1_000_000} MB")
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}:{number}: {name}" for number, name in problems_in(text)]
    return found


def main() -> int:
    """Print what was found and answer the exit status."""
    found = problems()
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
