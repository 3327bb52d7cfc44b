"""Every address of the desk."""

from importlib.util import find_spec

from django.contrib.staticfiles.urls import staticfiles_urlpatterns
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from config.settings.base import MODULES
from egide.common.access import public

urlpatterns: list[URLPattern | URLResolver] = [
    path("language/", public(set_language), name="set_language"),
]
for module in MODULES:
    if find_spec(f"{module}.urls"):
        urlpatterns.append(path("", include(f"{module}.urls")))
urlpatterns += staticfiles_urlpatterns()

handler400 = "egide.common.views.bad_request"
handler404 = "egide.common.views.not_found"
handler500 = "egide.common.views.server_error"
