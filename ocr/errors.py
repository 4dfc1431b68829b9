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

# Monitoring and notifications.
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
    CES_BODY,
    CES_PARAMETER,
    CES_NOT_FOUND,
    CES_EXISTS,
    CES_LIMIT,
)
