"""Real PostgreSQL, Redis and RabbitMQ of this machine; tests are skipped, visibly, without them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

from tests import backends
from tools.bench.processes import Processes
from tools.bench.services import free_port


@dataclass
class Site(Processes):
    """Web node and workers as separate processes, as deploy/ starts them."""

    port: int = 0
    account: dict[str, Any] = field(default_factory=dict)

    def worker(self, name: str = "worker", queues: str = "") -> None:
        self.start_worker(name, queues or f"ocr.{self.account['region']}")

    def call(self, image: bytes, timeout: float = 30) -> tuple[int, dict[str, Any]]:
        """Send one signed general-text call; returns status and body."""
        import base64

        path = f"/v2/{self.account['project_id']}/ocr/general-text"
        body = json.dumps({"image": base64.b64encode(image).decode()})
        user = self.account["users"]["admin"]
        request = SdkRequest(
            method="POST", schema="http", host=f"127.0.0.1:{self.port}", resource_path=path,
            query_params=[], header_params={"Content-Type": "application/json"}, body=body,
        )  # fmt: skip
        signed = Signer(BasicCredentials(user["access_key"], user["secret_key"])).sign(request)
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data=body.encode(),
            headers=dict(signed.header_params), method="POST",
        )  # fmt: skip
        try:
            with urllib.request.urlopen(asked, timeout=timeout) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def until_answered(self, image: bytes, limit: float = 60) -> float:
        """Return after how many seconds a call succeeds."""
        started = time.monotonic()
        while time.monotonic() - started < limit:
            try:
                if self.call(image)[0] == 200:
                    return time.monotonic() - started
            except OSError:
                pass
            time.sleep(0.3)
        texts = [path.read_text()[-1500:] for path in self.folder.glob("*.log")]
        raise AssertionError("no call succeeded:\n" + "\n---\n".join(texts))


@pytest.fixture(scope="module", params=["redis", "amqp"])
def site(request, tmp_path_factory):
    """A scaled site with a database of its own, on each broker."""
    with made(request.param, tmp_path_factory.mktemp(f"scaled-{request.param}")) as site:
        site.start_web()
        site.worker()
        yield site


@pytest.fixture(scope="module")
def bare_site(tmp_path_factory):
    """A site of which nothing runs yet."""
    with made("amqp", tmp_path_factory.mktemp("scaled-units")) as site:
        yield site


@contextlib.contextmanager
def made(broker: str, folder: Path) -> Iterator[Site]:
    """Make database, settings and demo account of a site; end and drop it afterwards."""
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(backends.database())
        redis = stack.enter_context(backends.emptied_redis())
        port = free_port()
        environ = {
            **{k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"},
            "DATA_DIR": str(folder), "PORT": str(port), "ENGINE": "recorded",
            "DATABASE_URL": database, "REDIS_URL": redis,
            "CELERY_BROKER_URL": redis if broker == "redis" else stack.enter_context(backends.vhost()),
            "WEB_PROCESSES": "1", "WEB_THREADS": "8", "ENGINE_PROCESSES": "2", "ENGINE_TIMEOUT_S": "10",
        }  # fmt: skip
        site = Site(environ, folder, port=port)
        site.account = site.prepare()
        stack.callback(lambda: site.end(*site.running, number=signal.SIGKILL))
        yield site
