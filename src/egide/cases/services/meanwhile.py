"""Two people write the same thing: the second is told, and nobody's words go unseen."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from egide.common.errors import Refused

#: For callers that showed nobody anything first: a seed, a file, one who replaces whatever is there.
WHATEVER: Any = object()


class Meanwhile(Refused):
    """Somebody else wrote this since its words were shown."""


def check_unmoved(last: UUID | None, based_on: UUID | None) -> None:
    """Pass when what is replaced is what the writer saw; called with the case locked.

    Args:
        last: what stands now; None when nothing does.
        based_on: what stood when the form was shown; `WHATEVER` where nothing was shown.
    Raises:
        Meanwhile: they are not the same.
    """
    if based_on is not WHATEVER and last != based_on:
        raise Meanwhile(
            _(
                "Somebody else recorded this while you were writing. What they wrote is on this page, beside yours: "
                "nothing of either is lost. Bring together what must stay, then send again."
            )
        )
