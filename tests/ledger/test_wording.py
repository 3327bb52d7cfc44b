"""Every action the ledger may name has words, in both languages."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from egide.ledger.wording import words_of
from egide.partners.models.safeguards import Outcome

SOURCE = Path(__file__).resolve().parents[2] / "src" / "egide"
_ACTION = re.compile(r'action="([a-z]+\.[a-z_]+)"')
#: What only a bench records.
_ELSEWHERE = {"cases.read"}


def recorded():
    """Answer the codes written in the source, those made from a state among them."""
    found = {
        code
        for file in SOURCE.rglob("*.py")
        if "migrations" not in file.parts
        for code in _ACTION.findall(file.read_text(encoding="utf-8"))
    }
    found |= {f"partners.change_{one.value}" for one in Outcome if one.value}
    return sorted(found - _ELSEWHERE)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("code", recorded())
def test_an_action_is_said_in_words(code, language):
    with translation.override(language):
        said = words_of(code)

    assert said != code
    assert " " in said or said.istitle()


def test_an_action_nobody_named_is_its_code():
    assert words_of("cases.never_heard_of") == "cases.never_heard_of"
