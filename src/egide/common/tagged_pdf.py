"""A paper as a tagged PDF (PDF/UA-1): headings, paragraphs, language and title, for whoever listens to it.

The words are data, never markup: nothing in them is carried out, and the template reads no other file (ADR 24).
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

#: Stands for a character no font of this machine draws.
UNSHOWN = "\N{WHITE VERTICAL RECTANGLE}"
#: As many different pieces of text may hold such characters before the paper is given up.
_TRIES = 60
_MISSING = re.compile(r"the text `\"(?P<text>.+?)\"` could not be displayed", re.DOTALL)


class NotMade(RuntimeError):
    """The paper could not be made; the message holds nothing of it."""


def render(template: Path, data: Mapping[str, Any]) -> tuple[bytes, bool]:
    """Answer the PDF of a template filled with data, and whether every character could be drawn.

    Args:
        data: with `title` and `lang` at least, as the template asks; anything JSON holds.
    Raises:
        NotMade: the template and the data do not fit.
    """
    said = json.dumps(data, ensure_ascii=False)
    source = template.read_bytes()
    is_whole = True
    for _try in range(_TRIES):
        try:
            made = typst.compile(
                source,
                format="pdf",
                pdf_standards=["ua-1"],
                sys_inputs={"data": said, "is_whole": "yes" if is_whole else "no"},
            )
        except typst.TypstError as error:
            found = _MISSING.search(str(error))
            unknown = {one for one in found["text"] if not one.isascii()} if found else set()
            if not unknown:
                break
            is_whole = False
            for one in unknown:
                said = said.replace(one, UNSHOWN)
            continue
        return made, is_whole
    raise NotMade(f"{template.name}: the paper could not be made") from None
