"""A real browser: Debian's Chromium, headless. Without it these tests are skipped, and say so."""

import os
from pathlib import Path

import pytest

from egide.command_line import machine

CHROMIUM = machine.chromium()
LACKING = machine.lacking_for_browser()
OUTPUT = Path(__file__).parent / "output"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
]


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if LACKING:
                item.add_marker(
                    pytest.mark.skip(reason=f"{LACKING} is not installed: browser tests are skipped")
                )


@pytest.fixture(scope="session")
def chromium():
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, live_server):
    """Answer a function that opens a signed-in page: member, language, width, with or without scripts."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    contexts = []

    def opened(member=None, *, language="en", width=1440, height=1000, scripts=True):
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            locale=f"{language}-CA",
            timezone_id="America/Moncton",
            base_url=live_server.url,
        )
        contexts.append(context)
        cookies = [{"name": "egide_language", "value": language, "url": live_server.url}]
        if member is not None:
            session = SessionStore()
            session[SESSION_KEY] = str(member.account_id)
            session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
            session[HASH_SESSION_KEY] = member.account.get_session_auth_hash()
            session["acting_as"] = str(member.pk)
            session.save()
            cookies.append(
                {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": live_server.url}
            )
        context.add_cookies(cookies)
        page = context.new_page()
        page.set_default_timeout(15000)
        return page

    yield opened
    for context in contexts:
        context.close()
