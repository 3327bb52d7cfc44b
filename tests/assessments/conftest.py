"""Catalogues compiled when they are older than their source: these tests read French."""

from pathlib import Path

import polib
import pytest

import egide.assessments
from egide.assessments.rules.catalogue import find
from egide.assessments.services import record_assessment, record_right
from egide.cases.services.entries import subject_file
from egide.partners.models import Role
from tests.assessments.sheets import odara_with
from tests.conftest import NOON
from tests.factories import a_member

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


@pytest.fixture
def administrator(world):
    return a_member(world.lead, Role.ADMINISTRATOR)


@pytest.fixture
def active(administrator):
    """Make both instruments active."""
    for code in ("odara", "danger-assessment"):
        record_right(instrument=code, note="Licence of 2026-01-10.", actor=administrator, at=NOON)


@pytest.fixture
def case(world):
    return world.active(agencies=[world.police_agency, world.probation_agency])


@pytest.fixture
def file(case):
    return subject_file(case)


@pytest.fixture
def record(file, case, world, active, odara):
    """Record an ODARA by the advocate, unless said otherwise."""

    def make(*, present=6, unknown=2, actor=None, at=NOON, **changes):
        return record_assessment(
            **{
                "file": file,
                "case_id": case.pk,
                "instrument": "odara",
                "answers": odara_with(odara, present=present, unknown=unknown),
                "notes": {"1": "File 24-1182, Edmundston Police"},
                "sources": {"1": "records"},
                "judgement": "high",
                "judgement_reason": "Escalation since the separation.",
                "actor": actor or world.advocate,
                "at": at,
                **changes,
            }
        )

    return make
