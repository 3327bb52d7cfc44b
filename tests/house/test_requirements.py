"""Pinned requirements: the same bytes everywhere, from whatever index the machine uses."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements"


def pins(name):
    """Answer {package: (version, hashes)} of a pinned file."""
    text = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            package, version = re.match(r"([\w.-]+)==(\S+)", line).groups()
            found[package] = (version, frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", line)))
    return found


def wanted(name):
    """Answer the packages an .in file asks for, without versions and extras."""
    lines = (REQUIREMENTS / f"{name}.in").read_text(encoding="utf-8").splitlines()
    return {re.split(r"[\[<>=]", line)[0].lower() for line in lines if line[:1].isalpha()}


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_every_package_is_pinned_by_hash(name):
    assert pins(name)
    assert all(hashes for _version, hashes in pins(name).values())


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_what_is_asked_for_is_pinned(name):
    assert {package.lower() for package in wanted(name)} <= set(pins(name))


def test_a_developer_runs_what_everyone_runs():
    everyday, developers = pins("runtime"), pins("dev")

    assert {package: developers.get(package) for package in everyday} == everyday


def test_the_project_and_the_pins_name_the_same_packages():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert {re.split(r"[\[<>=]", name)[0] for name in project["dependencies"]} == wanted("runtime")


def test_each_dependency_says_why_it_is_there():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text.partition("dependencies = [\n")[2].partition("\n]")[0]

    assert [line for line in block.splitlines() if not re.search(r'",\s+# \w+', line)] == []
