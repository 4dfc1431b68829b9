"""What an engine offers, the profile of a read, and the errors of a call. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from ocr.page import Page, RecognitionResult

Extract = Callable[[Page, Mapping[str, Any]], Any]

# Somebody waits for an interactive call; a page of a batch job gives way to it.
Urgency = Literal["interactive", "batch"]
INTERACTIVE: Urgency = "interactive"
BATCH: Urgency = "batch"


class EngineError(Exception):
    """Base of the failures of one engine call; `recognize` maps each to an error row."""


class QueueFull(EngineError):
    """No engine process is free and the queue is full (ModelArts.4401)."""


class EngineTimeout(EngineError):
    """The call waited or ran longer than it may; its work was cancelled (504)."""


class WorkerCrashed(EngineError):
    """The engine process ended in the middle of this call; it is being replaced (5xx)."""


class UnreadableImage(EngineError):
    """The bytes are no picture that can be decoded (AIS.0102)."""


class ImageTooLarge(UnreadableImage):
    """The picture's header announces more pixels than the engine accepts."""


class NoSuchPage(EngineError):
    """The document has no page of the number that was asked for (AIS.0101)."""


class ExtractError(EngineError):
    """The extractor or the engine failed on this picture; the text names the fault, not the data."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How a service wants its pictures read.

    `detector`/`reader` are the first models asked; lines that the first reader scores below `reread_below`,
    or that hold signs of a script it lacks, go to the small reader. `side` limits the longer side
    the detector sees (pixels); 0 = as large as it is. `script` is the script expected besides Latin and
    Chinese: a name of `ocr.vision.tesseract`, "auto" to find out, "" for none. `one_line` = the picture is a single line. `upright` = never turn the page.
    `card` = the page is re-based on the card if one stands out. `page` counts from 1 in a document
    of several pages. `longest_first` = the longest lines are what the service reads, so they also tell
    which way is up. `fine` = long pictures and small print are looked at in tiles.
    `mixed` = single lines may stand on their head or run upwards. `upright_by` is a reader of our own
    (`ocr.vision.custom_recogniser`) that tells, beside the first one, which way is up: for print PP-OCR cannot read.
    """

    name: str = "printed"
    detector: Literal["tiny", "small"] = "tiny"
    reader: Literal["tiny", "small"] = "tiny"
    reread_below: float = 0.9
    side: int = 1280
    script: str = ""
    one_line: bool = False
    upright: bool = False
    card: bool = False
    page: int = 1
    longest_first: bool = False
    fine: bool = False
    mixed: bool = False
    upright_by: str = ""


PRINTED = Profile()
TEXT = Profile(name="text", script="auto", fine=True)
# The extractor asks for the lines that matter again.
MRZ = Profile(name="mrz", reread_below=0.0, longest_first=True)


class Engine(Protocol):
    """A set of loaded models. Pictures are BGR arrays of bytes; nothing here knows of documents."""

    def detect(self, picture: Any, *, model: str, side: int, fine: bool = False) -> Sequence[Any]:
        """Return text boxes as 4x2 arrays in pixels of the picture, clockwise from top left.

        `fine` = look closer where `side` pixels are too few for the text.
        """

    def recognize(
        self, crops: Sequence[Any], *, model: str, alphabet: str = "", steps: bool = False
    ) -> Sequence[RecognitionResult]:
        """Read one-line crops; character quads are in pixels of the crop."""

    def orient(self, picture: Any) -> tuple[int, float]:
        """Return the degrees (0, 90, 180, 270) to turn the picture counter-clockwise, and a score."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one call gave: the extractor's result and the time the engine process spent."""

    result: Any
    engine_ms: float
    detail: Mapping[str, float] = field(default_factory=dict)
