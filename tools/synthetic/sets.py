"""Seeded sets of drawn documents. Development and report use different seeds, and never meet.

A kind of document is one module here with `CODE` and `draw(rng) -> Drawn`, and one row in `MODULES`.
"""

from __future__ import annotations

import importlib
import random
from collections.abc import Iterator

from tools.synthetic.canvas import Drawn
from tools.synthetic.photo import photograph

MODULES: dict[str, str] = {
    "bankcard": "tools.synthetic.bankcard",
    "emirates-id-card": "tools.synthetic.emirates_id_card",
    "passport": "tools.synthetic.passport",
    "id-card": "tools.synthetic.id_card",
    "hk-id-card": "tools.synthetic.hk_id_card",
    "cambodian-idcard": "tools.synthetic.cambodian_id",
    "thailand-id-card": "tools.synthetic.thai_id",
    "myanmar-id-card": "tools.synthetic.myanmar_id",
    "myanmar-driver-license": "tools.synthetic.myanmar_licence",
    "thailand-license-plate": "tools.synthetic.thai_plate",
    "macao-id-card": "tools.synthetic.macao_id_card",
    "exit-entry-permit": "tools.synthetic.exit_entry_permit",
    "mainland-travel-permit": "tools.synthetic.mainland_travel_permit",
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
