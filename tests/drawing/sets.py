"""Seeded sets of drawn documents. Development and report use different seeds, and never meet.

A kind of document is one module here with `CODE` and `draw(rng) -> Drawn`, and one row in `MODULES`.
"""

from __future__ import annotations

import importlib
import random
from collections.abc import Iterator

from tests.drawing.canvas import Drawn
from tests.drawing.photo import photograph

MODULES: dict[str, str] = {
    "bankcard": "tests.drawing.bankcard",
    "emirates-id-card": "tests.drawing.emirates_id_card",
    "passport": "tests.drawing.passport",
    "id-card": "tests.drawing.id_card",
    "hk-id-card": "tests.drawing.hk_id_card",
    "cambodian-idcard": "tests.drawing.cambodian_id",
    "thailand-id-card": "tests.drawing.thai_id",
    "myanmar-id-card": "tests.drawing.myanmar_id",
    "myanmar-driver-license": "tests.drawing.myanmar_licence",
    "thailand-license-plate": "tests.drawing.thai_plate",
    "macao-id-card": "tests.drawing.macao_id_card",
    "exit-entry-permit": "tests.drawing.exit_entry_permit",
    "mainland-travel-permit": "tests.drawing.mainland_travel_permit",
}
SEEDS = {"development": 1_000, "report": 880_000}


def draw(code: str, rng: random.Random) -> Drawn:
    """Draw one document of a service."""
    drawn: Drawn = importlib.import_module(MODULES[code]).draw(rng)
    return drawn


def documents(
    code: str, *, count: int, style: str, purpose: str = "development"
) -> Iterator[tuple[Drawn, bytes]]:
    """Yield drawn documents with a photograph of each, always the same for the same arguments."""
    for index in range(count):
        rng = random.Random(f"{SEEDS[purpose] + index}:{code}:{style}")
        drawn = draw(code, rng)
        yield drawn, photograph(drawn, rng, style=style)
