"""Three hundred odd files, drawn by a seed: cut short, mixed up, bombs, rare colour models and shapes."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Iterator

import fpdf
import numpy as np
from PIL import Image, ImageDraw, ImageFont

FORMATS = ("JPEG", "PNG", "BMP", "TIFF", "GIF", "WEBP", "PCX", "ICO")


def saved(picture: Image.Image, kind: str, **options) -> bytes:
    """Return the picture as a file of that format."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def base(size: tuple[int, int] = (240, 90), mode: str = "RGB") -> Image.Image:
    """Return a small picture with one line of text."""
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).text((10, 30), "Berth 27 A", "black", ImageFont.load_default(28))
    return picture.convert(mode)


def files(*, seed: int = 41) -> Iterator[tuple[str, bytes]]:
    """Return name and content of every odd file."""
    chance = random.Random(seed)
    wholes = {kind: saved(base(), kind) for kind in FORMATS}
    yield from _cut(wholes, chance)
    yield from _scrambled(wholes, chance)
    yield from _polyglots(wholes)
    yield from _noise(chance)
    yield from _bombs()
    yield from _colours()
    yield from _shapes()
    yield from _documents(chance)


def _cut(wholes: dict[str, bytes], chance: random.Random) -> Iterator[tuple[str, bytes]]:
    for kind, whole in wholes.items():
        for _ in range(12):
            end = chance.randrange(1, len(whole))
            yield f"{kind} cut at {end}", whole[:end]


def _scrambled(wholes: dict[str, bytes], chance: random.Random) -> Iterator[tuple[str, bytes]]:
    for kind, whole in wholes.items():
        for turn in range(10):
            body = bytearray(whole)
            for _ in range(chance.choice((1, 4, 30))):
                body[chance.randrange(4 if turn % 2 else 16, len(body))] = chance.randrange(256)
            yield f"{kind} scrambled {turn}", bytes(body)


def _polyglots(wholes: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for kind, whole in wholes.items():
        yield f"{kind} then page", whole + b"<html><script>alert(1)</script>"
        yield f"PDF mark in {kind}", whole + b"\n%PDF-1.7\n%%EOF"
        yield f"PDF mark before {kind}", b"%PDF-1.7\n" + whole
        yield f"archive before {kind}", b"PK\x03\x04" + whole


def _noise(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    heads = (b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"BM", b"II*\0", b"MM\0*", b"GIF89a")
    for head in (*heads, b"RIFF\x10\0\0\0WEBPVP8 ", b"8BPS\0\1", b"%PDF-1.4\n", b"P6\n9 9 255\n"):
        for size in (0, 30, 900):
            yield f"noise of {size} after {head!r}", head + chance.randbytes(size)
    for name, text in (("svg", "<svg/>"), ("eps", "%!PS-Adobe-3.0"), ("text", "hello" * 99)):
        yield name, text.encode()


def png(width: int, height: int, *, depth: int = 8, kind: int = 0, body: bytes = b"") -> bytes:
    """Return a PNG whose header says so, whatever its body holds."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))
        )

    head = struct.pack("!IIBBBBB", width, height, depth, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def _bombs() -> Iterator[tuple[str, bytes]]:
    for width, height in ((30_001, 20), (65_000, 65_000), (2**31 - 1, 2**31 - 1), (40_000, 5_000)):
        yield f"png of {width} x {height}", png(width, height, body=zlib.compress(b"\0" * 4096))
    yield "png of no size", png(0, 0)
    yield "png of far too much data", png(20, 20, body=zlib.compress(b"\0" * 20_000_000))
    yield "large one-bit", saved(Image.new("1", (9000, 9000), 1), "PNG")
    yield "bmp of huge size", b"BM" + struct.pack("<IIIIiiHHIIiiII", 99, 0, 54, 40, 60_000, 60_000, 1, 24, 0, 0, 0, 0, 0, 0)  # fmt: skip


def _colours() -> Iterator[tuple[str, bytes]]:
    for mode in ("1", "L", "P", "CMYK", "RGB"):
        for kind in ("TIFF", "PNG", "JPEG", "BMP", "GIF"):
            if (mode == "CMYK" and kind not in ("TIFF", "JPEG")) or (mode, kind) == ("P", "JPEG"):
                continue
            yield f"{mode} {kind}", saved(base(mode=mode), kind)
    for top in (1, 255, 4095, 65_535):
        grey = np.asarray(base(mode="L")).astype(np.uint16) * (top // 255) if top > 254 else None
        deep = grey if grey is not None else np.ones((40, 60), np.uint16)
        yield f"16 bit up to {top} png", saved(Image.fromarray(deep), "PNG")
        yield f"16 bit up to {top} tiff", saved(Image.fromarray(deep), "TIFF")
    for value in (float("nan"), float("inf"), -1e30, 0.5):
        yield f"float tiff {value}", saved(Image.fromarray(np.full((40, 60), value, np.float32)), "TIFF")  # fmt: skip
    clear = Image.new("RGBA", (240, 90), (0, 0, 0, 0))
    ImageDraw.Draw(clear).text((10, 30), "WHITE 27", (255, 255, 255, 255), ImageFont.load_default(28))  # fmt: skip
    for kind in ("PNG", "WEBP", "TIFF"):
        yield f"white on nothing {kind}", saved(clear, kind)
        yield f"nothing at all {kind}", saved(Image.new("RGBA", (90, 90), (0, 0, 0, 0)), kind)
    yield "grey with alpha", saved(clear.convert("LA"), "PNG")
    yield "palette with a clear colour", saved(base(mode="P"), "PNG", transparency=3)


def _shapes() -> Iterator[tuple[str, bytes]]:
    for size in ((1, 1), (2, 300), (14, 14), (15, 15), (15, 900), (900, 15), (33, 16)):
        yield f"size {size}", saved(base(size), "PNG")
    for size in ((30_000, 15), (15, 30_000), (30_000, 60)):
        yield f"size {size}", saved(base(size, "L"), "PNG")
    frames = [base(), Image.new("RGB", (240, 90), "red"), Image.new("RGB", (240, 90), "blue")]
    for kind in ("GIF", "TIFF", "WEBP", "PNG"):
        yield f"many frames {kind}", saved(frames[0], kind, save_all=True, append_images=frames[1:])
    for turn in (*range(10), 255):
        exif = Image.Exif()
        exif[0x0112] = turn
        yield f"orientation {turn}", saved(base(), "JPEG", exif=exif)
    yield (
        "orientation that is no number",
        saved(base(), "JPEG", exif=b"Exif\0\0MM\0*" + b"\xff" * 40),
    )


def _documents(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    made = fpdf.FPDF(unit="pt", format=(300, 90))
    made.add_page()
    made.set_font("Helvetica", size=20)
    made.text(20, 40, "Berth 27 A")
    whole = bytes(made.output())
    for _ in range(15):
        yield "PDF cut", whole[: chance.randrange(6, len(whole))]
    for _ in range(15):
        body = bytearray(whole)
        for _ in range(12):
            body[chance.randrange(6, len(body))] = chance.randrange(256)
        yield "PDF scrambled", bytes(body)
    yield "PDF with no end to its size", whole.replace(b"300.00 90.00", b"9999999999 9")
