"""Draw pages with tables of known structure: bordered, ruled, borderless, merged, several a page.

`draw(seed)` is a pure function of its seed. The truth has the form of a grid: `cells[row][column]`,
`None` where a merge covers, `merged` as inclusive zero-based `(row, column, row, column)`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tools.synthetic import degradation, table_texts

RULED = ("grid", "filled", "open")
STYLES = ("grid", "grid", "filled", "open", "lines", "booktabs", "booktabs", "zebra", "plain")
_NOTO = "/usr/share/fonts/opentype/noto/"
_LIBERATION = "/usr/share/fonts/truetype/liberation/"
FACES = (
    (_LIBERATION + "LiberationSans-Regular.ttf", _LIBERATION + "LiberationSans-Bold.ttf"),
    (_LIBERATION + "LiberationSerif-Regular.ttf", _LIBERATION + "LiberationSerif-Bold.ttf"),
    (
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
    ),
)
HAN_FACES = (
    (_NOTO + "NotoSansCJK-Regular.ttc", _NOTO + "NotoSansCJK-Bold.ttc"),
    (_NOTO + "NotoSerifCJK-Regular.ttc", _NOTO + "NotoSerifCJK-Bold.ttc"),
)


@dataclass(slots=True)
class Grid:
    """The truth of one table."""

    cells: list[list[str | None]]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    style: str = "grid"

    @property
    def rows(self) -> int:
        return len(self.cells)

    @property
    def columns(self) -> int:
        return len(self.cells[0])

    def merge(self, row: int, column: int, last_row: int, last_column: int) -> None:
        """Cover all but the first cell of a range."""
        for i in range(row, last_row + 1):
            for j in range(column, last_column + 1):
                if (i, j) != (row, column):
                    self.cells[i][j] = None
        self.merged.append((row, column, last_row, last_column))


@dataclass(slots=True)
class Drawn:
    """A page: its image (BGR), tables top to bottom, text lines outside them."""

    image: np.ndarray
    tables: list[Grid]
    outside: list[str]
    name: str


@dataclass(slots=True)
class _Look:
    """How one page is set."""

    size: int
    face: tuple[str, str]
    han: bool
    ink: tuple[int, int, int]
    paper: tuple[int, int, int]
    pad: int
    gutter: int
    leading: float

    def font(self, *, bold: bool = False) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(self.face[int(bold)], self.size, index=2 if self.han else 0)


def draw(
    seed: int, *, styles: tuple[str, ...] = STYLES, degraded: bool = False, many: bool = True
) -> Drawn:
    """Return the page of this seed; `degraded` photographs it, `many` allows several tables."""
    rng = Random(seed)
    look = _look(rng)
    count = rng.choice((1, 1, 1, 2, 2, 3)) if many else 1
    around = rng.random() < 0.6 or count > 1
    grids = [_grid(rng, look, rng.choice(styles)) for _ in range(count)]
    images = [_table_image(rng, look, grid) for grid in grids]
    margin = rng.randint(20, 90)
    width = max(image.width for image in images) + 2 * margin
    width = max(width, rng.randint(500, 900)) if around else width
    page = Image.new("RGB", (width, 6000), look.paper)
    y, outside = rng.randint(15, 80), []
    for number, image in enumerate(images, 1):
        if around:
            y = _text(rng, page, look, y, margin, outside, number)
        x = rng.choice((margin, (width - image.width) // 2))
        page.paste(image, (max(x, 4), y))
        y += image.height + int(look.size * rng.uniform(1.5, 3))
    if around and rng.random() < 0.5:
        y = _text(rng, page, look, y, margin, outside, 0)
    drawn = np.asarray(page.crop((0, 0, width, y + rng.randint(5, 60))))[:, :, ::-1].copy()
    if degraded:
        drawn = photograph(drawn, rng)
    return Drawn(drawn, grids, outside, f"{seed}-{'+'.join(g.style for g in grids)}")


def _look(rng: Random) -> _Look:
    han = rng.random() < 0.4
    dark = rng.randint(0, 60)
    size = rng.randint(14, 30)
    return _Look(
        size=size,
        face=rng.choice(HAN_FACES if han else FACES),
        han=han,
        ink=(dark, dark, dark),
        paper=rng.choice(((255, 255, 255), (255, 255, 255), (250, 248, 240), (238, 242, 246))),
        pad=rng.randint(4, 14),
        gutter=int(size * rng.uniform(0.35, 0.9)),
        leading=rng.uniform(1.25, 1.45),
    )


def _grid(rng: Random, look: _Look, style: str) -> Grid:
    columns, rows = rng.randint(2, 7), rng.randint(3, 14)
    kinds = [
        "text",
        *rng.choices(("text", "int", "decimal", "percent", "money", "date", "code"), k=columns - 1),
    ]
    cells: list[list[str | None]] = [[table_texts.head(rng, han=look.han) for _ in range(columns)]]
    for _ in range(rows - 1):
        cells.append([table_texts.value(rng, kind, han=look.han) for kind in kinds])
    grid = Grid(cells, style=style)
    first = _head_merges(rng, look, grid)
    ruled = style in RULED
    if ruled and rows - first >= 4 and rng.random() < 0.35:
        top = rng.randint(first, rows - 2)
        grid.merge(top, 0, min(top + rng.randint(1, 2), rows - 1), 0)
    if ruled and columns >= 3 and rng.random() < 0.3 and grid.cells[-1][0] is not None:
        grid.cells[-1][0] = "合计" if look.han else "Total"
        grid.merge(rows - 1, 0, rows - 1, rng.randint(1, columns - 2))
    for i in range(first, rows):
        for j in range(1, columns):
            if grid.cells[i][j] is not None and rng.random() < 0.03 and columns > 2:
                grid.cells[i][j] = rng.choice(("", "-"))
    if ruled and rng.random() < 0.4:
        _wrap(rng, look, grid, first)
    return grid


def _head_merges(rng: Random, look: _Look, grid: Grid) -> int:
    """Give the table a title row or grouped headings and return the first body row."""
    chance = rng.random()
    if grid.columns >= 4 and grid.rows >= 5 and chance < 0.25:
        start = rng.randint(1, grid.columns - 2)
        stop = rng.randint(start + 1, grid.columns - 1)
        for j in range(grid.columns):
            if j < start or j > stop:
                grid.merge(0, j, 1, j)
            else:
                grid.cells[1][j] = table_texts.head(rng, han=look.han)
        grid.merge(0, start, 0, stop)
        return 2
    if grid.style in RULED and chance < 0.4 and grid.rows >= 4:
        grid.cells[1] = [table_texts.head(rng, han=look.han) for _ in range(grid.columns)]
        grid.cells[0][0] = table_texts.word(rng, han=look.han) + " 2026"
        grid.merge(0, 0, 0, grid.columns - 1)
        return 2
    return 1


def _wrap(rng: Random, look: _Look, grid: Grid, first: int) -> None:
    column = rng.randrange(grid.columns)
    covered = {
        (i, j) for r, c, rr, cc in grid.merged for i in range(r, rr + 1) for j in range(c, cc + 1)
    }
    for i in range(first, grid.rows):
        if (i, column) not in covered and grid.cells[i][column] and rng.random() < 0.6:
            lines = [table_texts.word(rng, han=look.han) for _ in range(rng.randint(2, 3))]
            grid.cells[i][column] = "\n".join(lines)


def _span(grid: Grid, i: int, j: int) -> tuple[int, int]:
    for row, column, last_row, last_column in grid.merged:
        if (row, column) == (i, j):
            return last_row, last_column
    return i, j


def _size(look: _Look, text: str, *, bold: bool) -> tuple[int, int]:
    lines = text.split("\n")
    font = look.font(bold=bold)
    return int(max(font.getlength(t) for t in lines)), int(len(lines) * look.size * look.leading)


def _table_image(rng: Random, look: _Look, grid: Grid) -> Image.Image:
    side = look.pad if grid.style in RULED else look.gutter
    gap = 2 * side + (0 if grid.style in RULED else look.size // 2)
    widths, heights = [0] * grid.columns, [int(look.size * look.leading) + look.pad] * grid.rows
    for i, row in enumerate(grid.cells):
        for j, text in enumerate(row):
            if text is not None and _span(grid, i, j) == (i, j):
                wide, tall = _size(look, text, bold=i == 0)
                widths[j] = max(widths[j], wide + gap)
                heights[i] = max(heights[i], tall + look.pad)
    for row, column, _last_row, last_column in grid.merged:
        wide, _ = _size(look, grid.cells[row][column] or "", bold=True)
        short = wide + gap - sum(widths[column : last_column + 1])
        for j in range(column, last_column + 1):
            widths[j] += max(0, short // (last_column - column + 1) + 1)
    stretch = rng.uniform(1, 1.5)
    widths = [int(w * stretch) for w in widths]
    xs, ys = [2], [2]
    for w in widths:
        xs.append(xs[-1] + w)
    for h in heights:
        ys.append(ys[-1] + h)
    image = Image.new("RGB", (xs[-1] + 3, ys[-1] + 3), look.paper)
    pen = ImageDraw.Draw(image)
    inks = _fills(rng, look, grid, pen, xs, ys)
    aligns = ["left", *[rng.choice(("left", "center", "right")) for _ in widths[1:]]]
    if rng.random() < 0.4:
        aligns = ["center"] * grid.columns
    bold = rng.random() < 0.6
    for i, row in enumerate(grid.cells):
        for j, text in enumerate(row):
            if text:
                _cell(
                    look, grid, pen, (i, j), (xs, ys), aligns[j], ink=inks[i], bold=bold and i == 0
                )
    _rules(rng, look, grid, pen, xs, ys)
    return image


def _cell(look, grid, pen, at, edges, align, *, ink, bold) -> None:
    (i, j), (xs, ys) = at, edges
    last_row, last_column = _span(grid, i, j)
    left, right, top, bottom = xs[j], xs[last_column + 1], ys[i], ys[last_row + 1]
    lines = (grid.cells[i][j] or "").split("\n")
    font, pitch = look.font(bold=bold), look.size * look.leading
    y = (top + bottom) / 2 - pitch * len(lines) / 2 + pitch / 2
    align = "center" if last_column > j else align
    anchor = {"left": "lm", "center": "mm", "right": "rm"}[align]
    side = look.pad if grid.style in RULED else look.gutter
    x = {"left": left + side, "center": (left + right) / 2, "right": right - side}[align]
    for line in lines:
        pen.text((x, y), line, font=font, fill=ink, anchor=anchor)
        y += pitch


def _fills(rng, look, grid, pen, xs, ys) -> list[tuple[int, int, int]]:
    inks = [look.ink] * grid.rows
    heads = 2 if any(m[0] == 0 for m in grid.merged) else 1
    if grid.style == "filled" or (grid.style == "zebra" and rng.random() < 0.5):
        dark = rng.random() < 0.5
        shade = (
            (40, rng.randint(60, 110), rng.randint(100, 170))
            if dark
            else (205, 225, rng.randint(215, 245))
        )
        pen.rectangle((xs[0], ys[0], xs[-1], ys[heads]), fill=shade)
        for i in range(heads):
            inks[i] = (255, 255, 255) if dark else look.ink
    if grid.style == "zebra":
        for i in range(heads, grid.rows):
            if i % 2:
                pen.rectangle((xs[0], ys[i], xs[-1], ys[i + 1]), fill=(226, 232, 238))
    return inks


def _rules(rng, look, grid, pen, xs, ys) -> None:
    wide = rng.choice((1, 1, 2, 2, 3))
    grey = rng.choice((0, 0, 60, 120, 160))
    colour = (grey, grey, grey)
    heads = 2 if any(m[0] == 0 for m in grid.merged) else 1
    if grid.style == "booktabs":
        for y in (ys[0], ys[heads], ys[-1]):
            pen.line((xs[0], y, xs[-1], y), fill=colour, width=wide)
        for _row, column, last_row, last_column in grid.merged:
            if last_column > column and last_row + 1 < heads:
                pen.line(
                    (xs[column] + 6, ys[1], xs[last_column + 1] - 6, ys[1]), fill=colour, width=1
                )
        return
    if grid.style in ("zebra", "plain"):
        return
    hidden_x, hidden_y = set(), set()
    for row, column, last_row, last_column in grid.merged:
        for i in range(row, last_row + 1):
            hidden_x |= {(i, j) for j in range(column + 1, last_column + 1)}
        for j in range(column, last_column + 1):
            hidden_y |= {(i, j) for i in range(row + 1, last_row + 1)}
    for i in range(grid.rows + 1):
        for j in range(grid.columns):
            if (i, j) not in hidden_y:
                pen.line((xs[j], ys[i], xs[j + 1], ys[i]), fill=colour, width=wide)
    if grid.style == "lines":
        return
    inner = range(1, grid.columns) if grid.style == "open" else range(grid.columns + 1)
    for j in inner:
        for i in range(grid.rows):
            if (i, j) not in hidden_x:
                pen.line((xs[j], ys[i], xs[j], ys[i + 1]), fill=colour, width=wide)


def _text(rng, page, look, y, margin, outside, number) -> int:
    pen, font, pitch = ImageDraw.Draw(page), look.font(), int(look.size * 1.4)
    room = page.width - 2 * margin
    for _ in range(rng.randint(0, 3)):
        text = rng.choice(table_texts.HAN_SENTENCES if look.han else table_texts.SENTENCES)
        while text and font.getlength(text) > room:
            text = text[:-1] if look.han else text.rpartition(" ")[0]
        if text:
            pen.text((margin, y), text, font=font, fill=look.ink)
            outside.append(text)
            y += pitch
    if number and rng.random() < 0.6:
        text = rng.choice(table_texts.HAN_CAPTIONS if look.han else table_texts.CAPTIONS).format(
            n=number
        )
        pen.text((margin, y), text, font=font, fill=look.ink)
        outside.append(text)
        y += pitch
    return y + int(look.size * 0.6)


def photograph(image: np.ndarray, rng: Random) -> np.ndarray:
    """Tilt, light, blur and compress a page as a hand-held camera would."""
    noise = np.random.default_rng(rng.randrange(2**32))
    high, wide = image.shape[:2]
    border = int(0.06 * max(high, wide))
    shade = rng.randint(90, 200)
    image = cv2.copyMakeBorder(image, *[border] * 4, cv2.BORDER_CONSTANT, value=(shade,) * 3)
    high, wide = image.shape[:2]
    corners = np.float32([(0, 0), (wide, 0), (wide, high), (0, high)])
    moved = corners + noise.uniform(-0.025, 0.025, (4, 2)).astype(np.float32) * (wide, high)
    warp = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    turn = cv2.getRotationMatrix2D((wide / 2, high / 2), rng.uniform(-3, 3), 1.0)
    warp = np.vstack([turn, (0, 0, 1)]) @ warp
    image = cv2.warpPerspective(
        image, warp, (wide, high), borderValue=(shade,) * 3, flags=cv2.INTER_CUBIC
    )
    light = np.linspace(rng.uniform(0.7, 1), rng.uniform(0.7, 1), wide)[None, :, None]
    image = image * light
    if rng.random() < 0.5:
        image = degradation.blurred(image, rng.uniform(0.4, 0.9))
    image = degradation.noisy(image, noise, rng.uniform(1, 6))
    return degradation.jpeg(image, rng.randint(55, 92))
