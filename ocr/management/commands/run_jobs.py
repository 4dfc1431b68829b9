"""`manage.py run_jobs`: read the job pages; scaled mode runs one or more of these."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management import BaseCommand

from ocr.jobs.runner import Runner


class Command(BaseCommand):
    """Run until SIGTERM or SIGINT; pages in progress are finished first."""

    help = "Read the job pages until stopped (scaled mode; embedded does it by itself)."

    def add_arguments(self, parser: Any) -> None:
        """Add --threads."""
        parser.add_argument("--threads", type=int, default=0, help="default: JOB_THREADS")

    def handle(self, *args: Any, **options: Any) -> None:
        """Start the runner and wait for a signal."""
        ended = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: ended.set())
        runner = Runner(options["threads"] or None)
        runner.start()
        ended.wait()
        runner.stop()
