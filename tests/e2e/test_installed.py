"""The wheels: what they carry, and a server that serves from them outside the checkout."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import sysconfig
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkocr.v1 import OcrClient, PassportRequestBody, RecognizePassportRequest

from tests.conftest import ROOT, models_dir
from tools.bench.services import free_port

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The server's and the client's wheel, built of this checkout without a network."""
    folder = tmp_path_factory.mktemp("dist")
    for source in (ROOT, ROOT / "clients" / "cli"):
        subprocess.run(
            [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(source)],
            check=True, capture_output=True, cwd=folder,
        )  # fmt: skip
    return sorted(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def environment(wheels: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheels; what they need comes from the one that runs the tests."""
    folder = tmp_path_factory.mktemp("env")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    own = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    (own / "tests-environment.pth").write_text(sysconfig.get_path("purelib") + "\n")
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "--quiet",
         "--no-deps", "--no-index", "--force-reinstall", *map(str, wheels)],
        check=True, cwd=folder,
    )  # fmt: skip
    return folder


def environ(folder: Path, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"], "HOME": str(folder), "MODELS_DIR": str(Path(models_dir()).resolve()),
        "ENGINE_PROCESSES": "1", **more,
    }  # fmt: skip


@pytest.fixture(scope="module")
def served(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder in which `ocr-console serve` was started; its state is under var/."""
    folder = tmp_path_factory.mktemp("elsewhere")
    port = free_port()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(environment / "bin" / "ocr-console"), "serve", "--port", str(port)],
            cwd=folder, env=environ(folder), stdout=log, stderr=log,
        )  # fmt: skip
    try:
        ends = time.monotonic() + 120
        while process.poll() is None and time.monotonic() < ends:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                    break
            except OSError:
                time.sleep(0.2)
        assert process.poll() is None, (folder / "log").read_text()[-3000:]
        yield folder
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def demo(served: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((served / "var" / "demo-credentials.json").read_text())
    return found


def test_the_wheels_carry_what_is_no_code_and_nothing_that_is_only_for_a_checkout(
    wheels: list[Path],
) -> None:
    client, server = sorted(wheels, key=lambda path: path.stat().st_size)
    with zipfile.ZipFile(server) as archive:
        names = set(archive.namelist())
    for folder in ("templates", "locale"):
        there = {
            f"config/{path.relative_to(ROOT).as_posix()}"
            for path in (ROOT / folder).rglob("*")
            if path.is_file()
        }
        assert there
        assert there <= names
    for app in ("config", "core", "iam", "billing", "monitoring", "ocr", "portal"):
        for path in (ROOT / app).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert path.relative_to(ROOT).as_posix() in names
    assert not [name for name in names if name.startswith(("tests/", "tools/", "clients/"))]
    with zipfile.ZipFile(client) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
        carried = {name.partition("/_writers/")[2] for name in archive.namelist()} - {""}
    assert tops == {"ocr_console_cli", f"{'-'.join(client.name.split('-')[:2])}.dist-info"}
    # Every writer but the one that runs in the server's engine process.
    writers = {path.relative_to(ROOT).as_posix() for path in (ROOT / "ocr/exports").glob("*.py")}
    assert {name for name in carried if "exports" in name} == writers - {
        "ocr/exports/page_image.py"
    }


@pytest.mark.parametrize("kind", ["json", "csv", "xlsx", "docx", "md", "txt", "pdf"])
def test_the_client_alone_writes_every_format(
    kind: str, wheels: list[Path], tmp_path: Path
) -> None:
    client = min(wheels, key=lambda path: path.stat().st_size)
    with zipfile.ZipFile(client) as archive:
        archive.extractall(tmp_path / "client")
    image = ROOT / "ocr" / "samples" / "general-text.png"
    code = (
        "import sys; from pathlib import Path; from ocr_console_cli import output\n"
        f"rows = [('a', 'key', '', Path({str(image)!r})), ('b', '', 'AIS.0102: not an image', Path({str(image)!r}))]\n"
        "block = {'words': 'Annual report', 'location': [[1, 1], [99, 1], [99, 20], [1, 20]]}\n"
        "result = {'direction': -1, 'words_block_count': 1, 'words_block_list': [block]}\n"
        f"sys.stdout.buffer.write(b''.join(output.pieces({kind!r}, rows, lambda key: result)))\n"
        "assert sys.modules['ocr'].__file__.startswith(str(Path(output.__file__).parent))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path / "client")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert len(done.stdout) > 20


@pytest.mark.engine
def test_an_installed_server_answers_the_official_client(served: Path) -> None:
    found = demo(served)
    user = found["users"]["admin"]
    credentials = BasicCredentials(user["access_key"], user["secret_key"], found["project_id"])
    client = (
        OcrClient.new_builder().with_credentials(credentials).with_endpoint(found["url"]).build()
    )
    image = base64.b64encode((ROOT / "ocr" / "samples" / "passport.jpg").read_bytes()).decode()
    request = RecognizePassportRequest(body=PassportRequestBody(image=image))
    assert client.recognize_passport(request).result.surname == "LINDQVIST"


@pytest.mark.engine
def test_the_installed_command_recognises_and_examines(served: Path, environment: Path) -> None:
    found = demo(served)
    user = found["users"]["admin"]
    keys = {
        "HUAWEICLOUD_SDK_AK": user["access_key"], "HUAWEICLOUD_SDK_SK": user["secret_key"],
        "HUAWEICLOUD_SDK_PROJECT_ID": found["project_id"], "OCR_CONSOLE_ENDPOINT": found["url"],
    }  # fmt: skip
    command = str(environment / "bin" / "ocr-console")
    image = str(ROOT / "ocr" / "samples" / "passport.jpg")
    subprocess.run(
        [command, "recognise", image, "--service", "passport", "--out", "result.csv", "--quiet"],
        cwd=served, env=environ(served, **keys), check=True,
    )  # fmt: skip
    assert "LINDQVIST" in (served / "result.csv").read_text("utf-8-sig")
    examined = subprocess.run(
        [command, "doctor", "--json"],
        cwd=served,
        env=environ(served),
        capture_output=True,
        text=True,
    )
    assert examined.returncode == 0, examined.stderr
    states = {row["name"]: row["state"] for row in json.loads(examined.stdout)}
    assert states["migrations"] == states["engine models"] == states["opencv"] == "ok"


def test_pages_and_their_files_come_from_the_wheel(served: Path) -> None:
    url = demo(served)["url"]
    asked = urllib.request.Request(f"{url}/login", headers={"Accept-Language": "zh-hans"})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        page = answer.read().decode()
    assert "登录" in page
    with urllib.request.urlopen(f"{url}/static/portal/vendor/vendor.json", timeout=30) as answer:
        assert json.load(answer)["sha256"]


def test_a_folder_of_weights_that_is_not_whole_is_said(environment: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [str(environment / "bin" / "ocr-console"), "serve", "--models", str(tmp_path)],
        cwd=tmp_path, env=environ(tmp_path), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert "tiny/det/inference.onnx" in done.stderr
    assert not (tmp_path / "var" / "db.sqlite3").exists()
