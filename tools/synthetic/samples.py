"""Draw the pictures the product ships in `ocr/samples`: `python -m tools.synthetic.samples`."""

from __future__ import annotations

import random
from pathlib import Path

from PIL import Image, ImageDraw

from tools.synthetic import sets
from tools.synthetic.fonts import font
from tools.synthetic.passport import draw_format
from tools.synthetic.photo import photograph

FOLDER = Path(__file__).resolve().parents[2] / "ocr" / "samples"
_TEXT = (
    ("arial-bold", 44, "Delivery note 2026-0417"),
    ("arial", 30, "Northwind Harbour Supplies, 12 Quay Street, Port Ellis"),
    ("arial", 30, "Ordered by: Clara Jansen      Date: 17 April 2026"),
    ("arial", 30, ""),
    ("arial", 30, "3 x Mooring rope, 20 m, blue                 148.50"),
    ("arial", 30, "1 x Brass ship's bell, 15 cm                  64.00"),
    ("arial", 30, "12 x Shackle, stainless, 8 mm                 51.60"),
    ("arial-bold", 32, "Total                                        264.10"),
    ("arial", 30, ""),
    ("zh", 32, "收货人：请在两天内核对数量，谢谢。"),
    ("arial", 26, "Please check the goods within two days. Questions: +44 1632 960 417"),
)


def general_text() -> Image.Image:
    """Return a page of print in two scripts."""
    image = Image.new("RGB", (1000, 760), (252, 252, 250))
    pen = ImageDraw.Draw(image)
    y = 60
    for role, size, text in _TEXT:
        pen.text((60, y), text, font=font(role, size), fill=(24, 24, 28))
        y += round(size * 1.7)
    return image


def main() -> None:
    """Write every sample."""
    FOLDER.mkdir(exist_ok=True)
    rng = random.Random("bundled sample")
    drawn = draw_format(rng, "TD3")
    (FOLDER / "passport.jpg").write_bytes(photograph(drawn, rng, style="clean"))
    general_text().save(FOLDER / "general-text.png", optimize=True)
    for code in sets.MODULES:
        if code == "passport":
            continue
        rng = random.Random(f"bundled sample {code}")
        picture = photograph(sets.draw(code, rng), rng, style="clean")
        (FOLDER / f"{code}.jpg").write_bytes(picture)


if __name__ == "__main__":
    main()
