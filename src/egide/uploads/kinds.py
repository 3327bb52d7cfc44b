"""What is taken, and what is refused by name. Plain Python: the process that reads files imports it too."""

from dataclasses import dataclass

#: Pixels of one picture, decoded. A 50-megapixel telephone fits; ours (O).
MOST_PIXELS = 50_000_000
#: Pages of one PDF, and bytes of all that it unpacks to. Ours (O).
MOST_PAGES = 500
MOST_UNPACKED = 256 * 1024 * 1024
#: Bytes of a plain text. Ours (O).
LONGEST_TEXT = 2 * 1024 * 1024


@dataclass(frozen=True)
class Kind:
    """One kind of file that is taken: its type, what its name may end with, and what a copy of it is called."""

    code: str
    mime: str
    extensions: tuple[str, ...]


JPEG = Kind("jpeg", "image/jpeg", ("jpg", "jpeg", "jpe", "jfif"))
PNG = Kind("png", "image/png", ("png",))
WEBP = Kind("webp", "image/webp", ("webp",))
PDF = Kind("pdf", "application/pdf", ("pdf",))
TEXT = Kind("text", "text/plain", ("txt", "text"))
KINDS = {kind.code: kind for kind in (JPEG, PNG, WEBP, PDF, TEXT)}
PICTURES = frozenset({"jpeg", "png", "webp"})

#: What the name of a file that is not taken says it is: each has a sentence that says what to do instead.
FAMILIES = {
    "drawing": ("svg", "svgz"),
    "macro": ("docm", "dotm", "xlsm", "xltm", "xlam", "pptm", "potm", "ppam"),
    "office": ("doc", "docx", "odt", "rtf", "xls", "xlsx", "ods", "csv", "ppt", "pptx", "odp", "pages", "eml", "msg"),
    "telephone": ("heic", "heif", "avif", "dng", "raw"),
    "picture": ("gif", "bmp", "tif", "tiff", "ico", "psd"),
    "recording": ("mp3", "m4a", "wav", "ogg", "opus", "amr", "mp4", "mov", "avi", "mkv", "webm", "3gp"),
    "archive": ("zip", "rar", "7z", "gz", "tar", "tgz", "bz2", "xz", "iso", "jar"),
    "page": ("htm", "html", "xhtml", "mht", "mhtml", "xml", "js", "mjs", "css"),
    "program": ("exe", "dll", "msi", "bat", "cmd", "com", "scr", "ps1", "vbs", "sh", "py", "apk", "lnk", "hta"),
}  # fmt: skip


def extension_of(name: str) -> str:
    """Answer what a file's name ends with, in lower case; empty when it ends with nothing."""
    _stem, dot, end = name.rpartition(".")
    return end.strip().lower() if dot else ""


def kind_named(name: str) -> Kind | None:
    """Answer the kind a file's name says it is, when that kind is taken."""
    end = extension_of(name)
    return next((kind for kind in KINDS.values() if end in kind.extensions), None)


def family_named(name: str) -> str:
    """Answer why a file of that name is not taken: a family, or `other`."""
    end = extension_of(name)
    return next((family for family, ends in FAMILIES.items() if end in ends), "other")
