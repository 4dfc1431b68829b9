"""Recorded pages in JSON, for tests without models. Pure: no numpy, no imaging library."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ocr.page import Char, Line, Measures, Page, Quad, RecognitionResult


def _quad(points: Sequence[Sequence[float]]) -> Quad:
    a, b, c, d = ((float(x), float(y)) for x, y in points)
    return (a, b, c, d)


def _line(row: Mapping[str, Any]) -> Line:
    chars = tuple(
        Char(c["text"], c["score"], _quad(c["quad"]), tuple((t, s) for t, s in c.get("also", ())))
        for c in row.get("chars", ())
    )
    return Line(row["text"], row["score"], _quad(row["quad"]), chars, row.get("script", "latin"))


@dataclass(frozen=True)
class RecordedPage:
    """A page with known lines; `read` returns the recorded line in the region."""

    width: float = 1000.0
    height: float = 630.0
    image_width: int = 1000
    image_height: int = 630
    direction: float = 0.0
    lines: Sequence[Line] = ()
    faults: Measures = field(default_factory=Measures)
    photo: Quad | None = None

    @classmethod
    def from_json(cls, text: str | bytes) -> RecordedPage:
        """Return the page of a JSON document that `record` wrote; raises ValueError on other content."""
        data = json.loads(text)
        photo = data.get("portrait")
        return cls(
            width=data["width"],
            height=data["height"],
            image_width=int(data["width"]),
            image_height=int(data["height"]),
            direction=data.get("direction", 0.0),
            lines=tuple(_line(row) for row in data["lines"]),
            faults=Measures(**data.get("measures", {})),
            photo=_quad(photo) if photo else None,
        )

    def detect(self) -> Sequence[Quad]:
        """Return the quads of the recorded lines."""
        return tuple(line.quad for line in self.lines)

    def read_lines(self, quads: Sequence[Quad]) -> Sequence[Line]:
        """Return the recorded lines of these quads."""
        return tuple(line for line in self.lines if line.quad in set(quads))

    def read(
        self, region: Quad, *, script: str = "latin", model: str = "small", alphabet: str = ""
    ) -> RecognitionResult:
        """Return the recorded line in the region nearest to its middle, or an empty result."""
        middle = Line("", 0.0, region).center
        inside = [line for line in self.lines if _near(line, region)]
        if not inside:
            return RecognitionResult("", 0.0, recognizer=model)
        line = min(inside, key=lambda one: abs(one.center[1] - middle[1]))
        text = (
            "".join(c for c in line.text if c in alphabet)
            if alphabet[:1] not in ("", "^")
            else line.text
        )
        return RecognitionResult(text, line.score, line.chars, recognizer=model)

    def find_lines(self, region: Quad) -> Sequence[Line]:
        """Return the recorded lines whose centre lies in the region."""
        return tuple(line for line in self.lines if _near(line, region))

    def locate(self, region: Quad) -> list[list[int]]:
        """Return the quad in whole pixels: a recorded page is the caller's image."""
        return [[round(x), round(y)] for x, y in region]

    def card(self) -> Page | None:
        """Return None: a recorded page is the card itself."""
        return None

    def portrait(self) -> tuple[Quad, bytes] | None:
        """Return the recorded quad of the portrait, without image bytes."""
        return (self.photo, b"") if self.photo else None

    def measures(self) -> Measures:
        """Return the recorded measures."""
        return self.faults

    def crop_jpeg(self, region: Quad) -> bytes:
        """Return no image."""
        return b""

    def image_jpeg(self) -> bytes:
        """Return no image: recorded pages hold no pixels."""
        return b""

    def upright_jpeg(self) -> bytes:
        """Return no image."""
        return b""

    def fonts(self, line: Line) -> Sequence[tuple[str, float]]:
        """Return no typefaces."""
        return ()

    def tables(self) -> Sequence[Any]:
        """Return no tables."""
        return ()


def _near(line: Line, region: Quad) -> bool:
    area = Line("", 0.0, region)
    x, y = line.center
    return area.left <= x <= area.right and area.top <= y <= area.bottom


def record(page: Page) -> str:
    """Return a page as JSON, for `RecordedPage.from_json`."""
    photo = page.portrait()
    return json.dumps(
        {
            "width": round(page.width),
            "height": round(page.height),
            "direction": round(page.direction, 4),
            "portrait": photo[0] if photo else None,
            "lines": [
                {
                    "text": line.text,
                    "score": round(line.score, 4),
                    "quad": [[round(x, 1), round(y, 1)] for x, y in line.quad],
                    "script": line.script,
                }
                for line in page.lines
            ],
        },
        ensure_ascii=False,
        indent=1,
    )
