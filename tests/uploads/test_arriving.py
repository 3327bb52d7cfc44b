"""A file while it arrives: bounded in memory, never on a disk, given up as soon as it is too large."""

import io
import os
import tracemalloc

import pytest
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.http.multipartparser import MultiPartParser
from django.test import RequestFactory

from egide.uploads.arriving import Bounded, takes_file, why_not

EDGE = "edge"
MEBIBYTE = 1 << 20


class Endless:
    """A body of some size that is made as it is read; it counts how much was."""

    def __init__(self, head, size, tail):
        self.parts = [io.BytesIO(head), size, io.BytesIO(tail)]
        self.taken = 0

    def read(self, most=65_536):
        data = self.parts[0].read(most)
        if not data and self.parts[1]:
            count = min(most, self.parts[1])
            self.parts[1] -= count
            data = b"\xff" * count
        data = data or self.parts[2].read(most)
        self.taken += len(data)
        return data


def arrived(size, *, announced=None, asked=True, signed_in=True, files=1):
    """Parse a form that brings files; answers the request, its fields, its files and how much was read."""
    request = RequestFactory().post("/")

    def view(request):
        raise AssertionError("nobody calls it")

    request.resolver_match = type("Match", (), {"func": staticmethod(takes_file(view) if asked else view)})()
    request.user = type("User", (), {"is_authenticated": signed_in})()
    head = f'--{EDGE}\r\nContent-Disposition: form-data; name="text"\r\n\r\nTyped words.\r\n'
    one = f'--{EDGE}\r\nContent-Disposition: form-data; name="paper"; filename="a.jpg"\r\n\r\n'
    more = f"{one}x\r\n" * (files - 1)
    body = Endless((head + more + one).encode(), size, f"\r\n--{EDGE}--\r\n".encode())
    length = len(head) + len(more) + len(one) + size + len(EDGE) + 8 if announced is None else announced
    meta = {"CONTENT_TYPE": f"multipart/form-data; boundary={EDGE}", "CONTENT_LENGTH": length}
    fields, found = MultiPartParser(meta, body, [Bounded(request)], "utf-8").parse()
    return request, fields, found, body.taken


def test_a_file_is_kept_in_memory(settings):
    settings.EGIDE_LARGEST_DOCUMENT = MEBIBYTE
    request, fields, found, _taken = arrived(MEBIBYTE)

    assert isinstance(found["paper"], InMemoryUploadedFile)
    assert found["paper"].size == len(found["paper"].read()) == MEBIBYTE
    assert fields["text"] == "Typed words."
    assert why_not(request) == ""


def test_one_byte_more_is_given_up_and_what_was_typed_is_kept(settings):
    settings.EGIDE_LARGEST_DOCUMENT = MEBIBYTE
    request, fields, found, _taken = arrived(MEBIBYTE + 1)

    assert not found
    assert fields["text"] == "Typed words."
    assert why_not(request) == "too_large"


@pytest.mark.parametrize("announced", [None, 1000])
def test_a_gigabyte_is_given_up_while_it_arrives(settings, announced, tmp_path, monkeypatch):
    """Whatever it says of its length: little is read, little is kept, nothing is written."""
    settings.EGIDE_LARGEST_DOCUMENT = MEBIBYTE
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    tracemalloc.start()
    request, fields, found, taken = arrived(1 << 30, announced=announced)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert not found
    assert why_not(request) == "too_large"
    assert fields["text"] == "Typed words."
    assert taken < 6 * MEBIBYTE
    assert peak < 6 * MEBIBYTE
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("how", [{"asked": False}, {"signed_in": False}])
def test_where_nobody_asked_for_one_it_ends_at_its_first_byte(settings, how):
    settings.EGIDE_LARGEST_DOCUMENT = MEBIBYTE
    _request, fields, found, taken = arrived(1 << 30, **how)

    assert not found
    assert fields["text"] == "Typed words."
    assert taken < MEBIBYTE


def test_two_files_at_once_are_none(settings):
    request, _fields, found, _taken = arrived(100, files=2)

    assert len(found.getlist("paper")) <= 1
    assert why_not(request) == "two_files"
