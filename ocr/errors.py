"""Error rows of the recognition API (API reference, chapter "Error Codes"). Pure."""

from core.errors import ErrorRow

_400 = 400

PARAMETER = ErrorRow(
    "AIS.0101",
    _400,
    "The input parameter is invalid. {reason}",
    "Send exactly one of image and url, and give every option the type of the API reference.",
)
FORMAT = ErrorRow(
    "AIS.0102",
    _400,
    "The image format is not supported. {reason}",
    "Send the Base64 text of a picture in a supported format, without a data: prefix.",
)
PIXELS = ErrorRow(
    "AIS.0103",
    _400,
    "The image size is not supported. {reason}",
    "Scale the picture so that every side lies within the limits of the service.",
)
WRONG_DOCUMENT = ErrorRow(
    "AIS.0104",
    _400,
    "The image type or quality does not meet the requirements. {reason}",
    "Send the document that this service reads: sharp, whole, at least a quarter of the picture.",
)
UNREADABLE = ErrorRow(
    "AIS.0105",
    _400,
    "Failed to recognize the image. {reason}",
    "Try again with a better picture of the document.",
)
SAME_SIDES = ErrorRow(
    "AIS.0122",
    _400,
    "The image contains two cards of the same side.",
    "Send a picture with the portrait side and the emblem side.",
)
MISSING = ErrorRow(
    "APIG.0106",
    _400,
    "Orchestration error: {reason}",
    "Send a JSON object with image or url.",
)
BODY_TOO_LONG = ErrorRow(
    "ModelArts.4104",
    _400,
    "The length of the request body exceeds the limit. {reason}",
    "Keep the Base64 text within 10 MB: scale the picture down or pass a URL.",
)
BAD_JSON = ErrorRow(
    "ModelArts.4105",
    _400,
    "The JSON format of the request body is incorrect.",
    "Send one JSON object encoded in UTF-8.",
)
URL_REFUSED = ErrorRow(
    "ModelArts.4601",
    _400,
    "The URL is not allowed. {reason}",
    "Use an http or https URL of a public host, or ask the operator to open its network.",
)
DOWNLOAD_FAILED = ErrorRow(
    "ModelArts.4603",
    _400,
    "Failed to obtain the file from the URL. {reason}",
    "Open the URL without logging in: it must answer with the picture within a few seconds.",
)
OBS_NO_AGENCY = ErrorRow(
    "ModelArts.4702",
    _400,
    "Failed to query the agency: OCR is not authorized to access OBS.",
    "Authorize OBS on the Overview page, use a presigned URL, or make the object public.",
)
OBS_BAD_URL = ErrorRow(
    "ModelArts.4703",
    _400,
    "The OBS URL is invalid. {reason}",
    "Use https://<bucket>.<endpoint>/<key> with the key percent-encoded.",
)
OBS_UNREADABLE = ErrorRow(
    "ModelArts.4704",
    _400,
    "Failed to obtain the OBS file. {reason}",
    "Check that the authorized key may read the object.",
)
OBS_TOO_BIG = ErrorRow(
    "ModelArts.4705",
    _400,
    "The OBS file is too large. {reason}",
    "Keep the file within 10 MB.",
)
OBS_NO_FILE = ErrorRow(
    "ModelArts.4706",
    _400,
    "The OBS file does not exist.",
    "Check bucket and key.",
)
BUSY = ErrorRow(
    "ModelArts.4401",
    429,
    "The number of concurrent requests exceeds the limit.",
    "Try again in a few seconds; nothing was billed.",
)
TIMEOUT = ErrorRow(
    "APIG.0201",
    504,
    "Backend timeout.",
    "Recognition took too long; send a smaller picture or try again. Nothing was billed.",
)
ENGINE_LOST = ErrorRow(
    "ModelArts.4301",
    500,
    "The recognition engine stopped while reading the image.",
    "Nothing was billed; try again.",
)
NO_ENGINE = ErrorRow(
    "ModelArts.4503",
    502,
    "The recognition service is unavailable. {reason}",
    "Ask the operator to look at the recognition workers of the region. Nothing was billed.",
)

# Files of a job.
FILE_KIND = ErrorRow(
    "JOB.0101",
    _400,
    "The file is not supported: {reason}.",
    "Send pictures, PDFs, or ZIP archives of pictures and PDFs.",
)
FILE_BROKEN = ErrorRow(
    "JOB.0102",
    _400,
    "The file is broken: {reason}.",
    "Open the file on your own machine and save it again.",
)
FILE_LOCKED = ErrorRow(
    "JOB.0103",
    _400,
    "The file is protected: {reason}.",
    "Remove the password and send the file again.",
)
FILE_SCRIPTS = ErrorRow(
    "JOB.0104",
    _400,
    "The PDF holds active content: {reason}.",
    "Print the document to a new PDF, which leaves scripts out, and send that.",
)
FILE_TOO_MUCH = ErrorRow(
    "JOB.0105",
    _400,
    "The file holds more than a job takes: {reason}.",
    "Split the file; put pictures and PDFs into the archive directly.",
)
FILE_NAMES = ErrorRow(
    "JOB.0106",
    _400,
    "The archive is not safe to open: {reason}.",
    "Pack the files again with plain names and without links.",
)
FILE_SLOW = ErrorRow(
    "JOB.0107",
    _400,
    "The file cannot be opened within the time and memory of a job: {reason}.",
    "Save the file again in a simpler form, or split it.",
)
FILE_PAGE = ErrorRow(
    "JOB.0108",
    _400,
    "The page does not exist: {reason}.",
    "Ask for pages that the document has, counted from 1.",
)

# Jobs.
JOB_INVALID = ErrorRow(
    "JOB.0001",
    _400,
    "The request is invalid. {reason}",
    "Compare the request with /api/v1/openapi.json.",
)
JOB_NOT_FOUND = ErrorRow(
    "JOB.0002", 404, "The job does not exist.", "List the jobs of the account: GET /api/v1/jobs."
)
JOB_STATE = ErrorRow(
    "JOB.0003",
    409,
    "The job is {state}: {reason}.",
    "Look at the state of the job and do what fits it.",
)
JOB_TOO_LARGE = ErrorRow(
    "JOB.0004",
    413,
    "The job takes no more: {reason}.",
    "Split the work into several jobs, or ask the operator for higher limits.",
)
JOB_PAGE_LOST = ErrorRow(
    "JOB.0005",
    500,
    "The page was begun twice and never finished.",
    "The server or its engine stopped both times. Retry the failed pages; nothing was billed for this one.",
)
JOB_CALLER = ErrorRow(
    "JOB.0006",
    403,
    "The person who made the job may not call any more.",
    "Enable the user, or make the job anew as another one.",
)
JOB_CONTENT = ErrorRow(
    "JOB.0007",
    500,
    "What the job keeps cannot be read: {reason}.",
    "Check that JOBS_DIR is the same folder on every node and was not changed by hand.",
)

ROWS = (
    PARAMETER,
    FORMAT,
    PIXELS,
    WRONG_DOCUMENT,
    UNREADABLE,
    SAME_SIDES,
    MISSING,
    BODY_TOO_LONG,
    BAD_JSON,
    URL_REFUSED,
    DOWNLOAD_FAILED,
    OBS_NO_AGENCY,
    OBS_BAD_URL,
    OBS_UNREADABLE,
    OBS_TOO_BIG,
    OBS_NO_FILE,
    BUSY,
    TIMEOUT,
    ENGINE_LOST,
    NO_ENGINE,
    FILE_KIND,
    FILE_BROKEN,
    FILE_LOCKED,
    FILE_SCRIPTS,
    FILE_TOO_MUCH,
    FILE_NAMES,
    FILE_SLOW,
    FILE_PAGE,
    JOB_INVALID,
    JOB_NOT_FOUND,
    JOB_STATE,
    JOB_TOO_LARGE,
    JOB_PAGE_LOST,
    JOB_CALLER,
    JOB_CONTENT,
)
