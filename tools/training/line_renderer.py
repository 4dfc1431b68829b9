"""Render one line of text for training and degrade it: fonts, background, light, blur, noise, JPEG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tools.synthetic import degradation, fonts
from tools.synthetic.degradation import Array

Random = np.random.Generator
FONTS = "truetype"  # fonts are named by their path below this folder of the system's fonts


@dataclass(frozen=True, slots=True)
class Wear:
    """How badly a line is treated: each figure is the largest value that may be drawn."""

    turn: float = 4.0  # degrees
    slant: float = 0.12
    corner: float = 0.06  # of the height: how far a corner may be off
    least_height: int = 14  # pixels the line is shrunk to at worst
    blur: float = 1.3  # sigma, in pixels of a line 40 high
    noise: float = 14.0
    contrast: int = 55  # least difference between ink and ground
    white_ink: float = 0.15  # share of lines with light ink on dark ground


def font(path: str, size: int) -> ImageFont.FreeTypeFont:
    """Return a font of the system by its path below FONTS, its script shaped by Raqm."""
    return fonts.load(f"{FONTS}/{path}", size, layout=ImageFont.Layout.RAQM)


def _runs(text: str, path: str, spare: str, lent: str) -> list[tuple[str, str]]:
    """Return the text cut into pieces, each with the font that has its characters.

    The characters `lent` come from the spare font in any case.
    """
    known = fonts.characters(f"{FONTS}/{path}")
    runs: list[tuple[str, str]] = []
    for char in text:
        face = path if char == " " or (ord(char) in known and char not in lent) else spare
        if runs and (runs[-1][1] == face or char == " "):
            runs[-1] = (runs[-1][0] + char, runs[-1][1])
        else:
            runs.append((char, face))
    return runs


def ink(text: str, path: str, **how: Any) -> Array:
    """Return the text as an 8-bit mask, 255 = ink, cropped to what was drawn; `how` as for `based`."""
    return based(text, path, **how)[0]


def based(
    text: str,
    path: str,
    *,
    size: int = 64,
    spare: str = "liberation/LiberationSans-Regular.ttf",
    lent: str = "",
    space: float = 1.0,
) -> tuple[Array, int]:
    """Return the mask of a text and the row of it that is the base line.

    Characters that the font lacks, and those of `lent`, are drawn with the `spare` font on the same base
    line. Spaces are `space` times as wide as the font has them.
    """
    if space != 1.0 and " " in text:
        return _spaced_out(text, path, size=size, spare=spare, lent=lent, space=space)
    runs = _runs(text, path, spare, lent)
    wide = sum(font(face, size).getlength(part) for part, face in runs)
    mask = Image.new("L", (int(wide) + size, (14 * size) // 5), 0)
    draw, x = ImageDraw.Draw(mask), size / 2
    for part, face in runs:
        draw.text((x, 1.7 * size), part, font=font(face, size), fill=255, anchor="ls")
        x += font(face, size).getlength(part)
    left, top, right, bottom = mask.getbbox() or (0, 0, 8, 8)
    top, left = max(0, top - 1), max(0, left - 1)
    cut = np.asarray(mask)[top : bottom + 1, left : right + 1]
    return cut, min(max(0, round(1.7 * size) - top), cut.shape[0])


def _spaced_out(text: str, path: str, *, space: float, **how: Any) -> tuple[Array, int]:
    words = [based(word, path, **how) for word in text.split()]
    gap = round(font(path, how["size"]).getlength(" ") * space)
    return aligned(words, [gap] * (len(words) - 1))


def aligned(pieces: list[tuple[Array, int]], gaps: list[int]) -> tuple[Array, int]:
    """Return masks side by side, their base lines on one row, and that row."""
    above = max(base for _, base in pieces)
    below = max(mask.shape[0] - base for mask, base in pieces)
    parts = []
    for index, (mask, base) in enumerate(pieces):
        parts.append(np.pad(mask, ((above - base, below - mask.shape[0] + base), (0, 0))))
        if index < len(gaps):
            parts.append(np.zeros((above + below, gaps[index]), np.uint8))
    return np.hstack(parts), above


def beside(masks: list[Array], gaps: list[int], *, foot: bool = True) -> Array:
    """Return masks side by side on one ground line (`foot`) or by their middles."""
    high = max(mask.shape[0] for mask in masks)
    parts = []
    for index, mask in enumerate(masks):
        room = high - mask.shape[0]
        above = room if foot else room // 2
        parts.append(np.pad(mask, ((above, room - above), (0, 0))))
        if index < len(gaps):
            parts.append(np.zeros((high, gaps[index]), np.uint8))
    return np.hstack(parts)


def stretched(mask: Array, across: float) -> Array:
    """Return the mask made narrower or wider."""
    wide = max(4, round(mask.shape[1] * across))
    return cv2.resize(mask, (wide, mask.shape[0]), interpolation=cv2.INTER_AREA)


def heavier(mask: Array, random: Random, most: int) -> Array:
    """Return the mask with strokes up to `most` pixels thicker or one thinner."""
    grow = int(random.integers(-1, most + 1))
    kernel = np.ones((abs(grow) + 1, abs(grow) + 1), np.uint8)
    if grow > 0:
        return cv2.dilate(mask, kernel)
    return cv2.erode(mask, kernel) if grow < 0 and mask.shape[0] > 40 else mask


def framed(mask: Array, random: Random, *, most: float = 0.22) -> Array:
    """Return the mask with random room around it, sometimes a little cut."""
    high = mask.shape[0]
    top, bottom = (int(high * random.uniform(-0.02, most)) for _ in range(2))
    left, right = (int(high * random.uniform(-0.01, 1.6 * most)) for _ in range(2))
    padded = np.pad(mask, ((max(0, top), max(0, bottom)), (max(0, left), max(0, right))))
    return padded[max(0, -top) : padded.shape[0] + min(0, bottom)]


def photographed(mask: Array, random: Random, wear: Wear, *, height: int) -> Array:
    """Return a grey line `height` pixels high: the mask as ink on some ground, badly photographed."""
    mask = _warped(mask, random, wear)
    image = _lit(mask, random, wear)
    if random.random() < 0.75:
        low = int(random.integers(wear.least_height, max(wear.least_height + 1, height + 14)))
        image = degradation.resized(image, low)
    sigma = random.uniform(0, wear.blur) * image.shape[0] / 40
    image = degradation.blurred(image, sigma, least=0.25)
    if random.random() < 0.15:
        length = int(random.integers(2, 5))
        image = cv2.blur(image, (length, 1) if random.random() < 0.7 else (1, length))
    image = degradation.noisy(image, random, random.uniform(0, wear.noise))
    if random.random() < 0.5:
        image = degradation.jpeg(image, int(random.integers(35, 95)))
    return degradation.resized(image, height)


def _warped(mask: Array, random: Random, wear: Wear) -> Array:
    if random.random() < 0.3:
        return mask
    high, wide = mask.shape
    angle = np.radians(random.uniform(-wear.turn, wear.turn)) * min(1.0, 4 * high / wide)
    slant = random.uniform(-wear.slant, wear.slant)
    center = np.array([wide / 2, high / 2])
    turn = np.array([[np.cos(angle), -np.sin(angle) + slant], [np.sin(angle), np.cos(angle)]])
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], float)
    moved = (corners - center) @ turn.T + center
    moved += random.uniform(-wear.corner, wear.corner, (4, 2)) * high
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), moved.astype(np.float32))
    return cv2.warpPerspective(mask, matrix, (wide, high), flags=cv2.INTER_LINEAR)


def _lit(mask: Array, random: Random, wear: Wear) -> Array:
    """Return ink on ground with a slope of light, shadows and, at times, an embossed rim."""
    alpha = mask.astype(np.float32) / 255
    high, wide = mask.shape
    ground = random.uniform(wear.contrast + 20, 250)
    dark = random.uniform(0, ground - wear.contrast)
    if random.random() < wear.white_ink:
        ground, dark = dark, ground
    slope = random.uniform(-40, 40) * np.linspace(-0.5, 0.5, wide)[None, :]
    slope = slope + random.uniform(-30, 30) * np.linspace(-0.5, 0.5, high)[:, None]
    base = ground + slope * random.random()
    if random.random() < 0.25:
        grain = random.normal(0, 1, (max(2, high // 12), max(2, wide // 12))).astype(np.float32)
        base = base + random.uniform(4, 18) * cv2.resize(grain, (wide, high))
    if random.random() < 0.2:
        shift = random.integers(1, 4, 2)
        rim = np.roll(alpha, tuple(int(step) for step in shift), (0, 1))
        base = base + random.uniform(-60, 60) * rim
    return (base * (1 - alpha) + dark * alpha).astype(np.float32)
