"""General table: tables of an image cell by cell, the text around them, and a spreadsheet file."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from ocr.layout.reading_order import in_order
from ocr.options import Option
from ocr.page import Line, Page, Point, Quad, WrongDocument, box
from ocr.tables import homography
from ocr.tables.model import Cell, Table
from ocr.tables.workbook import workbook

OPTIONS: tuple[Option, ...] = (
    Option("return_text_location", "bool", default=False, help="Also each line of a cell and its location."),
    Option("return_char_location", "bool", default=False, help="Also each character and its location; needs return_text_location."),
    Option("return_confidence", "bool", default=False, help="Also the confidence of the text."),
    Option("return_excel", "bool", default=False, help="Also the result as a spreadsheet file, Base64."),
    Option("return_rectification_matrix", "bool", default=False, help="Also the matrix from the image to the rectified page."),
    Option("with_borders", "bool", default=False, help="Look for tables with drawn cell borders only."),
)  # fmt: skip
FIELDS = ("words_region_count", "words_region_list", "excel", "rectification_matrix")

Region = Table | list[Line]


def extract(page: Page, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the documented result. Raises WrongDocument where the image has no text."""
    if not page.lines:
        raise WrongDocument("no text was found in the image")
    tables: list[Table] = list(page.tables())
    straight = _rectification(page, tables)
    if options["with_borders"]:
        tables = [table for table in tables if table.ruled]
    regions = _regions(page, tables)
    result: dict[str, Any] = {
        "words_region_count": len(regions),
        "words_region_list": [_region(page, region, options) for region in regions],
    }
    if options["return_excel"]:
        texts = [r if isinstance(r, Table) else [line.text for line in r] for r in regions]
        result["excel"] = base64.b64encode(workbook(texts)).decode()
    if options["return_rectification_matrix"]:
        result["rectification_matrix"] = straight
    return result


def _regions(page: Page, tables: Sequence[Table]) -> list[Region]:
    """Return tables and the lines between them, from top to bottom."""
    outside = in_order(
        [line for line in page.lines if not any(_holds(t.quad, line) for t in tables)]
    )
    ordered = sorted(tables, key=lambda table: (_top(table), table.quad[0][0]))
    regions: list[Region] = []
    for table in ordered:
        above = [line for line in outside if line.center[1] < _top(table)]
        outside = [line for line in outside if line.center[1] >= _top(table)]
        regions += [above, table] if above else [table]
    return [*regions, outside] if outside else regions


def _top(table: Table) -> float:
    return (table.quad[0][1] + table.quad[1][1]) / 2


def _holds(quad: Quad, line: Line) -> bool:
    """Return whether the center of a line lies inside a quad (clockwise, y down)."""
    x, y = line.center
    sides = zip(quad, (*quad[1:], quad[0]), strict=True)
    return all((bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0 for (ax, ay), (bx, by) in sides)


def _region(page: Page, region: Region, options: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(region, Table):
        kind, blocks = "table", [_cell(page, cell, options) for cell in region.cells]
    else:
        kind, blocks = (
            "text",
            [_block(page, (line,), line.text, line.quad, options) for line in region],
        )
    return {"type": kind, "words_block_count": len(blocks), "words_block_list": blocks}


def _cell(page: Page, cell: Cell, options: Mapping[str, Any]) -> dict[str, Any]:
    quad = _around(cell.lines) if cell.lines else cell.quad
    return {
        **_block(page, cell.lines, cell.text, quad, options),
        "rows": cell.rows,
        "columns": cell.columns,
        "cell_location": page.locate(cell.quad),
    }


def _block(
    page: Page, lines: Sequence[Line], words: str, quad: Quad, options: Mapping[str, Any]
) -> dict[str, Any]:
    block: dict[str, Any] = {"words": words}
    if options["return_confidence"]:
        block["confidence"] = _score([line.score for line in lines])
    block["location"] = page.locate(quad)
    if options["return_text_location"]:
        block["words_list"] = [_line(page, line, options) for line in lines]
    return block


def _line(page: Page, line: Line, options: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"words": line.text}
    if options["return_confidence"]:
        found["confidence"] = _score([line.score])
    found["location"] = page.locate(line.quad)
    if options["return_char_location"]:
        found["char_list"] = [
            {
                "char": char.text,
                **(
                    {"char_confidence": _score([char.score])}
                    if options["return_confidence"]
                    else {}
                ),
                "char_location": page.locate(char.quad),
            }
            for char in line.chars
            if char.text.strip()
        ]
    return found


def _score(scores: Sequence[float]) -> float:
    return round(sum(scores) / len(scores), 4) if scores else 0.0


def _around(lines: Sequence[Line]) -> Quad:
    if len(lines) == 1:
        return lines[0].quad
    return box(
        min(line.left for line in lines),
        min(line.top for line in lines),
        max(line.right for line in lines),
        max(line.bottom for line in lines),
    )


def _rectification(page: Page, tables: Sequence[Table]) -> list[list[float]]:
    """Return the 3x3 homography from points of the caller's image to the rectified page."""
    low, high = 0.1, 0.9
    corners = [
        (page.width * x, page.height * y)
        for x, y in ((low, low), (high, low), (high, high), (low, high))
    ]
    in_image = [_in_image(page, corner) for corner in corners]
    straight = [
        homography.apply(tables[0].matrix, corner) if tables else corner for corner in corners
    ]
    matrix = homography.through(in_image, straight)
    return [[round(value, 9) for value in row] for row in matrix]


def _in_image(page: Page, point: Point) -> Point:
    """Return where a page point lies in the caller's image: the center of a small located square."""
    x, y = point
    half = min(page.width, page.height) * 0.02
    corners = page.locate(box(x - half, y - half, x + half, y + half))
    return sum(c[0] for c in corners) / 4, sum(c[1] for c in corners) / 4
