"""The demonstration: fictional data on one machine, served on loopback only."""

from config.secret_key import kept_in
from config.settings.base import *  # noqa: F403
from config.settings.base import EGIDE_DATA

DEBUG = False
SECRET_KEY = kept_in(EGIDE_DATA / "keys" / "secret.key")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
EGIDE_FICTIONAL = True
EGIDE_SHARING_PROFILES = ("ca-nb", "us-ct")
EGIDE_SECOND_FACTOR_REQUIRED = False
