"""Pictures: their structure walked, their size known before they are decoded, made anew from their pixels alone."""

import contextlib
import io
import warnings
import zlib
from typing import Any

from PIL import Image, ImageCms, ImageOps, JpegImagePlugin

from egide.uploads.child import jpeg, metadata
from egide.uploads.child.verdict import Bad, Rebuilt
from egide.uploads.kinds import MOST_PIXELS, Kind

PNG_START = b"\x89PNG\r\n\x1a\n"
_QUALITY = 92
#: What decoding raises on a picture that is cut, wrong or hostile.
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    OverflowError,
    EOFError,
    zlib.error,
)


def rebuilt(data: bytes, kind: Kind) -> Rebuilt:
    """Answer a picture made anew, with nothing in it but its pixels.

    Raises:
        Bad: cut, animated, too many pixels, or something follows it.
    """
    pictures = _WALKS[kind.code](data)
    Image.MAX_IMAGE_PIXELS = None  # asked here, of the header, before anything is decoded
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            image: Image.Image = Image.open(io.BytesIO(data), formats=[kind.code.upper()])
            if image.width * image.height > MOST_PIXELS:
                raise Bad("too_many_pixels")
            if kind.code != "jpeg" and getattr(image, "is_animated", False):
                raise Bad("animated")
            image.load()
            removed = metadata.of_picture(image, pictures=pictures)
            packed = _as_packed(image, kind)
            clean = _shown(image, kind)
            return Rebuilt(
                _written(clean, kind, packed), removed, pages=1, width=clean.width, height=clean.height
            )
        except _BROKEN as error:
            raise Bad("damaged") from error


def _shown(image: Image.Image, kind: Kind) -> Image.Image:
    """Answer the pixels as a screen shows them: turned the right way, in the colours of the web."""
    image = ImageOps.exif_transpose(image)
    profile = image.info.get("icc_profile")
    has_alpha = "A" in image.getbands() or "transparency" in image.info
    if image.mode not in ("L", "RGB", "RGBA") or has_alpha:
        image = image.convert("RGBA" if has_alpha and kind.code != "jpeg" else "RGB")
    if profile and image.mode == "RGB":
        with contextlib.suppress(ImageCms.PyCMSError, *_BROKEN):
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), inPlace=True)
    image.info = {}
    return image


def _as_packed(image: Image.Image, kind: Kind) -> dict[str, Any]:
    """Answer how the picture was packed: made anew the same way, it loses next to nothing and does not grow."""
    if kind.code == "webp":
        return {"quality": _QUALITY}
    tables = getattr(image, "quantization", None)
    if kind.code != "jpeg" or not tables or image.mode not in ("L", "RGB"):
        return {} if kind.code == "png" else {"quality": _QUALITY}
    return {"qtables": tables, "subsampling": JpegImagePlugin.get_sampling(image)}


def _written(image: Image.Image, kind: Kind, packed: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    image.save(out, kind.code.upper(), **packed)
    return out.getvalue()


def _walk_png(data: bytes) -> int:
    at, names = len(PNG_START), set()
    while at + 12 <= len(data):
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        names.add(name)
        at += 12 + size
        if name == b"IEND":
            break
    if at > len(data) or b"IEND" not in names:
        raise Bad("damaged")
    if data[at:].strip(b"\0\r\n"):
        raise Bad("appended")
    if b"acTL" in names:
        raise Bad("animated")
    return 1


def _walk_webp(data: bytes) -> int:
    end = 8 + int.from_bytes(data[4:8], "little")
    end += end % 2
    if len(data) < end:
        raise Bad("damaged")
    if data[end:].strip(b"\0\r\n"):
        raise Bad("appended")
    if data[12:16] == b"VP8X" and data[20] & 0x02:
        raise Bad("animated")
    return 1


_WALKS = {"jpeg": jpeg.check_ends, "png": _walk_png, "webp": _walk_webp}
