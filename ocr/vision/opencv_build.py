"""Keep OpenCV's headless build in place: `python -m ocr.vision.opencv_build [--lock FILE]`.

PaddleX requires the distribution `opencv-contrib-python` by name. Its `cv2` needs libGL and GLib,
which slim machines and containers lack. `opencv-contrib-python-headless` of the same version has
the same files without them, so both are installed and the one written last is imported. This
module writes the headless one last. It uses the standard library only and also runs as a file.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import re
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

DESKTOP = "opencv-contrib-python"
HEADLESS = "opencv-contrib-python-headless"


def _installed(name: str) -> metadata.Distribution | None:
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None


def is_present() -> bool:
    """Return whether either build is installed: whether this node recognises."""
    return _installed(HEADLESS) is not None or _installed(DESKTOP) is not None


def is_headless() -> bool:
    """Return whether `import cv2` gives the headless build.

    Where only one of the two is installed its name decides. Where both are, the compiled library is
    compared with the SHA-256 that the headless distribution recorded for it.
    """
    headless = _installed(HEADLESS)
    if headless is None or _installed(DESKTOP) is None:
        return headless is not None
    libraries = [
        file
        for file in headless.files or ()
        if file.parts[0] == "cv2" and file.suffix in {".so", ".pyd"} and file.hash
    ]
    return bool(libraries) and all(_as_recorded(file) for file in libraries)


def _as_recorded(file: metadata.PackagePath) -> bool:
    path = Path(str(file.locate()))
    if file.hash is None or not path.is_file():
        return False
    digest = hashlib.sha256(path.read_bytes()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == file.hash.value


def ensure_headless(lock: Path | None = None) -> bool:
    """Install the headless build over the desktop one; return whether that was needed.

    The version is the installed one; with a `lock` the hashes are those of its entry. Raises
    RuntimeError when pip fails or the headless build is still not the one that is imported.
    """
    if is_headless():
        return False
    known = _installed(HEADLESS) or _installed(DESKTOP)
    if known is None:
        return False  # a node without OCR
    with tempfile.TemporaryDirectory() as scratch:
        wanted = Path(scratch) / "opencv.txt"
        wanted.write_text(_entry(lock, known.version) if lock else f"{HEADLESS}=={known.version}\n")
        done = subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "--no-deps", "--force-reinstall", "--requirement", str(wanted)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode or not is_headless():
        raise RuntimeError(f"{HEADLESS} could not be installed: {done.stderr.strip()[-300:]}")
    return True


def _entry(lock: Path, version: str) -> str:
    """Return the lines of the headless build in a lock: the pin and its hashes."""
    found = re.search(
        rf"^{re.escape(HEADLESS)}=={re.escape(version)}\b.*(?:\n[ \t].*)*\n",
        lock.read_text(),
        re.MULTILINE,
    )
    if found is None:
        raise RuntimeError(f"{lock} does not pin {HEADLESS}=={version}")
    return found[0]


def main(arguments: list[str] | None = None) -> int:
    """Put the headless build in place; exit status 1 with a sentence when that fails."""
    parser = argparse.ArgumentParser(description="Keep OpenCV's headless build in place.")
    parser.add_argument("--lock", type=Path, help="lock that the hashes are taken from")
    options = parser.parse_args(arguments)
    try:
        ensure_headless(options.lock)
    except (RuntimeError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
