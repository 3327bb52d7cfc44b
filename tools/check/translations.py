"""Find strings that are untranslated, fuzzy or missing in French. Exit status 1 when there is one.

With gettext installed, every string marked in Python and in templates is extracted anew (in a copy, with
Django's makemessages) and compared with the committed catalogue. Without it, only the catalogues are read.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "src" / "egide"
LANGUAGE = "fr"
CATALOGUE = Path("locale") / LANGUAGE / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
#: French typography: no ordinary space before these, nor inside quotation marks (U+202F or U+00A0 instead).
BREAKABLE = re.compile(r"[^\s] [;!?»:](?:\s|$)|« ")


def modules() -> list[Path]:
    """List the modules that may hold texts."""
    return sorted(folder for folder in MODULES.iterdir() if (folder / "apps.py").exists())


def problems_in(catalogue: Path) -> Iterator[str]:
    """Yield what is wrong in one catalogue."""
    for entry in polib.pofile(str(catalogue)):
        if entry.obsolete:
            continue
        said = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        if entry.fuzzy:
            yield f"fuzzy: {_short(entry.msgid)}"
        elif not all(text.strip() for text in said):
            yield f"not translated: {_short(entry.msgid)}"
        else:
            yield from _faults(entry, said)


def _faults(entry: polib.POEntry, said: list[str]) -> Iterator[str]:
    known = set(PLACEHOLDER.findall(entry.msgid + (entry.msgid_plural or "")))
    for text in said:
        for name in sorted(set(PLACEHOLDER.findall(text)) - known):
            yield f"unknown placeholder {name}: {_short(entry.msgid)}"
        if not entry.msgid_plural:
            for name in sorted(known - set(PLACEHOLDER.findall(text))):
                yield f"lost placeholder {name}: {_short(entry.msgid)}"
        if BREAKABLE.search(text):
            yield f"ordinary space before punctuation or inside « »: {_short(text)}"


def extracted(module: Path, workshop: Path) -> Path | None:
    """Answer the catalogue as it would be after a fresh extraction; None when the module has no text.

    Raises:
        RuntimeError: extraction failed; the message is gettext's.
    """
    copy = workshop / module.name
    shutil.copytree(
        module, copy, ignore=shutil.ignore_patterns("__pycache__", "*.mo", "static", "node_modules")
    )
    (copy / CATALOGUE).parent.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        "-P",  # a module named as one of the standard library must not take its place
        "-m",
        "django",
        "makemessages",
        "-l",
        LANGUAGE,
        "--no-location",
        "--no-obsolete",
    ]
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "EGIDE_DATA": str(workshop / "data"),
    }
    done = subprocess.run(
        command, cwd=copy, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stdout.strip()[-1000:])
    made = copy / CATALOGUE
    return made if made.exists() and len(polib.pofile(str(made))) else None


def has_gettext() -> bool:
    """Say whether strings can be extracted on this machine."""
    return all(shutil.which(program) for program in ("xgettext", "msgmerge", "msguniq", "msgattrib"))


def problems() -> list[str]:
    """List everything wrong, module by module."""
    found = []
    with tempfile.TemporaryDirectory(prefix="egide-messages-") as folder:
        for module in modules():
            committed = module / CATALOGUE
            fresh = extracted(module, Path(folder)) if has_gettext() else None
            if fresh and not committed.exists():
                found.append(f"{module.name}: no French catalogue ({len(polib.pofile(str(fresh)))} strings)")
                continue
            source = fresh or (committed if committed.exists() else None)
            if source:
                found += [f"{module.name}: {problem}" for problem in problems_in(source)]
    return found


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 90 else flat[:89] + "…"


def main() -> int:
    """Print what is wrong and answer the exit status."""
    if not has_gettext():
        print("gettext is not installed: the catalogues are read, but strings are not extracted anew")
    found = problems()
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
