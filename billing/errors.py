"""Documented errors of billing: refusals of calls, of the console API and of the BSS surface. Pure."""

from __future__ import annotations

from core.errors import BILLING, CALL, ErrorRow
from core.errors import gettext_noop as _

FAMILY = BILLING

# fmt: off
# A row reads as three lines: what the caller gets, the cause, the remedy.
# Refusals of a recognition call (public API error list, ModelArts codes).
NOT_SUBSCRIBED = ErrorRow(
    "ModelArts.4204", 403, "Request api error! The API {name} is not subscribed.",
    _("Neither this user nor Everyone is subscribed to the service in this region."),
    _("Subscribe on the Overview page, in the region of the call."),
    family=CALL,
)
RESTRICTED = ErrorRow(
    "ModelArts.4106", 403, "The account is restricted: {reason}.",
    _("The account is in arrears."),
    _("Top up the balance. Packages already paid for go on with AK/SK."),
    family=CALL,
)
BUDGET_REACHED = ErrorRow(
    "ModelArts.4106", 403, "The account is restricted: the hard stop of budget {name} is reached.",
    _("The hard stop of a budget is reached."),
    _("Raise the budget in the Billing Center, or wait for the next month."),
    family=CALL,
)

# Management (/api/v1 and BSS; the public BSS error list names CBC codes).
INVALID = ErrorRow(
    "CBC.0100", 400, "Parameter error: {reason}",
    _("A field of the request is missing or has a value that is not allowed."),
    _("The message names the field; correct it."),
)
BAD_JSON = ErrorRow(
    "CBC.0100", 400, "Parameter error: the body is not a JSON object.",
    _("The body is no JSON object."),
    _("Send one JSON object."),
)
NOT_FOUND = ErrorRow(
    "CBC.0151", 404, "The {kind} does not exist.",
    _("There is no such order, package, bill or budget in your account."),
    _("List them first and copy the id."),
)
DENIED = ErrorRow(
    "CBC.0150", 403, "Access denied: {action} permission required.",
    _("No policy allows you the action, or one denies it."),
    _("Ask an administrator for a policy with the named action."),
)
BALANCE_TOO_LOW = ErrorRow(
    "CBC.30000010", 400, "Insufficient balance: {amount} {currency} needed, {balance} {currency} available.",
    _("The balance does not cover the order."),
    _("Ask the operator for a top-up or redeem a voucher."),
)
ORDER_STATE = ErrorRow(
    "CBC.30000018", 409, "The order is {status} and cannot be {verb}.",
    _("The order was paid or cancelled before."),
    _("Look at its state in the list of orders."),
)
NOT_REFUNDABLE = ErrorRow(
    "CBC.30000052", 409, "The package cannot be unsubscribed: {reason}.",
    _("The package was given back before, was not bought, has expired or is used up."),
    _("Turn its renewal off if you do not want another one."),
)
VOUCHER_INVALID = ErrorRow(
    "CBC.30000060", 400, "The voucher is unknown, used or expired.",
    _("The voucher is mistyped, was redeemed before, or has expired."),
    _("Check its characters and its date."),
)
CONFLICT = ErrorRow(
    "CBC.0152", 409, "{reason}",
    _("The change does not fit the present state."),
    _("Load the page anew and look at the state that the message names."),
)
