"""Documented errors of billing: refusals of calls, of the console API and of the BSS surface."""

from __future__ import annotations

from core.errors import ErrorRow

# Refusals of a recognition call (public API error list, ModelArts codes).
NOT_SUBSCRIBED = ErrorRow(
    "ModelArts.4204",
    403,
    "Request api error! The API {name} is not subscribed.",
    "Subscribe to the service in the region of the call, for this user or for Everyone.",
)
RESTRICTED = ErrorRow(
    "ModelArts.4106",
    403,
    "The account is restricted: {reason}.",
    "Top up the balance so that it covers what is owed; bought packages go on with AK/SK.",
)
BUDGET_REACHED = ErrorRow(
    "ModelArts.4106",
    403,
    "The account is restricted: the hard stop of budget {name} is reached.",
    "Raise the budget or wait for the next month.",
)

# Management (/api/v1 and BSS; the public BSS error list names CBC codes).
INVALID = ErrorRow("CBC.0100", 400, "Parameter error: {reason}")
BAD_JSON = ErrorRow("CBC.0100", 400, "Parameter error: the body is not a JSON object.")
NOT_FOUND = ErrorRow("CBC.0151", 404, "The {kind} does not exist.")
DENIED = ErrorRow("CBC.0150", 403, "Access denied: {action} permission required.")
BALANCE_TOO_LOW = ErrorRow(
    "CBC.30000010",
    400,
    "Insufficient balance: {amount} {currency} needed, {balance} {currency} available.",
    "Ask the operator for a top-up or redeem a voucher.",
)
ORDER_STATE = ErrorRow("CBC.30000018", 409, "The order is {status} and cannot be {verb}.")
NOT_REFUNDABLE = ErrorRow("CBC.30000052", 409, "The package cannot be unsubscribed: {reason}.")
VOUCHER_INVALID = ErrorRow("CBC.30000060", 400, "The voucher is unknown, used or expired.")
CONFLICT = ErrorRow("CBC.0152", 409, "{reason}")

ROWS = (
    NOT_SUBSCRIBED,
    RESTRICTED,
    BUDGET_REACHED,
    INVALID,
    BAD_JSON,
    NOT_FOUND,
    DENIED,
    BALANCE_TOO_LOW,
    ORDER_STATE,
    NOT_REFUNDABLE,
    VOUCHER_INVALID,
    CONFLICT,
)
