"""Sign-in, hats, own access."""

import pytest
from django.urls import reverse

from egide.ledger.models import Entry
from egide.partners.models import Role
from tests.factories import a_member, an_agency

pytestmark = pytest.mark.django_db


class TestSignIn:
    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_page_wears_our_design_and_nothing_inline(self, client, language):
        client.cookies["egide_language"] = language
        text = client.get(reverse("account_login")).content.decode()

        assert f'lang="{language}"' in text
        assert "egide.css" in text
        assert "onclick" not in text

    def test_a_wrong_password_says_so(self, client):
        answer = client.post(reverse("account_login"), {"login": "nobody", "password": "wrong"})
        assert answer.status_code == 200
        assert "error-summary" in answer.content.decode()

    def test_signing_up_is_closed(self, client):
        assert "form" not in client.get(reverse("account_signup")).content.decode().split("<main")[1].lower()

    def test_every_page_asks_to_sign_in(self, client):
        for name in ("cases:my-day", "cases:caseload", "partners:my-access"):
            assert client.get(reverse(name)).status_code == 302


class TestSecondFactor:
    def test_is_asked_before_any_work_where_it_is_required(self, client, settings):
        settings.EGIDE_SECOND_FACTOR_REQUIRED = True
        client.force_login(a_member(an_agency()).account)

        answer = client.get(reverse("cases:caseload"))

        assert answer.status_code == 302
        assert answer.url == reverse("mfa_index")
        for name in ("mfa_index", "mfa_activate_totp", "mfa_add_webauthn"):
            shown = client.get(reverse(name), follow=True)
            assert shown.status_code == 200


class TestHats:
    def test_are_changed_and_recorded(self, client):
        first = a_member(an_agency())
        second = a_member(an_agency(), Role.COORDINATOR, account=first.account)
        client.force_login(first.account)

        answer = client.post(reverse("partners:acting-for"), {"membership": str(second.pk)})

        assert answer.status_code == 302
        assert client.session["acting_as"] == str(second.pk)
        assert "partners.acting_for_changed" in Entry.objects.get().body
        assert client.get(reverse("partners:my-access")).status_code == 200

    def test_another_persons_hat_is_not_worn(self, client):
        client.force_login(a_member(an_agency()).account)
        other = a_member(an_agency())
        assert client.post(reverse("partners:acting-for"), {"membership": str(other.pk)}).status_code == 404
