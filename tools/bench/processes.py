"""Start and stop the server processes of one environment: those that `deploy/` runs on several machines."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_DEMO = (
    "import json; from config.management.commands.up import *; d = write_demo_credentials();"
    " open_services(account_id=d['domain_id'], region=d['region']); print(json.dumps(d))"
)


def children(pid: int) -> list[int]:
    """Return the processes that a process started, whichever of its threads did."""
    found: list[int] = []
    with contextlib.suppress(FileNotFoundError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError):
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def family(roots: list[int]) -> list[int]:
    """Return these processes and all that they and theirs started."""
    found = list(roots)
    for pid in found:  # grows as it goes
        found += children(pid)
    return found


def cpu_seconds(pids: list[int]) -> dict[int, float]:
    """Return the processor time that each of the processes has used; those that ended are left out."""
    found: dict[int, float] = {}
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
            found[pid] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return found


@dataclass
class Processes:
    """Those that run, by name. Their output goes to `folder`, without one to that of this process."""

    environ: Mapping[str, str]
    folder: Path | None = None
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def manage(self, *arguments: str) -> str:
        """Run a management command; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environ,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr[-3000:])
        return done.stdout

    def prepare(self) -> dict[str, Any]:
        """Migrate and make the demo account, every service subscribed; returns its description."""
        self.manage("up", "--prepare-only")
        text = self.manage("shell", "-v", "0", "-c", _DEMO)
        described: dict[str, Any] = json.loads(text.strip().splitlines()[-1])
        return described

    def start(self, name: str, *command: str, **environ: str) -> None:
        """Start Python with these arguments, in a session of its own."""
        with contextlib.ExitStack() as stack:
            log = None
            if self.folder:
                log = stack.enter_context((self.folder / f"{name}.log").open("ab"))
            self.running[name] = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env={**self.environ, **environ},
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def start_web(self) -> None:
        """Start the web node."""
        self.start("web", "-m", "gunicorn", "-c", "python:config.gunicorn")

    def start_celery(self, name: str, *arguments: str, **environ: str) -> None:
        """Start a part of Celery."""
        quiet = ("--loglevel", "WARNING")
        self.start(name, "-m", "celery", "-A", "config.celery", *arguments, *quiet, **environ)

    def start_worker(self, name: str, queues: str, *, threads: int = 2, **environ: str) -> None:
        """Start a worker of these queues."""
        self.start_celery(
            name, "worker", "-P", "threads", "-c", str(threads), "-Q", queues,
            "--without-gossip", "--without-mingle", **environ,
        )  # fmt: skip

    def end(self, *names: str, number: int = signal.SIGTERM, wait_s: float = 30) -> None:
        """Send a signal to the processes and wait for their end; SIGKILL goes to their children too.

        Those that go on after `wait_s` are killed with their children.
        """
        ending = [self.running.pop(name) for name in names]
        for process in ending:
            with contextlib.suppress(ProcessLookupError):
                if number == signal.SIGKILL:
                    os.killpg(process.pid, number)
                else:
                    process.send_signal(number)
        deadline = time.monotonic() + wait_s
        for process in ending:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
