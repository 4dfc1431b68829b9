"""Extract from a request what its signature covers, as it came over the wire."""

from __future__ import annotations

from django.http import HttpRequest

from iam import signature


def message_of(request: HttpRequest) -> signature.Message:
    """Return the signed parts of a request, with header bytes read as UTF-8."""
    headers = {}
    for name, value in request.META.items():
        if name.startswith("HTTP_"):
            name = name[5:]
        elif name not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
            continue
        headers[name.replace("_", "-").lower()] = (
            str(value).encode("latin-1", "replace").decode("utf-8", "replace")
        )
    path = request.META.get("PATH_INFO") or request.path
    raw = path.encode("latin-1") if _is_latin(path) else path.encode()
    # A view that streams its body checks the hash that the signature covers while it reads.
    streamed = (
        getattr(request, "streams_body", False)
        and signature.CONTENT_SHA256 in headers
        and (
            request.META.get("CONTENT_LENGTH") not in (None, "", "0")
            or "HTTP_TRANSFER_ENCODING" in request.META
        )
    )
    return signature.Message(
        method=request.method or "GET",
        # PATH_INFO is decoded already: a literal percent sign must not be decoded a second time.
        path=raw.replace(b"%", b"%25"),
        query=request.META.get("QUERY_STRING", ""),
        headers=headers,
        body=b"" if streamed else request.body,
        streamed=streamed,
    )


def _is_latin(text: str) -> bool:
    return all(ord(char) < 256 for char in text)
