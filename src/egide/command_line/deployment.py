"""Which data folder a command works on, and under which settings."""

import os
import sys
from pathlib import Path

from egide.command_line import Mistake
from egide.command_line.wording import words

ROOT = Path(__file__).resolve().parents[3]
#: A folder that holds this file holds fictional data only, and is never used for anything else.
MARK = "FICTIONAL.txt"
DEMO_SETTINGS = "config.settings.demo"


def take_option(arguments: list[str], name: str) -> tuple[str | None, list[str]]:
    """Take `--name VALUE` or `--name=VALUE` out of the arguments; answers the value and the rest.

    Raises:
        Mistake: the option has no value.
    """
    value, rest, waiting = None, [], False
    for argument in arguments:
        if waiting:
            value, waiting = argument, False
        elif argument == name:
            waiting = True
        elif argument.startswith(f"{name}="):
            value = argument.partition("=")[2]
        else:
            rest.append(argument)
    if waiting or value == "":
        raise Mistake(words(f"{name} needs a value.", f"{name} demande une valeur."))
    return value, rest


def take_number(
    arguments: list[str], name: str, *, lowest: int, highest: int
) -> tuple[int | None, list[str]]:
    """Take a whole number out of the arguments; answers it (or None) and the rest.

    Raises:
        Mistake: it is not a number from `lowest` to `highest`.
    """
    value, rest = take_option(arguments, name)
    if value is None:
        return None, rest
    if not (value.isascii() and value.isdecimal()) or not lowest <= int(value) <= highest:
        raise Mistake(
            words(
                f"{name} is a whole number from {lowest} to {highest}.",
                f"{name} est un nombre entier de {lowest} à {highest}.",
            )
        )
    return int(value), rest


def refuse_rest(command: str, rest: list[str]) -> None:
    """Refuse arguments nobody knows."""
    if rest:
        raise Mistake(
            words(
                f"“{rest[0]}” is not understood. See ./egide {command} --help",
                f"« {rest[0]} » n’est pas compris. Voir ./egide {command} --help",
            )
        )


def data_folder(given: str | None) -> Path:
    """Answer the folder the command reads and writes."""
    return Path(given or os.environ.get("EGIDE_DATA") or ROOT / "data").expanduser().resolve()


def use(folder: Path, *, settings: str | None = None) -> None:
    """Point Django at a data folder, under its own settings: a demonstration stays one."""
    os.environ["EGIDE_DATA"] = str(folder)
    if settings is None and (folder / MARK).exists():
        settings = DEMO_SETTINGS
    if settings:
        os.environ["DJANGO_SETTINGS_MODULE"] = settings
    else:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    source = str(ROOT / "src")
    if source not in sys.path:
        sys.path.insert(0, source)


def mark_as_fictional(folder: Path) -> None:
    """Make the folder a demonstration's, for good.

    Raises:
        Mistake: it already holds a database that is not a demonstration's, or cannot be written.
    """
    mark = folder / MARK
    if mark.exists():
        return
    if (folder / "egide.sqlite3").exists():
        raise Mistake(
            words(
                f"{folder} already holds a database that is not a demonstration.\n"
                "Fictional and real data never share one: choose another folder with --data DIR.",
                f"{folder} contient déjà une base qui n’est pas une démonstration.\n"
                "Le fictif et le réel ne se mêlent jamais : choisissez un autre dossier avec --data DIR.",
            )
        )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark.write_text(
            "This folder holds a demonstration: everything in it is fictional.\n"
            "Ce dossier contient une démonstration : tout y est fictif.\n",
            encoding="utf-8",
        )
    except OSError as error:
        raise Mistake(
            words(f"{folder} cannot be written: {error}", f"Impossible d’écrire dans {folder} : {error}")
        ) from error
