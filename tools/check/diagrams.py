"""Draw the diagrams of docs/reference from the code; with --check, only say which are stale."""

import importlib
import importlib.util
import inspect
import os
import pkgutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "src"))
REFERENCE = ROOT / "docs" / "reference"
MADE = "<!-- Made by ./egide fix from the code. Do not edit. -->\n"
#: The way in, not part of the layers.
DOORWAY = {"__main__", "command_line"}


def imports() -> dict[str, set[str]]:
    """Answer, for each module, the modules it imports."""
    import grimp

    graph = grimp.build_graph("egide", include_external_packages=False, cache_dir=None)
    names = sorted(name.removeprefix("egide.") for name in graph.find_children("egide"))
    found: dict[str, set[str]] = {name: set() for name in names if name not in DOORWAY}
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            here, there = (importer + ".").split(".")[1], (imported + ".").split(".")[1]
            if here != there and here in found and there in found:
                found[here].add(there)
    return found


def reduced(edges: dict[str, set[str]]) -> dict[str, set[str]]:
    """Leave out the edges that a longer way implies, so that the drawing can be read."""

    def reachable(start: str, *, without: str) -> set[str]:
        seen: set[str] = set()
        todo = [name for name in edges[start] if name != without]
        while todo:
            name = todo.pop()
            if name not in seen:
                seen.add(name)
                todo += edges[name]
        return seen

    return {
        name: {other for other in others if other not in reachable(name, without=other)}
        for name, others in edges.items()
    }


def module_page() -> str:
    """Answer the page that draws who imports whom."""
    edges = imports()
    drawn = reduced(edges)
    lines = ["flowchart TD", *(f"    {name}" for name in edges)]
    lines += [f"    {name} --> {other}" for name in drawn for other in sorted(drawn[name])]
    rows = [
        f"| `{name}` | {', '.join(f'`{other}`' for other in sorted(edges[name])) or '—'} |" for name in edges
    ]
    return (
        f"{MADE}\n# Modules\n\n"
        "A module uses only modules below it. An arrow that a longer way implies is left out of the drawing;\n"
        "the table has them all.\n\n"
        "```mermaid\n" + "\n".join(lines) + "\n```\n\n"
        "| module | imports |\n|---|---|\n" + "\n".join(rows) + "\n"
    )


def lifecycle_page() -> str:
    """Answer the page that draws every lifecycle declared in a `lifecycle` module."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    import django

    django.setup()
    import egide
    from egide.common.lifecycle import Lifecycle

    parts = []
    for found in sorted(pkgutil.iter_modules(egide.__path__), key=lambda module: module.name):
        name = f"egide.{found.name}.lifecycle"
        if found.name in {"common", *DOORWAY} or importlib.util.find_spec(name) is None:
            continue
        for label, value in inspect.getmembers(importlib.import_module(name)):
            if isinstance(value, Lifecycle):
                title = f"{found.name}: {label.lower().replace('_', ' ')}"
                parts.append(f"## {title}\n\n```mermaid\n{value.mermaid()}```\n")
    intro = "The states of each kind of record, and the only steps between them.\n"
    return "\n".join([MADE, "# Lifecycles\n", intro, *parts])


PAGES = {"modules.md": module_page, "lifecycles.md": lifecycle_page}


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check compare them; answers 1 when one is stale."""
    stale = []
    for name, draw in PAGES.items():
        file, text = REFERENCE / name, draw()
        if file.exists() and file.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            REFERENCE.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"docs/reference/{name} " + ("is stale" if "--check" in arguments else "drawn"))
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
