"""Every component: with little, with all, in both languages, and never anything a strict policy refuses."""

from html.parser import HTMLParser

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString

from egide.web.templatetags import components
from tests.web import places
from tests.web.samples import CALLS, DAY, HOSTILE, MOMENT

NAMES = sorted(CALLS)
VOID = {"br", "hr", "img", "input", "link", "meta", "path", "rect", "circle", "line"}


class Checked(HTMLParser):
    """Reads what a component drew: its tags closed in order, nothing inline, and what it says."""

    def __init__(self, html):
        super().__init__()
        self.open, self.faults, self.attributes, self.said = [], [], [], []
        self.feed(html)
        self.close()
        self.faults += [f"<{tag}> is not closed" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        self.attributes += attrs
        names = [name for name, _value in attrs]
        if tag in ("script", "style"):
            self.faults.append(f"<{tag}>")
        self.faults += [name for name in names if name == "style" or name.startswith("on")]
        self.faults += [f"{name} twice" for name in set(names) if names.count(name) > 1]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> out of place")

    def handle_data(self, data):
        self.said.append(data)

    @property
    def text(self):
        return " ".join("".join(self.said).split())


def drawn(name, params, language="en"):
    with translation.override(language):
        return render_to_string(f"components/{name}.html", dict(params))


def test_every_component_has_its_samples():
    assert set(NAMES) == places.includes()


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("which", [0, 1], ids=["least", "all"])
@pytest.mark.parametrize("name", NAMES)
class TestEach:
    def test_is_well_formed_and_has_nothing_inline(self, name, which, language):
        html = drawn(name, CALLS[name][which], language)

        assert Checked(html).faults == []

    def test_escapes_what_it_is_given(self, name, which, language):
        html = drawn(name, CALLS[name][which], language)

        assert "<script" not in html
        assert "&amp;lt;" not in html  # escaped once, not twice
        if HOSTILE in str(CALLS[name][which]):
            assert "&lt;script&gt;" in html


@pytest.mark.parametrize("name", [name for name in NAMES if "{% translate" in places.source(name)])
def test_own_words_are_in_the_language_of_the_reader(name):
    said = [[Checked(drawn(name, call, language)) for call in CALLS[name]] for language in ("en", "fr")]

    assert [(c.text, c.attributes) for c in said[0]] != [(c.text, c.attributes) for c in said[1]]


def test_segments_draw_one_box_a_unit():
    html = drawn(
        "segments", {"parts": [{"count": 3, "label": "a", "state": "done"}, {"count": 2, "label": "b"}]}
    )

    assert html.count('<i class="done">') == 3
    assert html.count('<i class="todo">') == 2


@pytest.mark.parametrize("count", [None, "", "many", -2])
def test_segments_survive_a_count_that_is_none(count):
    assert "<i " not in drawn("segments", {"parts": [{"count": count, "label": "a"}]})


class TestTimeline:
    def test_says_that_something_is_withheld_and_never_what(self):
        html = drawn("timeline", CALLS["timeline"][1])

        assert "never drawn" not in html
        assert html.count("withheld--compact") == 1

    def test_takes_a_day_as_well_as_a_moment(self):
        html = drawn("timeline", {"events": [{"title": "a", "at": DAY}, {"title": "b", "at": MOMENT}]})

        assert "20 November 2026" in html or "November 20" in html
        assert "41" in html


@pytest.mark.parametrize(
    ("level", "name", "on"),
    [
        (0, "unknown", 0),
        ("not_known", "unknown", 0),
        (None, "unknown", 0),
        (1, "lower", 1),
        (2, "raised", 2),
        ("3", "high", 3),
        ("high", "high", 3),
        ("extreme", "extreme", 4),
        (9, "unknown", 0),
    ],
)
def test_a_level_is_a_word_or_a_figure(level, name, on):
    html = drawn("level", {"level": level})

    assert f"level--{name}" in html
    assert html.count('class="on"') == on


class TestFilters:
    def test_have_a_search_box_when_one_is_named(self):
        html = drawn("filters", CALLS["filters"][1])

        assert '<input type="search" id="filter-q" name="q"' in html
        assert 'for="filter-q"' in html

    def test_have_none_otherwise(self):
        assert 'type="search"' not in drawn("filters", CALLS["filters"][0])

    def test_carry_the_hidden_values(self):
        assert '<input type="hidden" name="h"' in drawn("filters", CALLS["filters"][1])


@pytest.mark.parametrize("kind", ["", "primary", "secondary", "warning", "link"])
def test_a_button_with_an_address_is_a_link(kind):
    html = drawn("button", {"text": "Go", "href": "/x/", "kind": kind, "key": "a"})

    assert html.startswith("<a ")
    assert "<kbd>a</kbd>" in html


@pytest.mark.parametrize("state", ["in_force", "expiring", "expired", "withdrawn", "refused"])
def test_a_consent_says_its_state_in_a_word(state):
    assert 'class="badge' in drawn("consent_card", {"state": state})


def test_text_built_safe_by_the_caller_is_kept():
    assert "<em>a</em>" in drawn("badge", {"text": SafeString("<em>a</em>")})


def test_a_table_names_the_column_of_each_cell_for_narrow_screens():
    html = drawn("table", {"caption": "a", "headers": ["Month"], "rows": [["May", 3]]})

    assert '<td data-label="Month">May</td><td>3</td>' in html


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_fast_table_is_the_table(language):
    rows = [[MOMENT, HOSTILE, ""], ["b", 1234.5, None, "more than there are headers"], []]
    called = {"caption": HOSTILE, "headers": ["A", HOSTILE, ""], "rows": rows}
    with translation.override(language):
        fast = components.plain_table(**called)

    assert fast == drawn("table", called, language).strip()
