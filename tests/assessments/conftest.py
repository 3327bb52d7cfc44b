"""Catalogues compiled when they are older than their source: these tests read French."""

from pathlib import Path

import polib
import pytest

import egide.assessments
from egide.assessments.rules.catalogue import find

PO = Path(egide.assessments.__file__).parent / "locale" / "fr" / "LC_MESSAGES" / "django.po"


@pytest.fixture(scope="session", autouse=True)
def french():
    mo = PO.with_suffix(".mo")
    if PO.exists() and (not mo.exists() or mo.stat().st_mtime < PO.stat().st_mtime):
        polib.pofile(str(PO)).save_as_mofile(str(mo))


@pytest.fixture(scope="session")
def odara():
    return find("odara")


@pytest.fixture(scope="session")
def danger():
    return find("danger-assessment")
