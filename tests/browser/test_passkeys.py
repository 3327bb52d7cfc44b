"""A passkey added and used in a real browser, with an authenticator the browser plays."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from egide.partners.models import Role
from tests.factories import a_member, an_agency

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a long enough one"


@pytest.fixture
def member(db):
    made = a_member(an_agency(), Role.REFERRER)
    made.account.set_password(PASSWORD)
    made.account.save()
    return made


def with_authenticator(page):
    """Give the page a built-in authenticator that answers as someone whose finger was read."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session


def sign_in(page, member):
    page.goto(reverse("account_login"))
    page.fill('[name="login"]', member.account.username)
    page.fill('[name="password"]', PASSWORD)
    with page.expect_navigation():
        page.locator("main form button.button").first.click()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_is_added_and_then_signs_in_without_a_password(member, open_page, language):
    page = open_page(language=language)
    refused = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    with_authenticator(page)

    sign_in(page, member)
    page.goto(reverse("mfa_add_webauthn"))
    page.fill('[name="password"]', PASSWORD)  # who they are is proved once more, before
    with page.expect_navigation():
        page.locator("main form button.button").first.click()
    page.check('[name="passwordless"]')
    with page.expect_navigation():
        page.click("#mfa_webauthn_add")

    assert Authenticator.objects.filter(user=member.account, type=Authenticator.Type.WEBAUTHN).count() == 1

    page.context.clear_cookies(name="egide_session")
    page.goto(reverse("account_login"))
    with page.expect_navigation():
        page.click("#passkey_login")
    assert page.locator("details.user summary").inner_text() == member.account.full_name
    assert not refused
