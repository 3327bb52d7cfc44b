"""What a person typed in a form that could not be recorded: given back, so that it can be sent again."""

import re
from urllib.parse import urlsplit

from django.http import HttpRequest

from egide.common import idempotency
from egide.common.http import HAT_FIELD

_CODE = re.compile(r"[a-z0-9_.:-]+|[0-9a-fA-F-]{36}")
_NEVER = (HAT_FIELD, idempotency.FIELD, "csrfmiddlewaretoken")


def is_words(name: str, value: str) -> bool:
    """Say whether a person typed it: codes and identifiers have no space and are ticked, not typed."""
    return name not in _NEVER and bool(value.strip()) and not _CODE.fullmatch(value)


def words_sent(request: HttpRequest) -> list[str]:
    """Answer the words of a form, in their order; never a password, nor what another site made a browser send."""
    origin = request.headers.get("Origin", "")
    if origin and urlsplit(origin).netloc != request.get_host():
        return []
    return [
        value
        for name, values in request.POST.lists()
        for value in values
        if "password" not in name and is_words(name, value)
    ]
