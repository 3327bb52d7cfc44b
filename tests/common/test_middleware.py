"""Each error has its page, in the reader's language; every answer has its headers; what fails says so plainly."""

import io
import logging
import re

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.db.backends.utils import CursorWrapper
from django.http import HttpResponse
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.urls import path, reverse
from django.utils import translation

from config.urls import urlpatterns as desk
from egide.common.access import public
from egide.common.errors import NotVisible, Refused, Unavailable
from egide.common.middleware import CONTENT_SECURITY_POLICY, DomainErrors, SecurityHeaders
from egide.ledger.models import Entry
from egide.vault import errors as vault
from tests.factories import a_member, an_agency

SECRET = "rue Union"


def raising(error):
    def view(request):
        raise error

    return public(view)


def own_headers(request):
    return HttpResponse("x", headers={"Cache-Control": "private, max-age=60"})


ERRORS = {
    "absent": (NotVisible(), 404),
    "absent-with-words": (NotVisible(f"the case of {SECRET}"), 404),
    "refused": (Refused("Choose an agency first."), 409),
    "forbidden": (PermissionDenied("Only the coordinator closes a case."), 403),
    "too-big": (RequestDataTooBig(SECRET), 413),
    "too-many-fields": (TooManyFieldsSent(SECRET), 413),
    "too-many-files": (TooManyFilesSent(SECRET), 413),
    "damaged": (vault.Damaged(vault.DAMAGED), 503),
    "no-key": (vault.KeyUnavailable(vault.NO_KEY_FILE), 503),
    "unavailable": (Unavailable("The disk is full."), 503),
    "database": (OperationalError(f"disk full at {SECRET}"), 503),
    "connection": (InterfaceError(f"connection already closed {SECRET}"), 503),
    "mistake": (KeyError(SECRET), 500),
}
urlpatterns = [
    *desk,
    *(path(f"raise/{name}/", raising(error), name=name) for name, (error, _status) in ERRORS.items()),
    path("own-headers/", public(own_headers)),
]
handler400 = "egide.common.views.bad_request"
handler404 = "egide.common.views.not_found"
handler500 = "egide.common.views.server_error"

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def calm():
    """A client that shows the page of an error instead of raising it."""
    return Client(raise_request_exception=False)


def bare(answer):
    """The page without what differs by design: the form's token, and the address one comes back to."""
    return re.sub(r'name="(csrfmiddlewaretoken|next)" value="[^"]*"', r'name="\1"', answer.content.decode())


class TestErrors:
    @pytest.mark.parametrize("name", ERRORS)
    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_each_has_its_status_and_a_page_of_ours(self, calm, name, language, caplog):
        calm.cookies["egide_language"] = language

        answer = calm.get(f"/raise/{name}/")

        page = answer.content.decode()
        assert answer.status_code == ERRORS[name][1]
        assert f'<html lang="{language}"' in page
        assert "<h1>" in page
        assert "egide.css" in page
        assert SECRET not in page

    @pytest.mark.parametrize("name", ["refused", "forbidden", "unavailable", "damaged"])
    def test_what_was_meant_for_the_reader_is_said(self, calm, name):
        page = calm.get(f"/raise/{name}/").content.decode()

        with translation.override("en"):
            said = getattr(ERRORS[name][0], "message", ERRORS[name][0])
            assert str(said) in page

    def test_absent_is_one_page_whatever_the_reason(self, calm):
        pages = {
            bare(calm.get(f"/{where}/"))
            for where in ("raise/absent", "raise/absent-with-words", "no/such/page")
        }

        assert len(pages) == 1

    def test_what_is_sent_meets_the_same_pages(self, calm):
        for name, (_error, status) in ERRORS.items():
            assert calm.post(f"/raise/{name}/").status_code == status

    @pytest.mark.parametrize("page", ["400", "403", "404", "409", "413", "429", "500", "503", "csrf"])
    def test_every_page_exists(self, page):
        assert get_template(f"errors/{page}.html")

    def test_other_errors_are_left_to_django(self):
        assert (
            DomainErrors(lambda request: HttpResponse()).process_exception(
                RequestFactory().get("/"), KeyError()
            )
            is None
        )


class TestOutsideTheViews:
    """Errors met before any view: no page of the engine, no half sentence."""

    @pytest.fixture
    def strict(self):
        client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        client.force_login(a_member(an_agency()).account)
        client.get(reverse("cases:refer"))
        return client

    def send(self, client, body):
        return client.post(reverse("cases:refer"), body, content_type="application/x-www-form-urlencoded")

    def test_too_large_a_form_is_said_to_be(self, strict):
        answer = self.send(strict, "incident=" + "x" * 7_000_000)

        assert answer.status_code == 413
        assert "This is too large" in answer.content.decode()

    def test_too_many_fields_are_said_to_be(self, strict):
        assert self.send(strict, "&".join(f"field{n}=1" for n in range(2500))).status_code == 413

    def test_files_where_none_is_asked_for_are_given_up_at_the_first(self, strict):
        """What comes after the first byte is not read: the form has lost its token, and says so."""
        files = {f"file{n}": io.BytesIO(b"x") for n in range(150)}

        answer = strict.post(reverse("cases:refer"), files)

        assert answer.status_code == 403
        assert not answer.wsgi_request.FILES

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_a_form_without_its_token_keeps_the_way_back(self, strict, language):
        strict.cookies["egide_language"] = language

        answer = self.send(strict, "incident=words")

        assert answer.status_code == 403
        assert f'<html lang="{language}"' in answer.content.decode()

    def test_another_host_is_refused_with_our_page(self, calm):
        answer = calm.get("/", headers={"host": "elsewhere.example"})

        assert answer.status_code == 400
        assert "egide.css" in answer.content.decode()
        assert "elsewhere.example" not in answer.content.decode()

    @pytest.mark.parametrize("where", ["/", "/refer/", "/account/login/", "/no/such/page/"])
    @pytest.mark.parametrize("error", [OperationalError, InterfaceError])
    def test_a_lost_database_is_said_plainly(self, strict, monkeypatch, where, error):
        def gone(*_args, **_kwargs):
            raise error("server closed the connection unexpectedly")

        monkeypatch.setattr(CursorWrapper, "execute", gone)

        answer = strict.get(where)

        page = answer.content.decode()
        assert answer.status_code == 503
        assert "Nothing was saved" in page
        assert "server closed" not in page
        assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


class TestHeaders:
    ALWAYS = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "X-Robots-Tag": "noindex, nofollow",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Frame-Options": "DENY",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }

    @pytest.mark.parametrize(
        "where", ["/account/login/", "/", "/no/such/page/", "/raise/refused/", "/raise/mistake/"]
    )
    def test_are_on_every_answer(self, calm, where):
        headers = calm.get(where).headers

        for name, value in self.ALWAYS.items():
            if name == "Cache-Control":
                assert "no-store" in headers[name]
            else:
                assert headers[name] == value

    def test_allow_nothing_inline_nothing_from_elsewhere(self):
        policy = dict(part.strip().split(" ", 1) for part in CONTENT_SECURITY_POLICY.split(";"))

        assert policy["default-src"] == "'none'"
        assert set(policy.values()) == {"'none'", "'self'"}
        for kept_out in ("base-uri", "frame-ancestors"):
            assert policy[kept_out] == "'none'"

    def test_let_a_page_keep_its_own(self, calm):
        assert calm.get("/own-headers/").headers["Cache-Control"] == "private, max-age=60"

    def test_let_static_files_be_kept(self):
        answer = SecurityHeaders(lambda request: HttpResponse())(
            RequestFactory().get("/static/web/egide.css")
        )

        assert "Cache-Control" not in answer.headers
        assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY

    def test_no_page_has_a_script_or_style_in_it(self, calm):
        for name in ERRORS:
            page = calm.get(f"/raise/{name}/").content.decode()
            assert "<style" not in page
            assert " style=" not in page
            assert "<script>" not in page
            assert "onclick" not in page


class TestDenials:
    """What is not shown is recorded: which page, by whom, never which thing."""

    @pytest.fixture
    def member(self):
        return a_member(an_agency())

    def test_are_recorded_without_saying_what(self, calm, member):
        calm.force_login(member.account)

        calm.get("/raise/absent-with-words/")

        body = Entry.objects.get().body
        assert '"action":"sharing.not_shown"' in body
        assert '"page":"absent-with-words"' in body
        assert str(member.pk) in body
        assert SECRET not in body

    def test_are_not_recorded_for_nobody_nor_for_other_errors(self, calm, member):
        calm.get("/raise/absent/")
        calm.force_login(member.account)
        calm.get("/raise/refused/")
        calm.get("/no/such/page/")

        assert not Entry.objects.exists()

    def test_do_not_change_the_answer_when_they_cannot_be_written(self, calm, member, monkeypatch):
        from egide.sharing import middleware

        calm.force_login(member.account)
        before = calm.get("/raise/absent/")

        def full(*_args, **_kwargs):
            raise OperationalError("disk full")

        monkeypatch.setattr(middleware.ledger, "record", full)

        after = calm.get("/raise/absent/")
        assert (after.status_code, bare(after)) == (before.status_code, bare(before))

    def test_log_nothing_of_the_thing(self, calm, member, caplog):
        caplog.set_level(logging.DEBUG)
        calm.force_login(member.account)

        calm.get("/raise/absent-with-words/")

        assert SECRET not in caplog.text
