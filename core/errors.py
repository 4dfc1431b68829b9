"""Error rows, their families, and the one exception that carries a row to the edge. Pure.

Every app keeps its rows in `<app>/errors.py`; `core.error_tables` finds them there. What the console's
help, `docs/errors.md` and the API of jobs say about a code is derived from its rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType


def gettext_noop(text: str) -> str:
    """Mark `text` for extraction and return it unchanged; the code that displays it translates it.

    Of the same name and use as Django's, which this module must not import. Rows are read by processes
    that have no Django (the sandbox of uploaded files) and are compared in English (`docs/errors.md`).
    """
    return text


_ = gettext_noop


@dataclass(frozen=True, slots=True)
class ErrorFamily:
    """A section of the error help: its key and its title, untranslated."""

    key: str
    title: str


CALL = ErrorFamily("call", _("Recognition calls"))
JOBS = ErrorFamily("jobs", _("Batch jobs"))
IDENTITY = ErrorFamily("identity", _("Identity and access"))
BILLING = ErrorFamily("billing", _("Billing"))
MONITORING = ErrorFamily("monitoring", _("Monitoring and audit"))
PROJECT = ErrorFamily("project", _("Enterprise projects"))
FAMILIES = (CALL, JOBS, IDENTITY, BILLING, MONITORING, PROJECT)  # in the order of the help

FAMILY = CALL  # of the rows of this file that name none; every errors.py says its own


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One documented error: what the caller gets, why, and what to do about it.

    `message` is a `str.format` template filled from the keyword arguments of `ApiError`. `cause` and
    `remedy` are sentences for a person, in English and marked for translation with `gettext_noop`.
    `title` is that of identity's error body. `family` is the section of the help; None stands for the
    `FAMILY` of the file. `field` names the field of a recognition request that is to blame. Rows may
    share a code (the gateway has one code for five failures of authentication): then each has the cause
    and the remedy of its own failure, and the help shows them together.
    """

    code: str
    status: int
    message: str
    cause: str = ""
    remedy: str = ""
    title: str = ""
    family: ErrorFamily | None = None
    field: str = ""


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


def rows_of(module: ModuleType) -> tuple[ErrorRow, ...]:
    """Return the rows of an `errors` module in the order of its file, each once."""
    return tuple({row: None for row in vars(module).values() if isinstance(row, ErrorRow)})


# fmt: off
# A row reads as three lines: what the caller gets, the cause, the remedy.
INTERNAL = ErrorRow(
    "APIG.0202", 500, "Backend unavailable.",
    _("The server failed while it handled the call."),
    _("Try again. If it stays, give the request id to the operator; nothing was billed."),
    title="Internal Server Error",
)
NOT_FOUND = ErrorRow(
    "APIG.0101", 404, "The API does not exist or has not been published in the environment.",
    _("No API answers at this method and path, or the project id in it is not one of your account."),
    _("Use POST /v2/{project_id}/ocr/{service}; copy the project id of the region from My Credentials."),
    title="Not Found",
)
TOO_LARGE = ErrorRow(
    "APIG.0201", 413, "Request entity too large",
    _("The body is over 12 MB."),
    _("Scale the image down or pass a URL."),
    title="Request Entity Too Large",
)
BAD_REQUEST = ErrorRow(
    "APIG.0106", 400, "Orchestration error: bad request.",
    _("A text holds a NUL character, or a number is out of its range."),
    _("Send the request as the API reference describes it."),
    title="Bad Request",
)
