"""Error rows of identity. Codes and messages are those of the published API. Pure."""

from __future__ import annotations

from core.errors import ErrorRow

_CREDENTIALS = "Check the access key, the secret key and the clock of the calling machine."
_TOKEN = "Get a new token with POST /v3/auth/tokens, scoped to the project of the call."

# Gateway: who is calling. `surface_error` in iam/gateway.py turns the code into that of other services.
SIGNATURE = ErrorRow(
    "APIG.0301", 401, "Incorrect IAM authentication information: {reason}", _CREDENTIALS
)
TOKEN = ErrorRow("APIG.0301", 401, "Incorrect IAM authentication information: {reason}", _TOKEN)
TOKEN_OLD = ErrorRow(
    "APIG.0301",
    401,
    "Incorrect IAM authentication information: token expires, expires_at:{expires_at}",
    _TOKEN,
)
NO_CREDENTIALS = ErrorRow(
    "APIG.0301",
    401,
    "Incorrect IAM authentication information: x-auth-token not found",
    "Sign the request with an access key or send X-Auth-Token.",
)
NOT_ALLOWED = ErrorRow(
    "APIG.0302",
    403,
    "The IAM user is not allowed to access the API.",
    "Ask an administrator to give this user programmatic access.",
)
OTHER_REGION = ErrorRow("APIG.0307", 401, "The token must be updated.", _TOKEN)
NO_PROJECT = ErrorRow(
    "ModelArts.0212", 403, "The token has no project scope; use a token of the project.", _TOKEN
)
ABNORMAL_TOKEN = ErrorRow(
    "ModelArts.4203",
    403,
    "The authentication token is abnormal.",
    "Tokens of a user named like the account are restricted: use an access key or another user.",
)
RESTRICTED = ErrorRow(
    "ModelArts.4106",
    403,
    "The account is restricted because of arrears.",
    "Top up the account; packages already paid for go on working with access keys.",
)
FOREIGN_PROJECT = ErrorRow(
    "APIG.0101",
    404,
    "The API does not exist or has not been published in the environment.",
    "The project id in the path is not one of this account; see My Credentials.",
)
THROTTLED = ErrorRow(
    "APIG.0308",
    429,
    "The throttling threshold has been reached: policy {policy},limit:{limit},time:1 minute",
    "Wait for the seconds in Retry-After, or ask the operator for a higher limit.",
)
BAD_JSON = ErrorRow(
    "APIG.0106", 400, "Orchestration error: the body is not a JSON object.", "Send a JSON object."
)
CSRF = ErrorRow("APIG.0301", 401, "Incorrect IAM authentication information: CSRF check failed")
PERMISSION = ErrorRow(
    "IAM.0003",
    403,
    "{action} permission required",
    "Ask an administrator for a policy that allows this action.",
    "Forbidden",
)
UNKNOWN_ENTERPRISE_PROJECT = ErrorRow(
    "APIG.0106", 400, "Orchestration error: unknown enterprise project {id}."
)

KEYSTONE_PERMISSION = ErrorRow(
    "IAM.0003", 403, "You are not authorized to perform the requested action: {action}."
)
KEYSTONE_ANONYMOUS = ErrorRow("IAM.0001", 401, "The request you have made requires authentication.")

# Keystone family (/v3): only status and message reach the caller.
BAD_BODY = ErrorRow("IAM.0011", 400, "Request body is invalid.")
BAD_LOGIN = ErrorRow("IAM.0101", 401, "The username or password is wrong.")
LOCKED = ErrorRow("IAM.0102", 401, "The account is locked.")
TOKEN_INVALID = ErrorRow("IAM.0103", 401, "The token is invalid.")
TOKEN_EXPIRED = ErrorRow("IAM.0104", 401, "Token expired.")
CONSOLE_ONLY = ErrorRow(
    "IAM.0105", 403, "This user only supports console access, not programmatic access."
)
PROGRAMMATIC_ONLY = ErrorRow(
    "IAM.0106", 403, "This user only supports programmatic access, not console access."
)
BAD_SCOPE = ErrorRow("IAM.0107", 401, "The userInfo is wrong")
UNSUPPORTED_METHOD = ErrorRow(
    "IAM.0108", 401, "The authentication method {method} is not supported."
)
NO_FEDERATION = ErrorRow(
    "IAM.0112",
    400,
    "Identity federation is not offered by this installation.",
    "Create IAM users, or let another account in through an agency.",
)
ACCOUNT_RESTRICTED = ErrorRow("IAM.0109", 403, "The account is restricted because of arrears.")
NOT_FOUND = ErrorRow("IAM.0004", 404, "Could not find {kind}: {id}.")
CONFLICT = ErrorRow(
    "IAM.0005", 409, "Conflict occurred attempting to store {kind} - {name} exists."
)
BAD_PARAMETER = ErrorRow("IAM.0007", 400, "Request parameter {name} is invalid.")
BAD_POLICY = ErrorRow("IAM.0013", 400, "The policy is invalid: {reason}.")
BAD_SCOPE_OF_GRANT = ErrorRow(
    "IAM.0014", 400, "The policy {name} takes effect at account level only."
)
NO_SUBJECT_TOKEN = ErrorRow("IAM.0009", 400, "X-Subject-Token is missing or invalid.")
LIMIT = ErrorRow("IAM.0010", 403, "The quota of {kind} is used up: {limit}.")
IN_USE = ErrorRow("IAM.0012", 409, "The {kind} is in use: {reason}.")

# /v3.0 family: numeric codes.
MISSING = ErrorRow("1100", 400, "Mandatory parameters are missing: {name}.")
USER_NAME = ErrorRow("1101", 400, "Invalid username.")
EMAIL = ErrorRow("1102", 400, "Invalid email.")
PASSWORD = ErrorRow("1103", 400, "Incorrect password.")
PHONE = ErrorRow("1104", 400, "Invalid mobile number.")
OWNER_DELETE = ErrorRow("1107", 400, "The account administrator cannot be deleted.")
OWNER_CHANGE = ErrorRow("IAM.0003", 403, "Only the account administrator may change this user.")
PASSWORD_TOO_YOUNG = ErrorRow("IAM.0114", 400, "The password was changed too recently.")
PASSWORD_EXPIRED = ErrorRow("IAM.0110", 401, "The password has expired.")
ADDRESS = ErrorRow(
    "APIG.0302",
    403,
    "The address {ip} is not allowed to access the API.",
    "Ask an administrator to add the address to the access control list.",
)
PASSWORD_DUE = ErrorRow(
    "IAM.0113",
    403,
    "The password must be changed first.",
    "Sign in to the console and choose a new password.",
)
PASSCODE = ErrorRow("IAM.0111", 401, "A valid one-time code is required.")
SAME_PASSWORD = ErrorRow("1108", 400, "The new password must be different from the old password.")
USER_EXISTS = ErrorRow("1109", 400, "The username already exists.")
USER_QUOTA = ErrorRow("1115", 400, "The number of IAM users has reached the maximum allowed limit.")
DESCRIPTION = ErrorRow("1117", 400, "Invalid description.")
WEAK_PASSWORD = ErrorRow("1118", 400, "The password is a weak password.")

# Enterprise projects.
EPS_BODY = ErrorRow("EPS.0001", 400, "The request body is invalid.")
EPS_AUTH = ErrorRow("EPS.0003", 401, "Authentication failed.")
EPS_PERMISSION = ErrorRow("EPS.0004", 403, "Permission error. {action} permission required.")
EPS_NOT_FOUND = ErrorRow("EPS.0005", 404, "Requested resources not found.")
EPS_NAME = ErrorRow("EPS.0007", 400, "The enterprise project name is invalid.")
EPS_DESCRIPTION = ErrorRow("EPS.0008", 400, "The enterprise project description is invalid.")
EPS_QUOTA = ErrorRow("EPS.0009", 400, "The enterprise project quota is insufficient.")
EPS_EXISTS = ErrorRow("EPS.0010", 409, "The enterprise project name already exists.")
EPS_DEFAULT = ErrorRow("EPS.0012", 400, "The default enterprise project cannot be modified.")
EPS_ACTION = ErrorRow("EPS.0013", 400, "The action is invalid.")
EPS_DISABLED = ErrorRow("EPS.0014", 400, "A disabled enterprise project cannot be modified.")
EPS_DEFAULT_SWITCH = ErrorRow(
    "EPS.0015", 400, "The default enterprise project cannot be enabled or disabled."
)
EPS_PARAMETER = ErrorRow("EPS.0002", 400, "Parameter {name} is invalid.")

# Traces.
CTS_BODY = ErrorRow("CTS.0002", 400, "The request body is invalid.")
CTS_PARAMETER = ErrorRow("CTS.0003", 400, "Parameter {name} is invalid.")
CTS_NOT_FOUND = ErrorRow("CTS.0013", 404, "The tracker does not exist.")
CTS_EXISTS = ErrorRow("CTS.0014", 409, "The tracker already exists.")
