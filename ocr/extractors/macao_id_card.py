"""Macao resident identity card: front, and back with its TD1 zone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from ocr.fields import card_response, han_variants, labels
from ocr.fields.labels import Found
from ocr.mrz import locate as mrz_locate
from ocr.mrz.formats import TD1
from ocr.options import Option
from ocr.page import Line, Page, WrongDocument

OPTIONS = (
    Option("side", "str", "", choices=("front", "back"), help="Side shown; absent: detect."),
    Option("return_portrait_image", "bool", default=False, help="Return the portrait as JPEG."),
)
TEXTS = (
    "name",
    "name_en",
    "sex",
    "issue_date",
    "expiry_date",
    "birth_date",
    "initial_issue_date",
    "height",
    "number",
    "symbols",
    "machine_code1",
    "machine_code2",
    "machine_code3",
)
FIELDS = ("side", *TEXTS)

_TITLE = ("澳門特別行政區", "澳门特别行政区", "RESIDENTE", "BILHETE DE IDENTIDADE")
_SURNAME, _GIVEN, _NAME = ("Apelido",), ("Nome",), ("姓名",)
_BIRTH, _SEX, _HEIGHT = ("出生日期", "Data de Nascimento"), ("性別", "Sexo"), ("身高", "Altura")
_ISSUE, _EXPIRY = ("發出日期", "发出日期", "Emissão"), ("有效日期", "有效期至", "Válido até")
_SYMBOLS = ("代號", "Código")
_STOPS = (
    *_ISSUE, *_EXPIRY, *_BIRTH, *_HEIGHT, *_SYMBOLS, "Data", "性别",
)  # fmt: skip
_DAY = re.compile(r"(\d{2})\s*[-/.]\s*(\d{2})\s*[-/.]\s*((?:19|20)\d{2})")
_NUMBER = re.compile(r"(?<!\d)(\d{7})\s*[(\[]\s*(\d)\s*[)\]]?")

_SEXES = {"M": "男", "F": "女"}

Values = dict[str, Found]


def extract(page: Page, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the side shown, dates as printed; raises WrongDocument for other cards.

    The algorithm of the bracketed digit is not published, so it never decides anything.
    """
    wanted = options.get("side", "")
    side, view, values = "", page, dict[str, Found]()
    if wanted != "back":
        view, values = card_response.best_view(
            page, _front, lambda read: sum(bool(found) for found in read[1].values()), full=8
        )
        if values["number"] and labels.has_label(view.lines, _TITLE):
            side = "front"
    if not side and wanted != "front":
        view, values = card_response.best_view(page, _back, lambda read: len(read[1]), full=3)
        side = "back" if values else ""
    if not side:
        raise WrongDocument("no Macao identity card found")
    answer: dict[str, Any] = {"side": side, **card_response.fields(TEXTS, values)}
    answer.update(card_response.portrait(view, options, shown=side == "front"))
    answer["confidence"] = {"side": 0.99, **card_response.confidence(TEXTS, values)}
    return answer


def _back(page: Page) -> tuple[Page, Values]:
    zone = mrz_locate.find(page, formats=(TD1,))
    if zone is None or zone.fields["country"] != "MAC":
        return page, {}
    score = 0.97 if zone.is_valid else 0.7
    rows = enumerate(zip(zone.lines, zone.quads, strict=False), start=1)
    return page, {f"machine_code{row}": Found(text, score, quad) for row, (text, quad) in rows}


def _front(page: Page) -> tuple[Page, Values]:
    lines = page.lines
    values: Values = {
        "birth_date": _day(lines, _BIRTH),
        "initial_issue_date": _day([line for line in lines if _is_first(line)], _ISSUE, lines),
        "issue_date": _day([line for line in lines if not _is_first(line)], _ISSUE, lines),
        "expiry_date": _day(lines, _EXPIRY),
        "number": _number(lines),
    }
    values["sex"] = _sex(page)
    height = labels.value_after(lines, ("Altura", "身高"), stops=(*_SEX, *_SYMBOLS), below=True)
    match = re.search(r"[12]\s*[.,]\s*\d{2}", unicodedata.normalize("NFKC", height.text))
    text = match.group().replace(",", ".").replace(" ", "") if match else ""
    values["height"] = Found(text, height.score, height.quad)
    symbols = labels.value_after(lines, ("Código", "代號"), stops=_SEX, below=True)
    text = symbols.text.replace(" ", "")
    values["symbols"] = Found(
        text if re.fullmatch(r"[A-Z]{1,5}", text) else "", symbols.score, symbols.quad
    )
    values["name"], values["name_en"] = _names(lines)
    return page, values


def _sex(page: Page) -> Found:
    """Return the sex by the letter M or F at its label; a lone letter is mostly missed by detection."""
    lines = page.lines
    label = next((line for line in lines if labels.label_end(line.text, _SEX) >= 0), None)
    if label is None:
        return Found()
    rest = label.text[max(labels.label_end(label.text, (word,)) for word in _SEX) :].strip(" :.")
    near = [line.text.strip().upper() for line in _near(label, lines)[:3]]
    for text in (rest.upper(), *near):
        if text in _SEXES:
            return Found(_SEXES[text], labels.line_confidence(label), label.quad)
    (ax, ay), (_bx, _by), (cx, cy), (dx, dy) = label.quad
    down = ((dx - ax) / 1.0, (dy - ay) / 1.0)
    for reach in (2.2, 1.8, 2.6):
        region = (
            (dx, dy),
            (cx, cy),
            (cx + (reach - 0.2) * down[0], cy + (reach - 0.2) * down[1]),
            (dx + (reach - 0.2) * down[0], dy + (reach - 0.2) * down[1]),
        )
        result = page.read(region, model="small", alphabet="MF")
        if result.text[:1] in _SEXES and result.score > 0.6:
            return Found(_SEXES[result.text[0]], min(result.score, 0.95), region)
    return Found()


def _is_first(line: Line) -> bool:
    """Return whether a label is that of the first issue of the card."""
    return bool(re.search(r"首|1\s*[aªº.]", line.text))


def _day(
    lines: Sequence[Line], label: tuple[str, ...], among: Sequence[Line] | None = None
) -> Found:
    """Return the date of a label found in `lines`: in its line, beside it, or under it."""
    for line in lines:
        end = labels.label_end(line.text, label)
        if end < 0:
            continue
        for mate in (line, *_near(line, among or lines)):
            text = unicodedata.normalize("NFKC", mate.text)
            match = _DAY.search(text[end:] if mate is line else text)
            if match:
                return Found("-".join(match.groups()), labels.line_confidence(mate), mate.quad)
    return Found()


def _near(label: Line, lines: Sequence[Line]) -> list[Line]:
    """Return the lines beside and under a label, nearest first."""
    row = [
        line
        for line in lines
        if abs(line.center[1] - label.center[1]) < 0.7 * label.height and line.left > label.left
    ]
    under = [
        line
        for line in lines
        if 0 < line.center[1] - label.center[1] < 2.6 * label.height
        and min(line.right, label.right) - max(line.left, label.left) > 0
    ]
    return [
        *sorted((line for line in row if line is not label), key=lambda line: line.left),
        *sorted((line for line in under if line not in row), key=lambda line: line.center[1]),
    ]


def _number(lines: Sequence[Line]) -> Found:
    for line in lines:
        match = _NUMBER.search(unicodedata.normalize("NFKC", line.text))
        if match:
            return Found(
                f"{match.group(1)}({match.group(2)})", labels.line_confidence(line), line.quad
            )
    return Found()


def _names(lines: Sequence[Line]) -> tuple[Found, Found]:
    """Return surname and given names joined, in Chinese characters and in Latin letters."""
    parts = []
    for label in (_SURNAME, _GIVEN):
        found = labels.value_after(lines, label, stops=(*_GIVEN, *_SURNAME, *_BIRTH), below=True)
        parts.append((found, _row_text(lines, found)))
    score = min(found.score for found, _ in parts)
    quad = parts[0][0].quad
    chinese = "".join(han_variants.han(text) for _, text in parts)
    latin = " ".join(
        word for _, text in parts for word in re.findall(r"[A-Z]{1,}(?:[' -][A-Z]+)*", text)
    )
    return han_variants.traditional(Found(chinese, score, quad)), Found(latin, score, quad)


def _row_text(lines: Sequence[Line], found: Found) -> str:
    """Return the text of a value and of the lines to its right in the row."""
    if found.quad is None:
        return ""
    level = sum(y for _, y in found.quad) / 4
    size = found.quad[3][1] - found.quad[0][1]
    right = max(x for x, _ in found.quad)
    more = [
        line.text
        for line in sorted(lines, key=lambda line: line.left)
        if line.quad != found.quad
        and line.left > right - size
        and abs(line.center[1] - level) < 0.5 * size
    ]
    return " ".join([found.text, *more])
