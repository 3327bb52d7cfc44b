"""Settings common to every profile. See `config.environment` for what the environment decides."""

import json
import os

from django.utils.translation import gettext_lazy as _

from config.environment import ROOT, data_directory, database, flag

EGIDE_DATA = data_directory()
EGIDE_KEY_FILE = os.environ.get("EGIDE_KEY_FILE") or EGIDE_DATA / "keys" / "master.key"
#: Fictional data and real data never share a database: this marks the whole deployment.
EGIDE_FICTIONAL = flag("EGIDE_FICTIONAL")
#: Sharing rules whose source was checked here, as JSON: {"rule-id": "name, YYYY-MM-DD"}. Unchecked ones stay off.
EGIDE_REVIEWED_RULES = json.loads(os.environ.get("EGIDE_REVIEWED_RULES") or "{}")
#: Whose laws open their doors here (`sharing/data/profiles.yaml`): "ca-nb", "us-ct"… Without any, what a law
#: binds stays with the agency that holds it.
EGIDE_SHARING_PROFILES = tuple((os.environ.get("EGIDE_SHARING_PROFILES") or "").replace(",", " ").split())
EGIDE_PROFILE = "desk"
#: A folder with the deployment's own protocols, beside those that ship (ADR 23).
EGIDE_PROTOCOLS = os.environ.get("EGIDE_PROTOCOLS") or ""

MODULES = [
    "egide.common",
    "egide.uploads",
    "egide.vault",
    "egide.jobs",
    "egide.ledger",
    "egide.partners",
    "egide.sharing",
    "egide.assessments",
    "egide.cases",
    "egide.demonstration",
    "egide.web",
]
MODULES = [m for m in MODULES if (ROOT / "src" / m.replace(".", "/") / "apps.py").exists()]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    *reversed(MODULES),
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "egide.common.middleware.SecurityHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "egide.partners.middleware.SignInRequired",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "egide.partners.middleware.SecondFactor",
    "egide.partners.middleware.ActingFor",
    "egide.common.middleware.DomainErrors",
    "egide.sharing.middleware.Denials",
    "egide.sharing.binding.Binding",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "egide.sharing.binding.context",
                *(["egide.web.context.page"] if "egide.web" in MODULES else []),
            ],
            "builtins": ["egide.common.templatetags.dates"],
        },
    },
]
FORM_RENDERER = "egide.web.renderer.FormRenderer"

DATABASES = {"default": database(os.environ.get("EGIDE_DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "partners.Account"
AUTHENTICATION_BACKENDS = ["egide.partners.backends.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "egide.partners.adapters.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
#: Desk roles must hold a second factor; the demonstration and the tests say otherwise.
EGIDE_SECOND_FACTOR_REQUIRED = flag("EGIDE_SECOND_FACTOR_REQUIRED", default=True)

SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "egide_session"
CSRF_COOKIE_NAME = "egide_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "egide.common.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LANGUAGE_COOKIE_NAME = "egide_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("EGIDE_TIME_ZONE", "America/Moncton")
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = os.environ.get("EGIDE_STATIC_ROOT") or EGIDE_DATA / "static"
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
#: The largest document taken, in bytes. It is read in memory alone: no file of it is ever made in clear.
EGIDE_LARGEST_DOCUMENT = int(os.environ.get("EGIDE_LARGEST_DOCUMENT_MB") or 20) * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["egide.uploads.arriving.Bounded"]
#: Where an antivirus (clamd) answers: `unix:/run/clamav/clamd.ctl`, or `127.0.0.1:3310`. Set, nothing passes without it.
EGIDE_CLAMD = os.environ.get("EGIDE_CLAMD", "")
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

#: Without a mail server, mails are written on the console: a demonstration tells nobody outside.
EMAIL_HOST = os.environ.get("EGIDE_EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("EGIDE_EMAIL_PORT") or 587)
EMAIL_HOST_USER = os.environ.get("EGIDE_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EGIDE_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = flag("EGIDE_EMAIL_TLS", default=True)
EMAIL_TIMEOUT = 20
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
DEFAULT_FROM_EMAIL = os.environ.get("EGIDE_FROM_EMAIL", "egide@localhost")

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # A secret address opens what it opens to whoever reads it: also in the log of an error.
    "filters": {"secret_addresses": {"()": "egide.common.secret_addresses.Hidden"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["secret_addresses"]}},
    "loggers": {"django.request": {"filters": ["secret_addresses"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
