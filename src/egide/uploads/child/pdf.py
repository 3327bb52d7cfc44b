"""PDF: nothing that acts, nothing hidden in it, no more than it shows; then made anew. Source: ISO 32000-2."""

import io
import zlib
from collections.abc import Iterable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from egide.uploads.child import jpeg
from egide.uploads.child.verdict import Bad, Rebuilt, moment, said
from egide.uploads.kinds import MOST_PAGES, MOST_PIXELS, MOST_UNPACKED

#: Objects of one file; more would take longer than anyone waits. Ours (O).
_MOST_OBJECTS = 100_000
_ENDS = b"%%EOF"
#: Keys that carry something that acts, wherever they stand, and why they are refused.
_ACTS = {
    "/JS": "pdf_script",
    "/JavaScript": "pdf_script",
    "/EmbeddedFiles": "pdf_embedded",
    "/EmbeddedFile": "pdf_embedded",
    "/EF": "pdf_embedded",
    "/XFA": "pdf_form",
    "/RichMedia": "pdf_media",
    "/RichMediaContent": "pdf_media",
}
#: Kinds of action (the value of /S) and of annotation (of /Subtype) that are refused; a link alone is only left out.
_ACTIONS = {
    "/JavaScript": "pdf_script",
    "/Launch": "pdf_launch",
    "/ImportData": "pdf_launch",
    "/SubmitForm": "pdf_launch",
    "/GoToE": "pdf_embedded",
    "/Rendition": "pdf_media",
    "/Movie": "pdf_media",
    "/Sound": "pdf_media",
    "/RichMediaExecute": "pdf_media",
    "/FileAttachment": "pdf_embedded",
    "/RichMedia": "pdf_media",
    "/Screen": "pdf_media",
    "/3D": "pdf_media",
}
#: What the catalogue keeps: pages, their language and structure (for screen readers), layers.
_CATALOGUE = frozenset(
    {"/Type", "/Version", "/Pages", "/Lang", "/MarkInfo", "/StructTreeRoot", "/OCProperties"}
)
#: What a page loses: what acts when it opens, what a program noted in it, what was said of it.
_OF_PAGE = (
    "/AA",
    "/Annots",
    "/Metadata",
    "/PieceInfo",
    "/Thumb",
    "/B",
    "/PresSteps",
    "/Dur",
    "/Trans",
    "/LastModified",
)
_TOLD = {
    "/Author": "who",
    "/Title": "words",
    "/Subject": "words",
    "/Keywords": "words",
    "/Creator": "device",
    "/Producer": "device",
    "/CreationDate": "when",
}


def rebuilt(data: bytes) -> Rebuilt:
    """Answer a PDF made anew: its pages, nothing that acts, nothing said of it.

    Raises:
        Bad: sealed with a password, cut, something acts or is hidden in it, or it unpacks to too much.
    """
    tail = data.rfind(_ENDS)
    if tail < 0:
        raise Bad("damaged")
    if data[tail + len(_ENDS) :].strip(b"\0\r\n \t"):
        raise Bad("appended")
    try:
        with Pdf.open(io.BytesIO(data), attempt_recovery=False, suppress_warnings=True) as document:
            if document.is_encrypted:
                raise Bad("pdf_password")
            return _rebuilt(document)
    except pikepdf.PasswordError as error:
        raise Bad("pdf_password") from error
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, TypeError, KeyError) as error:
        raise Bad("damaged") from error


def _rebuilt(document: Pdf) -> Rebuilt:
    if len(document.objects) > _MOST_OBJECTS or len(document.pages) > MOST_PAGES:
        raise Bad("too_many_pages")
    if not document.pages:
        raise Bad("damaged")
    for one in document.objects:
        _check(one)
    _check_unpacks(document)
    if _hides_layers(document):
        raise Bad("pdf_layers")
    removed = _told(document)
    if any(page.get("/Annots") for page in document.pages):
        removed.append(("links", ""))
    document.generate_appearance_streams()
    document.flatten_annotations("screen")
    for key in list(document.Root.keys()):
        if key not in _CATALOGUE:
            del document.Root[key]
    for page in document.pages:
        for key in _OF_PAGE:
            if key in page.obj:
                del page.obj[key]
    if _strip_pictures(document.objects):
        removed.append(("pictures", ""))
    del document.docinfo
    out = io.BytesIO()
    document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True)
    return Rebuilt(out.getvalue(), removed, pages=len(document.pages))


def _check(one: Any) -> None:
    """Refuse an object that acts or hides something; what it names by reference is met on its own."""
    waiting = [one]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Array):
            waiting += [child for child in item if not _is_elsewhere(child)]
        elif isinstance(item, Dictionary | Stream):
            _check_keys(item)
            waiting += [child for _key, child in item.items() if not _is_elsewhere(child)]


def _is_elsewhere(child: Any) -> bool:
    return isinstance(child, pikepdf.Object) and child.is_indirect


def _check_keys(item: Any) -> None:
    for key, value in item.items():
        if key in _ACTS and not _is_empty(value):
            raise Bad(_ACTS[key])
    for key in ("/S", "/Subtype", "/Type"):
        value = item.get(key)
        code = _ACTIONS.get(str(value)) if isinstance(value, Name) else None
        # Structure elements are also named by /S: only an action has no structure parent.
        if code and not (key == "/S" and "/P" in item):
            raise Bad(code)
    opens = item.get("/OpenAction")
    if isinstance(opens, Dictionary) and str(opens.get("/S")) != "/GoTo":
        raise Bad(_ACTIONS.get(str(opens.get("/S")), "pdf_launch"))
    is_image = isinstance(item, Stream) and str(item.get("/Subtype")) == "/Image"
    if is_image:
        _check_picture([str(name) for name in _listed(item.get("/Filter"))])
    if is_image and int(item.get("/Width", 0)) * int(item.get("/Height", 0)) > MOST_PIXELS:
        raise Bad("too_many_pixels")


def _is_empty(value: Any) -> bool:
    return isinstance(value, Dictionary | Array) and len(value) == 0


def _check_unpacks(document: Pdf) -> None:
    """Count what every stream unpacks to, a little at a time: a bomb is refused before it is whole.

    Raises:
        Bad: all together are more than we allow, or one is packed again and again.
    """
    left = MOST_UNPACKED
    for one in document.objects:
        if not isinstance(one, Stream):
            continue
        names = [str(name) for name in _listed(one.get("/Filter"))]
        if len(names) > 2 or names.count("/FlateDecode") > 1:
            raise Bad("too_heavy")
        raw = one.read_raw_bytes()
        if names[:1] in (["/FlateDecode"], ["/Fl"]):
            left -= _unpacked(raw, left)
        elif names and names[0] in ("/LZWDecode", "/RunLengthDecode", "/ASCIIHexDecode", "/ASCII85Decode"):
            # At most 1365 times (LZW), and the memory of this process bounds it.
            left -= min(len(raw) * 1365, left + 1) if names[0] == "/LZWDecode" else len(raw) * 128
        else:
            left -= len(raw)
        if left < 0:
            raise Bad("too_heavy")


def _unpacked(raw: bytes, most: int) -> int:
    """Answer how many bytes a stream unpacks to, at most a little more than `most`."""
    count, unpacker = 0, zlib.decompressobj()
    while raw and count <= most and not unpacker.eof:
        try:
            count += len(unpacker.decompress(raw, 1 << 20))
        except zlib.error:
            return count
        raw = unpacker.unconsumed_tail
    return count


def _listed(value: Any) -> Iterable[Any]:
    if value is None:
        return ()
    return value if isinstance(value, Array) else (value,)


def _told(document: Pdf) -> list[tuple[str, str]]:
    """Answer what the file says of itself, by code; each code once."""
    found: dict[str, list[str]] = {}
    if "/Info" in document.trailer:
        for key, code in _TOLD.items():
            value = document.docinfo.get(key)
            words = "" if value is None else said(value)
            if words:
                found.setdefault(code, []).append(moment(words) if code == "when" else words)
    told = [(code, said(" · ".join(dict.fromkeys(values)))) for code, values in found.items()]
    if "/Metadata" in document.Root:
        told.append(("description", ""))
    form = document.Root.get("/AcroForm")
    if isinstance(form, Dictionary):
        is_signed = int(form.get("/SigFlags", 0)) & 1
        told.append(("signature" if is_signed else "form", ""))
    if "/Outlines" in document.Root:
        told.append(("contents", ""))
    return told


def _check_picture(filters: list[str]) -> None:
    """Refuse a photograph packed so that what it says of itself is not reached, and stays."""
    if "/JPXDecode" in filters or ("/DCTDecode" in filters and filters != ["/DCTDecode"]):
        raise Bad("pdf_picture")


def _hides_layers(document: Pdf) -> bool:
    """Say whether some of what the pages hold is not shown on them."""
    shown = document.Root.get("/OCProperties")
    if not isinstance(shown, Dictionary):
        return False
    ways = [shown.get("/D"), *_listed(shown.get("/Configs"))]
    return any(
        isinstance(way, Dictionary)
        and (any(True for _layer in _listed(way.get("/OFF"))) or str(way.get("/BaseState", "/ON")) != "/ON")
        for way in ways
    )


def _strip_pictures(objects: Iterable[Any]) -> bool:
    """Take out of the photographs in a PDF what says who took them, when and where; their pixels stay as they are."""
    found = False
    for one in objects:
        if not isinstance(one, Stream):
            continue
        for key in ("/Metadata", "/PieceInfo"):
            if key in one:
                del one[key]
                found = True
        if [str(name) for name in _listed(one.get("/Filter"))] == ["/DCTDecode"]:
            raw = one.read_raw_bytes()
            clean = jpeg.without_others(raw)
            if len(clean) < len(raw):
                found = True
                parms: Any = one.get("/DecodeParms")
                one.write(clean, filter=Name.DCTDecode, decode_parms=parms)
    return found
