"""Hundreds of staff at work at once, and whether anything they were told was kept was lost."""

from pathlib import Path


def visits_file() -> Path:
    """Answer where what the visitors do is written: locust reads it by its path, without Django."""
    return Path(__file__).with_name("visits.py")
