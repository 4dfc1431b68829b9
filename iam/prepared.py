"""A query whose SQL Django writes once: on the path of every call, writing it costs more than running it.

The SQL, its parameters and the conversion of its columns are Django's own, so the result is that of
the queryset on every database.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import QuerySet


class PreparedQuery:
    """A `values(...)` queryset with named text parameters.

    `build` is called once per database vendor with a placeholder for each of `names` and returns the
    queryset; `one(**values)` returns the first row as a dict, or None.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *names: str) -> None:
        self._build = build
        self._marks = {name: f"\x1e{name}\x1e" for name in names}
        self._compiled: dict[str, tuple[str, tuple[Any, ...], tuple[str, ...], Any, Any]] = {}

    def _compile(self) -> tuple[str, tuple[Any, ...], tuple[str, ...], Any, Any]:
        rows = self._build(**self._marks)
        compiler = rows.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        columns = [column for column, _, _ in compiler.select]
        names = (*rows.query.values_select, *rows.query.annotation_select)
        if len(names) != len(columns):
            raise RuntimeError("a prepared query must select plain columns and annotations")
        return sql, tuple(params), names, compiler, compiler.get_converters(columns)

    def one(self, **values: str) -> dict[str, Any] | None:
        """Return the first row for these parameters."""
        compiled = self._compiled.get(connection.vendor)
        if compiled is None:
            compiled = self._compiled[connection.vendor] = self._compile()
        sql, params, names, compiler, converters = compiled
        given = {self._marks[name]: value for name, value in values.items()}
        with connection.cursor() as cursor:
            cursor.execute(sql, [given.get(param, param) for param in params])
            row = cursor.fetchone()
        if row is None:
            return None
        if converters:
            row = next(iter(compiler.apply_converters([row], converters)))
        return dict(zip(names, row, strict=True))
