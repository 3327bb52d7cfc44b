"""The instruments of this deployment: those we ship, and those it imported under its own right."""

from pathlib import Path

from django.conf import settings

from egide.assessments.rules import catalogue
from egide.assessments.rules.definition import Definition


def folders() -> tuple[Path, ...]:
    """Where definitions are; `instruments/` in the data directory takes the imported ones."""
    return (catalogue.SHIPPED, Path(settings.EGIDE_DATA) / "instruments")


def find(name: str, *, version: str = "") -> Definition:
    """Answer an instrument by code or alias; the latest when no version is given.

    Raises:
        UnknownInstrumentError, DefinitionError: see `catalogue.find`.
    """
    return catalogue.find(name, version=version, folders=folders())


def every() -> catalogue.Catalogue:
    """Answer every version of every instrument, and the imported files that cannot be used."""
    return catalogue.catalogue(folders())
