"""The icons: each one drawn, and each name a template uses known."""

import re
from xml.etree import ElementTree

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string

from egide.web.icons import ICONS
from egide.web.templatetags.components import icon
from tests.web import places

SHAPES = {"path", "rect", "circle", "line"}


@pytest.mark.parametrize("name", sorted(ICONS))
class TestEachIcon:
    def test_is_drawn_and_hidden_from_readers(self, name):
        drawing = ElementTree.fromstring(icon(name))

        assert len(drawing) >= 1
        assert {shape.tag for shape in drawing} <= SHAPES
        assert all(shape.get("d", "M") for shape in drawing)
        assert drawing.get("aria-hidden") == "true"

    def test_has_a_name_when_given_one(self, name):
        drawing = ElementTree.fromstring(icon(name, label='Late "<b>"'))

        assert drawing.get("role") == "img"
        assert drawing.get("aria-label") == 'Late "<b>"'


def test_every_name_a_template_uses_is_known():
    source = "".join(path.read_text() for path in places.ROOT.glob("src/egide/**/templates/**/*.html"))
    used = set(re.findall(r'\{% icon "([\w-]+)"', source)) | set(re.findall(r'\bicon="([\w-]+)"', source))

    assert used <= set(ICONS)


def test_a_button_takes_any_of_them():
    for name in ICONS:
        assert "<svg" in render_to_string("components/button.html", {"text": "Go", "icon": name})


def test_an_unknown_name_is_a_mistake():
    with pytest.raises(KeyError):
        Template('{% load components %}{% icon "unicorn" %}').render(Context())
