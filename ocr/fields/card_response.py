"""Parts that card services share: the page to read, portrait, alarms and confidences of the answer."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ocr.fields.labels import Found
from ocr.options import Option
from ocr.page import Page

PORTRAIT = (
    Option(
        "return_portrait_image", "bool", default=False, help="Return the portrait as Base64 JPEG."
    ),
    Option("return_portrait_location", "bool", default=False, help="Return where the portrait is."),
)
# Alarm -> measure of the picture it rests on; None where only what is read can tell.
ALARMS: Mapping[str, str | None] = {
    "reproduce": "reproduction",
    "copy": "copy",
    "tampering": None,
    "border_integrity": "border",
    "blocking_within_border": "blocking",
    "blur": "blur",
    "interim": None,
    "glare": "glare",
}
ALARM_ABOVE = 50


def pages(page: Page) -> Iterable[Page]:
    """Yield the views a card may be read from: the rectified card, then the picture as it is."""
    card = page.card()
    if card is not None:
        yield card
    yield page


def best(page: Page, read: Callable[[Page], Any], worth: Callable[[Any], int], *, full: int) -> Any:
    """Return the reading of most worth among the views; a full one ends the search."""
    found: list[tuple[int, int, Any]] = []
    for order, view in enumerate(pages(page)):
        reading = read(view)
        found.append((worth(reading), -order, reading))
        if found[-1][0] >= full:
            break
    return max(found, key=lambda item: item[:2])[2]


def fields(names: Sequence[str], values: Mapping[str, Found]) -> dict[str, Any]:
    """Return the text of every field in order; absent fields are empty."""
    return {name: values[name].text if name in values else "" for name in names}


def confidence(names: Sequence[str], values: Mapping[str, Found]) -> dict[str, float]:
    """Return the confidence of every field in order; 0 for absent ones."""
    return {
        name: round(min(max(values[name].score, 0.0), 1.0), 4) if values.get(name) else 0.0
        for name in names
    }


def text_location(
    page: Page, names: Sequence[str], values: Mapping[str, Found]
) -> dict[str, list[list[int]]]:
    """Return where each field stands in the caller's picture; an empty list where it does not."""
    places: dict[str, list[list[int]]] = {}
    for name in names:
        quad = values[name].quad if name in values else None
        places[name] = page.locate(quad) if quad is not None else []
    return places


def portrait(page: Page, options: Mapping[str, Any], *, shown: bool = True) -> dict[str, Any]:
    """Return the portrait keys the caller asked for; empty on a side that shows no portrait."""
    wanted = [name for name in ("image", "location") if options.get(f"return_portrait_{name}")]
    if not wanted:
        return {}
    found = page.portrait() if shown else None
    answer: dict[str, Any] = {}
    if "image" in wanted:
        answer["portrait_image"] = base64.b64encode(found[1]).decode("ascii") if found else ""
    if "location" in wanted:
        answer["portrait_location"] = page.locate(found[0]) if found else []
    return answer


def adjusted(page: Page, options: Mapping[str, Any]) -> dict[str, str]:
    """Return the rectified card as Base64 JPEG if it is asked for."""
    if not options.get("return_adjusted_image"):
        return {}
    return {"adjusted_image": base64.b64encode(page.upright_jpeg()).decode("ascii")}


def alarms(page: Page, options: Mapping[str, Any], *, known: Mapping[str, float]) -> dict[str, Any]:
    """Return `detect_<x>_result` and `score_info` for every alarm switched on.

    Scores are 0..99; above 50 is an alarm. They are plain measures of the picture
    (`ocr.page.Measures`) and, for `known` ones, what the text of the card tells (0..1); the greater
    counts.
    """
    asked = [name for name in ALARMS if options.get(f"detect_{name}")]
    if not asked:
        return {}
    measures = page.measures()
    scores: dict[str, int] = {}
    for name in asked:
        source = ALARMS[name]
        seen = 0.0 if source is None else float(getattr(measures, source))
        value = max(seen, known.get(name, 0.0))
        scores[name] = round(99 * min(max(value, 0.0), 1.0))
    answer: dict[str, Any] = {
        f"detect_{name}_result": score > ALARM_ABOVE for name, score in scores.items()
    }
    answer["score_info"] = {f"{name}_score": score for name, score in scores.items()}
    return answer
