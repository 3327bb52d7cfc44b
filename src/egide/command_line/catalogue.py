"""Every command of `./egide`: what it needs, how it is called, its help. Standard library only."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from egide.command_line.wording import language, words

SEPARATOR = "== "
DATA_OPTION = {
    "en": """\
  --data DIR     the folder that holds everything this command reads and writes; the
                 database is DIR/egide.sqlite3 (default: EGIDE_DATA, else ./data)""",
    "fr": """\
  --data DIR     le dossier qui contient tout ce que la commande lit et écrit ; la base
                 est DIR/egide.sqlite3 (par défaut : EGIDE_DATA, sinon ./data)""",
}


@dataclass(frozen=True)
class Command:
    """One command.

    Args:
        needs: the requirement file it runs with, "runtime", "dev" or "load".
        usage: what follows `./egide`.
        django: the Django command that does it; empty when it is done here.
    """

    needs: str
    usage: str
    django: str = ""


COMMANDS: dict[str, Command] = {
    "demo": Command("runtime", "demo [--no-serve] [--port N] [--data DIR] [--cases N]", "demo"),
    "test": Command("dev", "test [--quick] [pytest arguments]"),
    "check": Command("dev", "check"),
    "fix": Command("dev", "fix"),
    "bench": Command("dev", "bench [arguments]", "bench"),
    "load": Command("load", "load [arguments]", "load"),
    "init": Command("runtime", "init [--data DIR]", "init"),
    "migrate": Command("runtime", "migrate [--data DIR]", "migrate"),
    "serve": Command("runtime", "serve [--host ADDRESS] [--port N] [--workers N] [--no-worker] [--data DIR]"),
    "worker": Command("runtime", "worker [--batch] [--data DIR]", "worker"),
    "ledger": Command("runtime", "ledger verify|prove ENTRY|checkpoint [--data DIR]", "ledger"),
    "keys": Command("runtime", "keys split|recover|rotate|status [--data DIR]", "keys"),
    "import": Command(
        "runtime", "import referrals FILE.csv|.json [--dry-run] [--data DIR]", "import_referrals"
    ),
    "score": Command("runtime", "score INSTRUMENT --answers FILE.json [--json]", "score"),
    "instruments": Command("runtime", "instruments check FILE", "instruments"),
    "decide": Command("runtime", "decide --request FILE.json [--json] [--data DIR]", "decide"),
    "manage": Command("runtime", "manage COMMAND [arguments] [--data DIR]"),
}


@cache
def texts(tongue: str) -> dict[str, str]:
    """Answer the help text of each command in "en" or "fr": a summary line, a blank line, the rest."""
    file = Path(__file__).with_name(f"help.{tongue}.txt")
    found = {}
    for part in file.read_text(encoding="utf-8").split(SEPARATOR)[1:]:
        name, _, body = part.partition("\n")
        found[name.strip()] = body.strip("\n").replace("{data}", DATA_OPTION[tongue])
    return found


def help_for(name: str) -> str:
    """Answer the whole help of one command, in the terminal's language."""
    summary, _, rest = texts(language())[name].partition("\n")
    use = words("Use:", "Usage :")
    return f"{summary}\n\n{use} ./egide {COMMANDS[name].usage}\n\n{rest.strip()}\n"


def overview() -> str:
    """Answer the general help, in the terminal's language."""
    summaries = {name: text.partition("\n")[0] for name, text in texts(language()).items()}
    return "\n\n".join(
        [
            words(
                "Égide: the shared workspace in which agencies prevent violence together.",
                "Égide : l’espace de travail commun où des organismes préviennent ensemble la violence.",
            ),
            words("To begin:", "Pour commencer :")
            + words(
                "\n  ./egide demo    a demonstration on this machine\n  ./egide test    the tests",
                "\n  ./egide demo    une démonstration sur cette machine\n  ./egide test    les tests",
            ),
            words("Commands:\n", "Commandes :\n")
            + "\n".join(f"  {name:<9}{summaries[name]}" for name in COMMANDS),
            words("More on one: ./egide COMMAND --help", "En savoir plus : ./egide COMMANDE --help") + "\n",
        ]
    )
