"""Signed calls of the API, tried again where that cannot be billed twice."""

from __future__ import annotations

import datetime as dt
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from ocr_console_cli import signing
from ocr_console_cli.credentials import Credentials
from ocr_console_cli.exits import CREDENTIALS, REFUSED, UNREACHABLE, Stop

TRY_AGAIN = {429, 502, 503, 504}  # documented as not billed
_LONGEST_PAUSE_S = 60.0
_SAFE = "-_.~"


class Failed(Exception):
    """The API refused one document: its status, documented code and sentence."""

    def __init__(self, status: int, code: str, message: str, request_id: str = "") -> None:
        super().__init__(f"{code}: {message}" if code else message)
        self.status, self.code, self.message, self.request_id = status, code, message, request_id


@dataclass
class Client:
    """The API at `endpoint`, with one key. Safe to use from several threads."""

    endpoint: str
    credentials: Credentials
    attempts: int = 8
    enterprise_project: str = ""
    say: Callable[[str], None] = lambda text: None
    timeout_s: float = 120.0
    stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        parts = urlsplit(self.endpoint if "//" in self.endpoint else f"https://{self.endpoint}")
        self.base = f"{parts.scheme}://{parts.netloc}"
        self.host = parts.netloc
        self.http = httpx.Client(timeout=httpx.Timeout(self.timeout_s, connect=10.0))

    def call(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None,
        body: bytes | None = b"", stream: Callable[[], Iterator[bytes]] | None = None,
    ) -> httpx.Response:  # fmt: skip
        """Return the answer to one request; raises Failed (4xx), or Stop where nothing further helps.

        429 and 5xx of a gateway are tried again after a pause that doubles, and never before the
        `Retry-After` that they name (a minute at the most); a connection that was never made as well. A call that was sent and not answered is not: it
        may have been billed.
        """
        for attempt in range(1, self.attempts + 1):
            try:
                answer = self._send(method, path, query or {}, body, stream)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                if attempt == self.attempts:
                    raise Stop(UNREACHABLE, f"{self.base} cannot be reached: {error}") from error
                self._pause(None, attempt, "no connection")
                continue
            except httpx.TransportError as error:
                message = f"no answer ({type(error).__name__}); it may have been billed"
                raise Failed(0, "", message) from error
            if answer.status_code in TRY_AGAIN and attempt < self.attempts:
                self._pause(answer, attempt, f"HTTP {answer.status_code}")
                continue
            return self._checked(answer)
        raise AssertionError("unreachable")

    def _send(
        self, method: str, path: str, query: Mapping[str, str], body: bytes | None,
        stream: Callable[[], Iterator[bytes]] | None,
    ) -> httpx.Response:  # fmt: skip
        signed = signing.headers(
            self.credentials, method, self.host, path, query, None if stream else body,
            dt.datetime.now(dt.UTC),
        )  # fmt: skip
        kind = "application/octet-stream" if stream else "application/json;charset=UTF-8"
        sent = {**signed, "content-type": kind}
        if self.enterprise_project:
            sent["enterprise-project-id"] = self.enterprise_project
        pairs = "&".join(f"{quote(k, safe=_SAFE)}={quote(query[k], safe=_SAFE)}" for k in query)
        url = f"{self.base}{path}" + (f"?{pairs}" if pairs else "")
        return self.http.request(
            method, url, headers=sent, content=stream() if stream else body or None
        )

    def _pause(self, answer: httpx.Response | None, attempt: int, why: str) -> None:
        told = answer.headers.get("retry-after", "") if answer is not None else ""
        grown = min(_LONGEST_PAUSE_S, 0.5 * 2 ** (attempt - 1)) * random.uniform(0.75, 1.25)
        seconds = max(grown, min(_LONGEST_PAUSE_S, float(told) if told.isdecimal() else 0.0))
        self.say(f"{why}: waiting {seconds:.1f} s")
        if self.stopped.wait(seconds):
            raise Failed(0, "", "interrupted before it was read")

    @staticmethod
    def _checked(answer: httpx.Response) -> httpx.Response:
        if answer.status_code < 400:
            return answer
        failed = failure(answer)
        if answer.status_code == 401:
            raise Stop(CREDENTIALS, f"the credentials were refused: {failed}")
        if answer.status_code in (403, 404):
            raise Stop(REFUSED, f"the call was refused: {failed}")
        raise failed

    def download(self, path: str, query: Mapping[str, str], write: Callable[[bytes], Any]) -> None:
        """Hand the answer of a GET to `write` piece by piece; raises like `call`."""
        signed = signing.headers(
            self.credentials, "GET", self.host, path, query, b"", dt.datetime.now(dt.UTC)
        )
        pairs = "&".join(f"{quote(k, safe=_SAFE)}={quote(query[k], safe=_SAFE)}" for k in query)
        try:
            with self.http.stream("GET", f"{self.base}{path}?{pairs}", headers=signed) as answer:
                if answer.status_code >= 400:
                    answer.read()
                    self._checked(answer)
                for piece in answer.iter_bytes():
                    write(piece)
        except httpx.TransportError as error:
            raise Stop(UNREACHABLE, f"the download broke off: {type(error).__name__}") from error

    def project_id(self, region: str = "") -> str:
        """Return the project of the key: given, or the one of its region as the SDK looks it up."""
        if self.credentials.project_id:
            return self.credentials.project_id
        found = self.call("GET", "/v3/projects", query={"name": region} if region else {}).json()
        projects = [row["id"] for row in found.get("projects", ())]
        if not projects:
            raise Stop(REFUSED, "the key has no project here; set HUAWEICLOUD_SDK_PROJECT_ID")
        if len(projects) > 1:
            raise Stop(REFUSED, "the key has several projects; name one with --region or "
                                "HUAWEICLOUD_SDK_PROJECT_ID")  # fmt: skip
        return str(projects[0])


def failure(answer: httpx.Response) -> Failed:
    """Return what a refusal says, whichever of the API's bodies it has."""
    try:
        body = answer.json()
    except ValueError:
        body = {}
    body = body if isinstance(body, dict) else {}
    code, message = body.get("error_code", ""), body.get("error_msg", "")
    if not message and isinstance(body.get("error"), dict):
        message = body["error"].get("message", "")
    return Failed(
        answer.status_code, code, message or f"HTTP {answer.status_code}",
        answer.headers.get("x-request-id", ""),
    )  # fmt: skip
