"""Every documented error code with its cause and its cure, in the reader's language.

The tables in `*/errors.py` hold what a caller gets; this one holds what a person is told. A test
compares the two: no code without a cure, no trouble without a code.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing import errors as billing_errors
from core import errors as core_errors
from core.errors import ErrorRow
from iam import errors as iam_errors
from monitoring import errors as monitoring_errors
from ocr import errors as ocr_errors

CALL, IDENTITY, BILLING, MONITORING, PROJECT = (
    "call", "identity", "billing", "monitoring", "project",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trouble:
    """One code: where it comes up, why, and what to do. `field` names the field that is to blame."""

    code: str
    family: str
    cause: str | Promise
    cure: str | Promise
    field: str = ""


TROUBLES: tuple[Trouble, ...] = (
    # Recognition calls
    Trouble("AIS.0101", CALL, _("A field of the body is missing, has the wrong type or a value that is not offered."), _("Send exactly one of image and url, and give each option the type and the values of the API reference."), "image"),
    Trouble("AIS.0102", CALL, _("The bytes are no picture in a format that this service reads, or the Base64 text is damaged."), _("Send the Base64 of the file itself, without a data: prefix and without line breaks; convert other formats to JPEG or PNG."), "image"),
    Trouble("AIS.0103", CALL, _("A side of the picture is shorter or longer than the service allows."), _("Scale the picture: every side at least 15 pixels and at most the limit of the service."), "image"),
    Trouble("AIS.0104", CALL, _("The picture does not show the document of this service, or shows it too small, blurred or cut off."), _("Photograph the whole document, sharp and without glare, so that it fills at least a quarter of the picture; check that you call the right service."), "image"),
    Trouble("AIS.0105", CALL, _("The document was found, but its text could not be read."), _("Try a better picture: more light, no motion, the document flat."), "image"),
    Trouble("AIS.0122", CALL, _("The picture shows two cards, both from the same side."), _("Send one picture with the portrait side and the emblem side, or one side a call."), "image"),
    Trouble("APIG.0101", CALL, _("No API answers at this method and path, or the project id in it is not one of your account."), _("Use POST /v2/{project_id}/ocr/{service}; copy the project id of the region from My Credentials.")),
    Trouble("APIG.0106", CALL, _("The body is no JSON object, lacks image and url, or names an enterprise project that does not exist."), _("Send one JSON object with image or url; check the header Enterprise-Project-Id.")),
    Trouble("APIG.0201", CALL, _("The body is over 12 MB (413), or recognition took longer than the limit (504)."), _("Scale the picture down or pass a URL; after a 504 try again, nothing was billed.")),
    Trouble("APIG.0202", CALL, _("The server failed while it handled the call."), _("Try again. If it stays, give the request id to the operator; nothing was billed.")),
    Trouble("APIG.0301", CALL, _("The request is not signed, the signature does not fit, or the token is wrong or older than 24 hours."), _("Check access key, secret key and the clock of the calling machine; or get a new token. The signature debugger shows the first difference.")),
    Trouble("APIG.0302", CALL, _("The user may not use programmatic access, or calls from an address that is not on the access control list."), _("Ask an administrator to allow programmatic access or to add the address.")),
    Trouble("APIG.0307", CALL, _("The token belongs to a project of another region."), _("Get a token whose scope is the project of the region that you call.")),
    Trouble("APIG.0308", CALL, _("More calls a minute than the limit of the user or of the account."), _("Wait for the seconds in the header Retry-After and spread the calls; the operator can raise the limit.")),
    Trouble("ModelArts.0212", CALL, _("The token has no project as its scope."), _("Ask for the token with the scope of the project.")),
    Trouble("ModelArts.4104", CALL, _("The Base64 text is longer than 10 MB."), _("Scale the picture down, save it as JPEG, or pass a URL."), "image"),
    Trouble("ModelArts.4105", CALL, _("The body is no valid JSON."), _("Send one JSON object in UTF-8; let a JSON library write it.")),
    Trouble("ModelArts.4106", CALL, _("The account is in arrears, or the hard stop of a budget is reached."), _("Top up the balance, or raise the budget in the Billing Center. Packages already paid for go on with AK/SK.")),
    Trouble("ModelArts.4203", CALL, _("A token of the user that is named like its account is restricted."), _("Use an access key, or a token of another user.")),
    Trouble("ModelArts.4204", CALL, _("Neither this user nor Everyone is subscribed to the service in this region."), _("Subscribe on the Overview page, in the region of the call.")),
    Trouble("ModelArts.4301", CALL, _("The recognition engine stopped while it read the picture."), _("Try again; nothing was billed. If it repeats with one picture, tell the operator.")),
    Trouble("ModelArts.4401", CALL, _("More pictures are being read at once than the site can hold."), _("Try again after a few seconds, with a growing pause; nothing was billed.")),
    Trouble("ModelArts.4503", CALL, _("No recognition worker of the region answers."), _("Try again later and tell the operator; nothing was billed.")),
    Trouble("ModelArts.4601", CALL, _("The URL is not http or https, or leads to a private address."), _("Use a public address, or ask the operator to open the network to URL input."), "url"),
    Trouble("ModelArts.4603", CALL, _("The host did not answer with the picture: not found, too slow, too large, or behind a login."), _("Open the URL in a private window: it must show the picture within a few seconds."), "url"),
    Trouble("ModelArts.4702", CALL, _("OCR has no key for your object store."), _("Authorize OBS on the Overview page, use a presigned URL, or make the object public."), "url"),
    Trouble("ModelArts.4703", CALL, _("The OBS address does not name a bucket and an object."), _("Use https://<bucket>.<endpoint>/<key>, with the key percent-encoded."), "url"),
    Trouble("ModelArts.4704", CALL, _("The store refused to hand out the object."), _("Check that the key which you authorized may read it."), "url"),
    Trouble("ModelArts.4705", CALL, _("The object is larger than 10 MB."), _("Store a smaller file."), "url"),
    Trouble("ModelArts.4706", CALL, _("The bucket or the object does not exist."), _("Check both names."), "url"),
    Trouble("JOB.0101", CALL, _("The file is no picture, PDF or ZIP archive."), _("Send pictures, PDFs, or ZIP archives of pictures and PDFs.")),
    Trouble("JOB.0102", CALL, _("The file is damaged."), _("Open it on your own machine and save it again.")),
    Trouble("JOB.0103", CALL, _("The file is protected by a password."), _("Remove the password and send the file again.")),
    Trouble("JOB.0104", CALL, _("The PDF holds scripts or other active content."), _("Print the document to a new PDF, which leaves scripts out, and send that.")),
    Trouble("JOB.0105", CALL, _("The file holds more pages or data than one job takes."), _("Split the file; put pictures and PDFs into the archive directly.")),
    Trouble("JOB.0106", CALL, _("The archive holds links or names that are not safe to unpack."), _("Pack the files again with plain names and without links.")),
    Trouble("JOB.0107", CALL, _("Opening the file takes more time or memory than a job has."), _("Save the file again in a simpler form, or split it.")),
    Trouble("JOB.0108", CALL, _("The document does not have the page that was asked for."), _("Ask for pages that the document has, counted from 1.")),
    # Identity
    Trouble("IAM.0001", IDENTITY, _("The request carries no valid credentials."), _("Send a token in X-Auth-Token, or sign the request.")),
    Trouble("IAM.0003", IDENTITY, _("No policy allows you the action, or one denies it."), _("Ask an administrator for a policy with the named action; Why allowed, why denied? on the Policies page shows the statement that decides.")),
    Trouble("IAM.0004", IDENTITY, _("There is no such user, group, policy, project or key in your account."), _("List them first and copy the id.")),
    Trouble("IAM.0005", IDENTITY, _("Something with this name exists already."), _("Choose another name.")),
    Trouble("IAM.0007", IDENTITY, _("A field of the request is missing or has a value that is not allowed."), _("The message names the field; correct it.")),
    Trouble("IAM.0009", IDENTITY, _("The header X-Subject-Token is missing or no valid token."), _("Send the token that is to be checked or revoked.")),
    Trouble("IAM.0010", IDENTITY, _("The account has as many of these as it may have."), _("Delete what is unused, or ask the operator for a higher quota.")),
    Trouble("IAM.0011", IDENTITY, _("The body has not the shape of this request."), _("Compare it with the API reference.")),
    Trouble("IAM.0012", IDENTITY, _("Something else still refers to it."), _("Take it away there first; the message says where.")),
    Trouble("IAM.0013", IDENTITY, _("The policy document has an unknown action, operator or key, or a wrong shape."), _("Correct the place that the message names; the visual editor writes valid documents.")),
    Trouble("IAM.0014", IDENTITY, _("A policy of global services cannot be granted on a project."), _("Grant it on all resources.")),
    Trouble("IAM.0101", IDENTITY, _("Account, user name and password do not fit together."), _("Check all three. After five wrong passwords the user is locked for 15 minutes.")),
    Trouble("IAM.0102", IDENTITY, _("Too many wrong passwords: the user is locked."), _("Wait for 15 minutes, or ask an administrator to unlock the user.")),
    Trouble("IAM.0103", IDENTITY, _("The token is damaged, revoked, or of another installation."), _("Get a new token.")),
    Trouble("IAM.0104", IDENTITY, _("The token is older than 24 hours."), _("Get a new token.")),
    Trouble("IAM.0105", IDENTITY, _("The user may use the console only."), _("Ask an administrator to allow programmatic access.")),
    Trouble("IAM.0106", IDENTITY, _("The user may use programmatic access only."), _("Ask an administrator to allow console access.")),
    Trouble("IAM.0107", IDENTITY, _("The scope of the token names a project or an account that is not yours."), _("Copy names and ids from My Credentials.")),
    Trouble("IAM.0108", IDENTITY, _("This way to authenticate is not offered."), _("Use password, token, hw_ak_sk, totp or assume_role.")),
    Trouble("IAM.0109", IDENTITY, _("The account is in arrears."), _("Top up the balance.")),
    Trouble("IAM.0110", IDENTITY, _("The password is older than the account allows."), _("Set a new password.")),
    Trouble("IAM.0111", IDENTITY, _("The account or the user asks for a one-time code."), _("Enter the six digits that your authenticator shows now.")),
    Trouble("IAM.0112", IDENTITY, _("Identity federation is not offered by this installation."), _("Create IAM users, or let another account in through an agency.")),
    Trouble("1100", IDENTITY, _("A mandatory field is missing."), _("The message names it.")),
    Trouble("1101", IDENTITY, _("The user name has characters or a length that are not allowed."), _("Use 1 to 64 letters, digits, spaces, hyphens, underscores and dots; no digit first.")),
    Trouble("1102", IDENTITY, _("This is no e-mail address."), _("Correct it.")),
    Trouble("1103", IDENTITY, _("The current password is wrong."), _("Enter the password that is valid now.")),
    Trouble("1104", IDENTITY, _("The phone number has a wrong form."), _("Give the country code and digits.")),
    Trouble("IAM.0114", IDENTITY, _("The account asks for a pause between two changes of a password."), _("Wait, or ask an administrator to reset it.")),
    Trouble("1107", IDENTITY, _("The owner of the account can be changed by the owner only, and cannot be deleted."), _("Sign in as the owner.")),
    Trouble("1108", IDENTITY, _("The new password is the old one, or one of the last ones."), _("Choose another.")),
    Trouble("1109", IDENTITY, _("A user of this name exists already."), _("Choose another name.")),
    Trouble("1115", IDENTITY, _("The account has as many users as it may have."), _("Delete users, or ask the operator for a higher quota.")),
    Trouble("1117", IDENTITY, _("The description is too long or has forbidden characters."), _("Use at most 255 characters, without @ # $ % & * < >.")),
    Trouble("1118", IDENTITY, _("The password is too short, has too few kinds of characters, or holds the user name."), _("Follow the password policy that the Identity overview shows.")),
    # Billing
    Trouble("CBC.0100", BILLING, _("A field of the request is missing or has a value that is not allowed."), _("The message names the field; correct it.")),
    Trouble("CBC.0150", BILLING, _("No policy allows you the action, or one denies it."), _("Ask an administrator for a policy with the named action.")),
    Trouble("CBC.0151", BILLING, _("There is no such order, package, bill or budget in your account."), _("List them first and copy the id.")),
    Trouble("CBC.0152", BILLING, _("The change does not fit the present state."), _("Load the page anew and look at the state that the message names.")),
    Trouble("CBC.30000010", BILLING, _("The balance does not cover the order."), _("Ask the operator for a top-up or redeem a voucher.")),
    Trouble("CBC.30000018", BILLING, _("The order was paid or cancelled before."), _("Look at its state in the list of orders.")),
    Trouble("CBC.30000052", BILLING, _("The package was given back before, was not bought, has expired or is used up."), _("Turn its renewal off if you do not want another one.")),
    Trouble("CBC.30000060", BILLING, _("The voucher is mistyped, was redeemed before, or has expired."), _("Check its characters and its date.")),
    # Monitoring and audit
    Trouble("ces.0001", MONITORING, _("The body is no JSON object."), _("Send one JSON object.")),
    Trouble("ces.0003", MONITORING, _("A parameter is missing or has a value that is not offered."), _("Use the offered periods and filters, and times in milliseconds.")),
    Trouble("ces.0004", MONITORING, _("There is no such alarm rule in the project."), _("List the rules of the project first.")),
    Trouble("ces.0010", MONITORING, _("An alarm rule of this name exists already."), _("Choose another name.")),
    Trouble("ces.0011", MONITORING, _("The project has as many alarm rules as it may have."), _("Delete rules that are unused.")),
    Trouble("CTS.0002", MONITORING, _("The body has not the shape of this request."), _("Compare it with the API reference.")),
    Trouble("CTS.0003", MONITORING, _("A parameter is missing or has a value that is not offered."), _("The message names it; times are in milliseconds.")),
    Trouble("CTS.0013", MONITORING, _("There is no such tracker."), _("List the trackers of the project first.")),
    Trouble("CTS.0014", MONITORING, _("The project has this tracker already."), _("Change the one that exists.")),
    # Enterprise projects
    Trouble("EPS.0001", PROJECT, _("The body has not the shape of this request."), _("Compare it with the API reference.")),
    Trouble("EPS.0002", PROJECT, _("A parameter is missing or has a value that is not offered."), _("The message names it.")),
    Trouble("EPS.0003", PROJECT, _("The request carries no valid credentials."), _("Send a token in X-Auth-Token, or sign the request.")),
    Trouble("EPS.0004", PROJECT, _("No policy allows you the action, or one denies it."), _("Ask an administrator for a policy with the named action.")),
    Trouble("EPS.0005", PROJECT, _("There is no such enterprise project in your account."), _("List them first and copy the id.")),
    Trouble("EPS.0007", PROJECT, _("The name has characters or a length that are not allowed, or is the word default."), _("Use 1 to 255 letters, digits, hyphens and underscores.")),
    Trouble("EPS.0008", PROJECT, _("The description is too long."), _("Use at most 512 characters.")),
    Trouble("EPS.0009", PROJECT, _("The account has as many enterprise projects as it may have."), _("Delete what is unused, or ask the operator for a higher quota.")),
    Trouble("EPS.0010", PROJECT, _("An enterprise project of this name exists already."), _("Choose another name.")),
    Trouble("EPS.0012", PROJECT, _("The default enterprise project is fixed."), _("Make a new one.")),
    Trouble("EPS.0013", PROJECT, _("The action is neither enable nor disable."), _("Send one of the two.")),
    Trouble("EPS.0014", PROJECT, _("A disabled enterprise project cannot be changed."), _("Enable it first.")),
    Trouble("EPS.0015", PROJECT, _("The default enterprise project cannot be switched."), _("Make a new one.")),
)  # fmt: skip
_BY_CODE = {row.code: row for row in TROUBLES}


@lru_cache(maxsize=1)
def _tables() -> dict[str, tuple[ErrorRow, ...]]:
    found: dict[str, dict[tuple[int, str], ErrorRow]] = {}
    for module in (ocr_errors, monitoring_errors, billing_errors, iam_errors, core_errors):
        for value in vars(module).values():
            if isinstance(value, ErrorRow):
                found.setdefault(value.code, {})[value.status, value.message] = value
    return {code: tuple(rows.values()) for code, rows in found.items()}


def codes() -> set[str]:
    """Return every code of the error tables."""
    return set(_tables())


def rows_of(code: str) -> list[dict[str, object]]:
    """Return what a caller gets under this code: HTTP status and message, gaps in angle marks."""
    return [
        {"status": row.status, "message": row.message.replace("{", "‹").replace("}", "›")}
        for row in _tables().get(code, ())
    ]


def trouble(code: str) -> Trouble | None:
    """Return the trouble of a code; None for a code that is in no table.

    A code that has no row here yet is told in the words of its error row.
    """
    rows = _tables().get(code)
    if code in _BY_CODE or not rows:
        return _BY_CODE.get(code)
    return Trouble(code, CALL, rows[0].message, next((r.advice for r in rows if r.advice), ""))


def all_troubles() -> list[Trouble]:
    """Return the trouble of every code, those of this table first."""
    found = [trouble(code) for code in [*_BY_CODE, *sorted(codes() - set(_BY_CODE))]]
    return [row for row in found if row is not None]
