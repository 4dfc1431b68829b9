"""Parts of a card service's response: views of the page, portrait, alarms, confidences. Pure."""

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
# Alarm -> image measure (`ocr.page.Measures`) behind it; None where only the text indicates it.
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
ALARM_ABOVE = 50  # score from which the published API reports an alarm


def views(page: Page) -> Iterable[Page]:
    """Yield the views of a card: the rectified card if one is detected, then the whole page."""
    card = page.card()
    if card is not None:
        yield card
    yield page


def best_view(
    page: Page, read: Callable[[Page], Any], completeness: Callable[[Any], int], *, full: int
) -> Any:
    """Return what `read` finds on the most complete view; one of `full` completeness ends the search."""
    found: list[tuple[int, int, Any]] = []
    for order, view in enumerate(views(page)):
        result = read(view)
        found.append((completeness(result), -order, result))
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
    """Return the corners of each field in the caller's image; an empty list for absent fields."""
    locations: dict[str, list[list[int]]] = {}
    for name in names:
        quad = values[name].quad if name in values else None
        locations[name] = page.locate(quad) if quad is not None else []
    return locations


def portrait(page: Page, options: Mapping[str, Any], *, shown: bool = True) -> dict[str, Any]:
    """Return the requested portrait members; their values are empty if there is no portrait."""
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
    """Return the rectified card as Base64 JPEG if it is requested."""
    if not options.get("return_adjusted_image"):
        return {}
    return {"adjusted_image": base64.b64encode(page.upright_jpeg()).decode("ascii")}


def alarms(page: Page, options: Mapping[str, Any], *, known: Mapping[str, float]) -> dict[str, Any]:
    """Return `detect_<x>_result` and `score_info` for every alarm switched on.

    Scores are 0..99; above 50 is an alarm. A score is the image measure (`ocr.page.Measures`) or, for
    `known` ones, what the text of the card indicates (0..1), whichever is greater.
    """
    requested = [name for name in ALARMS if options.get(f"detect_{name}")]
    if not requested:
        return {}
    measures = page.measures()
    scores: dict[str, int] = {}
    for name in requested:
        source = ALARMS[name]
        measured = 0.0 if source is None else float(getattr(measures, source))
        value = max(measured, known.get(name, 0.0))
        scores[name] = round(99 * min(max(value, 0.0), 1.0))
    answer: dict[str, Any] = {
        f"detect_{name}_result": score > ALARM_ABOVE for name, score in scores.items()
    }
    answer["score_info"] = {f"{name}_score": score for name, score in scores.items()}
    return answer
