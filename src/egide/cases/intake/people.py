"""People a referral names, and what it writes in the file of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol

from egide.cases.models.file import ORDERS_CATEGORY
from egide.cases.rules.needs import NEEDS


@dataclass(frozen=True)
class Person:
    """Who a referral is about. Only a name, or what the person is called, is required."""

    given_name: str
    family_name: str
    born_on: date | None = None
    language: str = ""
    phone: str = ""
    address: str = ""

    @property
    def display_name(self) -> str:
        """How lists show the person: initial and family name, "J. Landry"."""
        initial = f"{self.given_name.strip()[:1]}. " if self.given_name.strip() else ""
        return f"{initial}{self.family_name.strip()}".strip()


@dataclass(frozen=True)
class AboutOne:
    """What a referral says when it is about one person, with whom somebody will speak."""

    person: Person

    @property
    def language(self) -> str:
        return self.person.language


class Somebody(NamedTuple):
    """One person of a referral: in which role, and the entries of their file as `entries.new_values` takes them."""

    role: str
    person: Person
    entries: Iterator[dict[str, Any]]


class Content(Protocol):
    """What every form of referral says."""

    @property
    def language(self) -> str:
        """The language to speak with whom it is about; empty when nobody said."""

    @property
    def is_emergency(self) -> bool: ...

    @property
    def person_informed(self) -> str:
        """Whether that person knows of the referral: yes, no, unknown."""

    @property
    def special_needs(self) -> Sequence[str]:
        """What whom it is about needs to be reached and heard: codes of `rules.needs.NEEDS`."""

    @property
    def external_id(self) -> str:
        """The sender's own file number; empty when there is none."""

    def people(self) -> Iterator[Somebody]:
        """Yield whom the referral is about, then the others it names."""


def identity(person: Person) -> dict[str, Any]:
    """Answer what a referral writes in the file of anyone it names."""
    return {
        "category": "identity.core",
        "text": f"{person.given_name} {person.family_name}".strip(),
        "data": {
            "given_name": person.given_name,
            "family_name": person.family_name,
            "born_on": person.born_on.isoformat() if person.born_on else "",
            "language": person.language,
        },
        "form": "identity:1",
    }


def reached(person: Person, note: str) -> Iterator[dict[str, Any]]:
    """Yield how a person is reached and where they are, each in its own compartment; nothing where nothing was said."""
    if person.phone or note:
        yield {
            "category": "contact.safe",
            "text": note,
            "data": {"phone": person.phone},
            "form": "contact-given:1",
        }
    if person.address:
        yield {"category": "location.confidential", "text": person.address, "form": "address:1"}


def orders(text: str, *, is_unserved: bool) -> Iterator[dict[str, Any]]:
    """Yield what a judge ordered, unless nothing was written; one made without notice waits to be served."""
    yield from written(ORDERS_CATEGORY, text, "orders:1", is_served=not is_unserved)


def ticked(codes: Sequence[str], form: str) -> Iterator[dict[str, Any]]:
    """Yield the signs of danger that were ticked, unless none was."""
    if codes:
        yield {"category": "threat.indicators", "data": {"indicators": list(codes)}, "form": form}


def needed(codes: Sequence[str], language: str) -> Iterator[dict[str, Any]]:
    """Yield each need under its own category, as `services.needing` writes them."""
    for code in codes:
        yield {
            "category": NEEDS[code],
            "data": {
                "need": code,
                "language": language if code == "interpreter" else "",
                "said_by": "referrer",
            },
            "form": "need:1",
        }


def written(category: str, text: str, form: str, **more: Any) -> Iterator[dict[str, Any]]:
    """Yield one entry, unless nothing was written."""
    if text:
        yield {"category": category, "text": text, "form": form, **more}
