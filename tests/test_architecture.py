"""What import contracts cannot say. See also [tool.importlinter] in pyproject.toml."""

import ast
from pathlib import Path

import pytest
from django.apps import apps

from egide.vault.fields import SealedField

SOURCE = Path(__file__).resolve().parents[1] / "src"
PRIVATE = {"views", "forms", "urls"}
FILES = sorted((SOURCE / "egide").rglob("*.py"))


def imported_by(file):
    """Answer the dotted names a file imports, wherever in the file."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            base = node.module if not node.level else _absolute(file, node)
            names |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return names


def _absolute(file, node):
    package = file.relative_to(SOURCE).with_suffix("").parts[: -node.level]
    return ".".join([*package, node.module])


def module_of(file):
    return file.relative_to(SOURCE / "egide").parts[0].removesuffix(".py")


def test_nobody_imports_the_web_side_of_another_module():
    found = [
        f"{file.relative_to(SOURCE)} imports {name}"
        for file in FILES
        for name in imported_by(file)
        if (parts := name.split("."))[0] == "egide"
        and len(parts) > 2
        and parts[2] in PRIVATE
        and parts[1] != module_of(file)
    ]

    assert not found


def test_only_sharing_reaches_the_unsealing():
    found = {
        module_of(file)
        for file in FILES
        for name in imported_by(file)
        if name == "egide.vault.unsealing" or name.startswith("egide.vault.unsealing.")
    }

    assert found <= {"sharing", "vault"}


def test_only_sharing_names_the_unsealing_in_any_other_way():
    """An import by string would pass under the contract."""
    found = {
        module_of(file)
        for file in FILES
        if "vault.unsealing" in file.read_text(encoding="utf-8")
        and module_of(file) not in {"sharing", "vault"}
    }

    assert not found


def test_the_moment_is_read_in_one_place():
    """Two clocks disagree: a scope would close what a page has just opened, and tests pass on some days only."""
    reads_it = ("timezone.now", "datetime.now(", "localdate()", "localtime()", "date.today()")
    found = {
        str(file.relative_to(SOURCE / "egide"))
        for file in FILES
        if "migrations" not in file.parts
        and any(word in file.read_text(encoding="utf-8") for word in reads_it)
    }

    assert found == {"common/clock.py", "web/session.py"}  # the second counts what Django counts


def test_a_row_is_never_saved_whole():
    """A whole row puts back what somebody else changed since it was read: name the columns, or insert."""
    found = [
        f"{file.relative_to(SOURCE)}:{node.lineno}"
        for file in FILES
        if not {"demonstration", "migrations", "child"} & set(file.parts)  # pictures and PDF are saved too
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "save"
        and not {word.arg for word in node.keywords} & {"update_fields", "force_insert", None}
    ]

    assert not found


def test_source_is_found():
    """The two tests above would pass on an empty list."""
    assert len(FILES) > 50
    assert "egide.vault.unsealing" in set().union(*(imported_by(file) for file in FILES))


@pytest.mark.parametrize("model", apps.get_models(), ids=lambda model: model._meta.label)
def test_sealed_fields_say_why_and_for_how_long(model):
    silent = [
        field.name
        for field in model._meta.get_fields()
        if isinstance(field, SealedField)
        and not (getattr(field, "personal_purpose", "") and getattr(field, "personal_retention", ""))
    ]

    assert not silent
