"""What the README says is there, in both languages."""

import re
from pathlib import Path

import pytest

from egide.command_line.catalogue import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
NAMES = ["README.md", "README.fr.md", "CONTRIBUTING.md"]


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]

    assert [target for target in targets if "://" not in target and not (ROOT / target).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "README.fr.md"])
def test_every_command_is_listed(name):
    text = (ROOT / name).read_text(encoding="utf-8")

    assert [command for command in COMMANDS if not re.search(rf"`{command}\b", text)] == []


@pytest.mark.parametrize("name", ["README.md", "README.fr.md"])
def test_the_two_commands_come_first(name):
    text = (ROOT / name).read_text(encoding="utf-8")

    assert re.findall(r"^\./egide (\w+)", text, re.MULTILINE)[:2] == ["demo", "test"]


@pytest.mark.parametrize("name", ["LICENSE", "LICENCE.fr.txt"])
def test_the_licence_is_whole(name):
    text = (ROOT / name).read_text(encoding="utf-8")

    assert "1.2" in text.splitlines()[0]
    assert "LiLiQ-R" in text
    assert all(re.search(rf"^{number}\.", text, re.MULTILINE) for number in range(1, 16))
