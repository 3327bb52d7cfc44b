"""Where the design system keeps what the tests compare."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "src/egide/web"
ASSETS = ROOT / "tools/build_assets"
STATIC = WEB / "static/web"
COMPONENTS = WEB / "templates/components"
DOCUMENT = ROOT / "docs/components.md"
#: Drawn by a template tag, not included by name.
BY_TAG = {
    "details",
    "drawing",
    "error_summary",
    "field",
    "form_page",
    "navigation",
    "page_head",
    "panel",
    "wishes",
}


def includes():
    """Answer the names of the components a page may include."""
    names = {path.stem for path in COMPONENTS.glob("*.html")}
    return {name for name in names if not name.startswith("_")} - BY_TAG


def source(name):
    return (COMPONENTS / f"{name}.html").read_text()


def section(title):
    """Answer the part of the document under this heading."""
    found = re.search(rf"^## {re.escape(title)}.*?$(.*?)(?=^## |\Z)", DOCUMENT.read_text(), re.M | re.S)
    assert found, title
    return found[1]
