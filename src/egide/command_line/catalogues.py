"""Message catalogues: compiled where they are used, because compiled files are not committed."""

import os
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]


def stale() -> list[Path]:
    """List the .po files whose .mo is missing or older."""
    found = []
    for po in sorted(SOURCE.glob("**/locale/*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if not mo.exists() or mo.stat().st_mtime_ns < po.stat().st_mtime_ns:
            found.append(po)
    return found


def compile_stale() -> int:
    """Compile what is stale; answers how many. A catalogue appears whole or not at all."""
    todo = stale()
    for po in todo:
        _compile(po)
    return len(todo)


def _compile(po: Path) -> None:
    import polib

    handle, draft = tempfile.mkstemp(dir=po.parent, suffix=".new")
    os.close(handle)
    try:
        polib.pofile(str(po)).save_as_mofile(draft)
        Path(draft).chmod(0o644)
        Path(draft).replace(po.with_suffix(".mo"))
    finally:
        Path(draft).unlink(missing_ok=True)
