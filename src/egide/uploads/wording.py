"""Why a file is not taken, in one sentence that says what to do instead."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from egide.common.errors import Refused

_WORDS: dict[str, Any] = {
    "too_large": gettext_lazy("This file is too large: at most %(most)s. Nothing of it was kept."),
    "empty": gettext_lazy("This file is empty."),
    "damaged": gettext_lazy("This file is damaged or cut: it could not be read to its end. Save it again and choose it anew."),
    "disagree": gettext_lazy("What is in this file is not what its name says. Open it, save it in its own format, and choose it anew."),
    "two_things": gettext_lazy("This file is two things at once: another program would take it for something else. Such files are made to deceive. Print it to a PDF, or take a picture of it."),
    "appended": gettext_lazy("Something else follows the end of this file, such as the video of a moving photo. Save it again as a still picture, and choose it anew."),
    "animated": gettext_lazy("Moving pictures are not taken. Save the one that matters as a still picture."),
    "too_many_pixels": gettext_lazy("This picture has too many points: at most 50 million. Save it smaller."),
    "too_many_pages": gettext_lazy("This PDF is too long: at most 500 pages. Split it."),
    "too_heavy": gettext_lazy("This file takes too long or too much memory to read. Such files are made to exhaust. Print it to a new PDF, or take a picture of it."),
    "text_too_long": gettext_lazy("This text is too long: at most 2 million characters. Save it as PDF."),
    "pdf_password": gettext_lazy("This PDF is locked with a password. Print it to a new PDF without one."),
    "pdf_script": gettext_lazy("This PDF holds a program (JavaScript). Print it to a new PDF: what one sees stays, the program goes."),
    "pdf_launch": gettext_lazy("This PDF starts or sends something by itself. Print it to a new PDF: what one sees stays."),
    "pdf_embedded": gettext_lazy("Other files are hidden in this PDF. Take them out and bring each on its own, or print it to a new PDF."),
    "pdf_form": gettext_lazy("This PDF is a form only its own program shows (XFA). Print it to a new PDF."),
    "pdf_media": gettext_lazy("This PDF holds sound, video or a moving drawing. Print it to a new PDF."),
    "pdf_picture": gettext_lazy("A picture in this PDF is packed so that where and when it was taken cannot be taken out. Print it to a new PDF."),
    "pdf_layers": gettext_lazy("This PDF holds layers that are not shown. Print it to a new PDF: what one sees stays."),
    "not_taken_drawing": gettext_lazy("SVG drawings are not taken: they may hold programs. Save it as PNG."),
    "not_taken_macro": gettext_lazy("Documents with macros are programs and are not taken. Export it as PDF."),
    "not_taken_office": gettext_lazy("Office documents, tables and saved mails are not taken: they may change or act when opened. Export it as PDF."),
    "not_taken_telephone": gettext_lazy("This picture is in the telephone’s own format. Send it as JPEG: in the settings of the camera, choose “most compatible”."),
    "not_taken_picture": gettext_lazy("This kind of picture is not taken. Save it as JPEG or PNG."),
    "not_taken_recording": gettext_lazy("Sound and video are not taken yet. Keep the recording where evidence is kept, and write in the file who has it."),
    "not_taken_archive": gettext_lazy("Archives are not taken: bring each file on its own."),
    "not_taken_page": gettext_lazy("Web pages are not taken: they may hold programs. Print it to a PDF, or take a picture of the screen."),
    "not_taken_program": gettext_lazy("Programs are not taken."),
    "not_taken_other": gettext_lazy("This kind of file is not taken. Bring a JPEG, PNG or WebP picture, a PDF, or a plain text (.txt)."),
    "no_page": gettext_lazy("There is no such page."),
    "busy": gettext_lazy("Too many files are being read at this moment. Try again in a minute."),
    "antivirus_found": gettext_lazy("The antivirus knows this file as harmful. It was not kept. Tell whoever looks after your computer."),
    "antivirus_silent": gettext_lazy("The antivirus does not answer, and no file is taken without it. What you typed is kept: try again later, or tell your administrator."),
    "two_files": gettext_lazy("Bring one file at a time."),
}  # fmt: skip


class NotTaken(Refused):
    """A file that is not taken; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(sentence(code))
        self.code = code


def sentence(code: str) -> str:
    """Answer why, in the active language."""
    words = str(_WORDS.get(code, _WORDS["damaged"]))
    return words % {"most": largest()} if code == "too_large" else words


def largest() -> str:
    """Answer the largest file taken, in words."""
    from django.conf import settings

    return _("%(n)s MB") % {"n": int(settings.EGIDE_LARGEST_DOCUMENT) // (1024 * 1024)}
