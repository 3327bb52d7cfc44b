"""The commands of `./egide`. Importing this needs only the standard library; running them, the rest."""

import difflib
import os
import sys

from egide.command_line.catalogue import COMMANDS, help_for, overview
from egide.command_line.wording import words


class Mistake(Exception):
    """The person can put this right: the message says how. Exit status 2."""


def answered_at_once(arguments: list[str]) -> int | None:
    """Answer help and unknown commands without installing anything; None when there is work to do."""
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        known = [name for name in arguments[1:] if name in COMMANDS]
        print(help_for(known[0]) if known else overview(), end="")
        return 0
    name = arguments[0]
    if name in {"--version", "version"}:
        from egide import __version__

        print(f"Égide {__version__}")
        return 0
    if name not in COMMANDS:
        near = difflib.get_close_matches(name, COMMANDS, n=1)
        hint = words(f" Did you mean “{near[0]}”?", f" Vouliez-vous dire « {near[0]} » ?") if near else ""
        unknown = words(f"There is no command “{name}”.", f"La commande « {name} » n’existe pas.")
        print(unknown + hint + words(" See ./egide --help", " Voir ./egide --help"), file=sys.stderr)
        return 2
    if name != "manage" and {"-h", "--help"} & set(arguments[1:]):
        print(help_for(name), end="")
        return 0
    return None


def main(arguments: list[str]) -> int:
    """Run one command and answer its exit status; what a person did wrong is said in one sentence."""
    status = answered_at_once(arguments)
    if status is not None:
        return status
    name, rest = arguments[0], arguments[1:]
    try:
        return _run(name, rest)
    except Mistake as mistake:
        print(mistake, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of a pipe went away; there is nobody left to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _run(name: str, rest: list[str]) -> int:
    from egide.command_line import catalogues, quality, running, serving

    catalogues.compile_stale()
    if name in {"test", "check", "fix"}:
        return int(getattr(quality, name)(rest))
    if name in {"demo", "serve"}:
        return int(getattr(serving, name)(rest))
    return running.django_command(name, rest)
