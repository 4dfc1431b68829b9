"""Error rows of the recognition API (API reference, chapter "Error Codes") and of jobs. Pure."""

from __future__ import annotations

from core.errors import CALL, JOBS, ErrorRow
from core.errors import gettext_noop as _

FAMILY = CALL

# fmt: off
# A row reads as three lines: what the caller gets, the cause, the remedy.
PARAMETER = ErrorRow(
    "AIS.0101", 400, "The input parameter is invalid. {reason}",
    _("A field of the body is missing, has the wrong type or a value that is not offered."),
    _("Send exactly one of image and url, and give each option the type and the values of the API reference."),
    field="image",
)
FORMAT = ErrorRow(
    "AIS.0102", 400, "The image format is not supported. {reason}",
    _("The bytes are no image in a format that this service reads, or the Base64 text is damaged."),
    _("Send the Base64 of the file itself, without a data: prefix and without line breaks; convert other formats to JPEG or PNG."),
    field="image",
)
PIXELS = ErrorRow(
    "AIS.0103", 400, "The image size is not supported. {reason}",
    _("A side of the image is shorter or longer than the service allows."),
    _("Scale the image: every side at least 15 pixels and at most the limit of the service."),
    field="image",
)
WRONG_DOCUMENT = ErrorRow(
    "AIS.0104", 400, "The image type or quality does not meet the requirements. {reason}",
    _("The image does not show the document of this service, or shows it too small, blurred or cut off."),
    _("Photograph the whole document, sharp and without glare, so that it fills at least a quarter of the image; check that you call the right service."),
    field="image",
)
UNREADABLE = ErrorRow(
    "AIS.0105", 400, "Failed to recognize the image. {reason}",
    _("The document was found, but its text could not be read."),
    _("Try a better image: more light, no motion, the document flat."),
    field="image",
)
SAME_SIDES = ErrorRow(
    "AIS.0122", 400, "The image contains two cards of the same side.",
    _("The image shows two cards, both from the same side."),
    _("Send one image with the portrait side and the emblem side, or one side a call."),
    field="image",
)
MISSING = ErrorRow(
    "APIG.0106", 400, "Orchestration error: {reason}",
    _("The body is empty or no JSON object."),
    _("Send one JSON object with image or url."),
)
BODY_TOO_LONG = ErrorRow(
    "ModelArts.4104", 400, "The length of the request body exceeds the limit. {reason}",
    _("The Base64 text is longer than 10 MB."),
    _("Scale the image down, save it as JPEG, or pass a URL."),
    field="image",
)
BAD_JSON = ErrorRow(
    "ModelArts.4105", 400, "The JSON format of the request body is incorrect.",
    _("The body is no valid JSON."),
    _("Send one JSON object in UTF-8; let a JSON library write it."),
)
URL_REFUSED = ErrorRow(
    "ModelArts.4601", 400, "The URL is not allowed. {reason}",
    _("The URL is not http or https, or leads to a private address."),
    _("Use a public address, or ask the operator to open the network to URL input."),
    field="url",
)
DOWNLOAD_FAILED = ErrorRow(
    "ModelArts.4603", 400, "Failed to obtain the file from the URL. {reason}",
    _("The host did not answer with the image: not found, too slow, too large, or behind a login."),
    _("Open the URL in a private window: it must show the image within a few seconds."),
    field="url",
)
OBS_NO_AGENCY = ErrorRow(
    "ModelArts.4702", 400, "Failed to query the agency: OCR is not authorized to access OBS.",
    _("OCR has no key for your object store."),
    _("Authorize OBS on the Overview page, use a presigned URL, or make the object public."),
    field="url",
)
OBS_BAD_URL = ErrorRow(
    "ModelArts.4703", 400, "The OBS URL is invalid. {reason}",
    _("The OBS address does not name a bucket and an object."),
    _("Use https://<bucket>.<endpoint>/<key>, with the key percent-encoded."),
    field="url",
)
OBS_UNREADABLE = ErrorRow(
    "ModelArts.4704", 400, "Failed to obtain the OBS file. {reason}",
    _("The store refused to hand out the object."),
    _("Check that the key which you authorized may read it."),
    field="url",
)
OBS_TOO_BIG = ErrorRow(
    "ModelArts.4705", 400, "The OBS file is too large. {reason}",
    _("The object is larger than 10 MB."),
    _("Store a smaller file."),
    field="url",
)
OBS_NO_FILE = ErrorRow(
    "ModelArts.4706", 400, "The OBS file does not exist.",
    _("The bucket or the object does not exist."),
    _("Check both names."),
    field="url",
)
BUSY = ErrorRow(
    "ModelArts.4401", 429, "The number of concurrent requests exceeds the limit.",
    _("More images are being read at once than the site can hold."),
    _("Try again after a few seconds, with a growing pause; nothing was billed."),
)
TIMEOUT = ErrorRow(
    "APIG.0201", 504, "Backend timeout.",
    _("Recognition took longer than the limit."),
    _("Send a smaller image or try again; nothing was billed."),
)
ENGINE_LOST = ErrorRow(
    "ModelArts.4301", 500, "The recognition engine stopped while reading the image.",
    _("The recognition engine stopped while it read the image."),
    _("Try again; nothing was billed. If it repeats with one image, tell the operator."),
)
NO_ENGINE = ErrorRow(
    "ModelArts.4503", 502, "The recognition service is unavailable. {reason}",
    _("No recognition worker of the region answers."),
    _("Try again later and tell the operator; nothing was billed."),
)

# Files of a job.
FILE_KIND = ErrorRow(
    "JOB.0101", 400, "The file is not supported: {reason}.",
    _("The file is no image, PDF or ZIP archive."),
    _("Send images, PDFs, or ZIP archives of images and PDFs."),
    family=JOBS,
)
FILE_BROKEN = ErrorRow(
    "JOB.0102", 400, "The file is broken: {reason}.",
    _("The file is damaged."),
    _("Open it on your own machine and save it again."),
    family=JOBS,
)
FILE_LOCKED = ErrorRow(
    "JOB.0103", 400, "The file is protected: {reason}.",
    _("The file is protected by a password."),
    _("Remove the password and send the file again."),
    family=JOBS,
)
FILE_SCRIPTS = ErrorRow(
    "JOB.0104", 400, "The PDF holds active content: {reason}.",
    _("The PDF holds scripts or other active content."),
    _("Print the document to a new PDF, which leaves scripts out, and send that."),
    family=JOBS,
)
FILE_TOO_MUCH = ErrorRow(
    "JOB.0105", 400, "The file holds more than a job takes: {reason}.",
    _("The file holds more pages or data than one job takes."),
    _("Split the file; put images and PDFs into the archive directly."),
    family=JOBS,
)
FILE_NAMES = ErrorRow(
    "JOB.0106", 400, "The archive is not safe to open: {reason}.",
    _("The archive holds links or names that are not safe to unpack."),
    _("Pack the files again with plain names and without links."),
    family=JOBS,
)
FILE_SLOW = ErrorRow(
    "JOB.0107", 400, "The file cannot be opened within the time and memory of a job: {reason}.",
    _("Opening the file takes more time or memory than a job has."),
    _("Save the file again in a simpler form, or split it."),
    family=JOBS,
)
FILE_PAGE = ErrorRow(
    "JOB.0108", 400, "The page does not exist: {reason}.",
    _("The document does not have the page that was asked for."),
    _("Ask for pages that the document has, counted from 1."),
    family=JOBS,
)

# Jobs.
JOB_INVALID = ErrorRow(
    "JOB.0001", 400, "The request is invalid. {reason}",
    _("A field of the request is missing or has a value that is not allowed."),
    _("Compare the request with the API reference."),
    family=JOBS,
)
JOB_NOT_FOUND = ErrorRow(
    "JOB.0002", 404, "The job does not exist.",
    _("There is no such job in your account."),
    _("List them first and copy the id."),
    family=JOBS,
)
JOB_STATE = ErrorRow(
    "JOB.0003", 409, "The job is {state}: {reason}.",
    _("The job is in a state in which this cannot be done."),
    _("Look at the state of the job and do what fits it."),
    family=JOBS,
)
JOB_TOO_LARGE = ErrorRow(
    "JOB.0004", 413, "The job takes no more: {reason}.",
    _("The files or pages are more than one job takes."),
    _("Split the work into several jobs, or ask the operator for higher limits."),
    family=JOBS,
)
JOB_PAGE_LOST = ErrorRow(
    "JOB.0005", 500, "The page was begun twice and never finished.",
    _("The server or its engine stopped twice while it read the page."),
    _("Retry the failed pages; nothing was billed for this one."),
    family=JOBS,
)
JOB_CALLER = ErrorRow(
    "JOB.0006", 403, "The person who made the job may not call any more.",
    _("The user who made the job is disabled, deleted, or may not call any more."),
    _("Enable the user, or make the job anew as another one."),
    family=JOBS,
)
JOB_CONTENT = ErrorRow(
    "JOB.0007", 500, "What the job keeps cannot be read: {reason}.",
    _("The folder of the jobs was changed by hand, or is not the same on every node."),
    _("Give the job's id to the operator, who checks JOBS_DIR."),
    family=JOBS,
)
