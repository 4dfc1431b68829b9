"""Every format and colour model becomes the same upright BGR image."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from ocr.profiles import ImageTooLarge, UnreadableImage
from ocr.vision.decoding import decode


def half() -> Image.Image:
    """Left half red, right half blue, 60 x 40."""
    image = Image.new("RGB", (60, 40), (200, 0, 0))
    image.paste((0, 0, 200), (30, 0, 60, 40))
    return image


def saved(image: Image.Image, kind: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "WEBP", "GIF", "PCX", "JPEG", "ICO", "TGA"])
def test_each_format_gives_the_same_image(kind):
    image = half()
    options = {"lossless": True} if kind == "WEBP" else {}
    if kind == "ICO":
        options = {"sizes": [(60, 40)]}
    pixels = decode(saved(image, kind, **options)).pixels
    assert pixels.shape == (40, 60, 3)
    assert np.allclose(pixels[20, 5], (0, 0, 200), atol=12)
    assert np.allclose(pixels[20, 55], (200, 0, 0), atol=12)


def test_exif_orientation_is_applied():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show it turned clockwise
    found = decode(saved(half(), "JPEG", exif=exif, quality=95))
    assert (found.width, found.height) == (40, 60)
    assert found.pixels.shape == (60, 40, 3)
    assert found.pixels[5, 20, 2] > 150  # the left, red, half is now on top


def test_cmyk_palette_and_sixteen_bits():
    cmyk = decode(saved(half().convert("CMYK"), "JPEG", quality=95)).pixels
    assert cmyk[20, 5, 2] > 150 > cmyk[20, 5, 0]
    palette = decode(saved(half().convert("P"), "PNG")).pixels
    assert palette[20, 5, 2] > 150 > palette[20, 5, 0]
    deep = Image.fromarray(np.full((40, 60), 40000, np.uint16))
    assert abs(int(decode(saved(deep, "PNG")).pixels[0, 0, 0]) - 156) < 3


def test_white_text_on_transparent_ground_stays_visible():
    image = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    image.paste((255, 255, 255, 255), (10, 10, 30, 20))
    pixels = decode(saved(image, "PNG")).pixels
    assert pixels[15, 20].tolist() == [255, 255, 255]
    assert pixels[35, 50].tolist() == [0, 0, 0]


def test_dark_text_on_transparent_ground_stays_dark_on_white():
    image = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    image.paste((10, 10, 10, 255), (10, 10, 30, 20))
    assert decode(saved(image, "PNG")).pixels[35, 50].tolist() == [255, 255, 255]


def test_the_first_page_of_a_tiff_counts():
    second = Image.new("RGB", (10, 10), "black")
    pixels = decode(saved(half(), "TIFF", save_all=True, append_images=[second])).pixels
    assert pixels.shape == (40, 60, 3)


@pytest.mark.parametrize("content", [b"", b"hello", b"GIF89a", b"%PDF-1.4 nothing"])
def test_what_is_no_image_is_refused(content):
    with pytest.raises(UnreadableImage):
        decode(content)


def test_a_truncated_image_is_refused():
    whole = saved(half().resize((600, 400)), "JPEG")
    with pytest.raises(UnreadableImage):
        decode(whole[: len(whole) // 3])


def test_a_bomb_is_stopped_at_its_header():
    bomb = saved(Image.new("1", (40000, 5000)), "PNG")
    with pytest.raises(ImageTooLarge):
        decode(bomb)
