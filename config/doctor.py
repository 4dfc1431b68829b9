"""Examine what an installation depends on: database, broker, weights, packs, keys, disk, clock.

`findings()` returns rows, so a page can show what `manage.py doctor` prints.
"""

from __future__ import annotations

import shutil
import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ocr import language_packs, languages
from ocr.engine import registry

OK, WARNING, FAILED = "ok", "warning", "failed"
FREE_BYTES = 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one examination; `advice` says what to do where the state is not ok."""

    name: str
    state: str
    detail: str
    advice: str = ""


def findings() -> list[Finding]:
    """Run every examination; one that raises is a finding as well."""
    found: list[Finding] = []
    for name, examine, advice in EXAMINATIONS:
        try:
            found += examine()
        except Exception as error:  # the examination of the next thing must go on
            found.append(Finding(name, FAILED, f"{type(error).__name__}: {error}"[:300], advice))
    return found


def _database() -> Iterator[Finding]:
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    spent = (time.perf_counter() - started) * 1000
    yield Finding("database", OK, f"{connection.vendor} answers in {spent:.1f} ms")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA quick_check")
            answer = cursor.fetchone()[0]
        state = OK if answer == "ok" else FAILED
        yield Finding("database file", state, answer, "" if state == OK else "Restore a backup.")
    elif connection.vendor == "postgresql":
        yield _planner()


def _planner() -> Finding:
    """Examine PostgreSQL's random_page_cost: the default of 4 is for rotating disks.

    With it the roll-ups of an account are read by scans of whole tables where an index is faster.
    """
    with connection.cursor() as cursor:
        cursor.execute("SHOW random_page_cost")
        cost = float(cursor.fetchone()[0])
    advice = (
        "On solid-state disks: ALTER DATABASE … SET random_page_cost = 1.1; then restart the nodes."
    )
    good = cost <= 2
    return Finding(
        "database planner",
        OK if good else WARNING,
        f"random_page_cost is {cost:g}",
        "" if good else advice,
    )


def _migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        names = ", ".join(str(step) for step, _ in waiting[:5])
        yield Finding("migrations", FAILED, f"{len(waiting)} wait: {names}", "Run: make migrate")
    else:
        yield Finding("migrations", OK, "all applied")


def _broker() -> Iterator[Finding]:
    if not settings.SCALED:
        yield Finding("broker", OK, "not needed in embedded mode")
        return
    from config.celery import app

    with app.connection_for_write() as link:
        link.ensure_connection(max_retries=1, timeout=3)
        yield Finding("broker", OK, f"{link.transport.driver_name} answers")
    from ocr.engine import broker_client

    for region, _ in settings.REGIONS:
        count = broker_client.capacity(region)
        yield Finding(
            f"workers of {region}",
            OK if count else WARNING,
            f"{count} engine processes",
            "" if count else f"Start: celery -A config.celery worker -P threads -Q ocr.{region}",
        )


def _redis() -> Iterator[Finding]:
    if not settings.REDIS_URL:
        yield Finding("redis", OK, "not needed in embedded mode")
        return
    from redis import Redis, RedisError

    client = Redis.from_url(settings.REDIS_URL, socket_connect_timeout=3)
    client.ping()
    yield Finding("redis", OK, "answers")
    try:
        kept = (
            client.config_get("save").get("save")
            or client.config_get("appendonly").get("appendonly") == "yes"
        )
    except RedisError:
        yield Finding(
            "redis persistence", WARNING, "unknown", "Make sure it writes nothing to disk."
        )
        return
    if kept:
        yield Finding(
            "redis persistence",
            WARNING,
            "Redis writes to its disk, and images pass through it",
            'Set: save "" and appendonly no.',
        )


def _opencv() -> Iterator[Finding]:
    """Examine which build of OpenCV is imported; the desktop one fails where libGL is missing."""
    from ocr.vision import opencv_build

    if not opencv_build.is_present():
        yield Finding("opencv", OK, "not installed: this node does not recognise")
        return
    good = opencv_build.is_headless()
    yield Finding(
        "opencv",
        OK if good else WARNING,
        "headless build" if good else "the desktop build, which needs libGL",
        "" if good else "Run: python -m ocr.vision.opencv_build",
    )


def _models() -> Iterator[Finding]:
    if not registry.row(settings.ENGINE).recognizes:
        text = f"ENGINE={settings.ENGINE} reads nothing"
        yield Finding("engine models", WARNING, text, "Unset ENGINE.")
        return
    files = list(Path(settings.MODELS_DIR).rglob("*.onnx"))
    if not files:
        yield Finding(
            "engine models",
            OK if settings.SCALED else FAILED,
            f"none under {settings.MODELS_DIR}",
            "" if settings.SCALED else "Run: python -m ocr.vision.model_files --dir $MODELS_DIR",
        )
        return
    size = sum(file.stat().st_size for file in files) / 1e6
    yield Finding("engine models", OK, f"{len(files)} files, {size:.0f} MB")


def _language_packs() -> Iterator[Finding]:
    """Examine the Tesseract language packs; in scaled mode those of a worker node."""
    missing = language_packs.missing_packs(settings.TESSDATA_DIR)
    names = ", ".join(f"{script.name} ({script.pack})" for script in missing)
    never = ", ".join(languages.unrecognized())
    yield Finding(
        "language packs",
        WARNING if missing else OK,
        (f"missing: {names}" if missing else "all found")
        + (f"; offered without a recogniser: {never}" if never else ""),
        f"apt-get install {' '.join(script.package for script in missing)}; without a pack the "
        "fields in that script stay empty."
        if missing
        else "",
    )


def _keys() -> Iterator[Finding]:
    for key in settings.ENCRYPTION_KEYS:
        Fernet(key)
    folder = settings.DATA_DIR / "keys"
    loose = [file.name for file in folder.glob("*") if file.stat().st_mode & 0o077]
    yield Finding(
        "keys",
        WARNING if loose else OK,
        f"readable by others: {', '.join(loose)}"
        if loose
        else f"{len(settings.ENCRYPTION_KEYS)} key(s)",
        f"chmod 600 {folder}/*" if loose else "",
    )


def _disk() -> Iterator[Finding]:
    usage = shutil.disk_usage(settings.DATA_DIR)
    low = usage.free < FREE_BYTES
    yield Finding(
        "disk",
        WARNING if low else OK,
        f"{usage.free / 1e9:.1f} GB free under DATA_DIR",
        "Free some space or move DATA_DIR." if low else "",
    )


def _clock() -> Iterator[Finding]:
    """Compare with the database server's clock, or NTP where the network allows it."""
    offset = None
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
            offset, against = abs(float(cursor.fetchone()[0]) - time.time()), "the database server"
    else:
        offset, against = _ntp_offset(), "pool.ntp.org"
    if offset is None:
        yield Finding(
            "clock", OK, f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}, not compared"
        )
        return
    off = offset > 5
    yield Finding(
        "clock",
        FAILED if off else OK,
        f"{offset:.1f} s from {against}",
        "Switch NTP on: signatures older than 15 minutes are refused." if off else "",
    )


def _ntp_offset(timeout: float = 1.0) -> float | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.settimeout(timeout)
        try:
            link.sendto(b"\x1b" + 47 * b"\0", ("pool.ntp.org", 123))
            answer = link.recv(48)
        except OSError:
            return None
    return abs(struct.unpack("!I", answer[40:44])[0] - 2208988800 - time.time())


def page(request: HttpRequest) -> HttpResponse:
    """The page of the findings, for operators."""
    rows = findings()
    worst = next((state for state in (FAILED, WARNING) if any(r.state == state for r in rows)), OK)
    values = {**admin.site.each_context(request), "rows": rows, "worst": worst}
    return render(request, "operator/doctor.html", values)


EXAMINATIONS: tuple[tuple[str, Callable[[], Iterator[Finding]], str], ...] = (
    ("database", _database, "Check DATABASE_URL, and that the server runs and lets us in."),
    ("migrations", _migrations, "Run: make migrate"),
    ("broker", _broker, "Check CELERY_BROKER_URL, and that the broker runs."),
    ("redis", _redis, "Check REDIS_URL, and that Redis runs."),
    ("opencv", _opencv, "Run: python -m ocr.vision.opencv_build"),
    ("engine models", _models, "Check MODELS_DIR."),
    ("language packs", _language_packs, "Check TESSDATA_DIR."),
    ("keys", _keys, "ENCRYPTION_KEYS must list Fernet keys; restore $DATA_DIR/keys from a backup."),
    ("disk", _disk, "DATA_DIR must exist and be writable."),
    ("clock", _clock, "Switch NTP on."),
)
