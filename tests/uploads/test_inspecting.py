"""Files are read in a process of their own and made anew; what is hostile, wrong or hidden in them is refused by name."""

import ctypes
import io
import os
import socket
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from egide.uploads import inspecting
from egide.uploads.child import limits
from egide.uploads.kinds import FAMILIES, KINDS, MOST_PIXELS
from egide.uploads.wording import _WORDS, NotTaken, sentence
from tests.uploads import files

#: The version of Landlock this Linux has; 0 or less when it has none.
LANDLOCK = ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1)
SOURCE = Path(inspecting.__file__).parents[2]


def refused(name, data):
    with pytest.raises(NotTaken) as caught:
        inspecting.inspect(data, name=name)
    return caught.value.code


class TestWhatIsTaken:
    @pytest.mark.parametrize(
        ("name", "data", "code"),
        [
            ("a.jpg", files.picture(), "jpeg"),
            ("A.JPEG", files.picture(mode="L"), "jpeg"),
            ("a.jpg", files.picture(mode="CMYK"), "jpeg"),
            ("a.png", files.picture("PNG", mode="P"), "png"),
            ("a.png", files.picture("PNG", mode="RGBA"), "png"),
            ("a.webp", files.picture("WEBP"), "webp"),
            ("a.pdf", files.pdf(), "pdf"),
            ("a.txt", "Ça va ?\r\nOui.".encode(), "text"),
            ("a.txt", "été".encode("cp1252"), "text"),
            ("a.txt", "été".encode("utf-16"), "text"),
        ],
    )
    def test_is_made_anew_and_can_be_read(self, name, data, code):
        made = inspecting.inspect(data, name=name)

        assert made.kind == KINDS[code]
        if code == "text":
            assert b"\r" not in made.data
            assert "a" in made.data.decode() or made.data.decode() == "été"
        elif code == "pdf":
            assert len(pikepdf.open(io.BytesIO(made.data)).pages) == made.pages == 1
        else:
            shown = Image.open(io.BytesIO(made.data))
            assert shown.size == (made.width, made.height) == (40, 30)
        # what came out would be taken again, and then nothing is left out of it
        assert inspecting.inspect(made.data, name=name).removed == ()

    def test_is_turned_the_right_way(self):
        said = Image.Exif()
        said[0x0112] = 6
        made = inspecting.inspect(files.picture(exif=said.tobytes()), name="a.jpg")

        assert (made.width, made.height) == (30, 40)

    def test_loses_next_to_nothing_and_does_not_grow(self):
        original = files.picture(size=(400, 300), quality=80)
        made = inspecting.inspect(original, name="a.jpg")

        assert len(made.data) < 1.1 * len(original)


class TestWhatAPhotographSays:
    def test_is_told_and_left_out(self):
        original = files.photo()
        made = inspecting.inspect(original, name="a.jpg")
        told = dict(made.removed)

        assert told["where"] == "45.96333, -66.64167"
        assert told["when"] == "2026-11-01 10:00:00"
        assert told["device"] == "Maker · Phone 3"
        assert told["who"] == "A. Photographer"
        assert told["words"] == "the kitchen at her sister's"
        assert b"kitchen" in original
        assert b"Maker" in original
        for word in (b"kitchen", b"Maker", b"Photographer", b"Exif", b"2026:11"):
            assert word not in made.data
        assert not Image.open(io.BytesIO(made.data)).getexif()

    def test_that_lies_is_left_out_all_the_same(self):
        broken = files.jpeg_with(0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff" + os.urandom(200))
        made = inspecting.inspect(broken, name="a.jpg")

        assert b"Exif" not in made.data

    def test_in_words_of_a_png_is_left_out(self):
        from PIL.PngImagePlugin import PngInfo

        said = PngInfo()
        said.add_text("Author", "Someone at 12, rue Union")
        made = inspecting.inspect(files.picture("PNG", pnginfo=said), name="a.png")

        assert ("words", "Someone at 12, rue Union") in made.removed
        assert b"rue Union" not in made.data

    def test_cannot_write_on_the_page_of_who_brings_it(self):
        made = inspecting.inspect(files.picture(comment=b"\x1b[31m\0<b>" + b"x" * 900), name="a.jpg")
        [(_code, value)] = made.removed

        assert value.isprintable()
        assert len(value) <= 120

    def test_in_a_photograph_inside_a_pdf_is_left_out(self):
        def with_photo(document):
            image = pikepdf.Stream(document, files.photo())
            image.Type, image.Subtype, image.Filter = (
                pikepdf.Name.XObject,
                pikepdf.Name.Image,
                pikepdf.Name.DCTDecode,
            )
            image.Width, image.Height, image.BitsPerComponent = 40, 30, 8
            image.ColorSpace = pikepdf.Name.DeviceRGB
            document.pages[0].Resources.XObject = pikepdf.Dictionary(Im0=document.make_indirect(image))
            document.pages[0].Contents = document.make_stream(b"q 400 0 0 300 72 300 cm /Im0 Do Q")

        original = files.pdf(with_photo)
        made = inspecting.inspect(original, name="a.pdf")

        assert b"kitchen" in original
        assert ("pictures", "") in made.removed
        assert b"kitchen" not in made.data
        assert b"Maker" not in made.data
        assert inspecting.page(made.data, number=0).picture.startswith(b"\x89PNG")


def _says(document):
    document.docinfo["/Author"] = "A. Writer"
    document.docinfo["/Title"] = "About her"
    document.docinfo["/CreationDate"] = "D:20261101100000-04'00'"
    document.Root.Metadata = document.make_stream(b"<x:xmpmeta>A. Writer</x:xmpmeta>")


class TestPdf:
    def test_says_nothing_of_who_made_it(self):
        original = files.pdf(_says)
        made = inspecting.inspect(original, name="a.pdf")

        assert dict(made.removed) == {
            "who": "A. Writer",
            "words": "About her",
            "when": "2026-11-01 10:00",
            "description": "",
        }
        assert b"Writer" in original
        assert b"Writer" not in made.data

    @pytest.mark.parametrize(
        ("key", "told"), [("/Title", "words"), ("/Producer", "device"), ("/CreationDate", "when")]
    )
    def test_says_one_thing_of_itself_alone(self, key, told):
        made = inspecting.inspect(files.pdf(lambda d: d.docinfo.__setitem__(key, "Some")), name="a.pdf")

        assert made.removed == ((told, "Some"),)

    def test_keeps_its_language_and_loses_what_acts_within_it(self):
        def goes(document):
            document.Root.Lang = pikepdf.String("fr-CA")
            document.Root.OpenAction = pikepdf.Array([document.pages[0].obj, pikepdf.Name.Fit])
            files.annotated(Subtype=pikepdf.Name.Link, A=files.action("URI", URI="https://example.test/"))(
                document
            )

        made = inspecting.inspect(files.pdf(goes), name="a.pdf")
        again = pikepdf.open(io.BytesIO(made.data))

        assert str(again.Root.Lang) == "fr-CA"
        assert "/OpenAction" not in again.Root
        assert "/Annots" not in again.pages[0]
        assert ("links", "") in made.removed

    def test_is_drawn_page_by_page_with_its_words(self):
        made = inspecting.inspect(files.pdf(pages=3), name="a.pdf")
        second = inspecting.page(made.data, number=1)

        assert second.pages == made.pages == 3
        assert "page 2" in second.words
        assert Image.open(io.BytesIO(second.picture)).width == 1400
        with pytest.raises(NotTaken):
            inspecting.page(made.data, number=3)

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (files.opens("JavaScript", JS="app.alert(1)"), "pdf_script"),
            (files.opens("Launch", F="cmd.exe"), "pdf_launch"),
            (files.opens("URI", URI="https://example.test/"), "pdf_launch"),
            (files.opens("SubmitForm", F="https://example.test/"), "pdf_launch"),
            (files.opens("GoToE"), "pdf_embedded"),
            (files.annotated(Subtype=pikepdf.Name.Link, A=files.action("JavaScript", JS="1")), "pdf_script"),
            (files.annotated(Subtype=pikepdf.Name.FileAttachment), "pdf_embedded"),
            (files.annotated(Subtype=pikepdf.Name.RichMedia), "pdf_media"),
            (files.annotated(Subtype=pikepdf.Name.Screen), "pdf_media"),
            (lambda d: d.attachments.__setitem__("x.exe", b"MZ"), "pdf_embedded"),
            (lambda d: d.Root.__setattr__("AcroForm", pikepdf.Dictionary(XFA=d.make_stream(b"<x/>"))), "pdf_form"),
            (lambda d: d.pages[0].obj.__setitem__("/AA", pikepdf.Dictionary(O=files.action("JavaScript", JS="1"))), "pdf_script"),
        ],
    )  # fmt: skip
    def test_that_acts_or_hides_something_is_refused(self, change, code):
        assert refused("a.pdf", files.pdf(change)) == code

    def test_that_hides_its_program_in_a_packed_object_is_refused(self):
        packed = files.pdf(
            files.opens("JavaScript", JS="app.alert(1)"),
            save={"object_stream_mode": pikepdf.ObjectStreamMode.generate},
        )
        assert b"/JavaScript" not in packed

        assert refused("a.pdf", packed) == "pdf_script"

    def test_under_a_password_is_refused(self):
        for key in ("secret", ""):
            locked = files.pdf(save={"encryption": pikepdf.Encryption(owner="other", user=key)})
            assert refused("a.pdf", locked) == "pdf_password"

    @pytest.mark.parametrize("times", [1, 2, 3])
    def test_that_unpacks_to_too_much_is_refused(self, times):
        assert refused("a.pdf", files.bomb(times)) == "too_heavy"

    def test_with_too_many_pages_or_points_is_refused(self):
        assert refused("a.pdf", files.pdf(pages=501)) == "too_many_pages"

        def huge(document):
            image = pikepdf.Stream(document, b"x")
            image.Subtype, image.Width, image.Height = pikepdf.Name.Image, 60_000, 60_000
            document.pages[0].Resources.XObject = pikepdf.Dictionary(Im0=document.make_indirect(image))

        assert refused("a.pdf", files.pdf(huge)) == "too_many_pixels"

    def test_with_a_photograph_packed_twice_or_layers_that_are_not_shown_is_refused(self):
        """What the photograph says of itself would not be reached, and would stay."""

        def packed(filters):
            def change(document):
                image = pikepdf.Stream(document, b"x")
                image.Subtype, image.Width, image.Height = pikepdf.Name.Image, 40, 30
                image.Filter = pikepdf.Array([pikepdf.Name(name) for name in filters])
                document.pages[0].Resources.XObject = pikepdf.Dictionary(Im0=document.make_indirect(image))

            return change

        for filters in (["/ASCII85Decode", "/DCTDecode"], ["/JPXDecode"]):
            assert refused("a.pdf", files.pdf(packed(filters))) == "pdf_picture"

        def layered(document):
            layer = document.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="Draft"))
            document.Root.OCProperties = pikepdf.Dictionary(
                OCGs=pikepdf.Array([layer]), D=pikepdf.Dictionary(OFF=pikepdf.Array([layer]))
            )

        assert refused("a.pdf", files.pdf(layered)) == "pdf_layers"


class TestTwoThings:
    @pytest.mark.parametrize(
        ("name", "data", "code"),
        [
            ("a.jpg", files.picture() + files.archive(), "two_things"),
            ("a.jpg", files.picture() + b"<script>alert(1)</script>", "appended"),
            ("a.jpg", files.picture() + b"\0\0\0\x18ftypmp42" + bytes(300), "appended"),
            ("a.png", files.picture("PNG") + files.archive(), "two_things"),
            ("a.webp", files.picture("WEBP") + files.archive(), "two_things"),
            ("a.pdf", files.pdf() + files.archive(), "two_things"),
            ("a.jpg", files.jpeg_with(0xFE, b"*/=1;alert(1)/*<script>"), "two_things"),
            ("a.jpg", files.jpeg_with(0xFE, b"%PDF-1.7 1 0 obj"), "two_things"),
            ("a.gif", b"GIF89a/*" + bytes(40) + b"*/=1;alert(1)", "not_taken_picture"),
            ("a.jpg", b"GIF89a/*" + bytes(40) + b"*/=1;alert(1)", "disagree"),
            ("a.pdf", b"<html>\n" + files.pdf(), "disagree"),
        ],
    )
    def test_at_once_are_refused(self, name, data, code):
        assert refused(name, data) == code

    def test_an_archive_within_a_pdf_is_refused(self):
        def hidden(document):
            document.pages[0].Contents = document.make_stream(files.archive())

        assert refused("a.pdf", files.pdf(hidden, save={"compress_streams": False})) == "two_things"


class TestWrongTypes:
    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("a.png", files.picture()),
            ("a.jpg", files.picture("PNG")),
            ("a.jpg", files.pdf()),
            ("a.pdf", files.picture()),
            ("a.pdf", b"MZ" + bytes(500)),
            ("a.jpg", files.archive()),
            ("a.txt", files.pdf()),
            ("a.txt", files.picture()),
            ("a.txt", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
            ("a.txt", b"#!/bin/sh\nrm -rf /\n"),
            ("a.txt", b"\x7fELF" + bytes(200)),
            ("a.txt", b"words\0more"),
            ("a.txt", os.urandom(4000)),
        ],
    )
    def test_are_refused_whatever_the_name_says(self, name, data):
        assert refused(name, data) in ("disagree", "two_things")

    @pytest.mark.parametrize("end", sorted(end for ends in FAMILIES.values() for end in ends))
    def test_that_are_not_taken_say_what_to_do_instead(self, end):
        family = next(name for name, ends in FAMILIES.items() if end in ends)

        assert f"not_taken_{family}" in _WORDS

    @pytest.mark.parametrize(
        ("name", "code"),
        [
            ("a.svg", "drawing"),
            ("a.docx", "office"),
            ("a.docm", "macro"),
            ("a.heic", "telephone"),
            ("a.pdf.exe", "program"),
            ("a", "other"),
            ("", "other"),
            ("../../etc/passwd", "other"),
        ],
    )
    def test_by_name_are_not_even_read(self, name, code):
        assert refused(name, files.picture()) == f"not_taken_{code}"

    @pytest.mark.parametrize("kind", ["PNG", "WEBP"])
    def test_that_move_are_refused(self, kind):
        assert refused(f"a.{kind.lower()}", files.moving(kind)) == "animated"


class TestBombsAndStumps:
    @pytest.mark.parametrize(
        ("name", "data", "code"),
        [
            ("a.jpg", b"", "empty"),
            ("a.txt", b" \n ", "empty"),
            ("a.png", files.png_of(60_000, 60_000), "too_many_pixels"),
            ("a.png", files.png_of(7_072, 7_072), "too_many_pixels"),
            ("a.png", files.png_of(500, 500), "damaged"),
            ("a.jpg", files.picture()[:-200], "damaged"),
            ("a.jpg", files.picture()[:20], "damaged"),
            ("a.png", files.picture("PNG")[:-12], "damaged"),
            ("a.webp", files.picture("WEBP")[:-20], "damaged"),
            ("a.pdf", files.pdf()[:-40], "damaged"),
            ("a.pdf", b"%PDF-1.7\n%%EOF", "damaged"),
            ("a.txt", b"a" * (2 * 1024 * 1024 + 1), "text_too_long"),
        ],
    )
    def test_are_refused(self, name, data, code):
        assert refused(name, data) == code

    def test_the_limit_of_points_is_the_one_said(self):
        assert 7_071**2 <= MOST_PIXELS < 7_072**2


def in_child(code):
    """Run some code where files are read, with its limits."""
    script = f"import sys; sys.path.append({str(SOURCE)!r}); from egide.uploads.child import limits; limits.confine()\n{code}"
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout.strip(), done.stderr


class TestTheProcessApart:
    def test_has_little_memory(self):
        status, _out, said = in_child("bytearray(2 * 1024 ** 3)")
        assert status == 1
        assert "MemoryError" in said

    def test_writes_no_file(self, tmp_path):
        status, _out, _said = in_child(
            f"with open({str(tmp_path / 'x')!r}, 'w') as out: out.write('x' * 100)"
        )
        assert status != 0
        assert not (tmp_path / "x").exists() or not (tmp_path / "x").stat().st_size

    @pytest.mark.skipif(not LANDLOCK, reason="this Linux has no Landlock")
    def test_reads_no_file_but_those_of_its_libraries(self, key_file, tmp_path):
        """Neither the master key, nor a database, nor what the system says of other processes."""
        (tmp_path / "data").write_text("x")
        for path in (key_file, tmp_path / "data", "/etc/passwd", f"/proc/{os.getpid()}/environ"):
            status, _out, said = in_child(f"open({str(path)!r}, 'rb').read()")
            assert status == 1
            assert "PermissionError" in said

    @pytest.mark.skipif(LANDLOCK < 4, reason="this Linux has no Landlock for connections")
    def test_makes_no_connection(self):
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]
            status, _out, said = in_child(
                f"import socket; socket.create_connection(('127.0.0.1', {port}), 5)"
            )
        assert status == 1
        assert "Error" in said

    def test_is_told_nothing_of_the_deployment(self):
        seen = inspecting._answered({"name": "a.txt"}, b"words")
        assert b'"kind": "text"' in seen
        # It knows no settings, no key, no database: what it imports brings none of them.
        status, out, _said = in_child(
            "from egide.uploads.child import reading, pictures, pdf, text\n"
            "print(sorted(n for n in sys.modules if n.split('.')[0] in ('django', 'config', 'cryptography')))"
        )
        assert (status, out) == (0, "[]")

    def test_that_dies_or_hangs_is_a_refusal(self, monkeypatch, tmp_path):
        for program, code in (
            ("import os; os.abort()", "too_heavy"),
            ("import time; time.sleep(60)", "too_heavy"),
            ("import sys; sys.stdout.buffer.write(b'x' * 200_000_000)", "too_heavy"),
            ("import sys; sys.stdout.buffer.write(b'\\0\\0\\0\\2{}' + b'x')", "damaged"),
        ):
            child = tmp_path / "child.py"
            child.write_text(program)
            monkeypatch.setattr(inspecting, "_CHILD", child)
            monkeypatch.setattr(inspecting, "PATIENCE", 2)
            assert refused("a.jpg", files.picture()) == code

    def test_leaves_none_behind(self, monkeypatch, tmp_path):
        child = tmp_path / "child.py"
        mark = tmp_path / "pid"
        child.write_text(f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(60)")
        monkeypatch.setattr(inspecting, "_CHILD", child)
        monkeypatch.setattr(inspecting, "PATIENCE", 2)
        refused("a.jpg", files.picture())

        with pytest.raises(ProcessLookupError):
            os.kill(int(mark.read_text()), 0)

    def test_gives_its_turn_back(self, monkeypatch):
        monkeypatch.setattr(inspecting, "_TURN", 0.01)
        for _again in range(inspecting.AT_ONCE + 1):
            assert refused("a.jpg", b"") == "empty"
        for _taken in range(inspecting.AT_ONCE):
            assert inspecting._turns.acquire(timeout=1)
        try:
            assert refused("a.jpg", b"") == "busy"
        finally:
            for _taken in range(inspecting.AT_ONCE):
                inspecting._turns.release()

    def test_the_limits_are_below_what_one_machine_has(self):
        assert limits.MEMORY * inspecting.AT_ONCE <= 2 * 1024**3
        assert inspecting.PATIENCE <= 30


def test_every_refusal_is_one_clear_sentence():
    for code in _WORDS:
        said = sentence(code)
        assert said.endswith(".")
        assert "%" not in said
    assert "20 MB" in sentence("too_large")
