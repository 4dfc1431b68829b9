"""A PostgreSQL database of its own for a test, and programs run against it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVER = os.environ.get("TEST_POSTGRES_URL", "postgres://root@127.0.0.1:5432/postgres")


@contextmanager
def database() -> Iterator[str]:
    """Yield the URL of a fresh database, dropped afterwards; skips, visibly, without a server."""
    try:
        server = psycopg.connect(SERVER, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        pytest.skip(f"PostgreSQL is not reachable at {SERVER}: {error}")
    name = f"ocr_ops_{uuid.uuid4().hex[:12]}"
    server.execute(f'CREATE DATABASE "{name}"')
    try:
        yield SERVER.rsplit("/", 1)[0] + f"/{name}"
    finally:
        for each in (name, f"test_{name}"):
            server.execute(f'DROP DATABASE IF EXISTS "{each}" WITH (FORCE)')
        server.close()


def run(*command: str, url: str, data_dir: Path, timeout: float = 280) -> str:
    """Run a Python program on the database; return what it printed."""
    environ = {
        **{k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"},
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": url,
    }
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environ, capture_output=True, text=True,
        timeout=timeout,
    )  # fmt: skip
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout


def scenario(name: str, *arguments: str, url: str, data_dir: Path) -> Any:
    """Return the JSON of the last line that a scenario script printed."""
    script = str(Path(__file__).parent / "scenarios" / name)
    return json.loads(run(script, *arguments, url=url, data_dir=data_dir).splitlines()[-1])
