"""Start-up time, and resident memory afterwards: `python -m tools.bench.startup`."""

from __future__ import annotations

import json
import sys
import tempfile
import time

from tools.bench import api
from tools.bench.result import Row, show
from tools.bench.server import connect, portal

CALLS = 60  # until an engine process has met what it keeps


def run() -> list[Row]:
    """Return seconds from starting to the first recognised image, and resident memory after calls.

    Beside them, in the same run: the same server with a bare view, which loads no recognition.
    """
    service, image = api.sample("general-text")
    with tempfile.TemporaryDirectory() as folder:
        begun = time.monotonic()
        with portal(folder=folder) as server:
            call = server.signed(service, image)
            api.succeed(connect(server.host), call)
            first = time.monotonic() - begun
            connection = connect(server.host)
            for _ in range(CALLS):
                api.succeed(connection, call)
            memory = server.memory_mb()
        begun = time.monotonic()
        with portal(folder=folder) as server:
            api.succeed(connect(server.host), server.signed(service, image))
            again = time.monotonic() - begun
        begun = time.monotonic()
        with portal(
            wsgi="tools.bench.baseline:application", folder=folder, ENGINE="recorded"
        ) as bare:
            api.succeed(connect(bare.host), ("/v2/bare/answer", call[1], call[2]))
            alone = time.monotonic() - begun
            web = max(bare.memory_mb()["web"])
    return [
        Row("start", "to the first answer, empty database", first, "s", "bare view", first / alone, "<= 10"),
        Row("start", "to the first answer, started again", again, "s", "bare view", again / alone, "<= 10"),
        Row("memory", "web process", max(memory["web"]), "MB", "bare view", max(memory["web"]) / web, "<= 150"),
        Row("memory", "engine process", max(memory["engine"]), "MB", goal="<= 700"),
    ]  # fmt: skip


def main() -> int:
    """Run it, a table and JSON."""
    rows = run()
    show(rows)
    print(json.dumps([row.as_json() for row in rows]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
