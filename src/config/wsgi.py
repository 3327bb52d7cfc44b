"""The WSGI entry point served by granian."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

application = get_wsgi_application()

from egide.common.warming import warm  # noqa: E402 - the settings come first

warm()
