"""Write everything a machine without a network needs into one file: `ocr-console bundle --out FILE`.

The archive holds the wheels of the lock, the wheels of the server and its client, the OCR weights,
the language packs of this machine, and a manifest with the SHA-256 of each. Its `__main__.py` is
`config.bundle_install`, so that `python3 FILE` installs it.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

from config import bundle_install, paths
from ocr import language_packs, languages
from ocr.vision import model_files

OWN = ("ocr-console", "ocr-console-client")
_NOT_CARRIED = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}  # pip writes them anew


def write(target: Path, *, models: Path, tessdata: Path | None, wheels: Path | None) -> list[str]:
    """Write the bundle and return the language packs that this machine lacks.

    `models` are laid out first where they are missing. `wheels` is a folder with the wheels of the
    server and the client; None takes both from this environment. Raises BundleError.
    """
    lock = paths.shipped("requirements.txt")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "wheels").mkdir()
        _download(lock, folder / "wheels")
        own = _own_wheels(wheels, folder / "wheels")
        shutil.copy(lock, folder / "requirements.txt")
        model_files.lay_out(models)
        for weight in model_files.WEIGHTS:
            _copy(models / weight.place, folder / "models" / weight.place)
        _copy(models / "SHA256SUMS", folder / "models" / "SHA256SUMS")
        missing = _copy_packs(tessdata, folder / "tessdata")
        _archive(folder, target, own)
    return missing


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def _copy_packs(source: Path | None, target: Path) -> list[str]:
    missing = []
    for script in languages.by_recognizer(languages.TESSERACT):
        name = f"{script.pack}.traineddata"
        if source is not None and (source / name).is_file():
            _copy(source / name, target / name)
        else:
            missing.append(script.package)
    return missing


def _download(lock: Path, folder: Path) -> None:
    """Fetch the wheels of the lock, checked against its hashes."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps",
         "--wheel-dir", str(folder), "--requirement", str(lock)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise bundle_install.BundleError(
            f"the wheels could not be fetched: {done.stderr.strip()[-500:]}"
        )


def _own_wheels(source: Path | None, target: Path) -> list[str]:
    """Put the server's and the client's wheel into `target`; returns their file names."""
    if source is None:
        return [repacked(name, target).name for name in OWN]
    found = []
    for name in OWN:
        stem = name.replace("-", "_")
        built = sorted(source.glob(f"{stem}-[0-9]*.whl"), key=lambda path: path.stat().st_mtime)
        if not built:
            raise bundle_install.BundleError(f"{source} has no wheel of {name}")
        shutil.copy(built[-1], target)
        found.append(built[-1].name)
    return found


def repacked(name: str, folder: Path) -> Path:
    """Make the wheel of an installed distribution again from its files; raises BundleError."""
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        raise bundle_install.BundleError(
            f"{name} is not installed here; name a folder of wheels with --wheels"
        ) from None
    target = folder / f"{name.replace('-', '_')}-{found.version}-py3-none-any.whl"
    rows = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, path in _files(found):
            content = path.read_bytes()
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
            rows.append(f'"{file}",sha256={digest.decode()},{len(content)}\n')
            archive.writestr(file, content)
        record = f"{name.replace('-', '_')}-{found.version}.dist-info/RECORD"
        archive.writestr(record, "".join([*rows, f"{record},,\n"]))
    return target


def _files(found: metadata.Distribution) -> Iterator[tuple[str, Path]]:
    """Yield the distribution's files that a wheel carries; scripts and byte code are made anew."""
    for file in found.files or ():
        if ".." in file.parts or "__pycache__" in file.parts:
            continue
        if file.parts[0].endswith(".dist-info") and file.name in _NOT_CARRIED:
            continue
        yield str(file), Path(str(file.locate()))


def _archive(folder: Path, target: Path, own: Sequence[str]) -> None:
    """Write the folder, its manifest and the installer as one ZIP; its parts are compressed already."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest = {
        **bundle_install.platform(),
        "own": list(own),
        "sha256": {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
        },
    }
    partial = target.with_name(target.name + ".part")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("__main__.py", Path(bundle_install.__file__).read_text())
        archive.writestr(bundle_install.MANIFEST, json.dumps(manifest, indent=1))
        for path in files:
            archive.write(path, path.relative_to(folder).as_posix())
    partial.replace(target)


def main(words: Sequence[str]) -> int:
    """Write the bundle and print its contents; exit status 1 with a message on failure."""
    from config import env

    parser = argparse.ArgumentParser(
        prog="ocr-console bundle",
        description="Write wheels, OCR weights and language packs into one file.",
    )
    parser.add_argument("--out", type=Path, default=Path("ocr-console.pyz"), help="ocr-console.pyz")
    parser.add_argument("--models", type=Path, help="folder of the OCR weights (MODELS_DIR)")
    parser.add_argument(
        "--wheels", type=Path, help="folder of the server's and the client's wheel (from here)"
    )
    given = parser.parse_args(words)
    values = env.read()
    models = given.models or Path(values["MODELS_DIR"] or Path(values["DATA_DIR"]) / "models")
    tessdata = language_packs.folder(values["TESSDATA_DIR"])
    try:
        missing = write(given.out, models=models, tessdata=tessdata, wheels=given.wheels)
    except (bundle_install.BundleError, RuntimeError, OSError) as error:
        sys.stderr.write(f"ocr-console: {error}\n")
        return 1
    size = given.out.stat().st_size / 1e6
    sys.stdout.write(
        f"{given.out}: {size:.0f} MB; on the other machine: python3 {given.out.name}\n"
    )
    if missing:
        sys.stdout.write(f"Language packs that this machine lacks: {' '.join(missing)}\n")
    return 0
