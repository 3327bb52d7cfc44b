"""Lists cut into pages by key: every row is on one page, whatever comes meanwhile."""

import datetime
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from egide.common import paging
from egide.common.ids import new_id
from egide.partners.models import Notice, NoticeKind
from tests.conftest import NOON
from tests.factories import a_member, an_agency

MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def rows(db):
    """Seven rows; two of them of the same moment."""
    account = a_member(an_agency()).account
    return [
        Notice.objects.create(
            account=account, kind=NoticeKind.LEAD_CHANGE, created_at=NOON + n * MINUTE, due_at=NOON
        )
        for n in (0, 1, 2, 2, 3, 4, 5)
    ]


def in_order(by):
    return [row.pk for row in Notice.objects.order_by(by, "-pk" if by.startswith("-") else "pk")]


def every_page(by, size):
    found, after = [], ""
    for _turn in range(10):
        page = paging.page(Notice.objects.all(), by=by, size=size, after=after)
        assert page.is_later == bool(after)
        found.append([row.pk for row in page.rows])
        after = page.next
        if not after:
            return found
    raise AssertionError("the pages never end")


@pytest.mark.parametrize("by", ["created_at", "-created_at"])
@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8])
def test_every_row_is_on_one_page_in_order(rows, by, size):
    pages = every_page(by, size)

    assert [pk for page in pages for pk in page] == in_order(by)
    assert all(len(page) == size for page in pages[:-1])


def test_a_row_that_comes_in_front_moves_nothing(rows):
    before = in_order("-created_at")
    first = paging.page(Notice.objects.all(), by="-created_at", size=3)
    Notice.objects.filter(pk=rows[0].pk).update(created_at=NOON + 60 * MINUTE)

    second = paging.page(Notice.objects.all(), by="-created_at", size=3, after=first.next)

    assert [row.pk for row in [*first.rows, *second.rows]] == before[:6]


@pytest.mark.parametrize("text", ["x", "ÿ", "W10", "bnVsbA", "WyIiLCAieCIsIDBd", "A" * 5000])
def test_a_place_that_is_not_ours_answers_the_first_page(rows, text):
    page = paging.page(Notice.objects.all(), by="created_at", size=3, after=text)

    assert [row.pk for row in page.rows] == in_order("created_at")[:3]
    assert not page.is_later


def test_a_place_says_a_moment_and_an_identifier_and_comes_back_whole():
    pk = new_id()

    assert paging.decode_place(paging.encode_place(NOON, pk)) == (NOON, pk, False)
    assert paging.decode_place(paging.encode_place(None, UUID(int=1), is_back=True)) == (
        None,
        UUID(int=1),
        True,
    )


class TestThePager:
    def shown(self, page):
        request = RequestFactory().get("/list/?state=x&from=old")
        template = Template("{% load components %}{% pager page %}")
        return template.render(Context({"page": page, "request": request}))

    def test_says_nothing_where_all_is_shown(self):
        assert self.shown(SimpleNamespace(next="", is_later=False)) == ""

    def test_leads_on_and_back_and_keeps_the_rest_of_the_address(self):
        words = self.shown(SimpleNamespace(next="abc", is_later=True))

        assert 'href="?state=x&amp;from=abc"' in words
        assert 'href="?state=x"' in words

    def test_of_the_last_page_leads_back_only(self):
        assert self.shown(SimpleNamespace(next="", is_later=True)).count("href=") == 1
