"""Whether everything the application said it kept is there, once."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from egide.cases.models import Case, Entry, File
from egide.cases.services import drafting
from egide.demonstration.load.staff import Place
from egide.sharing import services as sharing


@dataclass(frozen=True)
class Found:
    """How many things were said to be kept, and which of them are not there once."""

    notes: int
    drafts: int
    lost: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing was lost nor kept twice."""
        return not self.lost


def check(file: Path, staff: Iterable[Place], *, at: datetime) -> Found:
    """Open the files written in, as those who wrote, and look for each thing that was said to be kept.

    A note is to be there once: not lost, and not twice. A draft is the last one its author was told of.
    """
    kept = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    by_place = {place.cookie: place for place in staff}
    notes = [one for one in kept if one["kind"] == "note"]
    there = _notes(notes, by_place, at)
    lost = [f"a note {one['mark']}" for one in notes if there[one["mark"]] != 1]
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for one in kept:  # a note that was sent ends its draft, and a later draft takes the former's place
        last[one["place"], one["case"]] = one
    drafts = [one for one in last.values() if one["kind"] == "draft"]
    lost += [f"a draft {one['mark']}" for one in drafts if not _is_kept(one, by_place[one["place"]])]
    return Found(len(notes), len(drafts), tuple(lost))


def _notes(notes: list[dict[str, Any]], by_place: dict[str, Place], at: datetime) -> Counter[str]:
    """Count the notes of the files written in that bear each mark."""
    found: Counter[str] = Counter()
    writers = {UUID(one["about"]): by_place[one["place"]].membership for one in notes}
    for file in (
        File.objects.filter(pk__in=writers).select_related("case__programme__lead_agency").order_by("pk")
    ):
        own = Entry.objects.filter(file=file, form="note:1", author=writers[file.pk]).exists()
        if not own or not Case.objects.visible_to(writers[file.pk]).filter(pk=file.case_id).exists():
            continue
        view = sharing.open_file(
            actor=writers[file.pk], file=file, purpose=sharing.purpose_of(writers[file.pk]), at=at
        )
        found.update(
            item.text.removeprefix("Fictional, ").rstrip(".")
            for item in view.items
            if item.form == "note:1" and item.text.startswith("Fictional, ")
        )
    return found


def _is_kept(one: dict[str, Any], place: Place) -> bool:
    kept = drafting.open_draft(form="note", subject=UUID(one["case"]), actor=place.membership)
    return kept is not None and one["mark"] in str(kept[0].get("text", ""))
