"""Draws a page of print in two scripts: a delivery note with invented numbers."""

from __future__ import annotations

import random

from PIL import Image, ImageDraw

from tools.synthetic.canvas import Drawn
from tools.synthetic.fonts import font

CODE = "general-text"
_GOODS = (
    "Mooring rope, 20 m, blue", "Brass ship's bell, 15 cm", "Shackle, stainless, 8 mm", "Signal flag set",
    "Deck paint, grey, 5 l", "Anchor chain, 6 mm",
)  # fmt: skip


def draw(rng: random.Random) -> Drawn:
    """Draw one page."""
    goods = rng.sample(_GOODS, 3)
    prices = [f"{rng.randrange(20, 400)}.{rng.choice(('00', '50', '90'))}" for _ in goods]
    lines = [
        ("arial-bold", 44, f"Delivery note 2026-{rng.randrange(10_000):04d}"),
        ("arial", 30, "Northwind Harbour Supplies, 12 Quay Street, Port Ellis"),
        ("arial", 30, f"Ordered by: Clara Jansen      Date: {rng.randint(1, 28)} April 2026"),
        ("arial", 30, ""),
        *(("arial", 30, f"{rng.randint(1, 12)} x {item}    {price}") for item, price in zip(goods, prices, strict=True)),
        ("arial", 30, ""),
        ("zh", 32, "收货人：请在两天内核对数量，谢谢。"),
        ("arial", 26, "Please check the goods within two days. Questions: +44 1632 960 417"),
    ]  # fmt: skip
    return Drawn(CODE, page_of(lines), {"lines": [text for _, _, text in lines if text]})


def page_of(lines: list[tuple[str, int, str]]) -> Image.Image:
    """Return a page of 1000 x 760 pixels with lines of (font role, size in pixels, text)."""
    image = Image.new("RGB", (1000, 760), (252, 252, 250))
    pen = ImageDraw.Draw(image)
    y = 60
    for role, size, text in lines:
        pen.text((60, y), text, font=font(role, size), fill=(24, 24, 28))
        y += round(size * 1.7)
    return image
