"""General table: cells from rules and white, the documented result, a spreadsheet that runs nothing."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from pathlib import Path

import cv2
import numpy as np
import openpyxl
import pytest
from django.conf import settings

from ocr.engine.recorded import RecordedPage
from ocr.extractors import general_table
from ocr.layout.columns import Box, find_columns, text_rows
from ocr.options import parse
from ocr.page import Char, Line, WrongDocument, box
from ocr.tables import homography
from ocr.tables.borderless import bare_regions
from ocr.tables.cell_grid import CellGrid, groups_of, ruled_grid
from ocr.tables.implicit_rows import cut
from ocr.tables.model import Cell, Table, join_lines
from ocr.tables.ruling_lines import RulingLine, merge_collinear
from ocr.tables.workbook import workbook
from tools.accuracy.teds import page_teds, teds, tree
from tools.synthetic.tables import draw

SAMPLES = Path(settings.BASE_DIR).parent / "shared" / "samples"
UNIT = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def line(text, left, top, right, bottom, score=0.9):
    return Line(text, score, box(left, top, right, bottom))


def table():
    cells = (
        Cell(0, 0, 0, 1, box(0, 0, 200, 30), (line("=1+1", 5, 5, 60, 25),)),
        Cell(1, 0, 1, 0, box(0, 30, 100, 60), (line("@SUM(A1)", 5, 35, 60, 55, 0.8),)),
        Cell(1, 1, 1, 1, box(100, 30, 200, 60)),
    )
    return Table(2, 2, cells, box(0, 0, 200, 60), True, UNIT, (300, 200))


class TablePage(RecordedPage):
    """A recorded page with the one table above."""

    def tables(self):
        return (table(),)


def page(*, bordered=True):
    chars = (Char("H", 0.9, box(5, 100, 15, 120)), Char(" ", 0.9, box(15, 100, 20, 120)))
    inside = [one for cell in table().cells for one in cell.lines]
    note = Line("Hi", 0.7, box(5, 100, 30, 120), chars)
    return TablePage(
        width=300, height=200, image_width=300, image_height=200, lines=(*inside, note)
    )


def options(**switches):
    return parse(general_table.OPTIONS, switches)


def test_a_table_and_the_text_after_it():
    result = general_table.extract(page(), options())

    assert result["words_region_count"] == 2
    first, second = result["words_region_list"]
    assert (first["type"], first["words_block_count"]) == ("table", 3)
    assert first["words_block_list"][0]["columns"] == [0, 1]
    assert first["words_block_list"][1]["rows"] == [1]
    assert first["words_block_list"][2]["words"] == ""
    assert first["words_block_list"][1]["cell_location"] == [[0, 30], [100, 30], [100, 60], [0, 60]]
    assert second["type"] == "text"
    assert [block["words"] for block in second["words_block_list"]] == ["Hi"]
    assert "rows" not in second["words_block_list"][0]


def test_switches_add_exactly_their_fields():
    plain = general_table.extract(page(), options())
    cell = plain["words_region_list"][0]["words_block_list"][0]
    assert set(plain) == {"words_region_count", "words_region_list"}
    assert set(cell) == {"words", "location", "rows", "columns", "cell_location"}

    full = general_table.extract(
        page(),
        options(
            return_text_location=True,
            return_char_location=True,
            return_confidence=True,
            return_excel=True,
            return_rectification_matrix=True,
        ),
    )
    block = full["words_region_list"][1]["words_block_list"][0]
    assert full["excel"] and len(full["rectification_matrix"]) == 3
    assert block["confidence"] == 0.7
    assert [char["char"] for char in block["words_list"][0]["char_list"]] == ["H"]


def test_with_borders_leaves_other_tables_as_text():
    bare = [
        Table(t.rows, t.columns, t.cells, t.quad, False, t.matrix, t.size) for t in page().tables()
    ]

    class Bare(TablePage):
        def tables(self):
            return bare

    found = general_table.extract(
        Bare(width=300, height=200, image_width=300, image_height=200, lines=page().lines),
        options(with_borders=True),
    )
    assert [region["type"] for region in found["words_region_list"]] == ["text"]
    assert found["words_region_list"][0]["words_block_count"] == 3


def test_an_empty_picture_is_the_wrong_document():
    with pytest.raises(WrongDocument):
        general_table.extract(RecordedPage(lines=()), options())


def test_the_spreadsheet_keeps_merges_and_holds_no_formula():
    content = workbook([["=HYPERLINK(1)", "https://example.org"], table(), ["-2+3"]])
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active

    assert sheet["A1"].value == "=HYPERLINK(1)" and sheet["A1"].data_type != "f"
    assert [str(merged) for merged in sheet.merged_cells.ranges] == ["A4:B4"]
    assert sheet["A4"].value == "=1+1"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        drawn = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in drawn and "hyperlink" not in drawn


def test_signs_that_xml_forbids_do_not_break_the_file():
    content = workbook([["a\x00b\x0bc\ud800"]])
    assert openpyxl.load_workbook(io.BytesIO(content)).active["A1"].value == "abc"


def test_wrapped_lines_are_joined_by_script():
    assert join_lines(["North", "East"]) == "North East"
    assert join_lines(["数据", "平台"]) == "数据平台"
    assert join_lines(["SDK", "平台"]) == "SDK 平台"


def grid_rules():
    across = [
        RulingLine(0, 0, 200),
        RulingLine(30, 0, 200),
        RulingLine(60, 100, 200),
        RulingLine(90, 0, 200),
    ]
    upright = [RulingLine(0, 0, 90), RulingLine(100, 30, 90), RulingLine(200, 0, 90)]
    return across, upright


def test_rules_fence_cells_and_missing_walls_merge_them():
    across, upright = grid_rules()
    grid = ruled_grid(across, upright, 20)

    assert (grid.rows, grid.columns) == (3, 2)
    assert grid.spans() == [(0, 0, 0, 1), (1, 0, 2, 0), (1, 1, 1, 1), (2, 1, 2, 1)]


def test_open_sides_are_closed():
    across = [RulingLine(y, 0, 200) for y in (0, 30, 60)]
    grid = ruled_grid(across, [RulingLine(100, 0, 60)], 20)
    assert grid.xs == [0, 100, 200]


def test_two_tables_stay_apart():
    across, upright = grid_rules()
    lower = [RulingLine(r.at + 300, r.start, r.end) for r in across]
    lower_upright = [RulingLine(r.at, r.start + 300, r.end + 300) for r in upright]
    assert len(groups_of([*across, *lower], [*upright, *lower_upright], 20)) == 2


def test_a_fence_never_has_a_cell_that_is_no_rectangle():
    grid = CellGrid([0, 1, 2], [0, 1, 2], open_right={(0, 0)}, open_below={(0, 0)})
    covered = [
        (i, j) for r, c, rr, cc in grid.spans() for i in range(r, rr + 1) for j in range(c, cc + 1)
    ]
    assert sorted(covered) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_pieces_of_one_rule_become_one():
    assert (
        len(
            merge_collinear(
                [RulingLine(10, 0, 50), RulingLine(11, 60, 90), RulingLine(40, 0, 90)], 20
            )
        )
        == 2
    )


def words(*rows):
    boxes, number = [], 0
    for y, row in enumerate(rows):
        for left, right in row:
            boxes.append(Box(left, y * 30, right, y * 30 + 20, number))
            number += 1
    return boxes


def test_a_heading_over_two_columns_does_not_join_them():
    boxes = words([(100, 230)], *[[(0, 50), (100, 140), (200, 240)]] * 5)
    assert len(find_columns(text_rows(boxes), 20)) == 3


def test_columns_without_rules_are_cut_and_headings_span():
    boxes = words([(100, 230)], *[[(0, 50), (100, 140), (200, 240)]] * 5)
    region = bare_regions(boxes, ["x"] * len(boxes), 20)[0]
    grid = cut(region.grid, boxes, 20, partial=region.partial)
    assert (grid.rows, grid.columns) == (6, 3)
    assert (0, 1, 0, 2) in grid.spans()


def test_two_columns_of_prose_are_no_table():
    boxes = words(*[[(0, 300), (330, 630)]] * 6)
    assert bare_regions(boxes, ["running text that fills the line"] * 12, 20) == []


def test_homography_goes_through_its_points():
    sources = [(0.0, 0.0), (10.0, 1.0), (11.0, 9.0), (-1.0, 10.0)]
    targets = [(5.0, 5.0), (50.0, 5.0), (50.0, 40.0), (5.0, 40.0)]
    matrix = homography.through(sources, targets)
    for source, target in zip(sources, targets, strict=True):
        assert homography.apply(matrix, source) == pytest.approx(target)


def test_teds_counts_what_differs():
    one = tree([["a", "b"], ["c", "d"]])
    assert teds(one, one) == 1
    assert teds(tree([["a", "b"], ["c", "x"]]), one) == pytest.approx(1 - 1 / 7)
    assert teds(tree([["a", None], ["c", "d"]], [(0, 0, 0, 1)]), one) < 0.8
    assert page_teds([one], [one, one]) == 0.5


@pytest.fixture(scope="module")
def engine():
    from ocr.vision import model_files
    from ocr.vision.onnx import OnnxEngine

    folder = Path(settings.MODELS_DIR)
    model_files.lay_out(folder)
    loaded = OnnxEngine(folder)
    loaded.warm()
    return loaded


def read(engine, pixels, **switches):
    from ocr.catalog import BY_CODE
    from ocr.vision.decoding import DecodedImage
    from ocr.vision.image_page import ImagePage

    high, wide = pixels.shape[:2]
    profile = BY_CODE["general-table"].profile
    live = ImagePage(DecodedImage(pixels, wide, high), engine=engine, profile=profile)
    return general_table.extract(live, options(**switches))


def trees(result):
    found = []
    for region in result["words_region_list"]:
        if region["type"] == "table":
            blocks = region["words_block_list"]
            rows = 1 + max(max(block["rows"]) for block in blocks)
            columns = 1 + max(max(block["columns"]) for block in blocks)
            cells = [[None] * columns for _ in range(rows)]
            for block in blocks:
                cells[block["rows"][0]][block["columns"][0]] = block["words"]
            ends = [
                (b["rows"][0], b["columns"][0], b["rows"][-1], b["columns"][-1]) for b in blocks
            ]
            found.append(tree(cells, ends))
    return found


def truth(drawn):
    return [
        tree(
            [[c if c is None else join_lines(c.split("\n")) for c in row] for row in g.cells],
            g.merged,
        )
        for g in drawn.tables
    ]


@pytest.mark.engine
@pytest.mark.parametrize("style", ["grid", "filled", "open", "lines", "booktabs", "zebra", "plain"])
def test_each_style_is_read(engine, style):
    drawn = draw(7001, styles=(style,), many=False)
    assert page_teds(trees(read(engine, drawn.image)), truth(drawn)) > 0.95


@pytest.mark.engine
def test_a_photographed_page_is_straightened(engine):
    drawn = draw(7005, styles=("grid",), many=False, degraded=True)
    result = read(engine, drawn.image, return_rectification_matrix=True)
    assert page_teds(trees(result), truth(drawn)) > 0.95

    matrix = np.array(result["rectification_matrix"])
    block = result["words_region_list"][-1]["words_block_list"][0]
    corners = cv2.perspectiveTransform(np.float64([block["cell_location"]]), matrix)[0]
    assert abs(corners[0][1] - corners[1][1]) < 3 and abs(corners[1][0] - corners[2][0]) < 3


@pytest.mark.engine
def test_the_spreadsheet_of_a_read_table_opens(engine):
    drawn = draw(7002, styles=("grid",), many=False)
    result = read(engine, drawn.image, return_excel=True)
    sheet = openpyxl.load_workbook(io.BytesIO(base64.b64decode(result["excel"]))).active
    assert sheet.max_column == drawn.tables[0].columns
    assert len(sheet.merged_cells.ranges) == len(drawn.tables[0].merged)


@pytest.mark.engine
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not beside the repository")
def test_sample_tables(engine):
    cases = json.loads((SAMPLES / "truth.json").read_text())["cases"]
    scores = []
    for case in (case for case in cases if case["service"] == "general-table"):
        found = trees(read(engine, cv2.imread(str(SAMPLES / case["file"]))))
        tables = case["expected"]["tables"]
        accepted = [tables, *[[other] for other in tables[0].get("accept", ())]]
        scores.append(
            max(page_teds(found, [tree(t["cells"], t["merged"]) for t in ts]) for ts in accepted)
        )
    assert sum(scores) / len(scores) >= 0.975
