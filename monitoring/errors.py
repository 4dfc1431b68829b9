"""Error rows of monitoring and notifications (Cloud Eye API reference, "Error Codes"). Pure."""

from __future__ import annotations

from core.errors import MONITORING, ErrorRow
from core.errors import gettext_noop as _

FAMILY = MONITORING

# fmt: off
# A row reads as three lines: what the caller gets, the cause, the remedy.
CES_BODY = ErrorRow(
    "ces.0001", 400, "The request body is not a JSON object.",
    _("The body is no JSON object."),
    _("Send one JSON object."),
)
CES_PARAMETER = ErrorRow(
    "ces.0003", 400, "The parameter {name} is missing or invalid.",
    _("A parameter is missing or has a value that is not offered."),
    _("Use the offered periods and filters, and times in milliseconds."),
)
CES_NOT_FOUND = ErrorRow(
    "ces.0004", 404, "The resource does not exist.",
    _("There is no such alarm rule in the project."),
    _("List the rules of the project first."),
)
CES_EXISTS = ErrorRow(
    "ces.0010", 409, "An alarm rule named {name} exists.",
    _("An alarm rule of this name exists already."),
    _("Choose another name."),
)
CES_LIMIT = ErrorRow(
    "ces.0011", 403, "The quota of {limit} is used up.",
    _("The project has as many alarm rules as it may have."),
    _("Delete rules that are unused."),
)
