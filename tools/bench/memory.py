"""Memory of one engine process over many mixed calls: `python -m tools.bench.memory --models DIR [--calls 1000]`.

Every service recognises its bundled sample in turn, and any images of a folder; resident memory is
printed every fiftieth call and may be written as JSON with --out.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
EVERY = 50


def images(folder: Path | None) -> list[tuple[str, bytes]]:
    """Return (service, image) of every bundled sample and, for text services, of a folder."""
    found = [(path.stem, path.read_bytes()) for path in sorted((ROOT / "ocr/samples").iterdir())]
    found += [(other, dict(found)["general-text"]) for other in ("web-image", "general-table")]
    for path in sorted(folder.rglob("*.*")) if folder else ():
        if path.suffix.lower() in (".jpg", ".jpeg", ".png"):
            found.append(("general-text", path.read_bytes()))
    return found


def resident_mb(pid: int) -> float:
    """Return the memory a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def peak_mb(pid: int) -> float:
    """Return the most a process ever held."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def measure(models: Path, *, calls: int, folder: Path | None) -> dict[str, Any]:
    """Make the calls in one engine process; return its memory along the way, faults and restarts."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from ocr.catalog import BY_CODE
    from ocr.engine.ipc import Setup
    from ocr.engine.process_pool import Pool
    from ocr.options import parse
    from ocr.page import WrongDocument
    from ocr.profiles import EngineError

    pool = Pool(Setup("onnx", str(models), ""), processes=1, queue=2)
    pool.start()
    turns, held, faults = images(folder), [], 0
    for number in range(1, calls + 1):
        code, content = turns[number % len(turns)]
        service = BY_CODE[code]
        options = parse(service.extractor.OPTIONS, {})
        try:
            pool.recognize(
                content, extract=service.extractor.extract, options=options, profile=service.profile,
                timeout=300,
            )  # fmt: skip
        except WrongDocument:
            pass
        except EngineError:
            faults += 1
        if number % EVERY == 0 or number == len(turns):
            held.append((number, round(resident_mb(pool.pids()[0]))))
            sys.stdout.write(f"{number}: {held[-1][1]} MB\n")
            sys.stdout.flush()
    peak, restarts = round(peak_mb(pool.pids()[0])), pool.stats()["restarts"]
    pool.stop()
    return {"held_mb": held, "peak_mb": peak, "faults": faults, "restarts": restarts}


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--images", type=Path, help="folder of further images")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args(arguments)
    figures = measure(chosen.models, calls=chosen.calls, folder=chosen.images)
    sys.stdout.write(json.dumps(figures) + "\n")
    if chosen.out:
        chosen.out.write_text(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
