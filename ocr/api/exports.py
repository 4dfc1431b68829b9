"""`/api/v1/exports`: convert results that the caller holds into a file; nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from core.errors import ApiError
from ocr import errors, profiles
from ocr.engine import transport
from ocr.exports import formats, page_image
from ocr.exports.documents import Document, PageImage
from ocr.exports.result_model import Quad
from ocr.intake import image_header, request_body

MAX_DOCUMENTS = 1000


class DocumentIn(serializers.Serializer[Any]):
    """One result as the recognition API answered it; for a searchable PDF also its `image` (Base64).

    `page` is the page number, from 1, of an image that is a PDF.
    """

    name = serializers.CharField(max_length=255)
    result = serializers.JSONField()
    image = serializers.CharField(required=False)
    page = serializers.IntegerField(required=False, min_value=1, default=1)


class ExportIn(serializers.Serializer[Any]):
    """The format and the documents of the file."""

    format = serializers.ChoiceField(choices=[row.code for row in formats.FORMATS])
    documents = serializers.ListField(
        child=DocumentIn(), allow_empty=False, max_length=MAX_DOCUMENTS
    )


class ExportView(APIView):
    """Results in, a file out. Requires valid credentials only; nothing is billed."""

    action_name = None

    @extend_schema(request=ExportIn, responses={200: OpenApiTypes.BINARY}, tags=["exports"])
    def post(self, request: Request) -> HttpResponse:
        """Write the file."""
        wanted = ExportIn(data=request.data)
        if not wanted.is_valid():
            name, problem = next(iter(wanted.errors.items()))
            raise ApiError(errors.PARAMETER, reason=f"{name}: {problem}")
        code, documents = wanted.validated_data["format"], wanted.validated_data["documents"]
        # A token of the whole account names no region: any worker may decode its image.
        caller: Any = request.user
        region = caller.region or settings.REGIONS[0][0]
        try:
            content = b"".join(formats.stream(code, lambda: _documents(documents, region)))
        except ValueError as error:
            raise ApiError(errors.PARAMETER, reason=str(error)) from error
        return HttpResponse(
            content,
            content_type=formats.BY_CODE[code].media_type,
            headers={"Content-Disposition": f'attachment; filename="result.{code}"'},
        )


def _documents(rows: list[dict[str, Any]], region: str) -> list[Document]:
    return [
        Document(
            row["name"], row["result"], partial(_page_image, row["image"], row["page"], region)
        )
        if row.get("image")
        else Document(row["name"], row["result"])
        for row in rows
    ]


def _page_image(text: str, page: int, region: str, quads: Sequence[Quad]) -> PageImage:
    """Return the caller's image as JPEG, decoded where images are decoded: in an engine process."""
    data = request_body.decode_base64(text)
    image_header.check(data, image_header.ImageLimits(formats=image_header.TEXT, max_side_px=30000))
    try:
        return PageImage(
            *transport.recognize(
                data,
                extract=page_image.extract,
                options={"quads": quads},
                profile=profiles.Profile(assume_upright=True, page=page),
                region=region,
            ).result
        )
    except profiles.UnreadableImage as error:
        raise ApiError(errors.FORMAT, reason=str(error)) from error
    except profiles.NoSuchPage as error:
        raise ApiError(errors.PARAMETER, reason=str(error)) from error
    except profiles.EngineError as error:
        raise ApiError(errors.NO_ENGINE, reason="") from error
