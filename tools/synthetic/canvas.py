"""Canvas for drawn documents: text, MRZ lines, portrait, bands; positions are fractions of its size."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tools.synthetic.fonts import font


@dataclass(frozen=True)
class Drawn:
    """One drawn document: its image, the fields it shows, and machine-readable lines if any.

    `portrait` is the place of the photograph in the flat image as fractions (x0, y0, x1, y1).
    """

    kind: str
    image: Image.Image
    fields: dict[str, Any]
    mrz: tuple[str, ...] = ()
    mrz_type: str = ""
    portrait: tuple[float, float, float, float] | None = None
    options: dict[str, Any] = field(default_factory=dict)


class Canvas:
    """A flat document of `width` x `height` pixels on a tinted ground with fine wavy lines."""

    def __init__(
        self,
        rng: random.Random,
        *,
        width: int,
        height: int,
        ground: tuple[int, int, int] = (236, 240, 238),
        pattern: float = 0.05,
    ) -> None:
        self.rng = rng
        self.width = width
        self.height = height
        self.image = _ground(rng, width, height, ground, pattern)
        self.draw = ImageDraw.Draw(self.image)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        role: str = "arial",
        size: float = 0.05,
        fill: tuple[int, int, int] = (20, 20, 24),
        anchor: str = "ls",
        spacing: float = 0.0,
    ) -> float:
        """Write text with its base line at (x, y); size and spacing are fractions of the height.

        Returns the x at which it ends.
        """
        pixels = max(round(size * self.height), 6)
        face = font(role, pixels)
        px, py = x * self.width, y * self.height
        if spacing:
            for char in text:
                self.draw.text((px, py), char, font=face, fill=fill, anchor=anchor)
                px += face.getlength(char) + spacing * self.height
            return px / self.width
        self.draw.text((px, py), text, font=face, fill=fill, anchor=anchor)
        return (px + face.getlength(text)) / self.width

    def mrz(self, lines: tuple[str, ...], *, left: float, right: float, top: float) -> None:
        """Write machine-readable lines so that each fills the width; `top` is the first base line."""
        pitch = (right - left) * self.width / len(lines[0])
        face = font("ocrb", round(pitch / 0.6))
        step = pitch * (2.5 if len(lines[0]) > 30 else 1.62)
        for row, line in enumerate(lines):
            for column, char in enumerate(line):
                place = (left * self.width + column * pitch, top * self.height + row * step)
                self.draw.text(place, char, font=face, fill=(16, 16, 18), anchor="ls")

    def portrait(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Draw a plain head and shoulders in a box."""
        box = [x0 * self.width, y0 * self.height, x1 * self.width, y1 * self.height]
        wide, high = round(box[2] - box[0]), round(box[3] - box[1])
        photo = _face(self.rng, wide, high)
        self.image.paste(photo, (round(box[0]), round(box[1])))

    def band(self, x0: float, y0: float, x1: float, y1: float, fill: tuple[int, int, int]) -> None:
        """Fill a rectangle."""
        self.draw.rectangle(
            [x0 * self.width, y0 * self.height, x1 * self.width, y1 * self.height], fill=fill
        )


def _ground(
    rng: random.Random, width: int, height: int, colour: tuple[int, int, int], pattern: float
) -> Image.Image:
    """Return a tinted ground with guilloche-like waves, as security print has."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = np.zeros((height, width), np.float32)
    for _ in range(3):
        period = rng.uniform(0.02, 0.06) * width
        bend = rng.uniform(0.02, 0.08) * height
        slow = rng.uniform(0.3, 0.9) * width
        phase = rng.uniform(0, 6.3)
        waves += np.sin((y + bend * np.sin(x * 6.28 / slow + phase)) * 6.28 / period)
    tint = np.array(colour, np.float32)[None, None, :]
    shade = tint * (1.0 - pattern * (waves[..., None] > 1.2))
    drift = 1.0 + 0.05 * np.sin(x / width * 3.0 + rng.uniform(0, 6))[..., None]
    return Image.fromarray(np.clip(shade * drift, 0, 255).astype(np.uint8))


def _face(rng: random.Random, width: int, height: int) -> Image.Image:
    """Return a drawn head: enough for a detector of portraits, nobody in particular."""
    scale = 2
    image = Image.new("RGB", (width * scale, height * scale), (214, 219, 226))
    draw = ImageDraw.Draw(image)
    w, h = width * scale, height * scale
    skin = rng.choice([(226, 188, 160), (198, 152, 120), (240, 205, 180), (150, 108, 82)])
    hair = rng.choice([(38, 28, 24), (70, 48, 34), (20, 20, 22), (120, 92, 60)])
    coat = rng.choice([(40, 46, 70), (90, 30, 40), (60, 70, 60), (30, 30, 34)])
    draw.ellipse([0.08 * w, 0.72 * h, 0.92 * w, 1.35 * h], fill=coat)
    draw.rectangle([0.42 * w, 0.6 * h, 0.58 * w, 0.78 * h], fill=skin)
    draw.ellipse([0.25 * w, 0.1 * h, 0.75 * w, 0.62 * h], fill=hair)
    draw.ellipse([0.29 * w, 0.18 * h, 0.71 * w, 0.68 * h], fill=skin)
    for side in (0.41, 0.59):
        draw.ellipse(
            [(side - 0.04) * w, 0.38 * h, (side + 0.04) * w, 0.42 * h], fill=(250, 250, 250)
        )
        draw.ellipse(
            [(side - 0.018) * w, 0.38 * h, (side + 0.018) * w, 0.42 * h], fill=(40, 30, 30)
        )
        draw.arc(
            [(side - 0.06) * w, 0.33 * h, (side + 0.06) * w, 0.4 * h], 200, 340, fill=hair, width=4
        )
    draw.line([0.5 * w, 0.42 * h, 0.48 * w, 0.51 * h], fill=tuple(c - 40 for c in skin), width=4)
    draw.arc([0.42 * w, 0.5 * h, 0.58 * w, 0.58 * h], 20, 160, fill=(150, 70, 70), width=5)
    return image.resize((width, height), Image.Resampling.LANCZOS).filter(
        ImageFilter.GaussianBlur(0.4)
    )


def tilted(width: float, height: float, degrees: float) -> tuple[float, float]:
    """Return width and height of the axis-aligned box around a rectangle turned by degrees."""
    c, s = abs(math.cos(math.radians(degrees))), abs(math.sin(math.radians(degrees)))
    return width * c + height * s, width * s + height * c
