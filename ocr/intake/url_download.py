"""Download an image from a URL that a caller gives, within the limits of `core.outbound_http`."""

from __future__ import annotations

from core import outbound_http
from core.errors import ApiError
from core.outbound_http import BodyTooLarge, Limits, Response, TransferFailed, UrlRefused
from iam.principal import Principal
from ocr import errors
from ocr.intake import object_storage

MAX_BYTES = 10 * 1024 * 1024
MAX_HOPS = 3
TOTAL_SECONDS = 20.0
STEP_SECONDS = 5.0
_HEADERS = {"Accept": "image/*, */*;q=0.5"}
# An error page or a film is refused by its header, before 10 MB of it are read. Anything else may be
# an image under a wrong or missing type: the bytes decide.
_REFUSED_TYPES = ("text/", "application/json", "application/xml", "video/", "audio/")


def download(url: str, principal: Principal) -> bytes:
    """Return the bytes that `url` serves.

    Raises ModelArts.4601 for URLs and addresses that are not allowed, 4603 when the download
    fails, and the OBS codes for objects of the configured store.
    """
    location = object_storage.locate(url)
    if location:
        return object_storage.read(location, url, principal)
    limits = Limits(TOTAL_SECONDS, STEP_SECONDS, MAX_BYTES, MAX_HOPS)
    try:
        with outbound_http.exchange("GET", url, headers=_HEADERS, limits=limits) as response:
            _check(response)
            return response.read()
    except UrlRefused as error:
        raise ApiError(errors.URL_REFUSED, reason=str(error)) from error
    except BodyTooLarge as error:
        raise ApiError(errors.DOWNLOAD_FAILED, reason="the file exceeds 10 MB") from error
    except TransferFailed as error:
        raise ApiError(errors.DOWNLOAD_FAILED, reason=str(error)) from error


def _check(response: Response) -> None:
    if response.status != 200:
        raise ApiError(errors.DOWNLOAD_FAILED, reason=f"the server answered {response.status}")
    content_type = response.headers.get("content-type", "").lower()
    if content_type.startswith(_REFUSED_TYPES):
        raise ApiError(errors.DOWNLOAD_FAILED, reason=f"the server sent {content_type}")
