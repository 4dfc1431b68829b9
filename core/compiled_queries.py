"""Querysets and inserts whose SQL Django compiles once per database vendor.

For the statements of every API call: compiling one costs more than running it.

The SQL, its parameters and the conversion of columns and values are Django's own, so the effect is
that of the queryset on every database.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import Field, Model, QuerySet
from django.db.models.sql import InsertQuery


class PreparedQuery:
    """A `values(...)` queryset with named text parameters.

    `build` is called once per database vendor with a placeholder for each of `names` and returns the
    queryset; `one(**values)` returns the first row as a dict, or None, `all(**values)` every row.
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
        """Return the first row for these parameters.

        A parameter with a NUL is in no row: PostgreSQL refuses to be asked for one.
        """
        return next(iter(self._run(values, first=True)), None)

    def all(self, **values: str) -> list[dict[str, Any]]:
        """Return the rows for these parameters."""
        return self._run(values, first=False)

    def _run(self, values: dict[str, str], *, first: bool) -> list[dict[str, Any]]:
        if any("\0" in value for value in values.values()):
            return []
        compiled = self._compiled.get(connection.vendor)
        if compiled is None:
            compiled = self._compiled[connection.vendor] = self._compile()
        sql, params, names, compiler, converters = compiled
        given = {self._marks[name]: value for name, value in values.items()}
        with connection.cursor() as cursor:
            cursor.execute(sql, [given.get(param, param) for param in params])
            rows = cursor.fetchmany(1) if first else cursor.fetchall()
        if converters and rows:
            rows = compiler.apply_converters(rows, converters)
        return [dict(zip(names, row, strict=True)) for row in rows]


class PreparedInsert:
    """`INSERT` of one row of `model`, as `objects.create` writes it.

    Columns that are not given take the field's default. No signal is sent. The key that the
    database made is read back only with `returning`.
    """

    def __init__(self, model: type[Model], *, returning: bool = False) -> None:
        self._model = model
        self._returning = returning
        self._compiled: dict[str, tuple[str, dict[str, Field[Any, Any]]]] = {}

    def _compile(self) -> tuple[str, dict[str, Field[Any, Any]]]:
        fields = [
            field
            for field in self._model._meta.concrete_fields
            if not (field.primary_key and field.get_internal_type().endswith("AutoField"))
        ]
        query = InsertQuery(self._model)
        query.insert_values(fields, [self._model()], raw=True)
        compiler = query.get_compiler(connection=connection)
        if self._returning:
            compiler.returning_fields = [self._model._meta.pk]
        ((sql, _),) = compiler.as_sql()
        return sql, {field.attname: field for field in fields}

    def run(self, **values: Any) -> Any:
        """Insert one row in the caller's transaction; raises IntegrityError like `create`."""
        compiled = self._compiled.get(connection.vendor)
        if compiled is None:
            compiled = self._compiled[connection.vendor] = self._compile()
        sql, fields = compiled
        if values.keys() - fields.keys():
            raise TypeError(f"{self._model.__name__} has no column {values.keys() - fields.keys()}")
        params = []
        for name, field in fields.items():
            value = values[name] if name in values else field.get_default()
            if type(value) not in _PLAIN:
                value = field.get_db_prep_save(value, connection)
            params.append(value)
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchone()[0] if self._returning else None


# Values that every database takes as they are.
_PLAIN = (str, int, type(None))
