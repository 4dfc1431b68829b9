"""Files that a person should not be able to hurt anybody with, made here and nowhere else."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib

import fpdf
import pikepdf
from PIL import Image, ImageDraw


def picture(text: str = "Hello", kind: str = "PNG") -> bytes:
    """Return a small picture with a word on it."""
    drawn = Image.new("RGB", (300, 80), "white")
    ImageDraw.Draw(drawn).text((10, 30), text, fill="black")
    out = io.BytesIO()
    drawn.save(out, kind)
    return out.getvalue()


def document(
    texts: list[str], *, size: float = 12, password: str = "", paper: str | tuple = "A4"
) -> bytes:
    """Return a PDF with one line of text on each page."""
    made = fpdf.FPDF(format=paper, unit="pt")
    for text in texts:
        made.add_page()
        if text:
            made.set_font("Helvetica", size=size)
            made.text(60, 100, text)
    if password:
        made.set_encryption(owner_password=password, user_password=password)
    return bytes(made.output())


def scan(dpi: int, *, pages: int = 1, note: str = "") -> bytes:
    """Return a PDF whose pages are pictures of half a letter page, with `note` as real text."""
    made = fpdf.FPDF(format=(306, 396), unit="pt")
    drawn = Image.new("L", (round(306 * dpi / 72), round(396 * dpi / 72)), 255)
    ImageDraw.Draw(drawn).rectangle((50, 50, 200, 90), fill=0)
    for _ in range(pages):
        made.add_page()
        made.image(drawn, x=0, y=0, w=306, h=396)
        if note:
            made.set_font("Helvetica", size=8)
            made.text(10, 380, note)
    return bytes(made.output())


def many_pages(count: int) -> bytes:
    """Return a PDF of `count` empty pages."""
    with pikepdf.new() as made:
        for _ in range(count):
            made.add_blank_page(page_size=(300, 300))
        out = io.BytesIO()
        made.save(out)
    return out.getvalue()


def with_action(action: str, *, where: str, packed: bool = True) -> bytes:
    """Return a PDF whose document, page or annotation starts `action`."""
    with pikepdf.new() as made:
        page = made.add_blank_page(page_size=(300, 300))
        body = pikepdf.Dictionary(S=pikepdf.Name("/" + action), JS=pikepdf.String("app.alert(1)"))
        if where == "document":
            made.Root.OpenAction = made.make_indirect(body)
        elif where == "page":
            page.obj.AA = pikepdf.Dictionary(O=body)
        else:
            note = pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=body
            )
            page.obj.Annots = pikepdf.Array([made.make_indirect(note)])
        mode = pikepdf.ObjectStreamMode
        out = io.BytesIO()
        made.save(out, object_stream_mode=mode.generate if packed else mode.disable)
    return out.getvalue()


def endless_page() -> bytes:
    """Return a PDF whose one page calls forms that call forms: two to the fortieth of them."""
    with pikepdf.new() as made:
        page = made.add_blank_page(page_size=(300, 300))
        inner = pikepdf.Stream(made, b"0 0 10 10 re f " * 200)
        inner.update(form({}))
        for _ in range(40):
            outer = pikepdf.Stream(made, b"/F Do /F Do ")
            outer.update(form({"/F": made.make_indirect(inner)}))
            inner = outer
        page.obj.Resources = pikepdf.Dictionary(
            XObject=pikepdf.Dictionary({"/F": made.make_indirect(inner)})
        )
        page.obj.Contents = pikepdf.Stream(made, b"/F Do")
        out = io.BytesIO()
        made.save(out)
    return out.getvalue()


def form(inside: dict) -> dict:
    """Return the dictionary of a form that may call those `inside`."""
    return {
        "/Type": pikepdf.Name.XObject,
        "/Subtype": pikepdf.Name.Form,
        "/BBox": pikepdf.Array([0, 0, 300, 300]),
        "/Resources": pikepdf.Dictionary(XObject=pikepdf.Dictionary(inside)),
    }


def archive(members: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP of the members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


def bomb(copies: int, size: int, *, claim: int = 0) -> bytes:
    """Return a ZIP of `copies` members of `size` zero bytes, whose directory says `claim` bytes."""
    made = bytearray(archive({f"{number}.bmp": bytes(size) for number in range(copies)}))
    where = made.find(b"PK\x01\x02")
    while claim and where >= 0:
        made[where + 24 : where + 28] = struct.pack("<I", claim)
        where = made.find(b"PK\x01\x02", where + 4)
    return bytes(made)


def overlapping(entries: int, size: int) -> bytes:
    """Return a ZIP whose directory names one member many times: small on disk, endless when opened."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(bytes(size)) + packer.flush()
    checksum = zlib.crc32(bytes(size))
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 0, checksum, len(body), size, 1, 0)
    central = b"".join(
        struct.pack(
            "<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, checksum, len(body), size,
            5, 0, 0, 0, 0, 0, 0,
        )
        + f"{number:05}".encode()
        for number in range(entries)
    )  # fmt: skip
    start = len(local) + 1 + len(body)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, entries, entries, len(central), start, 0)
    return local + b"a" + body + central + end


def lying(size: int) -> bytes:
    """Return a ZIP whose one member says it is short and unpacks to `size` bytes."""
    good = archive({"a.bmp": b"BM" + bytes(size)})
    where = good.index(b"PK\x01\x02") + 24
    return good[:where] + struct.pack("<I", 1000) + good[where + 4 :]


def link() -> bytes:
    """Return a ZIP that holds a symbolic link."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        info = zipfile.ZipInfo("a.png")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(info, "/etc/passwd")
    return out.getvalue()


def encrypted_archive() -> bytes:
    """Return a ZIP whose directory marks its member as encrypted."""
    made = bytearray(archive({"a.png": picture()}))
    made[made.index(b"PK\x01\x02") + 8] |= 1
    made[6] |= 1
    return bytes(made)


def tiff(pages: int) -> bytes:
    """Return a TIFF of several pages, each a shade darker."""
    shades = [Image.new("L", (600, 400), 255 - 20 * number) for number in range(pages)]
    out = io.BytesIO()
    shades[0].save(out, "TIFF", save_all=True, append_images=shades[1:])
    return out.getvalue()


def huge_tiff(side: int) -> bytes:
    """Return a TIFF whose first page is small and whose second says it has `side` x `side` pixels."""
    body = bytearray(tiff(1))
    (first,) = struct.unpack("<I", body[4:8])
    (count,) = struct.unpack("<H", body[first : first + 2])
    where = first + 2 + 12 * count
    body[where : where + 4] = struct.pack("<I", len(body))
    tags = [
        (256, 4, side), (257, 4, side), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8),
        (277, 3, 1), (278, 4, side), (279, 4, 100),
    ]  # fmt: skip
    rows = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    return bytes(body) + struct.pack("<H", len(tags)) + rows + bytes(4)


class Turned:
    """A source whose bytes lie backwards; it stands for an encrypted file."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def open(self, mode: str = "rb") -> io.BytesIO:
        """Return the bytes the right way round."""
        return io.BytesIO(self.content[::-1])
