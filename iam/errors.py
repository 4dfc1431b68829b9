"""Error rows of identity with the codes and messages of the published API. Pure."""

from __future__ import annotations

from core.errors import CALL, IDENTITY, MONITORING, PROJECT, ErrorRow
from core.errors import NOT_FOUND as _NO_API
from core.errors import gettext_noop as _

FAMILY = IDENTITY

# fmt: off
# A row reads as three lines: what the caller gets, the cause, the remedy.
# Gateway: who is calling. `surface_error` in iam/gateway.py turns the code into that of other services.
SIGNATURE = ErrorRow(
    "APIG.0301", 401, "Incorrect IAM authentication information: {reason}",
    _("The signature does not fit the request, or the access key is unknown or disabled."),
    _("Check access key, secret key and the clock of the calling machine. The signature debugger shows the first difference."),
    family=CALL,
)
TOKEN = ErrorRow(
    "APIG.0301", 401, "Incorrect IAM authentication information: {reason}",
    _("The token is damaged, revoked, or of another installation."),
    _("Get a new token with POST /v3/auth/tokens, scoped to the project of the call."),
    family=CALL,
)
TOKEN_OLD = ErrorRow(
    "APIG.0301", 401, "Incorrect IAM authentication information: token expires, expires_at:{expires_at}",
    _("The token is older than 24 hours."),
    _("Get a new token with POST /v3/auth/tokens, scoped to the project of the call."),
    family=CALL,
)
NO_CREDENTIALS = ErrorRow(
    "APIG.0301", 401, "Incorrect IAM authentication information: x-auth-token not found",
    _("The request carries no valid credentials."),
    _("Send a token in X-Auth-Token, or sign the request."),
    family=CALL,
)
NOT_ALLOWED = ErrorRow(
    "APIG.0302", 403, "The IAM user is not allowed to access the API.",
    _("The user may use the console only."),
    _("Ask an administrator to allow programmatic access."),
    family=CALL,
)
OTHER_REGION = ErrorRow(
    "APIG.0307", 401, "The token must be updated.",
    _("The token belongs to a project of another region."),
    _("Get a token whose scope is the project of the region that you call."),
    family=CALL,
)
NO_PROJECT = ErrorRow(
    "ModelArts.0212", 403, "The token has no project scope; use a token of the project.",
    _("The token has no project as its scope."),
    _("Ask for the token with the scope of the project."),
    family=CALL,
)
ABNORMAL_TOKEN = ErrorRow(
    "ModelArts.4203", 403, "The authentication token is abnormal.",
    _("A token of the user that is named like its account is restricted."),
    _("Use an access key, or a token of another user."),
    family=CALL,
)
RESTRICTED = ErrorRow(
    "ModelArts.4106", 403, "The account is restricted because of arrears.",
    _("The account is in arrears."),
    _("Top up the balance. Packages already paid for go on with AK/SK."),
    family=CALL,
)
# The row of an unknown path: nobody can find out which project ids other accounts have.
FOREIGN_PROJECT = _NO_API
THROTTLED = ErrorRow(
    "APIG.0308", 429, "The throttling threshold has been reached: policy {policy},limit:{limit},time:1 minute",
    _("More calls a minute than the limit of the user or of the account."),
    _("Wait for the seconds in the header Retry-After and spread the calls; the operator can raise the limit."),
    family=CALL,
)
BAD_JSON = ErrorRow(
    "APIG.0106", 400, "Orchestration error: the body is not a JSON object.",
    _("The body is no JSON object."),
    _("Send one JSON object."),
    family=CALL,
)
CSRF = ErrorRow(
    "APIG.0301", 401, "Incorrect IAM authentication information: CSRF check failed",
    _("The console sent a request without the secret of its session, or the session has ended."),
    _("Load the page anew and sign in again."),
    family=CALL,
)
PERMISSION = ErrorRow(
    "IAM.0003", 403, "{action} permission required",
    _("No policy allows you the action, or one denies it."),
    _("Ask an administrator for a policy with the named action; Why allowed, why denied? on the Policies page shows the statement that decides."),
    title="Forbidden",
)
UNKNOWN_ENTERPRISE_PROJECT = ErrorRow(
    "APIG.0106", 400, "Orchestration error: unknown enterprise project {id}.",
    _("There is no such enterprise project in your account."),
    _("Check the header Enterprise-Project-Id."),
    family=CALL,
)

KEYSTONE_PERMISSION = ErrorRow(
    "IAM.0003", 403, "You are not authorized to perform the requested action: {action}.",
    _("No policy allows you the action, or one denies it."),
    _("Ask an administrator for a policy with the named action; Why allowed, why denied? on the Policies page shows the statement that decides."),
)
KEYSTONE_ANONYMOUS = ErrorRow(
    "IAM.0001", 401, "The request you have made requires authentication.",
    _("The request carries no valid credentials."),
    _("Send a token in X-Auth-Token, or sign the request."),
)

# Keystone family (/v3): only status and message reach the caller.
BAD_BODY = ErrorRow(
    "IAM.0011", 400, "Request body is invalid.",
    _("The body has not the shape of this request."),
    _("Compare it with the API reference."),
)
BAD_LOGIN = ErrorRow(
    "IAM.0101", 401, "The username or password is wrong.",
    _("Account, user name and password do not fit together."),
    _("Check all three. After five wrong passwords the user is locked for 15 minutes."),
)
LOCKED = ErrorRow(
    "IAM.0102", 401, "The account is locked.",
    _("Too many wrong passwords: the user is locked."),
    _("Wait for 15 minutes, or ask an administrator to unlock the user."),
)
TOKEN_INVALID = ErrorRow(
    "IAM.0103", 401, "The token is invalid.",
    _("The token is damaged, revoked, or of another installation."),
    _("Get a new token."),
)
TOKEN_EXPIRED = ErrorRow(
    "IAM.0104", 401, "Token expired.",
    _("The token is older than 24 hours."),
    _("Get a new token."),
)
CONSOLE_ONLY = ErrorRow(
    "IAM.0105", 403, "This user only supports console access, not programmatic access.",
    _("The user may use the console only."),
    _("Ask an administrator to allow programmatic access."),
)
PROGRAMMATIC_ONLY = ErrorRow(
    "IAM.0106", 403, "This user only supports programmatic access, not console access.",
    _("The user may use programmatic access only."),
    _("Ask an administrator to allow console access."),
)
BAD_SCOPE = ErrorRow(
    "IAM.0107", 401, "The userInfo is wrong",
    _("The scope of the token names a project or an account that is not yours."),
    _("Copy names and ids from My Credentials."),
)
UNSUPPORTED_METHOD = ErrorRow(
    "IAM.0108", 401, "The authentication method {method} is not supported.",
    _("This way to authenticate is not offered."),
    _("Use password, token, hw_ak_sk, totp or assume_role."),
)
NO_FEDERATION = ErrorRow(
    "IAM.0112", 400, "Identity federation is not offered by this installation.",
    _("Identity federation is not offered by this installation."),
    _("Create IAM users, or let another account in through an agency."),
)
ACCOUNT_RESTRICTED = ErrorRow(
    "IAM.0109", 403, "The account is restricted because of arrears.",
    _("The account is in arrears."),
    _("Top up the balance."),
)
NOT_FOUND = ErrorRow(
    "IAM.0004", 404, "Could not find {kind}: {id}.",
    _("There is no such user, group, policy, project or key in your account."),
    _("List them first and copy the id."),
)
CONFLICT = ErrorRow(
    "IAM.0005", 409, "Conflict occurred attempting to store {kind} - {name} exists.",
    _("Something with this name exists already."),
    _("Choose another name."),
)
BAD_PARAMETER = ErrorRow(
    "IAM.0007", 400, "Request parameter {name} is invalid.",
    _("A field of the request is missing or has a value that is not allowed."),
    _("The message names the field; correct it."),
)
BAD_POLICY = ErrorRow(
    "IAM.0013", 400, "The policy is invalid: {reason}.",
    _("The policy document has an unknown action, operator or key, or a wrong shape."),
    _("Correct the place that the message names; the visual editor writes valid documents."),
)
BAD_SCOPE_OF_GRANT = ErrorRow(
    "IAM.0014", 400, "The policy {name} takes effect at account level only.",
    _("A policy of global services cannot be granted on a project."),
    _("Grant it on all resources."),
)
NO_SUBJECT_TOKEN = ErrorRow(
    "IAM.0009", 400, "X-Subject-Token is missing or invalid.",
    _("The header X-Subject-Token is missing or no valid token."),
    _("Send the token that is to be checked or revoked."),
)
LIMIT = ErrorRow(
    "IAM.0010", 403, "The quota of {kind} is used up: {limit}.",
    _("The account has as many of these as it may have."),
    _("Delete what is unused, or ask the operator for a higher quota."),
)
IN_USE = ErrorRow(
    "IAM.0012", 409, "The {kind} is in use: {reason}.",
    _("Something else still refers to it."),
    _("Take it away there first; the message says where."),
)

# /v3.0 family: numeric codes.
MISSING = ErrorRow(
    "1100", 400, "Mandatory parameters are missing: {name}.",
    _("A mandatory field is missing."),
    _("The message names it."),
)
USER_NAME = ErrorRow(
    "1101", 400, "Invalid username.",
    _("The user name has characters or a length that are not allowed."),
    _("Use 1 to 64 letters, digits, spaces, hyphens, underscores and dots; no digit first."),
)
EMAIL = ErrorRow(
    "1102", 400, "Invalid email.",
    _("This is no e-mail address."),
    _("Correct it."),
)
PASSWORD = ErrorRow(
    "1103", 400, "Incorrect password.",
    _("The current password is wrong."),
    _("Enter the password that is valid now."),
)
PHONE = ErrorRow(
    "1104", 400, "Invalid mobile number.",
    _("The phone number has a wrong form."),
    _("Give the country code and digits."),
)
OWNER_DELETE = ErrorRow(
    "1107", 400, "The account administrator cannot be deleted.",
    _("The owner of the account can be changed by the owner only, and cannot be deleted."),
    _("Sign in as the owner."),
)
OWNER_CHANGE = ErrorRow(
    "IAM.0003", 403, "Only the account administrator may change this user.",
    _("The owner of the account can be changed by the owner only, and cannot be deleted."),
    _("Sign in as the owner."),
)
PASSWORD_TOO_YOUNG = ErrorRow(
    "IAM.0114", 400, "The password was changed too recently.",
    _("The account asks for a pause between two changes of a password."),
    _("Wait, or ask an administrator to reset it."),
)
PASSWORD_EXPIRED = ErrorRow(
    "IAM.0110", 401, "The password has expired.",
    _("The password is older than the account allows."),
    _("Set a new password."),
)
ADDRESS = ErrorRow(
    "APIG.0302", 403, "The address {ip} is not allowed to access the API.",
    _("The address of the calling machine is not on the access control list."),
    _("Ask an administrator to add the address to the access control list."),
    family=CALL,
)
PASSWORD_DUE = ErrorRow(
    "IAM.0113", 403, "The password must be changed first.",
    _("The password was set by an administrator and must be changed first."),
    _("Sign in to the console and choose a new password."),
)
PASSCODE = ErrorRow(
    "IAM.0111", 401, "A valid one-time code is required.",
    _("The account or the user asks for a one-time code."),
    _("Enter the six digits that your authenticator shows now."),
)
SAME_PASSWORD = ErrorRow(
    "1108", 400, "The new password must be different from the old password.",
    _("The new password is the old one, or one of the last ones."),
    _("Choose another."),
)
USER_EXISTS = ErrorRow(
    "1109", 400, "The username already exists.",
    _("A user of this name exists already."),
    _("Choose another name."),
)
USER_QUOTA = ErrorRow(
    "1115", 400, "The number of IAM users has reached the maximum allowed limit.",
    _("The account has as many users as it may have."),
    _("Delete users, or ask the operator for a higher quota."),
)
DESCRIPTION = ErrorRow(
    "1117", 400, "Invalid description.",
    _("The description is too long or has forbidden characters."),
    _("Use at most 255 characters, without @ # $ % & * < >."),
)
WEAK_PASSWORD = ErrorRow(
    "1118", 400, "The password is a weak password.",
    _("The password is too short, has too few kinds of characters, or holds the user name."),
    _("Follow the password policy that the Identity overview shows."),
)

# Enterprise projects.
EPS_BODY = ErrorRow(
    "EPS.0001", 400, "The request body is invalid.",
    _("The body has not the shape of this request."),
    _("Compare it with the API reference."),
    family=PROJECT,
)
EPS_AUTH = ErrorRow(
    "EPS.0003", 401, "Authentication failed.",
    _("The request carries no valid credentials."),
    _("Send a token in X-Auth-Token, or sign the request."),
    family=PROJECT,
)
EPS_PERMISSION = ErrorRow(
    "EPS.0004", 403, "Permission error. {action} permission required.",
    _("No policy allows you the action, or one denies it."),
    _("Ask an administrator for a policy with the named action."),
    family=PROJECT,
)
EPS_NOT_FOUND = ErrorRow(
    "EPS.0005", 404, "Requested resources not found.",
    _("There is no such enterprise project in your account."),
    _("List them first and copy the id."),
    family=PROJECT,
)
EPS_NAME = ErrorRow(
    "EPS.0007", 400, "The enterprise project name is invalid.",
    _("The name has characters or a length that are not allowed, or is the word default."),
    _("Use 1 to 255 letters, digits, hyphens and underscores."),
    family=PROJECT,
)
EPS_DESCRIPTION = ErrorRow(
    "EPS.0008", 400, "The enterprise project description is invalid.",
    _("The description is too long."),
    _("Use at most 512 characters."),
    family=PROJECT,
)
EPS_QUOTA = ErrorRow(
    "EPS.0009", 400, "The enterprise project quota is insufficient.",
    _("The account has as many enterprise projects as it may have."),
    _("Delete what is unused, or ask the operator for a higher quota."),
    family=PROJECT,
)
EPS_EXISTS = ErrorRow(
    "EPS.0010", 409, "The enterprise project name already exists.",
    _("An enterprise project of this name exists already."),
    _("Choose another name."),
    family=PROJECT,
)
EPS_DEFAULT = ErrorRow(
    "EPS.0012", 400, "The default enterprise project cannot be modified.",
    _("The default enterprise project is fixed."),
    _("Make a new one."),
    family=PROJECT,
)
EPS_ACTION = ErrorRow(
    "EPS.0013", 400, "The action is invalid.",
    _("The action is neither enable nor disable."),
    _("Send one of the two."),
    family=PROJECT,
)
EPS_DISABLED = ErrorRow(
    "EPS.0014", 400, "A disabled enterprise project cannot be modified.",
    _("A disabled enterprise project cannot be changed."),
    _("Enable it first."),
    family=PROJECT,
)
EPS_DEFAULT_SWITCH = ErrorRow(
    "EPS.0015", 400, "The default enterprise project cannot be enabled or disabled.",
    _("The default enterprise project cannot be switched."),
    _("Make a new one."),
    family=PROJECT,
)
EPS_PARAMETER = ErrorRow(
    "EPS.0002", 400, "Parameter {name} is invalid.",
    _("A parameter is missing or has a value that is not offered."),
    _("The message names it."),
    family=PROJECT,
)

# Traces.
CTS_BODY = ErrorRow(
    "CTS.0002", 400, "The request body is invalid.",
    _("The body has not the shape of this request."),
    _("Compare it with the API reference."),
    family=MONITORING,
)
CTS_PARAMETER = ErrorRow(
    "CTS.0003", 400, "Parameter {name} is invalid.",
    _("A parameter is missing or has a value that is not offered."),
    _("The message names it; times are in milliseconds."),
    family=MONITORING,
)
CTS_NOT_FOUND = ErrorRow(
    "CTS.0013", 404, "The tracker does not exist.",
    _("There is no such tracker."),
    _("List the trackers of the project first."),
    family=MONITORING,
)
CTS_EXISTS = ErrorRow(
    "CTS.0014", 409, "The tracker already exists.",
    _("The project has this tracker already."),
    _("Change the one that exists."),
    family=MONITORING,
)
