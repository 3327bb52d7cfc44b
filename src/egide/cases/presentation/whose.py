"""Whose consent a page speaks of: whom the case is about, or somebody else of it; in words and as addresses."""

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from egide.cases.models import Case, File


@dataclass(frozen=True)
class Whose:
    """One person of a case, on the pages that ask, record and withdraw consent."""

    case: Case
    file: File
    name: str

    @property
    def is_own(self) -> bool:
        """Whether it is somebody else's than the one the case is about: it speaks of their own file alone."""
        return not self.file.is_subject

    @property
    def title(self) -> str:
        """Who it is, by what they are to the case and their name."""
        return f"{self.file.title}, {self.name}" if self.name else self.file.title

    def _address(self, page: str) -> str:
        if self.file.is_subject:
            return reverse(f"cases:{page}", args=[self.case.pk])
        return reverse(f"cases:{page}-of", args=[self.case.pk, self.file.pk])

    @property
    def consent(self) -> str:
        return self._address("consent")

    @property
    def preview(self) -> str:
        return self._address("consent-preview")

    @property
    def refusal(self) -> str:
        return self._address("refusal")

    @property
    def withdrawal(self) -> str:
        return self._address("withdrawal")

    @property
    def consents(self) -> str:
        return self._address("consents")

    @property
    def back(self) -> str:
        """Where one goes on from: the case, or its people."""
        return reverse("cases:people" if self.is_own else "cases:case", args=[self.case.pk])

    def draft(self, form: str) -> tuple[str, UUID] | tuple[str, UUID, UUID]:
        """Where what is typed in one of its forms is kept: what was typed for one person never fills another's."""
        return (form, self.case.pk, self.file.pk) if self.is_own else (form, self.case.pk)
