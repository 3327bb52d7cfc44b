"""The one way to write an entry: the same facts always make the same bytes. And no narrative, ever."""

import json
import re
from collections.abc import Mapping
from typing import Any

#: What a text value may be: a code, an identifier, a moment. Too narrow for a sentence, on purpose.
CODE = re.compile(r"[A-Za-z0-9_.:+/@=*-]{0,80}")


class NotACode(ValueError):
    """A value that could hold a narrative was offered to the ledger."""


def check(value: Any, *, where: str) -> None:
    """Refuse anything but codes, numbers, yes or no, and lists and mappings of them.

    Raises:
        NotACode: naming the place, never the value.
    """
    if value is None or isinstance(value, bool | int):
        return
    if isinstance(value, str):
        if not CODE.fullmatch(value):
            raise NotACode(f"{where} is not a code")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            check(key, where=f"{where} key")
            check(item, where=f"{where}.{key}")
    elif isinstance(value, list | tuple):
        for item in value:
            check(item, where=f"{where}[]")
    else:
        raise NotACode(f"{where} is not a code")


def canonical(entry: Mapping[str, Any]) -> str:
    """Write an entry: sorted keys, no spaces, empty values left out. Shape: RFC 8785 for our value types."""
    kept = {key: value for key, value in entry.items() if value not in (None, "", [], {}, ())}
    check(kept, where="entry")
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
