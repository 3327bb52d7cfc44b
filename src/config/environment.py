"""Read the deployment's environment: no secret has a default, everything else has a safe one."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

ROOT = Path(__file__).resolve().parents[2]


def data_directory() -> Path:
    """Answer the one directory this deployment writes in (EGIDE_DATA, else ./data)."""
    return Path(os.environ.get("EGIDE_DATA") or ROOT / "data").resolve()


def flag(name: str, *, default: bool = False) -> bool:
    """Read a yes/no variable: 1, true, yes and on mean yes."""
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in {"1", "true", "yes", "on"}


def database(url: str | None) -> dict[str, Any]:
    """Turn a database address into Django's settings; without one, SQLite in the data directory.

    SQLite runs with a write-ahead log, full synchronisation and immediate transactions: what was
    acknowledged survives a power cut, and two writers queue instead of failing half-way.
    """
    if not url:
        data_directory().mkdir(mode=0o700, parents=True, exist_ok=True)
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": data_directory() / "egide.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
                    "PRAGMA cache_size=-64000;PRAGMA busy_timeout=20000"
                ),
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("EGIDE_DATABASE_URL must begin with postgres://")
    # As PostgreSQL's own addresses: a Unix socket is said with ?host=/its/folder&port=5432.
    more = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": more.get("host") or parts.hostname or "",
        "PORT": more.get("port") or str(parts.port or ""),
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        # Pages read few rows, from memory or a solid-state disk: an index lookup is cheap, compiling a plan is not.
        "OPTIONS": {"options": "-c random_page_cost=1.1 -c jit=off"},
    }
