"""The engine interface, the processing profile of a service, and the errors of an engine call. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from ocr.page import Page, RecognitionResult

Extract = Callable[[Page, Mapping[str, Any]], Any]

# A client waits for an interactive call; pages of batch jobs yield to it.
Urgency = Literal["interactive", "batch"]
INTERACTIVE: Urgency = "interactive"
BATCH: Urgency = "batch"


class EngineError(Exception):
    """Base class of the failures of an engine call; `ocr.recognize` maps each to an error row."""


class QueueFull(EngineError):
    """No engine process is free and the queue is full (ModelArts.4401)."""


class EngineTimeout(EngineError):
    """The call exceeded its deadline while waiting or running and was cancelled (504)."""


class WorkerCrashed(EngineError):
    """The engine process ended during the call; it is being replaced (5xx)."""


class UnreadableImage(EngineError):
    """The bytes cannot be decoded as an image (AIS.0102)."""


class ImageTooLarge(UnreadableImage):
    """The image header declares more pixels than the engine accepts."""


class NoSuchPage(EngineError):
    """The document has no page with the requested number (AIS.0101)."""


class ExtractError(EngineError):
    """The extractor or the engine failed on this image; the message names the fault, never the data."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How the images of a service are processed.

    `name`: for logs. `detector` and `recognizer`: the PP-OCR models of the first pass. Lines that this
    recogniser scores below `reread_below`, or that hold characters of a script it lacks, are recognised
    again by the small model. `side`: limit of the longer side at which the detector sees the image,
    in pixels; 0 = full size. `script`: the script expected besides Latin and Chinese: a name of
    `ocr.languages.SCRIPTS`, "auto" to detect it, "" for none. `extractor_script`: the script that the
    extractor has single lines recognised in again, so that users learn when its pack is missing. `one_line`: the image is a single line.
    `assume_upright`: never rotate the page. `card`: the page is rectified to the card if one is
    detected. `page`: page number in a multi-page document, from 1. `longest_first`: the longest lines
    carry what the service extracts, so orientation is decided by them. `fine`: long images and small
    print are detected in tiles. `mixed_directions`: single lines may be upside down or run upwards.
    `orientation_recognizer`: a custom recogniser (`ocr.vision.custom_recogniser`) that helps to decide
    the orientation of print that PP-OCR cannot recognise.
    """

    name: str = "printed"
    detector: Literal["tiny", "small"] = "tiny"
    recognizer: Literal["tiny", "small"] = "tiny"
    reread_below: float = 0.9
    side: int = 1280
    script: str = ""
    extractor_script: str = ""
    one_line: bool = False
    assume_upright: bool = False
    card: bool = False
    page: int = 1
    longest_first: bool = False
    fine: bool = False
    mixed_directions: bool = False
    orientation_recognizer: str = ""


PRINTED = Profile()
TEXT = Profile(name="text", script="auto", fine=True)
# No second pass over every line: the extractor asks again for the lines of the zone itself.
MRZ = Profile(name="mrz", reread_below=0.0, longest_first=True)


class Engine(Protocol):
    """A set of loaded models. Images are H x W x 3 uint8 arrays in BGR order."""

    def detect(self, image: Any, *, model: str, side: int, fine: bool = False) -> Sequence[Any]:
        """Return text boxes as 4 x 2 arrays in pixels of the image, clockwise from top left.

        `fine`: detect in tiles where text would be too small at `side` pixels.
        """

    def recognize(
        self, crops: Sequence[Any], *, model: str, alphabet: str = "", steps: bool = False
    ) -> Sequence[RecognitionResult]:
        """Recognise one-line crops, in their order; character quads are in pixels of the crop."""

    def orient(self, image: Any) -> tuple[int, float]:
        """Return by how many degrees (0, 90, 180, 270) to rotate the image counter-clockwise, and a score."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The extractor's result and the time the engine process spent on it, in milliseconds."""

    result: Any
    engine_ms: float
    detail: Mapping[str, float] = field(default_factory=dict)
