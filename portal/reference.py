"""The OpenAPI document as the API reference shows it: operations by tag, schemas flattened to rows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_spectacular.generators import SchemaGenerator

DEPTH = 4
# Headings of the tags, in the order of the page; a tag without a heading comes last under its own name.
TAGS: dict[str, str | Promise] = {
    "recognition": _("Recognition"),
    "subscriptions": _("Subscriptions"),
    "packages": _("Packages"),
    "orders": _("Orders"),
    "prices": _("Prices"),
    "balance": _("Balance"),
    "bills": _("Bills"),
    "budgets": _("Budgets"),
    "enterprise projects": _("Enterprise projects"),
    "exports": _("Exports"),
    "operator": _("Operator"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One row of a schema's table. `name` holds the path from the top, `kind` the type in words."""

    name: str
    kind: str
    required: bool
    description: str
    choices: tuple[str, ...] = ()
    default: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    tag: str
    title: str
    description: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    answers: tuple[tuple[str, str, tuple[Field, ...]], ...]
    failures: tuple[tuple[str, str], ...]  # (HTTP status, error code)
    example: str


@lru_cache(maxsize=1)
def operations() -> dict[str, Operation]:
    """Return every operation by its id, in the order of the document; computed once per process."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    found = [
        _operation(document, path, method, row)
        for path, item in document["paths"].items()
        for method, row in item.items()
        if method in {"get", "post", "put", "patch", "delete"}
    ]
    return {row.id: row for row in found}


def by_tag() -> list[dict[str, Any]]:
    """Return the operations in groups: `tag`, `title`, `rows`."""
    groups: dict[str, list[Operation]] = {tag: [] for tag in TAGS}
    for row in operations().values():
        groups.setdefault(row.tag, []).append(row)
    return [
        {"tag": tag, "title": TAGS.get(tag, tag), "rows": rows}
        for tag, rows in groups.items()
        if rows
    ]


def _operation(document: dict[str, Any], path: str, method: str, row: dict[str, Any]) -> Operation:
    description = row.get("description", "")
    body = _content(row.get("requestBody", {}))
    return Operation(
        id=row["operationId"],
        method=method.upper(),
        path=path,
        tag=row.get("tags", [""])[0],
        title=(row.get("summary") or description.split("\n")[0]).replace("`", ""),
        description=description if row.get("summary") else "\n".join(description.split("\n")[1:]),
        parameters=tuple(_parameter(item) for item in row.get("parameters", ())),
        body=tuple(_fields(document, body)),
        answers=tuple(
            (
                status,
                answer.get("description", ""),
                tuple(_fields(document, _content(answer))),
            )
            for status, answer in row.get("responses", {}).items()
            if status < "400"
        ),
        failures=tuple(
            (status, code)
            for status, answer in row.get("responses", {}).items()
            for code in answer.get("description", "").split(", ")
            if status >= "400"
        ),
        example=json.dumps(_example(document, body), indent=2) if body else "",
    )


def _content(row: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = row.get("content", {}).get("application/json", {}).get("schema", {})
    return found


def _parameter(item: dict[str, Any]) -> Field:
    schema = item.get("schema", {})
    return Field(
        name=item["name"],
        kind=f"{_kind(schema)} ({item['in']})",
        required=item.get("required", False),
        description=item.get("description", ""),
        choices=tuple(map(str, schema.get("enum", ()))),
    )


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    for part in ("allOf", "oneOf"):
        if part in schema:
            schema = {**schema, **_resolved(document, schema[part][0])}
    if "$ref" in schema:
        found = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        return {**_resolved(document, found), **{k: v for k, v in schema.items() if k != "$ref"}}
    return schema


def _kind(schema: dict[str, Any]) -> str:
    kind = schema.get("type", "object")
    return str(schema["format"]) if kind == "string" and "format" in schema else str(kind)


def _fields(
    document: dict[str, Any], schema: dict[str, Any], *, prefix: str = "", depth: int = DEPTH
) -> list[Field]:
    schema = _resolved(document, schema)
    if schema.get("type") == "array":
        return _fields(document, schema.get("items", {}), prefix=f"{prefix}[].", depth=depth)
    found: list[Field] = []
    required = set(schema.get("required", ()))
    for name, raw in schema.get("properties", {}).items():
        inner = _resolved(document, raw)
        items = _resolved(document, inner.get("items", {}))
        found.append(
            Field(
                name=f"{prefix}{name}",
                kind=_kind(inner),
                required=name in required,
                description=" ".join(str(inner.get("description", "")).split()),
                choices=tuple(map(str, inner.get("enum") or items.get("enum") or ())),
                default=json.dumps(inner["default"]) if "default" in inner else "",
            )
        )
        if depth > 1 and ("properties" in inner or "properties" in items):
            mark = "[]." if inner.get("type") == "array" else "."
            target = items if inner.get("type") == "array" else inner
            found += _fields(document, target, prefix=f"{prefix}{name}{mark}", depth=depth - 1)
    return found


_EXAMPLES: dict[str, Any] = {
    "integer": 1, "number": 0.5, "boolean": True, "date-time": "2026-01-31T08:00:00Z",
    "date": "2026-01-31", "decimal": "10.00", "uri": "https://example.com/document.jpg",
}  # fmt: skip


def _example(document: dict[str, Any], schema: dict[str, Any], *, depth: int = DEPTH) -> Any:
    """Return a body that fits the schema; of a recognition call, the shortest: its url."""
    schema = _resolved(document, schema)
    if "default" in schema or "enum" in schema:
        return schema.get("default", (schema.get("enum") or [None])[0])
    kind = _kind(schema)
    if kind == "array":
        return [_example(document, schema.get("items", {}), depth=depth - 1)] if depth else []
    if kind != "object":
        return _EXAMPLES.get(kind, "string")
    properties = schema.get("properties", {})
    wanted = (
        ["url"]
        if {"image", "url"} <= set(properties)
        else schema.get("required") or list(properties)
    )
    return {
        name: _example(document, properties[name], depth=depth - 1)
        for name in wanted
        if depth and not properties[name].get("readOnly")
    }
