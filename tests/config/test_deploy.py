"""What deploy/ says agrees with the code: commands, queues, settings, the contract's proxy rules."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands

from config import env

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_units_start_what_exists(unit):
    text = unit.read_text()
    command = re.search(r"^ExecStart=(\S+) (.*)$", text, re.MULTILINE)
    assert command
    assert command[1].startswith("/opt/ocr-console/.venv/bin/")
    if managed := re.fullmatch(r"manage\.py (\w+)", command[2]):
        assert get_commands()[managed[1]] == "ocr"
    else:
        assert "config.celery" in command[2] or "config.gunicorn" in command[2]
    assert "LimitCORE=0" in text  # a core dump would hold images


def test_compose_names_known_settings_and_a_redis_without_disk():
    text = (DEPLOY / "compose.yml").read_text()
    assert '"--save", "", "--appendonly", "no"' in text
    known = {var.name for var in env.VARS} | {"REGION", "POSTGRES_USER", "POSTGRES_DB"}
    known.add("POSTGRES_PASSWORD")
    for name in re.findall(r"\b([A-Z][A-Z_]{3,}): ", text):
        assert name in known


def test_no_state_and_no_secret_of_the_checkout_enters_an_image():
    ignored = (DEPLOY.parent / ".dockerignore").read_text().splitlines()
    assert {"var", ".venv", ".git", "deploy/.env"} <= set(ignored)


def test_proxy_passes_what_is_signed():
    text = (DEPLOY / "nginx" / "ocr-console.conf").read_text()
    assert "proxy_set_header Host $http_host;" in text
    assert re.search(r"proxy_pass http://\w+;", text)  # without a path: the raw URI goes through
    assert "merge_slashes off;" in text
    assert "return 301" not in text
    assert "proxy_max_temp_file_size 0;" in text


def requirements(name: str) -> set[str]:
    """Return the packages of a lock."""
    text = (DEPLOY.parent / name).read_text()
    return {row.lower() for row in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}


def test_web_nodes_have_no_ocr_library_and_workers_no_web_server():
    web, worker = requirements("requirements/web.txt"), requirements("requirements/worker.txt")
    ocr = {"onnxruntime", "numpy", "tesserocr", "paddleocr", "opencv-contrib-python-headless"}
    assert web - worker == {"gunicorn"}
    assert ocr <= worker
    assert not ocr & web
    assert requirements("requirements.txt") == web | worker
    images = (DEPLOY / "Dockerfile").read_text().split("FROM ")
    for image in ("web", "worker"):
        (text,) = [part for part in images if part.startswith(f"core AS {image}\n")]
        assert f"-r requirements/{image}.txt" in text
    assert "collectstatic" in images[2]  # the pages of a node need its files, which no volume holds


def test_image_and_makefile_keep_the_headless_opencv_in_the_same_way():
    makefile = (DEPLOY.parent / "Makefile").read_text()
    installs = re.findall(r"-r (requirements\S*\.txt)\n\t@(.*)", makefile)
    assert installs
    for lock, following in installs:
        if "opencv-contrib-python" in requirements(lock):
            assert following == f"$(PY) -m ocr.vision.opencv_build --lock {lock}"
    image = (DEPLOY / "Dockerfile").read_text()
    assert "python ocr/vision/opencv_build.py --lock requirements/worker.txt" in image
    assert "opencv-contrib" not in makefile + image


@pytest.mark.parametrize(
    ("modules", "missing"),
    [
        ("config.wsgi config.gunicorn config.celery", "numpy cv2 onnxruntime paddleocr tesserocr"),
        ("config.celery ocr.engine.engine_process ocr.vision.onnx ocr.jobs.runner", "gunicorn"),
    ],
)
def test_a_node_runs_without_what_it_does_not_install(modules, missing, tmp_path):
    code = (
        f"import sys; [sys.modules.__setitem__(name, None) for name in {missing.split()!r}]\n"
        "import django; django.setup()\n"
        f"import importlib; [importlib.import_module(name) for name in {modules.split()!r}]\n"
        "from django.core.management import call_command; call_command('check')"
    )
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=DEPLOY.parent, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
