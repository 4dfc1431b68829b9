"""Error rows of monitoring and notifications (Cloud Eye API reference, "Error Codes"). Pure."""

from core.errors import ErrorRow

CES_BODY = ErrorRow(
    "ces.0001", 400, "The request body is not a JSON object.", "Send a JSON object."
)
CES_PARAMETER = ErrorRow(
    "ces.0003",
    400,
    "The parameter {name} is missing or invalid.",
    "Compare the parameter with the monitoring API's reference: periods, filters and times in ms.",
)
CES_NOT_FOUND = ErrorRow(
    "ces.0004", 404, "The resource does not exist.", "List the resources of the project first."
)
CES_EXISTS = ErrorRow("ces.0010", 409, "An alarm rule named {name} exists.", "Choose another name.")
CES_LIMIT = ErrorRow("ces.0011", 403, "The quota of {limit} is used up.", "Delete what is unused.")

ROWS = (CES_BODY, CES_PARAMETER, CES_NOT_FOUND, CES_EXISTS, CES_LIMIT)
