"""Fixtures shared by all tests: a running server with its demo account, and the sample folder."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests import distribution, scaled_server
from tools.bench.services import free_port

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT.parent / "shared" / "samples"


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark a test by what its fixtures start."""
    distribution.mark(item)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first."""
    items.sort(key=distribution.rank)


@pytest.hookimpl(optionalhook=True)  # some tests run pytest without xdist
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Spread the suite as `tests.distribution` says."""
    return distribution.scheduler(config, log)


@dataclass
class Live:
    """A running portal: base URL, the demo account's credentials, its data folder and process."""

    url: str
    credentials: dict[str, Any]
    data_dir: Path
    process: subprocess.Popen[bytes]
    environ: dict[str, str] = field(default_factory=dict)

    def manage(self, *arguments: str) -> str:
        """Run a management command against the same data folder."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environ, check=True, capture_output=True, text=True
        ).stdout


def models_dir() -> str:
    """Return the folder of the OCR weights, shared by all servers of a test run."""
    return os.environ.get("MODELS_DIR") or str(ROOT / os.environ.get("DATA_DIR", "var") / "models")


_run_folders: list[Path] = []  # the folder that the processes of this run of the suite share


@pytest.fixture(autouse=True, scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the processes of this run of the suite share."""
    own = tmp_path_factory.getbasetemp()
    _run_folders[:] = [own.parent if "PYTEST_XDIST_WORKER" in os.environ else own]
    return _run_folders[0]


def copy_prepared(data_dir: Path, environ: dict[str, str]) -> None:
    """Fill the folder of a new server with tables, static files and demo account, made once a run.

    The server still prepares itself when it starts, and finds that nothing is missing.
    """
    if not _run_folders or (data_dir / "db.sqlite3").exists():
        return
    made = _run_folders[0] / "prepared-server"
    with (_run_folders[0] / "prepared-server.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            making = made.with_suffix(".new")
            subprocess.run(
                [sys.executable, "manage.py", "up", "--prepare-only"],
                cwd=ROOT, env={**environ, "DATA_DIR": str(making)}, check=True, stdout=subprocess.DEVNULL,
            )  # fmt: skip
            making.rename(made)
    shutil.copytree(made, data_dir, dirs_exist_ok=True)


def start_server(data_dir: Path, **extra: str) -> Live:
    """Start the real server on a free port and wait until it answers and its engine is warm.

    With TEST_BACKENDS=scaled it is the scaled one: see `tests.scaled_server`.
    """
    port = free_port()
    plain = {
        **{k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"},
        "DATA_DIR": str(data_dir),
        "PORT": str(port),
        "MODELS_DIR": str(Path(models_dir()).resolve()),
        "FETCH_ALLOWED_NETWORKS": "127.0.0.0/8",
        "PYTHONUNBUFFERED": "1",
        **(scaled_server.environ() if scaled_server.wanted() else {}),
    }
    environ = {**plain, **extra}
    data_dir.mkdir(parents=True, exist_ok=True)
    if not scaled_server.wanted():
        copy_prepared(data_dir, plain)
    log = (data_dir / "server.log").open("wb")
    command = ["-m", "tests.scaled_server"] if scaled_server.wanted() else ["manage.py", "up"]
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=environ,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    credentials = json.loads((data_dir / "demo-credentials.json").read_text())
                    return Live(url, credentials, data_dir, process, environ)
        except OSError:
            time.sleep(0.2)
    stop_server(process)
    raise RuntimeError(
        "the server did not start:\n" + (data_dir / "server.log").read_text()[-3000:]
    )


def stop_server(process: subprocess.Popen[bytes]) -> None:
    """End the server and every process that it started."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The real server with the demo account, the real engine, one for the whole run."""
    server = start_server(tmp_path_factory.mktemp("live"))
    yield server
    stop_server(server.process)


@pytest.fixture(scope="session")
def samples() -> Path:
    """Folder of real documents with truth; tests are skipped where it is absent."""
    if not (SAMPLES / "truth.json").exists():
        pytest.skip("no folder of sample documents beside the project")
    return SAMPLES


@pytest.fixture
def demo(db: None) -> dict[str, Any]:
    """The demo account in the test database, as demo-credentials.json describes it."""
    from tests import factories

    return factories.demo_site()


@pytest.fixture(autouse=True, scope="session")
def real_cost() -> Iterator[dict[str, int]]:
    """Hash passwords at the least cost in every test; returns the cost of production."""
    from tests import password_cost

    real = password_cost.costs_set(password_cost.LEAST)
    yield real
    password_cost.costs_set(real)


@pytest.fixture(autouse=True)
def cost_of_passwords(request: pytest.FixtureRequest, real_cost: dict[str, int]) -> Iterator[None]:
    """Hash at the cost of production where time itself is tested; no test takes over a hash of another cost."""
    from iam.services import logins
    from tests import password_cost

    logins._dummy.clear()
    if "real_cost" not in request.keywords:
        yield
        return
    password_cost.costs_set(real_cost)
    yield
    password_cost.costs_set(password_cost.LEAST)


@pytest.fixture(autouse=True)
def plain_static(settings: Any) -> None:
    """Static addresses without a manifest: nothing is collected in these tests."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
