"""Draws Thai vehicle plates on a car's bumper: number above, province below, in the plate's colours."""

from __future__ import annotations

import random

from PIL import Image, ImageDraw

from tools.synthetic.canvas import Canvas, Drawn
from tools.synthetic.fonts import font
from tools.synthetic.thai_facts import PLATE_LETTERS, PROVINCES

CODE = "thailand-license-plate"
Colour = tuple[int, int, int]
# Ground and ink by kind of vehicle: private, van, pick-up, taxi, tour.
_COLOURS: tuple[tuple[Colour, Colour], ...] = (
    ((240, 240, 238), (18, 18, 20)),
    ((240, 240, 238), (18, 18, 20)),
    ((240, 240, 238), (20, 50, 140)),
    ((240, 240, 238), (10, 100, 50)),
    ((244, 205, 40), (18, 18, 20)),
    ((20, 110, 60), (245, 245, 245)),
)
_FACES = (("loma-bold", "arial-bold"), ("thai-bold", "sans-bold"), ("garuda-bold", "arial-bold"))


def draw(rng: random.Random) -> Drawn:
    """Draw one plate, its frame and a piece of painted sheet around it."""
    paint = tuple(rng.randint(20, 220) for _ in range(3))
    canvas = Canvas(rng, width=1100, height=760, ground=paint, pattern=0.01)  # type: ignore[arg-type]
    ground, ink = rng.choice(_COLOURS)
    canvas.band(0.17, 0.24, 0.83, 0.76, (30, 30, 32))
    canvas.band(0.185, 0.26, 0.815, 0.74, ground)
    thai, latin = rng.choice(_FACES)
    lead = str(rng.randint(1, 9)) if rng.random() < 0.5 else ""
    letters = "".join(rng.choice(PLATE_LETTERS) for _ in range(2))
    digits = str(rng.randint(1, 9999) if rng.random() < 0.8 else rng.randint(1, 99))
    province = rng.choice(PROVINCES)
    _number(canvas, ((lead, latin), (letters, thai), (" ", latin), (digits, latin)), ink)
    canvas.text(0.5, 0.7, province, role=thai, size=0.105, fill=ink, anchor="ms")
    return Drawn(
        CODE,
        canvas.image,
        {"plate_number": f"{lead}{letters} {digits}", "province": province},
    )


def _number(canvas: Canvas, groups: tuple[tuple[str, str], ...], ink: Colour) -> None:
    """Write the number in the middle, made as narrow as the plate needs."""
    size = round(0.25 * canvas.height)
    long = round(sum(font(role, size).getlength(text) for text, role in groups)) + 8
    mask = Image.new("L", (long, 2 * size), 0)
    pen, x = ImageDraw.Draw(mask), 4.0
    for text, role in groups:
        pen.text((x, 1.4 * size), text, font=font(role, size), fill=255, anchor="ls")
        x += font(role, size).getlength(text)
    room = round(0.57 * canvas.width)
    narrow = min(room, round(long * 0.8))
    mask = mask.resize((narrow, 2 * size), Image.Resampling.LANCZOS)
    place = (round(canvas.width / 2 - narrow / 2), round(0.53 * canvas.height - 1.4 * size))
    canvas.image.paste(ink, (*place, place[0] + narrow, place[1] + 2 * size), mask)
