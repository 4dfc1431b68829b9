"""The scaled mode as processes of this machine: a web node and recognition workers."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.bench.processes import ROOT, Processes
from tools.bench.services import Services, free_port, wait_port


@dataclass
class Site(Processes):
    """A web node, at `host`, and the workers that its callers start."""

    host: str = ""
    described: dict[str, Any] = field(default_factory=dict)

    def start_engines(self, name: str, *, processes: int) -> None:
        """Start a worker node of the demo account's region with this many engine processes."""
        queue = f"ocr.{self.described['region']}"
        self.start_worker(name, queue, threads=processes, ENGINE_PROCESSES=str(processes))

    def counts(self) -> dict[str, int]:
        """Return successful and failed call records, usage events, and events without their call."""
        text = self.manage(
            "shell", "-v", "0", "-c",
            "import json; from monitoring.models import CallRecord as C; from billing.models import UsageEvent as U;"
            "ok = set(C.objects.filter(status=200).values_list('request_id', flat=True));"
            "ev = list(U.objects.values_list('request_id', flat=True));"
            "print(json.dumps({'succeeded': len(ok), 'failed': C.objects.exclude(status=200).count(),"
            "'billed': len(ev), 'billed_twice': len(ev) - len(set(ev)), 'unmatched': len(ok ^ set(ev))}))",
        )  # fmt: skip
        found: dict[str, int] = json.loads(text.strip().splitlines()[-1])
        return found

    def ids(self) -> set[str]:
        """Return the request ids of the calls recorded as successful."""
        text = self.manage(
            "shell", "-v", "0", "-c",
            "from monitoring.models import CallRecord as C; print(' '.join(C.objects.filter(status=200)"
            ".values_list('request_id', flat=True)))",
        )  # fmt: skip
        return set(text.split())


@contextlib.contextmanager
def site(found: Services, *, broker: str, **more: str) -> Iterator[Site]:
    """Start a web node on these services; workers are started by the caller."""
    with tempfile.TemporaryDirectory(prefix="bench-site-") as folder:
        port = free_port()
        models = Path(os.environ.get("MODELS_DIR") or ROOT / "var" / "models").resolve()
        environ = {
            **os.environ, **found.urls(broker=broker), "DATA_DIR": folder, "PORT": str(port),
            "MODELS_DIR": str(models), "WEB_PROCESSES": "1", "WEB_THREADS": "16", **more,
        }  # fmt: skip
        made = Site(environ, Path(folder), host=f"127.0.0.1:{port}")
        made.described = made.prepare()
        made.start_web()
        wait_port(port)
        try:
            yield made
        finally:
            made.end(*made.running)
            logs = {path.name: path.read_text()[-4000:] for path in Path(folder).glob("*.log")}
            if os.environ.get("BENCH_LOGS"):
                Path(os.environ["BENCH_LOGS"]).write_text(json.dumps(logs, indent=1))
            time.sleep(0.2)
