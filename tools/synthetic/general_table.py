"""Draws a page with tables; `tools.synthetic.tables` holds the renderer and the structure it drew."""

from __future__ import annotations

import random

from PIL import Image

from tools.synthetic import tables
from tools.synthetic.canvas import Drawn

CODE = "general-table"


def draw(rng: random.Random) -> Drawn:
    """Draw one page with one table."""
    page = tables.draw(rng.randrange(100_000), many=False)
    cells = [grid.cells for grid in page.tables]
    return Drawn(CODE, Image.fromarray(page.image[:, :, ::-1]), {"tables": cells})
