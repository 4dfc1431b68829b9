"""One drawn document, photographed and saved in every way that callers do: its fields stay right."""

from __future__ import annotations

import io
import random
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tools.synthetic import passport
from tools.synthetic.photo import Shot, take

pytestmark = pytest.mark.engine
PLAIN = Shot(blur=0.3, noise=1.0)
SHOTS = {
    "quarter left": replace(PLAIN, turn=90),
    "upside down": replace(PLAIN, turn=180),
    "quarter right": replace(PLAIN, turn=270),
    "any angle": replace(PLAIN, turn=37),
    "any angle, head down": replace(PLAIN, turn=205),
    "seen from the side": replace(PLAIN, yaw=25),
    "seen from above": replace(PLAIN, pitch=25),
    "a quarter of the picture": replace(PLAIN, share=0.25, longest=2000),
    "dim": replace(PLAIN, light=0.3, noise=4.0),
    "uneven light": replace(PLAIN, gradient=0.8),
    "glare": replace(PLAIN, glare=0.6),
}


@pytest.fixture(scope="module")
def drawn():
    return passport.draw_format(random.Random(77), "TD3")


def assert_read(image: bytes, truth: dict[str, str]) -> None:
    from tools.accuracy.reading import read

    result = read(image, "passport").result
    assert result is not None
    assert {name: result[name] for name in truth} == truth


@pytest.mark.parametrize("name", SHOTS)
def test_a_document_is_read_however_it_was_photographed(drawn, name):
    image = take(drawn, random.Random(name), SHOTS[name])
    assert_read(image, drawn.fields)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    """Return the picture as a file of that format."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def deep(picture: Image.Image) -> bytes:
    """Return the picture as a PNG of 16 bits a pixel."""
    grey = np.asarray(picture.convert("L")).astype(np.uint16) * 257
    return saved(Image.fromarray(grey), "PNG")


def clear(picture: Image.Image) -> bytes:
    """Return the picture on transparent ground, with soft corners."""
    whole = Image.new("RGBA", (picture.width + 80, picture.height + 80), (0, 0, 0, 0))
    mask = Image.new("L", picture.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, *picture.size), 40, 255)
    whole.paste(picture.convert("RGBA"), (40, 40), mask)
    return saved(whole, "PNG")


def paged(picture: Image.Image) -> bytes:
    """Return a TIFF whose first page is the picture and whose second is blank."""
    return saved(picture, "TIFF", save_all=True, append_images=[Image.new("RGB", (300, 200))])


def turned_by_exif(picture: Image.Image) -> bytes:
    """Return a JPEG that lies on its side and says so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(picture.rotate(90, expand=True), "JPEG", quality=92, exif=exif)


FILES = {
    "CMYK JPEG": lambda picture: saved(picture.convert("CMYK"), "JPEG", quality=92),
    "CMYK TIFF": lambda picture: saved(picture.convert("CMYK"), "TIFF"),
    "16 bits": deep,
    "palette": lambda picture: saved(picture.quantize(64), "PNG"),
    "grey with alpha": lambda picture: saved(picture.convert("LA"), "PNG"),
    "alpha": clear,
    "several pages": paged,
    "EXIF orientation": turned_by_exif,
}


@pytest.mark.parametrize("name", FILES)
def test_a_document_is_read_in_whatever_it_was_saved(drawn, name):
    scan = Image.open(io.BytesIO(take(drawn, random.Random(4), replace(PLAIN, longest=1200))))
    assert_read(FILES[name](scan), drawn.fields)
