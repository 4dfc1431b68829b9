"""OpenAPI operations of the recognition API, derived from the catalogue and added to the document of `/api/v1`."""

from __future__ import annotations

from typing import Any

from core.error_tables import error_rows
from core.errors import CALL
from ocr.catalog import SERVICES, Service
from ocr.options import Option

TAG = "recognition"
# Fields that are no text; everything else in a result is a string, "" where it is not on the page.
_SHAPES: dict[str, dict[str, Any]] = {
    "words_block_count": {"type": "integer"},
    "words_region_count": {"type": "integer"},
    "direction": {"type": "number"},
    "confidence": {"type": "number"},
    "words_block_list": {"type": "array", "items": {"type": "object"}},
    "words_region_list": {"type": "array", "items": {"type": "object"}},
    "plate_location": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
    "rectification_matrix": {"type": "array", "items": {"type": "array"}},
    "extracted_data": {"type": "object"},
    "endorsement_info_hk": {"type": "array", "items": {"type": "object"}},
    "endorsement_info_mo": {"type": "array", "items": {"type": "object"}},
    "endorsement_info_tw": {"type": "array", "items": {"type": "object"}},
}
_KINDS = {"bool": "boolean", "str": "string", "int": "integer"}


def add_recognition(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """Add the recognition operations to the document (a drf-spectacular postprocessing hook)."""
    own = {f"/v2/{{project_id}}/ocr/{service.code}": _path(service) for service in SERVICES}
    result["paths"] = {**own, **result.get("paths", {})}
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas["RecognitionError"] = {
        "type": "object",
        "description": "What a call that failed answers; it is never billed.",
        "properties": {
            "error_code": {"type": "string"},
            "error_msg": {"type": "string"},
            "request_id": {"type": "string"},
        },
        "required": ["error_code", "error_msg"],
    }
    return result


def _path(service: Service) -> dict[str, Any]:
    formats = ", ".join(service.limits.formats)
    limits = service.limits
    return {
        "post": {
            "operationId": f"recognize_{service.code.replace('-', '_')}",
            "summary": service.title_en,
            "description": (
                f"Read one document. Formats: {formats}; every side {limits.min_side_px} to "
                f"{limits.max_side_px} pixels; at most 10 MB of Base64. Give exactly one of image and url."
            ),
            "tags": [TAG],
            "parameters": [
                {
                    "in": "path", "name": "project_id", "required": True,
                    "schema": {"type": "string"}, "description": "Your project in the region of the call.",
                },
                {
                    "in": "header", "name": "Enterprise-Project-Id",
                    "schema": {"type": "string"}, "description": "Whose cost the call is; it never changes the price.",
                },
            ],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": _body(service)}},
            },
            "security": [{"signature": []}, {"token": []}, {"session": []}],
            "responses": {"200": _answer(service), **_failures()},
        }
    }  # fmt: skip


def _body(service: Service) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "image": {
            "type": "string",
            "format": "byte",
            "description": "The image in Base64, without a data: prefix.",
        },
        "url": {
            "type": "string",
            "format": "uri",
            "description": "An http, https or OBS address of the image.",
        },
    }
    return {
        "type": "object",
        "properties": properties
        | {option.name: _option(option) for option in service.extractor.OPTIONS},
    }


def _option(option: Option) -> dict[str, Any]:
    shape: dict[str, Any] = (
        {"type": "array", "items": {"type": "string"}}
        if option.kind == "list"
        else {"type": _KINDS[option.kind]}
    )
    if option.choices:
        choices = {"enum": list(option.choices)}
        shape |= {"items": {"type": "string", **choices}} if option.kind == "list" else choices
    for key, value in (("minimum", option.minimum), ("maximum", option.maximum)):
        if value is not None:
            shape[key] = value
    if option.default not in ("", []):
        shape["default"] = option.default
    return shape | ({"description": option.help} if option.help else {})


def _answer(service: Service) -> dict[str, Any]:
    fields = {name: _SHAPES.get(name, {"type": "string"}) for name in service.extractor.FIELDS}
    result = {"type": "object", "properties": {"result": {"type": "object", "properties": fields}}}
    return {
        "description": "What stands on the document.",
        "content": {"application/json": {"schema": result}},
    }


def _failures() -> dict[str, Any]:
    by_status: dict[int, dict[str, None]] = {}
    for row in error_rows():
        if row.family is CALL:
            by_status.setdefault(row.status, {})[row.code] = None
    return {
        str(status): {
            "description": ", ".join(sorted(codes)),
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/RecognitionError"}}
            },
        }
        for status, codes in sorted(by_status.items())
    }
