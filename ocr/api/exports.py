"""`/api/v1/exports`: turn results that the caller holds into a file; nothing is stored."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from core.errors import ApiError
from ocr import errors
from ocr.engine import base, dispatch
from ocr.exports import formats, picture
from ocr.exports.flatten import flatten
from ocr.intake import body, header

MAX_DOCUMENTS = 1000


class DocumentIn(serializers.Serializer[Any]):
    """One result as the recognition API answered it; `image` (Base64) for a searchable PDF."""

    name = serializers.CharField(max_length=255)
    result = serializers.JSONField()
    image = serializers.CharField(required=False)


class ExportIn(serializers.Serializer[Any]):
    """The wanted format and the documents of the file."""

    format = serializers.ChoiceField(choices=[row.code for row in formats.FORMATS])
    documents = serializers.ListField(
        child=DocumentIn(), allow_empty=False, max_length=MAX_DOCUMENTS
    )


class ExportView(APIView):
    """Results in, a file out. Needs no permission beyond valid credentials; nothing is billed."""

    action_name = None

    @extend_schema(request=ExportIn, responses={200: OpenApiTypes.BINARY}, tags=["exports"])
    def post(self, request: Request) -> HttpResponse:
        """Write the file."""
        wanted = ExportIn(data=request.data)
        if not wanted.is_valid():
            name, problem = next(iter(wanted.errors.items()))
            raise ApiError(errors.PARAMETER, reason=f"{name}: {problem}")
        code, documents = wanted.validated_data["format"], wanted.validated_data["documents"]
        try:
            content = _pdf(documents) if code == "pdf" else _other(code, documents)
        except ValueError as error:
            raise ApiError(errors.PARAMETER, reason=str(error)) from error
        return HttpResponse(
            content,
            content_type=formats.BY_CODE[code].media_type,
            headers={"Content-Disposition": f'attachment; filename="result.{code}"'},
        )


def _other(code: str, documents: list[dict[str, Any]]) -> bytes:
    return formats.export(code, [(row["name"], row["result"]) for row in documents])


def _pdf(documents: list[dict[str, Any]]) -> bytes:
    from ocr.exports import searchable  # loads a PDF library: only when it is asked for

    pages = []
    for row in documents:
        if not row.get("image"):
            raise ValueError("a searchable PDF needs the image of every document")
        data = body.decode_base64(row["image"])
        header.check(data, header.ImageLimits(formats=header.WEB, max_side_px=30000))
        try:
            jpeg, width, height = dispatch.recognise(
                data, extract=picture.extract, options={}, profile=base.Profile(upright=True)
            ).result
        except base.UnreadableImage as error:
            raise ApiError(errors.FORMAT, reason=str(error)) from error
        except base.EngineError as error:
            raise ApiError(errors.NO_ENGINE, reason="") from error
        pages.append((jpeg, width, height, flatten(row["result"]).lines))
    return searchable.to_pdf(pages)
