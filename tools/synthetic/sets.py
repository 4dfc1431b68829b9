"""Seeded sets of drawn documents. The seeds of development and report never meet.

The drawing of a service is the module named after its code, with `CODE` and `draw(rng) -> Drawn`;
`sample(rng)` where the image that the product ships must be of one kind.
"""

from __future__ import annotations

import importlib
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tools.synthetic.canvas import Drawn
from tools.synthetic.photo import photograph

SEEDS = {"development": 1_000, "report": 880_000}


@cache
def codes() -> tuple[str, ...]:
    """Return the codes of all services that have a drawing module, in alphabetical order."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py"))
    return tuple(_code(name) for name in names if getattr(_module(name), "CODE", "") == _code(name))


def _code(name: str) -> str:
    return name.replace("_", "-")


def _module(name: str) -> Any:
    return importlib.import_module(f"tools.synthetic.{name}")


def draw(code: str, rng: random.Random) -> Drawn:
    """Draw one document of a service."""
    drawn: Drawn = _module(code.replace("-", "_")).draw(rng)
    return drawn


def sample(code: str, rng: random.Random) -> Drawn:
    """Draw the document of a service that is shown to users: its module's `sample`, else any."""
    module = _module(code.replace("-", "_"))
    drawn: Drawn = getattr(module, "sample", module.draw)(rng)
    return drawn


def documents(
    code: str, *, count: int, style: str, purpose: str = "development"
) -> Iterator[tuple[Drawn, bytes]]:
    """Yield drawn documents with a photograph of each, always the same for the same arguments."""
    for index in range(count):
        rng = random.Random(f"{SEEDS[purpose] + index}:{code}:{style}")
        drawn = draw(code, rng)
        yield drawn, photograph(drawn, rng, style=style)
