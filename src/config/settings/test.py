"""The test suite: strict, fast password hashing, no network, database chosen by the environment."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path


def _remove(folder: str, maker: int) -> None:
    if os.getpid() == maker:  # not in a child that was forked from the one who made it
        shutil.rmtree(folder, ignore_errors=True)


if not os.environ.get("EGIDE_DATA"):
    os.environ["EGIDE_DATA"] = tempfile.mkdtemp(prefix="egide-test-")
    atexit.register(_remove, os.environ["EGIDE_DATA"], os.getpid())

from config.environment import database  # noqa: E402
from config.settings.base import *  # noqa: E402, F403
from config.settings.base import EGIDE_DATA, TEMPLATES  # noqa: E402

DEBUG = False
SECRET_KEY = "test-only"  # noqa: S105
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
EGIDE_FICTIONAL = True
EGIDE_SHARING_PROFILES = ("ca-nb", "us-ct")
EGIDE_SECOND_FACTOR_REQUIRED = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DATABASES = {"default": database(os.environ.get("EGIDE_TEST_DATABASE_URL"))}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: the tests then meet the locking and the triggers a deployment meets.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(EGIDE_DATA) / "test.sqlite3")}
    # Nothing to survive in a test database; tests of survival start their own processes.
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=OFF;PRAGMA foreign_keys=ON;PRAGMA busy_timeout=20000"
    )
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


class _Undefined(str):
    """An undefined template variable is a mistake, not an empty string."""

    __slots__ = ()

    def __contains__(self, item: object) -> bool:
        return item == "%s"

    def __mod__(self, variable: object) -> str:  # type: ignore[override]
        if str(variable).startswith("authenticators."):  # allauth's own page reads it where there is none
            return ""
        raise AssertionError(f"undefined template variable: {variable}")


TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = _Undefined("%s")  # type: ignore[index]
STATIC_ROOT = Path(EGIDE_DATA) / "static"
