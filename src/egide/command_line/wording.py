"""English or French, by the terminal's language; before Django is there to translate."""

import os


def language() -> str:
    """Answer "fr" or "en", from LC_ALL, LC_MESSAGES or LANG."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "fr" if value.lower().startswith("fr") else "en"
    return "en"


def words(english: str, french: str) -> str:
    """Choose one of two texts."""
    return french if language() == "fr" else english
