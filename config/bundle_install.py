"""Install a server from one file without a network: `ocr-console install-bundle FILE`, or `python3 FILE`.

The file is a ZIP archive that `ocr-console bundle` wrote: wheels, their lock, OCR weights, language
packs and a manifest with the SHA-256 of each. This module is its `__main__.py`, so that a machine with
nothing but Python can run it; it uses the standard library only.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
LAID_OUT = ("models", "tessdata")  # folders that go to share/ocr-console of the environment


class BundleError(Exception):
    """The file cannot be installed here; the text says why."""


def platform() -> dict[str, str]:
    """Return what the wheels of a bundle depend on: Python's minor version and the platform."""
    return {
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "platform": sysconfig.get_platform(),
    }


def install(archive: Path, environment: Path | None) -> Path:
    """Install the bundle into a virtual environment and return that environment's folder.

    `environment` is made where it does not exist; None means the one that runs this. Raises
    BundleError for another Python or platform, a file that is not the listed one, or a failure of pip.
    """
    with tempfile.TemporaryDirectory() as scratch:
        unpacked = Path(scratch)
        manifest = _unpacked(archive, unpacked)
        python = Path(sys.executable)
        if environment is not None:
            python = environment / "bin" / "python"
            if not python.exists():
                _run([sys.executable, "-m", "venv", str(environment)])
        _install_wheels(python, unpacked, manifest["own"])
        found = _run([str(python), "-c", "import sys; print(sys.prefix)"])
        prefix = Path(found.strip())
        for name in LAID_OUT:
            if (unpacked / name).is_dir():
                target = prefix / "share" / "ocr-console" / name
                shutil.rmtree(target, ignore_errors=True)
                shutil.copytree(unpacked / name, target)
    return prefix


def _unpacked(archive: Path, folder: Path) -> dict[str, Any]:
    """Unpack the archive, compare each file with the manifest and return that."""
    try:
        with zipfile.ZipFile(archive) as members:
            manifest: dict[str, Any] = json.loads(members.read(MANIFEST))
            here = platform()
            if {name: manifest[name] for name in here} != here:
                raise BundleError(
                    f"the bundle is for Python {manifest['python']} on {manifest['platform']}, "
                    f"this is Python {here['python']} on {here['platform']}"
                )
            members.extractall(folder, members=list(manifest["sha256"]))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise BundleError(f"{archive} is not a bundle: {error}") from error
    for name, known in manifest["sha256"].items():
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != known:
                raise BundleError(f"{name} in {archive} is not the file that was bundled")
    return manifest


def _install_wheels(python: Path, folder: Path, own: Sequence[str]) -> None:
    """Install what the lock pins, then the server and its client, and OpenCV's headless build last."""
    wheels, lock = folder / "wheels", folder / "requirements.txt"
    offline = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PIP_")},
        "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }  # fmt: skip
    pip = [str(python), "-m", "pip", "install", "--quiet"]
    _run([*pip, "--requirement", str(lock)], offline)
    _run([*pip, "--no-deps", "--force-reinstall", *(str(wheels / name) for name in own)], offline)
    _run([str(python), "-m", "ocr.vision.opencv_build", "--lock", str(lock)], offline)


def _run(command: list[str], environ: dict[str, str] | None = None) -> str:
    # Not in a folder of the caller's: a checkout there would be imported instead of what is installed.
    done = subprocess.run(
        command, env=environ, cwd=tempfile.gettempdir(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BundleError(f"{' '.join(command[:4])} …: {done.stderr.strip()[-500:]}")
    return done.stdout


def main(words: Sequence[str] | None = None, archive: Path | None = None) -> int:
    """Install and print the command that starts the server; exit status 1 with a message on failure."""
    parser = argparse.ArgumentParser(
        prog="ocr-console install-bundle" if archive is None else f"python3 {archive.name}",
        description="Install OCR Console from a bundle; no network is used.",
    )
    if archive is None:
        parser.add_argument("file", type=Path, help="what `ocr-console bundle` wrote")
    parser.add_argument(
        "--venv", type=Path, default=Path("ocr-console") if archive else None,
        help="virtual environment, made where it is missing (default: the one that runs this; "
        "./ocr-console when the bundle itself is run)",
    )  # fmt: skip
    given = parser.parse_args(words)
    environment = given.venv.resolve() if given.venv else None
    try:
        prefix = install((archive or given.file).resolve(), environment)
    except BundleError as error:
        sys.stderr.write(f"ocr-console: {error}\n")
        return 1
    sys.stdout.write(f"Installed. Start it with: {prefix / 'bin' / 'ocr-console'} serve\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(archive=Path(sys.argv[0])))
