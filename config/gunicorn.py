"""Gunicorn: threads of one web process in embedded mode, many processes in scaled mode."""

from __future__ import annotations

from typing import Any

from config import env

_values = env.read()

bind = f"{_values['BIND']}:{_values['PORT']}"
workers = _values["WEB_PROCESSES"]
threads = _values["WEB_THREADS"]
worker_class = "gthread"
timeout = 120
graceful_timeout = 30
keepalive = 15
limit_request_line = 8190
accesslog = None
errorlog = "-"
loglevel = "warning"
proc_name = "ocr-console"
wsgi_app = "config.wsgi:application"


def post_worker_init(worker: Any) -> None:
    """Warm the engine and start the periodic jobs once the worker is up."""
    from config import process, telemetry

    telemetry.start()
    process.start()


def worker_exit(server: Any, worker: Any) -> None:
    """Stop what the worker started."""
    from config import process, telemetry

    process.stop()
    telemetry.stop()


def when_ready(server: Any) -> None:
    """Print the banner."""
    import os

    from config import banner

    if os.environ.get("OCR_CONSOLE_BANNER"):
        banner.show()
