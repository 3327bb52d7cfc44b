"""docs/components.md lists exactly what there is; and no template of any module writes what the policy refuses."""

import re

import pytest

from egide.web.templatetags import components, drawings
from tests.web import places
from tests.web.samples import CALLS


def rows(title):
    return re.findall(r"^\| `([^`]+)`.*?\|(.*)\|$", places.section(title), re.M)


def documented(title):
    """Answer the parameters the document names, by component: plain names in back quotes."""
    found = {}
    for name, words in rows(title):
        names = re.sub(r"\([^()]*(\([^()]*\))?[^()]*\)", " ", words)
        found[name] = set(re.findall(r"`(\w+)`", names))
    return found


def test_every_include_is_in_the_document_and_nothing_else():
    assert {name.removesuffix(".html") for name, _ in rows("Includes")} == places.includes()


@pytest.mark.parametrize("name", sorted(CALLS))
def test_every_parameter_of_the_document_is_tried_with_all(name):
    tried = {key for call in CALLS[name] for key in call}
    named = documented("Includes")[f"{name}.html"]

    assert named - tried <= ({"href"} if name == "button" else set())
    assert tried - named == set()


def test_every_tag_and_filter_is_in_the_document_and_nothing_else():
    text = places.DOCUMENT.read_text()
    blocks = {
        name for name in components.register.tags if f"{{% {name} " in text or f"{{% {name} %}}" in text
    }
    filters = {name for name in components.register.filters if f"\\|{name}" in text or f"|{name}" in text}
    told = set(re.findall(r"^\| `\{% (\w+)", text, re.M)) | set(re.findall(r"`\{% (\w+)", text))
    ours = set(components.register.tags) | set(drawings.register.tags)
    django = {"extends", "load", "include", "block", "translate", "blocktranslate", "url", "for"}

    assert blocks == set(components.register.tags)
    assert filters == set(components.register.filters)
    assert told - django <= ours
    assert set(drawings.register.tags) <= told


def test_the_layouts_have_the_blocks_the_document_names():
    source = (places.WEB / "templates/base.html").read_text()
    named = {name for name, _ in rows("Layout: `base.html`")}

    assert named | {"nav_current"} == set(re.findall(r"\{% block (\w+)", source))


@pytest.mark.parametrize(
    "path", sorted(places.ROOT.glob("src/egide/**/templates/**/*.html")), ids=lambda path: path.name
)
def test_no_template_writes_what_the_policy_refuses(path):
    source = re.sub(r"\{#.*?#\}|\{% comment.*?endcomment %\}", "", path.read_text(), flags=re.S)

    assert not re.search(r"<style\b|\sstyle\s*=|\son(?!ly=)[a-z]+\s*=\s*[\"']|javascript:|hx-on", source)
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", source)
