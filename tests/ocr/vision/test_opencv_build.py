"""One build of OpenCV is imported, the headless one, whatever was installed last."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from ocr.vision import opencv_build

LOCK = """numpy==2.3.5 \\
    --hash=sha256:aa
opencv-contrib-python==4.10.0.84 \\
    --hash=sha256:bb
opencv-contrib-python-headless==4.10.0.84 \\
    --hash=sha256:cc \\
    --hash=sha256:dd
orjson==3.13.0 \\
    --hash=sha256:ee
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packages with both builds, the desktop one written last."""
    headless = base64.urlsafe_b64encode(hashlib.sha256(b"headless").digest()).rstrip(b"=").decode()
    for name in (opencv_build.DESKTOP, opencv_build.HEADLESS):
        info = tmp_path / f"{name.replace('-', '_')}-4.10.0.84.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 4.10.0.84\n")
        (info / "RECORD").write_text(f"cv2/cv2.abi3.so,sha256={headless},8\ncv2/version.py,,\n")
    (tmp_path / "cv2").mkdir()
    (tmp_path / "cv2" / "cv2.abi3.so").write_bytes(b"desktop")
    found = {row.metadata["Name"]: row for row in metadata.distributions(path=[str(tmp_path)])}
    monkeypatch.setattr(opencv_build, "_installed", found.get)
    return tmp_path


def test_the_desktop_build_is_replaced_by_the_locked_headless_one(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def pip(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        asked.append(Path(command[-1]).read_text())
        (site / "cv2" / "cv2.abi3.so").write_bytes(b"headless")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", pip)
    lock = tmp_path / "lock.txt"
    lock.write_text(LOCK)
    assert not opencv_build.is_headless()
    assert opencv_build.ensure_headless(lock)
    assert opencv_build.is_headless()
    assert not opencv_build.ensure_headless(lock)
    (entry,) = asked
    assert entry.startswith("opencv-contrib-python-headless==4.10.0.84 ")
    assert ["cc" in entry, "dd" in entry, "bb" in entry, "ee" in entry] == [
        True,
        True,
        False,
        False,
    ]


def test_a_failed_installation_is_said(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess([], 1, "", "no such file")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(RuntimeError, match="no such file"):
        opencv_build.ensure_headless()


def test_a_lock_without_the_pin_is_refused(site: Path, tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text("numpy==2.3.5\n")
    with pytest.raises(RuntimeError, match="does not pin"):
        opencv_build.ensure_headless(lock)


def test_this_environment_imports_cv2_without_libgl() -> None:
    assert opencv_build.is_headless()
    code = (
        "import cv2; maps = open('/proc/self/maps').read();"
        "raise SystemExit(any(name in maps for name in ('libGL.so', 'libgthread', 'libQt5')))"
    )
    if not Path("/proc/self/maps").exists():
        pytest.skip("no /proc on this machine")
    subprocess.run([sys.executable, "-c", code], check=True)
