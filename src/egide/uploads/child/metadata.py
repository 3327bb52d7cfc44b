"""What a picture says of who took it, when, where and with what: told to who brings it, then left out."""

from typing import Any

from PIL import ExifTags, Image

from egide.uploads.child.verdict import moment, said

_IFD = ExifTags.IFD
_BASE = ExifTags.Base
_WHEN = (_BASE.DateTimeOriginal, _BASE.DateTimeDigitized, _BASE.DateTime)
_DEVICE = (_BASE.Make, _BASE.Model, _BASE.LensModel, _BASE.BodySerialNumber)
_WHO = (_BASE.Artist, _BASE.CameraOwnerName, _BASE.Copyright, _BASE.XPAuthor)
_WORDS = (_BASE.ImageDescription, _BASE.UserComment, _BASE.XPTitle, _BASE.XPComment, _BASE.XPSubject)


def of_picture(image: Image.Image, *, pictures: int) -> list[tuple[str, str]]:
    """Answer what is left out of a picture, as (code, value); a value that cannot be read is told without it."""
    found: list[tuple[str, str]] = []
    try:
        found += _of_exif(image.getexif())
    except Exception:  # whatever a hostile EXIF makes the library raise: it is left out all the same
        found.append(("other", ""))
    info: dict[Any, Any] = image.info
    written = [said(value) for key, value in _texts(image) if key != "XML:com.adobe.xmp"]
    if info.get("comment"):
        written.append(said(info["comment"]))
    found += [("words", value) for value in written if value]
    if info.get("xmp") or info.get("photoshop") or "XML:com.adobe.xmp" in info:
        found.append(("description", ""))
    if pictures > 1:
        found.append(("second_picture", ""))
    return list(dict.fromkeys(found))


def _texts(image: Image.Image) -> list[tuple[str, Any]]:
    texts = getattr(image, "text", None)
    return list(texts.items())[:20] if isinstance(texts, dict) else []


def _of_exif(exif: Image.Exif) -> list[tuple[str, str]]:
    tags = {**exif, **exif.get_ifd(_IFD.Exif)}
    found: list[tuple[str, str]] = []
    place = exif.get_ifd(_IFD.GPSInfo)
    if place:
        found.append(("where", _position(place)))
    when = next((said(tags[tag]) for tag in _WHEN if tags.get(tag)), "")
    if when:
        found.append(("when", moment(when)))
    for code, wanted in (("device", _DEVICE), ("who", _WHO), ("words", _WORDS)):
        values = [_text(tags[tag]) for tag in wanted if tags.get(tag)]
        if any(values):
            found.append((code, said(" · ".join(dict.fromkeys(v for v in values if v)))))
    if exif.get_ifd(_IFD.IFD1):
        found.append(("small_picture", ""))
    return found or ([("other", "")] if tags else [])


def _text(value: Any) -> str:
    """Answer words as a camera or Windows writes them."""
    if isinstance(value, bytes):
        if value[:8] in (b"ASCII\0\0\0", b"UNICODE\0", b"\0" * 8):
            value = value[8:]
        if value[1:2] == b"\0" and len(value) % 2 == 0:
            value = value.decode("utf-16-le", "replace")
    return said(value).strip()


def _position(place: dict[int, Any]) -> str:
    """Answer latitude and longitude in degrees; empty when they cannot be read."""
    try:
        degrees = []
        for value, side, negative in ((2, 1, "S"), (4, 3, "W")):
            d, m, s = (float(part) for part in place[value])
            degrees.append((d + m / 60 + s / 3600) * (-1 if place.get(side) == negative else 1))
        return "{:.5f}, {:.5f}".format(*degrees)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return ""
