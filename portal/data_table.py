"""The table of every console list: search, sort, choice of columns, keyset pagination, export.

A page declares its columns once. The address holds `<table>.sort`, `.after`, `.before`, `.q` and
`.export`, so that a link reproduces the view. A page continues after the last row's key, not at an offset:
an offset would read all rows before it and shift when rows are added. Chosen columns are kept in the session.
"""

from __future__ import annotations

import base64
import csv
import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpResponseBase, QueryDict, StreamingHttpResponse
from django.utils.functional import Promise, cached_property

from core import clock
from core.export_safety import formula_safe
from core.workbook import Sheet, stream

SIZE = 50
EXPORT_ROWS = 100_000
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `value` returns what is exported (None = not exported); `sort` is the lookup to order by
    ("" = not sortable).

    A `hidden` column is off by default; a `fixed` one cannot be turned off.
    """

    key: str
    title: str | Promise
    value: Callable[[Any], Any] | None
    sort: str = ""
    number: bool = False
    hidden: bool = False
    fixed: bool = False


class _Echo:
    """A file for csv.writer that returns each line instead of storing it."""

    def write(self, text: str) -> str:
        return text


@dataclass
class Table:
    """The rows of one page of a list, and the links around it.

    `rows` is a queryset or a sequence; `key` is the unique field that completes the order; `sort` the default
    order ("-" for descending). `search` names the fields of the text search: lookups of a queryset, columns of
    a sequence. `draw` converts a row for the template; `files` are links to exports that the page writes
    itself.
    """

    name: str
    columns: Sequence[Column]
    rows: QuerySet[Any] | Sequence[Any]
    query: QueryDict
    session: Mapping[str, Any]
    sort: str = ""
    key: str = "pk"
    search: Sequence[str] = ()
    size: int = SIZE
    draw: Callable[[Any], Any] = field(default=lambda row: row)
    files: Sequence[tuple[str, str]] = ()

    # What the template shows ---------------------------------------------------------------------

    @cached_property
    def shown(self) -> dict[str, bool]:
        """Return column key → whether it is on."""
        chosen = self.session.get("columns", {}).get(self.name)
        return {
            column.key: column.fixed
            or (not column.hidden if chosen is None else column.key in chosen)
            for column in self.columns
        }

    @cached_property
    def heads(self) -> list[dict[str, Any]]:
        """Return the columns that are on, with the link that sorts by each."""
        heads = []
        for column in self.columns:
            if not self.shown[column.key]:
                continue
            current = self._column if column.sort else None
            up = current is column and not self._descending
            heads.append(
                {
                    "column": column,
                    "url": self._link(sort=f"-{column.key}" if up else column.key)
                    if column.sort
                    else "",
                    "sorted": ("ascending" if up else "descending") if current is column else "",
                }
            )
        return heads

    @property
    def text(self) -> str:
        """Return the text that is searched for."""
        return self._get("q").strip()

    @cached_property
    def page(self) -> list[Any]:
        """Return the rows of this page, each as `draw` makes it."""
        return [self.draw(row) for row in self._page_rows[0]]

    @property
    def next(self) -> str:
        """Return the link to the rows after these, "" at the end."""
        rows, _before, after = self._page_rows
        return self._link(after=self._cursor(rows[-1])) if after else ""

    @property
    def previous(self) -> str:
        """Return the link to the rows before these, "" at the start."""
        rows, before, _after = self._page_rows
        return self._link(before=self._cursor(rows[0])) if before and rows else ""

    @property
    def rest(self) -> list[tuple[str, str]]:
        """Return the address's other values, for the hidden fields of the table's forms."""
        own = {f"{self.name}.{name}" for name in ("after", "before", "q", "export")}
        return [
            (key, value)
            for key in self.query
            if key not in own
            for value in self.query.getlist(key)
        ]

    @property
    def exports(self) -> Sequence[tuple[str, str]]:
        """Return (format, link) of each export."""
        return self.files or [(kind.upper(), self._link(export=kind)) for kind in MEDIA_TYPES]

    def found(self) -> QuerySet[Any] | Sequence[Any]:
        """Return the rows that match the search, of all pages."""
        if not self.text:
            return self.rows
        if isinstance(self.rows, QuerySet):
            if not self.search:
                return self.rows
            return self.rows.filter(
                reduce(or_, (Q(**{f"{name}__icontains": self.text}) for name in self.search))
            )
        wanted = self.text.lower()
        return [
            row
            for row in self.rows
            if any(
                wanted in str(value(row)).lower()
                for column, value in self._exported
                if column.key in self.search
            )
        ]

    # Export --------------------------------------------------------------------------------------

    @property
    def wanted(self) -> str:
        """Return the format that the address asks for, or ""."""
        return self._get("export")

    def export(self) -> HttpResponseBase:
        """Return all matching rows with all columns as CSV, XLSX or JSON."""
        rows = self.found()
        found: Iterable[Any]
        if isinstance(rows, QuerySet):
            found = rows.order_by(*self._order())[:EXPORT_ROWS].iterator(chunk_size=2000)
        else:
            found = self._in_order(rows)
        kind = self.wanted if self.wanted in MEDIA_TYPES else "csv"
        make = {"csv": self._lines, "xlsx": self._sheet, "json": self._objects}[kind]
        answer = StreamingHttpResponse(make(found), content_type=MEDIA_TYPES[kind])
        answer["Content-Disposition"] = f'attachment; filename="{self.name}.{kind}"'
        return answer

    @property
    def _exported(self) -> list[tuple[Column, Callable[[Any], Any]]]:
        return [(column, column.value) for column in self.columns if column.value]

    def _objects(self, rows: Iterable[Any]) -> Iterator[str]:
        body = [{column.key: plain(value(row)) for column, value in self._exported} for row in rows]
        yield json.dumps({self.name: body}, indent=1, ensure_ascii=False)

    def _sheet(self, rows: Iterable[Any]) -> Iterator[bytes]:
        def cells() -> Iterator[list[Any]]:
            yield [str(column.title) for column, _value in self._exported]
            for row in rows:
                values = [value(row) for _column, value in self._exported]
                yield [
                    float(value)
                    if isinstance(value, int | float | Decimal) and not isinstance(value, bool)
                    else cell(value)
                    for value in values
                ]

        widths = [30 if column.fixed else 18 for column, _value in self._exported]
        return stream([Sheet(self.name, cells, widths, frozen=(1, 1), has_head=True)])

    def _lines(self, rows: Iterable[Any]) -> Iterator[str]:
        out = csv.writer(_Echo())
        yield out.writerow([column.key for column, _value in self._exported])
        for row in rows:
            yield out.writerow([cell(value(row)) for _column, value in self._exported])

    # Order and pages -----------------------------------------------------------------------------

    def _get(self, name: str) -> str:
        return self.query.get(f"{self.name}.{name}", "")

    def _link(self, **changes: str) -> str:
        query = self.query.copy()
        for name in ("after", "before", "export"):
            query.pop(f"{self.name}.{name}", None)
        for name, value in changes.items():
            query[f"{self.name}.{name}"] = value
        return f"?{query.urlencode()}"

    @cached_property
    def _requested_sort(self) -> str:
        requested = self._get("sort")
        known = {column.key for column in self.columns if column.sort}
        return requested if requested.removeprefix("-") in known else self.sort

    @property
    def _descending(self) -> bool:
        return self._requested_sort.startswith("-")

    @property
    def _column(self) -> Column | None:
        wanted = self._requested_sort.removeprefix("-")
        return next((column for column in self.columns if column.key == wanted), None)

    def _order(self) -> list[str]:
        sign = "-" if self._descending else ""
        first = self._column.sort if self._column else self.key
        return [sign + name for name in dict.fromkeys((first, self.key))]

    @cached_property
    def _page_rows(self) -> tuple[list[Any], bool, bool]:
        """Return the rows of the page, and whether there are rows before and after them."""
        rows = self.found()
        back = bool(self._get("before"))
        mark = self._cursor_values(self._get("before") or self._get("after"))
        if not isinstance(rows, QuerySet):
            return self._page_of_list(self._in_order(rows), mark, back=back)
        order = self._order()
        descending = self._descending is not back
        if mark is not None:
            rows = rows.filter(self._after_cursor(order, mark, descending=descending))
        if back and mark is not None:
            order = [name.removeprefix("-") if self._descending else f"-{name}" for name in order]
        found = list(rows.order_by(*order)[: self.size + 1])
        more, found = len(found) > self.size, found[: self.size]
        if back and mark is not None:
            return found[::-1], more, True
        return found, mark is not None, more

    def _after_cursor(self, order: list[str], mark: list[Any], *, descending: bool) -> Q:
        names = [name.removeprefix("-") for name in order]
        step = "lt" if descending else "gt"
        if len(names) == 1:
            return Q(**{f"{names[0]}__{step}": mark[-1]})
        first, last = names
        return Q(**{f"{first}__{step}": mark[0]}) | Q(
            **{first: mark[0], f"{last}__{step}": mark[-1]}
        )

    def _page_of_list(
        self, rows: list[Any], mark: list[Any] | None, *, back: bool
    ) -> tuple[list[Any], bool, bool]:
        keys = [plain(_of(row, self.key)) for row in rows]
        at = keys.index(mark[-1]) if mark is not None and mark[-1] in keys else None
        start = 0 if at is None else max(at - self.size, 0) if back else at + 1
        end = start + self.size
        return rows[start:end], start > 0, end < len(rows)

    def _in_order(self, rows: Sequence[Any]) -> list[Any]:
        column = self._column
        if column is None or (value := column.value) is None:
            return list(rows)
        return sorted(rows, key=lambda row: _sortable(value(row)), reverse=self._descending)

    def _cursor(self, row: Any) -> str:
        first = self._order()[0].removeprefix("-")
        values = [_of(row, first), _of(row, self.key)]
        text = json.dumps([plain(value, exact=True) for value in values])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _cursor_values(self, cursor: str) -> list[Any] | None:
        """Return the values of a cursor, None for no cursor or an invalid one."""
        if not cursor:
            return None
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            found = json.loads(base64.urlsafe_b64decode(padded))
            first, key = found
            if isinstance(self.rows, QuerySet):
                model, made = self.rows.model, self.rows.query.annotations
                name = self._order()[0].removeprefix("-")
                for lookup, value in ((name, first), (self.key, key)):
                    if lookup in made:
                        made[lookup].output_field.to_python(value)
                    elif lookup != "pk":
                        model._meta.get_field(lookup).to_python(value)
                    else:
                        model._meta.pk.to_python(value)
        except (ValueError, TypeError, ValidationError, FieldDoesNotExist):
            return None
        return [first, key]


def _of(row: Any, name: str) -> Any:
    """Return a value of a row: a key of a mapping, or an attribute along `__`."""
    for part in name.split("__"):
        row = row[part] if isinstance(row, Mapping) else getattr(row, part)
    return row


def _sortable(value: Any) -> tuple[int, Any]:
    """Return a sort key for values of any type: None, then numbers, then text."""
    if value is None:
        return (0, 0)
    if isinstance(value, int | float | Decimal):
        return (1, value)
    return (2, plain(value, exact=True).casefold())


def plain(value: Any, *, exact: bool = False) -> Any:
    """Return a value as JSON has it: times in UTC (to the second, or exactly), amounts as text."""
    if isinstance(value, dt.datetime):
        return clock.iso_micro(value) if exact else clock.iso_second(value)
    if isinstance(value, Decimal | Promise) or not isinstance(
        value, str | int | float | bool | dict | list | None
    ):
        return str(value)
    return value


def cell(value: Any) -> str:
    """Return a value as CSV text that no spreadsheet evaluates as a formula."""
    text = "" if value is None else str(plain(value))
    if isinstance(value, dict | list):
        text = json.dumps(value, ensure_ascii=False)
    return formula_safe(text)
