"""The engines that the setting ENGINE can name, one row each. Pure: imports no model library.

Settings help, start-up checks, doctor, health and the engine processes derive from this table. The
class is given by its dotted path and imported only in an engine process, so that a web process loads
neither numpy nor a model runtime.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

DEFAULT = "onnx"
# How an engine process makes a page of an image, with any engine: `open_page(content, *, engine, profile)`.
OPEN_PAGE = "ocr.vision.image_page:open_page"


@dataclass(frozen=True, slots=True)
class EngineRow:
    """One value of ENGINE.

    `factory` is the `module:class` of the engine; it is called with the folder of the models and
    warmed. An engine without one recognises nothing: its pages are recorded ones, and needs neither
    models nor engine processes.
    """

    name: str
    help: str
    factory: str = ""

    @property
    def recognizes(self) -> bool:
        """Whether the engine processes images, with models, in engine processes."""
        return bool(self.factory)


ENGINES: tuple[EngineRow, ...] = (
    EngineRow("onnx", "default", "ocr.vision.onnx:OnnxEngine"),
    EngineRow("paddle", "the reference pipeline", "ocr.vision.paddle:PaddleEngine"),
    EngineRow("recorded", "tests"),
)


def names() -> tuple[str, ...]:
    """Return the accepted values of ENGINE."""
    return tuple(row.name for row in ENGINES)


def row(name: str) -> EngineRow:
    """Return the row of an engine; raises LookupError for a name without one."""
    for one in ENGINES:
        if one.name == name:
            return one
    raise LookupError(f"ENGINE must be {choices()}.")


def choices(*, with_help: bool = False) -> str:
    """Return the accepted values as a sentence's part, each followed by its help if asked for."""
    texts = [f"{one.name} ({one.help})" if with_help else one.name for one in ENGINES]
    return f"{', '.join(texts[:-1])} or {texts[-1]}"


def load(path: str) -> Any:
    """Import what a dotted path `module:name` of this table names."""
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)
