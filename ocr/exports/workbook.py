"""Write a spreadsheet file (Office Open XML) as a stream, with one row in memory. Pure.

The libraries for this keep all rows, or put them into a file on the disk, which results never are.
Every text is written as text (`inlineStr`, quote prefix): nothing that stood on a page can run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from ocr.exports.direction import is_rtl
from ocr.exports.zip_stream import Package

LONGEST = 32_767  # characters a cell may hold (Office Open XML limits)
_WIDEST = 60
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # ST_Xstring would read it as a character
_HEAD, _TEXT, _TEXT_RTL, _FRAMED, _FRAMED_RTL = 1, 2, 3, 4, 5

Value = str | float | None


@dataclass(slots=True)
class Sheet:
    """One sheet: rows are asked for while it is written; `merges` is filled by then at the latest."""

    name: str
    rows: Callable[[], Iterable[Sequence[Value]]]
    widths: Sequence[int] = ()
    frozen: tuple[int, int] = (0, 0)  # rows and columns that stay in sight
    has_head: bool = False
    is_framed: bool = False
    merges: list[tuple[int, int, int, int]] = field(
        default_factory=list
    )  # top, left, bottom, right


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XF = '<xf numFmtId="{}" fontId="{}" fillId="0" borderId="{}" xfId="0" applyNumberFormat="1" quotePrefix="{}" applyAlignment="1"><alignment vertical="top"{}/></xf>'
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="3"><border><left/><right/><top/><bottom/><diagonal/></border>'
    '<border><left/><right/><top/><bottom style="thin"/><diagonal/></border>'
    '<border><left style="thin"/><right style="thin"/><top style="thin"/><bottom style="thin"/>'
    "<diagonal/></border></borders>"
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="6"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    + _XF.format(49, 1, 1, 1, "")
    + _XF.format(49, 0, 0, 1, "")
    + _XF.format(49, 0, 0, 1, ' readingOrder="2"')
    + _XF.format(49, 0, 2, 1, ' wrapText="1"')
    + _XF.format(49, 0, 2, 1, ' wrapText="1" readingOrder="2"')
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)


def stream(sheets: Iterable[Sheet]) -> Iterator[bytes]:
    """Yield the bytes of an .xlsx file with these sheets, in their order; names are made unique."""
    package = Package()
    names: list[str] = []
    for sheet in sheets:
        names.append(_unique(sheet.name, names))
        yield from package.part(f"xl/worksheets/sheet{len(names)}.xml", _sheet(sheet))
    yield from package.part("xl/styles.xml", _STYLES)
    yield from package.part("xl/workbook.xml", _workbook(names))
    yield from package.part("xl/_rels/workbook.xml.rels", _relations(len(names)))
    yield from package.part(
        "_rels/.rels",
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    )
    yield from package.part("[Content_Types].xml", _content_types(len(names)))
    yield from package.end()


def _unique(wanted: str, names: Sequence[str]) -> str:
    """Return a sheet name that the programs take: 31 characters, no signs of paths, no second of it."""
    plain = re.sub(r"[\[\]:*?/\\']", "_", clean(wanted)).strip() or "Sheet"
    name, number = plain[:31], 1
    while name.lower() in {other.lower() for other in names}:
        number += 1
        name = f"{plain[: 28 - len(str(number))]} ({number})"
    return name


def clean(text: str) -> str:
    """Return `text` without what XML cannot carry, as long as a cell may be."""
    return _FORBIDDEN.sub("", text)[:LONGEST]


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield f'{_XML}<worksheet xmlns="{_MAIN}">'
    rows, columns = sheet.frozen
    if rows or columns:
        where = f"{column_name(columns)}{rows + 1}"
        pane = "bottomRight" if rows and columns else "bottomLeft" if rows else "topRight"
        split = (f' xSplit="{columns}"' if columns else "") + (f' ySplit="{rows}"' if rows else "")
        yield (
            f'<sheetViews><sheetView workbookViewId="0"><pane{split} topLeftCell="{where}" '
            f'activePane="{pane}" state="frozen"/></sheetView></sheetViews>'
        )
    if sheet.widths:
        yield "<cols>" + "".join(
            f'<col min="{n}" max="{n}" width="{min(_WIDEST, width + 2)}" customWidth="1"/>'
            for n, width in enumerate(sheet.widths, 1)
        ) + "</cols>"  # fmt: skip
    yield "<sheetData>"
    for number, row in enumerate(sheet.rows(), 1):
        head = sheet.has_head and number == 1
        cells = "".join(
            _cell(f"{column_name(index)}{number}", value, head=head, framed=sheet.is_framed)
            for index, value in enumerate(row)
            if value is not None
        )
        yield f'<row r="{number}">{cells}</row>'
    yield "</sheetData>"
    if sheet.merges:
        yield f'<mergeCells count="{len(sheet.merges)}">'
        for top, left, bottom, right in sheet.merges:
            yield f'<mergeCell ref="{column_name(left)}{top + 1}:{column_name(right)}{bottom + 1}"/>'
        yield "</mergeCells>"
    yield "</worksheet>"


def _cell(place: str, value: str | float, *, head: bool, framed: bool) -> str:
    if not isinstance(value, str):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    plain, turned = (_FRAMED, _FRAMED_RTL) if framed else (_TEXT, _TEXT_RTL)
    style = _HEAD if head else turned if is_rtl(value) else plain
    text = escape(_LOOKS_ESCAPED.sub("_x005F_", clean(value)))
    return (
        f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    )


def column_name(index: int) -> str:
    """Return the letters of a column, counted from 0."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _workbook(names: Sequence[str]) -> str:
    rows = "".join(
        f'<sheet name="{escape(name, {chr(34): "&quot;"})}" sheetId="{n}" r:id="rId{n}"/>'
        for n, name in enumerate(names, 1)
    )
    return f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>{rows}</sheets></workbook>'


def _relations(count: int) -> str:
    rows = "".join(
        f'<Relationship Id="rId{n}" Type="{_REL}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, count + 1)
    )
    return (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{rows}<Relationship '
        f'Id="rId{count + 1}" Type="{_REL}/styles" Target="styles.xml"/></Relationships>'
    )


def _content_types(count: int) -> str:
    rows = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for n in range(1, count + 1)
    )
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>{rows}'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
    )
