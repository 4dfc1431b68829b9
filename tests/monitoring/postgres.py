"""Programs that run on a PostgreSQL database of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str, url: str, data_dir: Path, timeout: float = 280) -> str:
    """Run a Python program on the database; return what it printed."""
    environ = {
        **{k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"},
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": url,
    }
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environ, capture_output=True, text=True,
        timeout=timeout,
    )  # fmt: skip
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout


def scenario(name: str, *arguments: str, url: str, data_dir: Path) -> Any:
    """Return the JSON of the last line that a scenario script printed."""
    script = str(Path(__file__).parent / "scenarios" / name)
    return json.loads(run(script, *arguments, url=url, data_dir=data_dir).splitlines()[-1])
