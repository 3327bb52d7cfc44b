"""Run a Django command for a person: no traceback for what they can put right."""

import sys
from collections.abc import Callable

from egide.command_line import Mistake, deployment
from egide.command_line.catalogue import COMMANDS
from egide.command_line.wording import language, words


def set_up() -> None:
    """Start Django, answering in the terminal's language."""
    import django
    from django.utils import translation

    try:
        django.setup()
    except KeyError as error:
        raise Mistake(
            words(
                f"The setting {error} is not set in the environment.",
                f"Le réglage {error} n’est pas défini dans l’environnement.",
            )
        ) from error
    translation.activate(language())


def django_command(name: str, arguments: list[str]) -> int:
    """Run the Django command behind one of ours and answer its exit status."""
    data, rest = deployment.take_option(arguments, "--data")
    deployment.use(deployment.data_folder(data))
    if name == "import":
        if not rest or rest[0] != "referrals":
            raise Mistake(words("Use:", "Usage :") + f" ./egide {COMMANDS[name].usage}")
        rest = rest[1:]
    set_up()
    if name == "manage":
        from django.core.management import ManagementUtility

        return guarded(ManagementUtility(["egide manage", *rest]).execute)
    return guarded(lambda: run_by_name(COMMANDS[name].django, rest))


def run_by_name(django_name: str, arguments: list[str]) -> None:
    """Run a Django command as typed.

    Raises:
        Mistake: this version of Égide does not have the command.
    """
    from django.core.management import get_commands, load_command_class

    app = get_commands().get(django_name)
    if app is None:
        raise Mistake(
            words(
                f"“{django_name}” is not in this version of Égide yet.",
                f"« {django_name} » n’existe pas encore dans cette version d’Égide.",
            )
        )
    command = load_command_class(app, django_name) if isinstance(app, str) else app
    command._called_from_command_line = True  # type: ignore[attr-defined]
    shown = next((ours for ours, known in COMMANDS.items() if known.django == django_name), django_name)
    parser = command.create_parser("./egide", shown)
    if shown in COMMANDS:
        parser.usage = f"./egide {COMMANDS[shown].usage}"
    options = vars(parser.parse_args(arguments))
    positional = options.pop("args", ())
    # What the checks warn about is for developers, who meet it in the tests.
    command.execute(*positional, **{**options, "skip_checks": True})


def guarded(work: Callable[[], object]) -> int:
    """Call `work`; answer 0, or say in one sentence what went wrong and answer the status.

    A fault of Égide's own is the only thing that travels on with its traceback.
    """
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management.base import CommandError
    from django.db.utils import DatabaseError, InterfaceError

    from egide.common.errors import NotVisible, PermissionDenied, Refused, Unavailable

    try:
        work()
    except CommandError as error:
        print(error, file=sys.stderr)
        return error.returncode
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except (Refused, Unavailable, NotVisible, PermissionDenied, ImproperlyConfigured) as error:
        print(error, file=sys.stderr)
    except (DatabaseError, InterfaceError) as error:
        print(_about_database(error), file=sys.stderr)
    except OSError as error:
        print(words(f"It could not be done: {error}", f"Impossible : {error}"), file=sys.stderr)
    else:
        return 0
    return 1


def _about_database(error: Exception) -> str:
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if "no such table" in text or "does not exist" in text or "no such column" in text:
        return words(
            "The database is not made yet, or is older than this version: "
            "run ./egide migrate with the same --data.",
            "La base n’est pas encore créée, ou date d’une version précédente : lancez ./egide migrate "
            "avec le même --data.",
        )
    return words(f"The database does not answer: {text}", f"La base de données ne répond pas : {text}")
