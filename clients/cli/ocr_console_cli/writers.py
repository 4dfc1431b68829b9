"""Find the writers of output files: the server's where it is importable, else the copy in the client's wheel.

Results are written on the client's side, because an output file may hold more pages than one request
of `/api/v1/exports` takes. There is one source of the writers, `ocr/exports` with what it takes of
`core`; the client's wheel carries these files (see its pyproject.toml), so it needs no server beside it.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

CARRIED = Path(__file__).resolve().parent / "_writers"


def make_importable() -> None:
    """Put the carried copy last on the import path where `ocr` is not there otherwise."""
    if CARRIED.is_dir() and importlib.util.find_spec("ocr") is None:
        sys.path.append(str(CARRIED))
