"""The palette, read from the tokens: contrast as WCAG 2.2 measures it; and what a page weighs."""

import gzip
import hashlib
import re

import pytest

from tests.web import places

TOKENS = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", (places.ASSETS / "scss/_tokens.scss").read_text()))
STYLE = (places.STATIC / "egide.css").read_text()
TEXT, SHAPE = 4.5, 3.0


def luminance(colour):
    digits = colour.lstrip("#")
    digits = "".join(d * 2 for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted(luminance(TOKENS.get(c, c)) for c in (one, other))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_the_norm_says():
    assert round(contrast("#000", "#fff"), 1) == 21.0
    assert round(contrast("#777777", "#fff"), 2) == 4.48


@pytest.mark.parametrize(
    ("words", "behind"),
    [
        *[
            ("ink", ground)
            for ground in ("paper", "white", "tint", "late-tint", "#c5dcd9", "#ece6da", "#f1ebdf")
        ],
        *[("ink-2", ground) for ground in ("paper", "white", "tint", "late-tint", "#f1ebdf")],
        *[("action", ground) for ground in ("paper", "white", "tint", "late-tint", "error-tint")],
        *[("action-dark", ground) for ground in ("paper", "white", "tint")],
        *[("late", ground) for ground in ("late-tint", "paper", "white", "tint")],
        *[("error", ground) for ground in ("error-tint", "white", "paper")],
        *[("white", ground) for ground in ("teal", "action", "action-dark", "error", "mid")],
        ("fictional", "fictional-tint"),
        ("focus-text", "focus"),
        ("teal", "tint"),
        ("#0a444a", "#d5e8e4"),
        ("#e6f0ee", "#1f5b60"),  # the search box's example, on the header seen through the box
    ],
)
def test_words_can_be_read(words, behind):
    assert contrast(words, behind) >= TEXT


@pytest.mark.parametrize(
    ("shape", "behind"),
    [
        ("late-mark", "late-tint"),
        ("late-mark", "white"),
        ("mid", "white"),
        ("mid", "tint"),
        ("input", "white"),
        ("line-strong", "white"),
        ("line-strong", "paper"),
        ("focus-text", "white"),
    ],
)
def test_shapes_can_be_seen(shape, behind):
    assert contrast(shape, behind) >= SHAPE


def test_every_token_used_exists():
    assert set(re.findall(r"var\(--([\w-]+)\)", STYLE)) <= set(TOKENS)


def test_the_compiled_sheet_was_made_from_these_sources():
    made = hashlib.sha256()
    for folder in ("js", "scss"):
        for path in sorted((places.ASSETS / folder).iterdir()):
            made.update(path.read_bytes())

    assert f"from {made.hexdigest()[:16]} */" in STYLE[:80], "run `node build.mjs` in tools/build_assets"


@pytest.mark.parametrize(
    ("name", "most"),
    [("egide.css", 12_000), ("egide.js", 3_000), ("htmx.min.js", 18_000), ("mark.svg", 400)],
)
def test_a_page_stays_light(name, most):
    assert len(gzip.compress((places.STATIC / name).read_bytes())) <= most


def test_the_typeface_stays_light():
    assert sum(path.stat().st_size for path in (places.STATIC / "fonts").glob("*.woff2")) <= 45_000


def test_nothing_is_fetched_from_elsewhere():
    addresses = re.findall(r"url\(([^)]*)\)", STYLE)

    assert addresses
    assert all(address.strip("\"'").startswith("fonts/") for address in addresses)
    assert "http" not in (places.STATIC / "egide.js").read_text()


def test_every_component_s_classes_are_in_the_sheet():
    written = set()
    for path in places.COMPONENTS.glob("*.html"):
        source = re.sub(r"\{\{.*?\}\}", "{", re.sub(r"\{%.*?%\}", " ", path.read_text()))
        for classes in re.findall(r'class="([^"]*)"', source):
            written |= {name for name in classes.split() if "{" not in name and not name.startswith("-")}
    hooks = {"drawing", "govuk-", "govuk-file-upload--error"}

    assert sorted(name for name in written - hooks if f".{name}" not in STYLE) == []
