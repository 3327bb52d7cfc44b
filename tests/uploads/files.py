"""Files as people bring them, and as people who mean harm make them. All made here; none is of anybody."""

import io
import zipfile
import zlib

import pikepdf
from PIL import Image

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def picture(kind="JPEG", size=(40, 30), mode="RGB", **how):
    out = io.BytesIO()
    Image.effect_noise(size, 40).convert(mode).save(out, kind, **how)
    return out.getvalue()


def photo():
    """A photograph that says where, when, with what and by whom, with a small picture of the whole."""
    said = Image.Exif()
    said[0x010F], said[0x0110], said[0x013B] = "Maker", "Phone 3", "A. Photographer"
    said.get_ifd(0x8769)[0x9003] = "2026:11:01 10:00:00"
    said.get_ifd(0x8825).update({1: "N", 2: (45.0, 57.0, 48.0), 3: "W", 4: (66.0, 38.0, 30.0)})
    return picture(exif=said.tobytes(), comment=b"the kitchen at her sister's")


def pdf(change=None, *, words="Fictional report", save=None, pages=1):
    """A PDF of a few words; `change` is given the document before it is saved."""
    document = pikepdf.Pdf.new()
    for number in range(pages):
        document.add_blank_page(page_size=(612, 792))
        page = document.pages[number]
        page.Resources = pikepdf.Dictionary(
            Font=pikepdf.Dictionary(
                F1=pikepdf.Dictionary(
                    Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
                )
            )
        )
        said = f"{words}, page {number + 1}" if pages > 1 else words
        page.Contents = document.make_stream(f"BT /F1 24 Tf 72 700 Td ({said}) Tj ET".encode())
    if change:
        change(document)
    out = io.BytesIO()
    document.save(out, **(save or {}))
    return out.getvalue()


def action(kind, **more):
    return pikepdf.Dictionary(Type=pikepdf.Name.Action, S=pikepdf.Name(f"/{kind}"), **more)


def opens(kind, **more):
    """A change that makes a PDF do something when it is opened."""

    def change(document):
        document.Root.OpenAction = action(kind, **more)

    return change


def annotated(**about):
    """A change that puts an annotation on the first page."""

    def change(document):
        rectangle = pikepdf.Array([10, 10, 60, 60])
        one = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Rect=rectangle, **about)
        document.pages[0].Annots = pikepdf.Array([document.make_indirect(one)])

    return change


def bomb_of(document, times=1):
    """Put half a gigabyte of nothing in a stream, packed."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(512)) + packer.flush()
    for _again in range(times - 1):
        packed = zlib.compress(packed, 9)
    stream = pikepdf.Stream(document, packed)
    names = pikepdf.Array([pikepdf.Name.FlateDecode] * times)
    stream.Filter = names if times > 1 else pikepdf.Name.FlateDecode
    document.pages[0].Contents = document.make_indirect(stream)


def bomb(times=1):
    return pdf(lambda document: bomb_of(document, times), save={"compress_streams": False,
               "stream_decode_level": pikepdf.StreamDecodeLevel.none})  # fmt: skip


def archive():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("run.js", "alert(1)")
    return out.getvalue()


def png_of(width, height, *, data=b""):
    """A PNG that says it is so large; its bytes are few."""

    def chunk(name, body):
        return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((1, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", data or zlib.compress(bytes(9)))
        + chunk(b"IEND", b"")
    )


def moving(kind):
    frames = [Image.new("RGB", (8, 8), (value, 0, 0)) for value in (0, 90, 200)]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


def jpeg_with(segment, body):
    """A JPEG with one more segment after its beginning."""
    plain = picture()
    return plain[:2] + bytes((0xFF, segment)) + (len(body) + 2).to_bytes(2, "big") + body + plain[2:]
