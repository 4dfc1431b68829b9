"""Draws an image as web pages carry it: a coloured notice with large and small print."""

from __future__ import annotations

import random

from tools.synthetic.canvas import Canvas, Drawn

CODE = "web-image"
_EVENTS = ("Harbour market", "Open-air cinema", "Book fair", "Spring concert", "Kite festival")
_PLACES = ("Quay Street 12", "Lighthouse Square", "Old Customs House", "Mill Lane 4")


def draw(rng: random.Random) -> Drawn:
    """Draw one notice."""
    ground = rng.choice(((250, 226, 180), (206, 230, 240), (226, 240, 210)))
    canvas = Canvas(rng, width=1000, height=700, ground=ground, pattern=0.01)
    lines = [
        (0.2, 0.12, "arial-bold", rng.choice(_EVENTS)),
        (0.36, 0.06, "arial", f"Saturday, {rng.randint(1, 28)} June 2026, {rng.randint(9, 20)}:00"),
        (0.48, 0.06, "arial", rng.choice(_PLACES)),
        (0.64, 0.07, "zh-bold", "欢迎光临，免费入场"),
        (0.84, 0.045, "arial", f"Contact: 138{rng.randrange(10**8):08d}"),
    ]
    for y, size, role, text in lines:
        canvas.text(0.08, y, text, role=role, size=size, fill=(30, 40, 70))
    return Drawn(CODE, canvas.image, {"lines": [text for *_, text in lines]})
