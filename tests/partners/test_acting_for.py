"""Which hat is worn: the one chosen, while it lasts; never another one without being told."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from egide.partners.middleware import SESSION_KEY, ActingFor
from egide.partners.models import Agency, Membership, Role
from tests.conftest import NOON
from tests.factories import DAY, a_member, an_agency

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    """A person with two hats; what they wear first is the first in the order of the agencies' names."""
    first = a_member(an_agency())
    second = a_member(an_agency(), Role.COORDINATOR, account=first.account)
    return first.account, *sorted((first, second), key=lambda hat: hat.agency.name_en)


@pytest.fixture
def ask():
    def ask(account, *, chosen=None, method="get", path="/cases/", session=None):
        request = getattr(RequestFactory(), method)(path)
        request.user = account
        request.session = SessionStore() if session is None else session
        if chosen is not None:
            request.session[SESSION_KEY] = str(chosen)
        seen = []

        def view(asked):
            seen.append(asked.actor)
            return HttpResponse("done")

        answer = ActingFor(view)(request)
        return request, answer, seen

    return ask


def end(hat):
    Membership.objects.filter(pk=hat.pk).update(ends_on=NOON.date() - DAY)


class TestHatWorn:
    def test_is_the_one_chosen(self, ask, person):
        account, first, second = person
        for hat in (first, second):
            request, _answer, seen = ask(account, chosen=hat.pk)
            assert seen == [hat]
            assert set(request.hats) == {first, second}

    def test_is_the_only_one(self, ask):
        member = a_member(an_agency())
        assert ask(member.account)[2] == [member]

    def test_is_the_first_until_one_is_chosen(self, ask, person):
        account, first, _second = person
        assert ask(account)[2] == [first]

    def test_is_none_for_who_has_none_and_for_nobody(self, ask, person):
        from django.contrib.auth.models import AnonymousUser

        account, first, second = person
        end(first)
        end(second)
        assert ask(account)[2] == [None]
        assert ask(AnonymousUser())[2] == [None]

    @pytest.mark.parametrize("forged", ["", "nonsense", "00000000-0000-7000-8000-000000000000"])
    def test_is_never_one_that_is_not_theirs(self, ask, person, forged):
        account, first, second = person
        stranger = a_member(an_agency())

        for chosen in (forged, stranger.pk):
            assert set(ask(account, chosen=chosen)[2]) <= {first, second}


class TestHatThatEnded:
    @pytest.fixture(params=["membership", "agency", "not begun"])
    def ended(self, request, person):
        _account, _first, hat = person
        if request.param == "membership":
            end(hat)
        elif request.param == "agency":
            Agency.objects.filter(pk=hat.agency_id).update(is_active=False)
        else:
            Membership.objects.filter(pk=hat.pk).update(starts_on=NOON.date() + 4000 * DAY)
        return hat

    def test_is_not_worn_any_more(self, ask, person, ended):
        account, first, _second = person

        request, _answer, seen = ask(account, chosen=ended.pk)

        assert seen == [first]
        assert request.hats == [first]

    def test_nothing_is_sent_under_another(self, ask, person, ended):
        """What was typed for one agency is not recorded as another's."""
        account, *_hats = person

        _request, answer, seen = ask(account, chosen=ended.pk, method="post")

        assert seen == []
        assert answer.status_code == 409

    def test_sending_again_is_refused_until_one_is_chosen(self, ask, person, ended):
        """A draft saved by itself must not open the way for the form behind it."""
        account, first, _second = person
        request, *_rest = ask(account, chosen=ended.pk, method="post")

        assert ask(account, method="post", session=request.session)[1].status_code == 409
        assert ask(account, chosen=first.pk, method="post")[2] == [first]

    @pytest.mark.parametrize("name", ["partners:acting-for", "account_logout", "set_language"])
    def test_choosing_another_and_leaving_stay_possible(self, ask, person, ended, name):
        account, first, _second = person

        _request, answer, seen = ask(account, chosen=ended.pk, method="post", path=reverse(name))

        assert (answer.status_code, seen) == (200, [first])


class TestThroughTheSite:
    def test_a_hat_that_ends_between_two_pages(self, client, person):
        account, first, second = person
        client.force_login(account)
        client.post(reverse("partners:acting-for"), {"membership": str(second.pk)})
        end(second)

        said = client.post(reverse("cases:refer"), {})

        assert said.status_code == 409
        assert "no longer act" in said.content.decode()
        assert client.get(reverse("partners:my-access")).wsgi_request.actor == first
        client.post(reverse("partners:acting-for"), {"membership": str(first.pk)})
        assert client.post(reverse("cases:refer"), {}).status_code != 409

    def test_an_account_closed_is_signed_out_at_once(self, client, person):
        account, *_hats = person
        client.force_login(account)
        account.is_active = False
        account.save()

        assert client.get(reverse("partners:my-access")).status_code == 302
