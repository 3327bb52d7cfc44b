"""Fictional documents: a drawn picture, a report of two pages, a text; each says on itself that it is fictional."""

import io
from typing import Any

import pikepdf
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from egide.cases.services import documents, entries
from egide.demonstration.journey import Journey
from egide.partners.models import Sector
from egide.uploads import inspecting

#: Who brings each, what kind of information it is, and in whose file.
_PAPERS = (
    ("photo", Sector.POLICE, "incident.facts", "victim"),
    ("report", Sector.POLICE, "justice.orders", "person_of_concern"),
    ("text", Sector.HEALTH, "health.general", "victim"),
)


def bring_papers(journey: Journey) -> None:
    """Add to a case the documents its partners hold; the photograph is brought a second time, sharper."""
    team = {Sector(member.sector): member for member in journey.team()}
    said_of = journey.teller.words["documents"]
    for code, sector, category, role in _PAPERS:
        file = entries.file_of(journey.case, role)
        if sector not in team or file is None:
            continue
        said = said_of[code]
        former = None
        for version in range(2 if code == "photo" else 1):
            name, data = _MADE[code](said, version)
            at = journey.clock.after(hours=2)
            pending = documents.bring(
                case_id=journey.case.pk,
                said=documents.Said(file.pk, category, said["title"], said["shows"], timezone.localdate(at)),
                brought=documents.Brought(inspecting.inspect(data, name=name), name, data),
                former_id=former,
                actor=team[sector],
                at=at,
            )
            former = documents.add_document(
                case_id=journey.case.pk, pending_id=pending.pk, actor=team[sector], at=at
            ).pk


def _photo(said: dict[str, Any], version: int) -> tuple[str, bytes]:
    """Draw a door whose lock is broken, and say across it that it is fictional."""
    image = Image.new("RGB", (900, 1200), "#d9cfbd")
    draw = ImageDraw.Draw(image)
    draw.rectangle((230, 160, 670, 1200), fill="#6b5038", outline="#3d2c1d", width=14)
    for top in (230, 700):
        draw.rectangle((300, top, 600, top + 380), outline="#3d2c1d", width=8)
    draw.ellipse((590, 640, 640, 690), fill="#c9a94e")
    draw.line([(640, 560), (610, 620), (655, 650), (620, 720), (650, 790)], fill="#111111", width=9)
    # The first time it came dark.
    shown = image.point(lambda value: int(value * 0.55)) if version == 0 else image
    ImageDraw.Draw(shown).text((40, 40), said["mark"], fill="#8a1c2b", font=ImageFont.load_default(64))
    out = io.BytesIO()
    taken = Image.Exif()
    taken[0x010F], taken[0x0110] = "Fictional", "Camera"
    shown.save(out, "JPEG", quality=85, exif=taken.tobytes())
    return "IMG_0042.jpg", out.getvalue()


def _report(said: dict[str, Any], _version: int) -> tuple[str, bytes]:
    """Set a report on as many pages as there are parts of it."""
    document = pikepdf.Pdf.new()
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )
    for lines in said["pages"]:
        document.add_blank_page(page_size=(612, 792))
        page = document.pages[-1]
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        words = b"".join(_set(line, 700 - 26 * number, 13) for number, line in enumerate(lines))
        page.Contents = document.make_stream(_set(said["mark"], 745, 20) + words)
    document.docinfo["/Title"] = said["mark"]
    out = io.BytesIO()
    document.save(out)
    return "report.pdf", out.getvalue()


def _set(line: str, height: int, size: int) -> bytes:
    safe = (
        line.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    )
    return b"BT /F1 %d Tf 56 %d Td (%s) Tj ET\n" % (size, height, safe)


def _text(said: dict[str, Any], _version: int) -> tuple[str, bytes]:
    return "note.txt", f"{said['mark']}\n\n{said['words']}\n".encode()


_MADE = {"photo": _photo, "report": _report, "text": _text}
