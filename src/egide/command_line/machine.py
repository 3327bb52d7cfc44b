"""What this machine has that tests and benches may use."""

import ctypes
import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def postgresql() -> Path | None:
    """Answer the folder of PostgreSQL's server programs (15 or newer), if installed."""
    folders = sorted(
        (path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")),
        key=lambda folder: int(folder.parent.name) if folder.parent.name.isdecimal() else 0,
    )
    if folders:
        return folders[-1]
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def chromium() -> Path | None:
    """Answer the browser the tests drive (EGIDE_CHROMIUM, else Debian's Chromium), if installed."""
    given = os.environ.get("EGIDE_CHROMIUM")
    found = given or shutil.which("chromium") or shutil.which("chromium-browser")
    return Path(found) if found and Path(found).exists() else None


def lacking_for_browser() -> str | None:
    """Name the Debian package without which browser tests cannot run here; None when all is there."""
    if chromium() is None:
        return "chromium"
    try:
        ctypes.CDLL("libatomic.so.1")  # what drives the browser is linked with it
    except OSError:
        return "libatomic1"
    return None


def shared_folder() -> Path | None:
    """Answer the folder of reference material kept beside the clone, if there."""
    folder = ROOT.parent / "shared"
    return folder if folder.is_dir() else None
