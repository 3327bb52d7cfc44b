"""The bench: a throw-away PostgreSQL, and beside our pages the Django admin on the same tables."""

from config.settings.demo import *  # noqa: F403
from config.settings.demo import INSTALLED_APPS as _APPS

INSTALLED_APPS = [*_APPS, "django.contrib.admin"]
ROOT_URLCONF = "egide.demonstration.bench.urls"
ALLOWED_HOSTS = ["testserver"]
EGIDE_SECOND_FACTOR_REQUIRED = False
