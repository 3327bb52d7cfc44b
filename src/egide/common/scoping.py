"""Read scoped: a record is fetched within what the actor may know of, or it is absent."""

from typing import Any, Self, TypeVar

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models

from egide.common.errors import NotVisible

M = TypeVar("M", bound=models.Model)


class ScopedQuerySet(models.QuerySet[M]):
    """A queryset that knows who may know of its rows."""

    def visible_to(self, actor: Any) -> Self:
        """Keep the rows the actor may know of. Deny by default."""
        return self.none()

    def fetch(self, pk: Any, *, actor: Any) -> M:
        """Answer the row, if the actor may know of it.

        Raises:
            NotVisible: it is absent, out of scope or recused; the three cannot be told apart.
        """
        try:
            return self.visible_to(actor).get(pk=pk)
        except (ObjectDoesNotExist, ValidationError, ValueError) as error:
            raise NotVisible from error
