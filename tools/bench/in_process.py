"""Benchmarks that run inside Django with a database of their own: `python -m tools.bench.in_process PART`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from tools.bench import auth_overhead, authz_scaling, dashboards
from tools.bench.result import Row, show

PARTS: dict[str, Callable[[], list[Row]]] = {
    "auth_overhead": auth_overhead.run,
    "metering": auth_overhead.metering,
    "authz_scaling": authz_scaling.run,
    "dashboards": dashboards.run,
}


def run(part: str, **settings: str) -> list[dict[str, Any]]:
    """Run one part in a process and a data folder of its own, with further settings; returns its rows.

    DATABASE_URL, where set, should name an empty database.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        environ = {**os.environ, "DATA_DIR": folder, "LOG_FORMAT": "console", **settings}
        done = subprocess.run(
            [sys.executable, "-m", "tools.bench.in_process", part],
            env=environ,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return json.loads(done.stdout.strip().splitlines()[-1])


def main() -> int:
    """Run the named part here, a table to stderr and JSON to stdout."""
    rows = PARTS[sys.argv[1]]()
    show(rows)
    print(json.dumps([row.as_json() for row in rows]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
