"""Real PostgreSQL, Redis and RabbitMQ of this machine; tests are skipped, visibly, without them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

ROOT = Path(__file__).resolve().parents[2]
POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
RABBIT = os.environ.get("TEST_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672//")


def reachable(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def need(*ports: int) -> None:
    """Skip the test where a service is missing."""
    names = {5432: "PostgreSQL", 6379: "Redis", 5672: "RabbitMQ"}
    missing = [names[port] for port in ports if not reachable(port)]
    if missing:
        pytest.skip(f"{', '.join(missing)} does not run on this machine")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Site:
    """Web node and workers as separate processes, as deploy/ starts them."""

    environ: dict[str, str]
    port: int
    logs: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    account: dict[str, Any] = field(default_factory=dict)

    def start(self, name: str, *command: str, **environ: str) -> None:
        log = (self.logs / f"{name}.log").open("ab")
        self.running[name] = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env={**self.environ, **environ},
            stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environ,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def worker(self, name: str = "worker", queues: str = "") -> None:
        region = self.account["region"]
        self.start(
            name, "-m", "celery", "-A", "config.celery", "worker", "-P", "threads", "-c", "2",
            "-Q", queues or f"ocr.{region}", "--without-gossip", "--without-mingle",
        )  # fmt: skip

    def end(self, name: str, sent: int = signal.SIGTERM) -> None:
        process = self.running.pop(name)
        with __import__("contextlib").suppress(ProcessLookupError):
            os.killpg(process.pid, sent)
        process.wait(timeout=30)

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
        texts = [path.read_text()[-1500:] for path in self.logs.glob("*.log")]
        raise AssertionError("no call succeeded:\n" + "\n---\n".join(texts))


@pytest.fixture(scope="module", params=["redis", "amqp"])
def site(request, tmp_path_factory):
    """A scaled site with a database of its own, on each broker."""
    need(5432, 6379, *([5672] if request.param == "amqp" else []))
    import psycopg
    import redis

    database = f"ocr_scaled_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {database}")
    redis.Redis.from_url(REDIS).flushdb()
    folder = tmp_path_factory.mktemp(f"scaled-{request.param}")
    port = free_port()
    environ = {
        **{k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"},
        "DATA_DIR": str(folder), "PORT": str(port), "ENGINE": "recorded",
        "DATABASE_URL": f"{POSTGRES}/{database}", "REDIS_URL": REDIS,
        "CELERY_BROKER_URL": REDIS if request.param == "redis" else RABBIT,
        "WEB_PROCESSES": "1", "WEB_THREADS": "8", "ENGINE_PROCESSES": "2", "ENGINE_TIMEOUT_S": "10",
    }  # fmt: skip
    site = Site(environ, port, folder)
    site.manage("up", "--prepare-only")
    site.account = json.loads(
        site.manage(
            "shell", "-v", "0", "-c",
            "import json; from config.management.commands.up import *; d = write_demo_credentials();"
            " open_services(account_id=d['domain_id'], region=d['region']); print(json.dumps(d))",
        ).strip().splitlines()[-1]
    )  # fmt: skip
    site.start("web", "-m", "gunicorn", "-c", "python:config.gunicorn")
    site.worker()
    yield site
    for name in list(site.running):
        site.end(name, signal.SIGKILL)
    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
