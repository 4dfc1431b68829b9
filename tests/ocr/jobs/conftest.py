"""Jobs over the API, read by a runner without threads, with an engine that tests control."""

from __future__ import annotations

import io
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.http import HttpResponse
from django.test import Client
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from PIL import Image

from ocr import profiles
from ocr.engine import transport
from ocr.jobs import job_principal, leases, page_processing, page_results
from tests.signing import HOST, headers_for

PLANTED = "Xylophon47Quagga"


class FakeEngine:
    """Answers at once, or as told: `answers` are exceptions or results, in order; then the default."""

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.seen: list[tuple[bytes, str]] = []
        self.delay = 0.0
        self.lock = threading.Lock()

    def recognize(
        self, image: bytes, *, extract, options, profile, timeout, region, urgency="interactive"
    ):
        with self.lock:
            self.seen.append((image, urgency))
            answer = self.answers.pop(0) if self.answers else None
        time.sleep(self.delay)
        if isinstance(answer, Exception):
            raise answer
        words = f"{PLANTED} {len(self.seen)}"
        blocks = [{"words": words, "location": [[0, 0], [9, 0], [9, 9], [0, 9]], "confidence": 0.9}]
        found = {"direction": -1, "words_block_count": 1, "words_block_list": blocks}
        return profiles.Outcome(answer or found, 12.0)

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def stats(self) -> dict[str, int]:
        return {}


@pytest.fixture
def engine(monkeypatch):
    """The engine of the test."""
    fake = FakeEngine()
    monkeypatch.setattr(transport, "_current", lambda: fake)
    return fake


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    """Files of jobs under the test's own folder."""
    settings.JOBS_DIR = tmp_path / "jobs"
    from iam import throttle
    from ocr import concurrency

    throttle._limiter.cache_clear()
    concurrency._known.clear()
    job_principal._known.clear()


def picture(number: int = 0, size: int = 40) -> bytes:
    """Return a small PNG, another one for each number."""
    image = Image.new("RGB", (size, size), (number % 256, number // 256 % 256, 99))
    image.info["Title"] = "x"
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _sent(method: str, path: str, pairs: list, raw: bytes, headers: dict) -> HttpResponse:
    kind = headers.pop("Content-Type")
    return Client().generic(
        method, f"{path}?{urlencode(pairs, quote_via=quote)}", raw, content_type=kind,
        headers=headers, HTTP_HOST=HOST, CONTENT_TYPE=kind,
    )  # fmt: skip


@dataclass
class Person:
    """A user of an account at the API."""

    described: dict[str, Any]
    role: str = "admin"
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def account_id(self) -> str:
        return self.described["domain_id"]

    def as_(self, role: str) -> Person:
        return Person(self.described, role)

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> HttpResponse:
        user, target = self.described["users"][self.role], f"/api/v1/jobs{path}"
        raw = json.dumps(body).encode() if body is not None else b""
        pairs = sorted(query.items())
        return _sent(method, target, pairs, raw, headers_for(user, method, target, raw, pairs))

    def create(self, **body: Any) -> dict[str, Any]:
        answer = self.call(
            "POST", "",
            {"service": "general-text", "project_id": self.described["project_id"], **body},
        )  # fmt: skip
        assert answer.status_code == 201, answer.content
        return json.loads(answer.content)

    def upload(
        self, job_id: str, content: bytes, name: str = "page.png", *, declared: str | None = None
    ) -> HttpResponse:
        path = f"/api/v1/jobs/{job_id}/files"
        user = self.described["users"][self.role]
        # The SDK leaves every body that is not JSON unsigned; a hash is declared by hand.
        header = {"Content-Type": "application/json" if declared else "application/octet-stream"}
        header["X-Sdk-Content-Sha256"] = declared or "UNSIGNED-PAYLOAD"
        request = SdkRequest(
            method="POST", schema="http", host=HOST, resource_path=path,
            query_params=[("name", name)], header_params=header, body="x" if content else "",
        )  # fmt: skip
        signed = Signer(BasicCredentials(user["access_key"], user["secret_key"])).sign(request)
        return _sent("POST", path, [("name", name)], content, dict(signed.header_params))

    def job(self, *, pages: int = 3, **body: Any) -> str:
        """Make a job of so many pictures and start it."""
        made = self.create(**body)
        for number in range(pages):
            answer = self.upload(made["id"], picture(number), f"{number}.png")
            assert answer.status_code == 201, answer.content
        started = self.step(made["id"], "start")
        assert started.status_code == 200, started.content
        return made["id"]

    def step(self, job_id: str, step: str, body: Any = None) -> HttpResponse:
        return self.call("POST", f"/{job_id}/{step}", body)

    def show(self, job_id: str) -> dict[str, Any]:
        return json.loads(self.call("GET", f"/{job_id}").content)


@pytest.fixture
def person(demo, engine) -> Person:
    """An administrator of the demo account."""
    return Person(demo)


def work(limit: int = 1000, owner: str = "t" * 32) -> Counter[str]:
    """Read pages one by one, as the runner does, until none is left; returns the outcomes."""
    done: Counter[str] = Counter()
    served: dict[str, int] = {}
    for turn in range(limit):
        page = leases.claim(owner=owner, served=served)
        if page is None:
            break
        served[page.job.account_id] = served[page.job_id] = turn
        outcome = page_processing.read(page).outcome
        done[outcome] += 1
        page_results.job_finish(page.job_id)
        if outcome == "wait":
            break
    return done
