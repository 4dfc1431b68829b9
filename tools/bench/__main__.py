"""`make bench`: run every benchmark, print the results and write them as JSON (bench.json under DATA_DIR)."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from tools.bench import api, competitors, in_process, scaled_throughput, startup
from tools.bench.services import services


def main() -> int:
    """Run the measurements one after the other; run it on an idle machine."""
    results = {
        "start": [row.as_json() for row in startup.run()],
        "gateway": api.gateway(),
        "auth_overhead": in_process.run("auth_overhead"),
        "metering": in_process.run("metering"),
        "authz_scaling": in_process.run("authz_scaling"),
        "dashboards": [*in_process.run("dashboards"), *on_postgresql("dashboards")],
        "embedded": [api.throughput(name) for name in (*api.SAMPLES, api.A4)],
        "scaled": scaled_throughput.run(seconds=60.0),
        "competitors": [row.as_json() for row in competitors.found()],
    }
    text = json.dumps(results, indent=2)
    folder = Path(os.environ.get("DATA_DIR", "var"))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.json").write_text(text)
    print(text)
    return 0


def on_postgresql(part: str) -> list[dict[str, Any]]:
    """Run a part on a PostgreSQL server started for it."""
    with services("postgres") as found:
        return in_process.run(part, DATABASE_URL=found.database_url)


if __name__ == "__main__":
    sys.exit(main())
