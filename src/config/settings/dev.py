"""A developer's machine: readable errors, no second factor."""

from config.settings.base import *  # noqa: F403

DEBUG = True
# A throw-away key: this profile never holds real data.
SECRET_KEY = "development-only-key-never-used-with-real-data"  # noqa: S105
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
EGIDE_FICTIONAL = True
EGIDE_SECOND_FACTOR_REQUIRED = False
