"""A file while it arrives: counted, kept in memory alone, given up as soon as it is too large.

Nothing of it is ever written on a disk in clear. Only a page that says so takes one, from somebody signed in:
elsewhere the connection is given up at the first byte of a file.
"""

import io
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

View = TypeVar("View", bound=Callable[..., Any])
#: What is too large is still read, and thrown away, up to so many times the limit: a browser shows an answer
#: only once it has sent what it began. Beyond, the connection is given up.
_READ_ON = 4


def takes_file(view: View) -> View:
    """Let a view take one file."""
    view.takes_file = True  # type: ignore[attr-defined]
    return view


def why_not(request: HttpRequest | None) -> str:
    """Answer the code of why the file of a request was given up while it arrived; empty when it was not."""
    return str(getattr(request, "file_given_up", ""))


class Bounded(FileUploadHandler):
    """Take one file into memory, up to the limit."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._count = 0
        self._size = 0
        self._announced = 0
        self._kept = io.BytesIO()

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],  # noqa: N803 - Django's own name
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Note how much is announced."""
        self._announced = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin, unless nobody asked for a file here."""
        super().new_file(*args, **kwargs)
        self._count += 1
        self._size, self._kept = 0, io.BytesIO()
        if not self._is_asked_for():
            raise StopUpload(connection_reset=True)
        if self._count > 1:
            self._give_up("two_files")
        elif self._announced > _READ_ON * self._most:
            self._give_up("too_large")
            raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a piece, or throw it away once there are too many."""
        self._size += len(raw_data)
        if self._size > self._most:
            self._give_up("too_large")
            self._kept = io.BytesIO()
            if self._size > _READ_ON * self._most:
                raise StopUpload(connection_reset=True)
        elif not why_not(self.request):
            self._kept.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile | None:
        """Answer the file, whole."""
        if why_not(self.request):
            return None
        self._kept.seek(0)
        return InMemoryUploadedFile(
            self._kept, self.field_name, self.file_name, self.content_type, self._size, self.charset
        )

    @property
    def _most(self) -> int:
        return int(settings.EGIDE_LARGEST_DOCUMENT)

    def _is_asked_for(self) -> bool:
        match = getattr(self.request, "resolver_match", None)
        user = getattr(self.request, "user", None)
        return bool(
            getattr(getattr(match, "func", None), "takes_file", False) and user and user.is_authenticated
        )

    def _give_up(self, code: str) -> None:
        if self.request is not None:
            self.request.file_given_up = code  # type: ignore[attr-defined]
