"""Error rows and the one exception that carries them to the edge. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One documented error.

    `message` is a `str.format` template filled from the keyword arguments of `ApiError`;
    `advice` is the sentence shown on the console that tells the caller what to do.
    """

    code: str
    status: int
    message: str
    advice: str = ""
    title: str = ""


class ApiError(Exception):
    """Raised anywhere below the edge; `core.api` turns it into the body of the called surface."""

    def __init__(
        self, row: ErrorRow, *, headers: Mapping[str, str] | None = None, **detail: object
    ) -> None:
        self.row = row
        self.detail = detail
        self.headers = dict(headers or {})
        self.message = row.message.format(**detail) if detail else row.message
        super().__init__(f"{row.code}: {self.message}")

    @property
    def code(self) -> str:
        """Return the documented error code."""
        return self.row.code

    @property
    def status(self) -> int:
        """Return the HTTP status."""
        return self.row.status


INTERNAL = ErrorRow(
    "APIG.0202",
    500,
    "Backend unavailable.",
    "The server failed while handling the call. Nothing was billed; quote the request id to the operator.",
    "Internal Server Error",
)
NOT_FOUND = ErrorRow(
    "APIG.0101",
    404,
    "The API does not exist or has not been published in the environment.",
    "Check the method and the path, including the project id: POST /v2/{project_id}/ocr/<service>.",
    "Not Found",
)
TOO_LARGE = ErrorRow(
    "APIG.0201",
    413,
    "Request entity too large",
    "Send at most 12 MB; scale the picture down or pass a URL instead of Base64.",
    "Request Entity Too Large",
)
BAD_REQUEST = ErrorRow(
    "APIG.0106",
    400,
    "Orchestration error: bad request.",
    "Send the request as the API reference describes it; no text may hold a NUL character and no number be out of its range.",
    "Bad Request",
)
ROWS = (INTERNAL, NOT_FOUND, TOO_LARGE)
