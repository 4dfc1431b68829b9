"""Every environment variable: name, default, help, type.

`docs/settings.md` and `.env.example` are written from it by `python scripts/setting_docs.py`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ocr.engine import registry


def _boolean(text: str) -> bool:
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError("use true or false")


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


@dataclass(frozen=True, slots=True)
class EnvVar:
    """One environment variable; `parse` raises ValueError with a sentence on a bad value."""

    name: str
    default: str
    help: str
    parse: Callable[[str], Any] = str


VARS = (
    EnvVar(
        "DATA_DIR", "var", "Folder of everything the installation keeps: database, keys, models."
    ),
    EnvVar("PORT", "8000", "Port that `make run` serves on.", int),
    EnvVar("BIND", "127.0.0.1", "Address that `make run` serves on."),
    EnvVar("PUBLIC_URL", "", "Base URL that callers use; default http://127.0.0.1:$PORT."),
    EnvVar("DEBUG", "false", "Django debug mode; never in production.", _boolean),
    EnvVar("DEMO", "true", "Create the demo account at start (embedded mode only).", _boolean),
    EnvVar("SECRET_KEY", "", "Django's signing key; made once under $DATA_DIR when empty."),
    EnvVar(
        "ENCRYPTION_KEYS",
        "",
        "Fernet keys for secrets at rest, newest first; made once under $DATA_DIR when empty.",
        _list,
    ),
    EnvVar("ALLOWED_HOSTS", "*", "Host names that are answered, by comma.", _list),
    EnvVar("TRUSTED_PROXIES", "0", "How many reverse proxies in front set X-Forwarded-For.", int),
    EnvVar(
        "DATABASE_URL", "", "postgres://user:password@host/name; SQLite under $DATA_DIR when empty."
    ),
    EnvVar("REDIS_URL", "", "redis://host:6379/0 for cache and throttle; local memory when empty."),
    EnvVar(
        "CELERY_BROKER_URL",
        "",
        "redis:// or amqp:// broker: scaled mode; embedded mode when empty.",
    ),
    EnvVar(
        "WEB_PROCESSES",
        "1",
        "Web processes; more than one needs REDIS_URL and CELERY_BROKER_URL.",
        int,
    ),
    EnvVar("WEB_THREADS", "16", "Threads of a web process.", int),
    EnvVar("ENGINE", registry.DEFAULT, f"{registry.choices(with_help=True)}."),
    EnvVar("ENGINE_PROCESSES", "0", "Engine processes of one thread each; 0 = one per core.", int),
    EnvVar(
        "ENGINE_QUEUE",
        "32",
        "Calls that may wait for an engine process before ModelArts.4401.",
        int,
    ),
    EnvVar(
        "ENGINE_TIMEOUT_S", "60", "Seconds until a waiting call gets the documented timeout.", float
    ),
    EnvVar(
        "JOBS_DIR",
        "",
        "Folder of the encrypted files of jobs, the same on all nodes; $DATA_DIR/jobs when empty.",
    ),
    EnvVar("JOB_MAX_MB", "2048", "Megabytes that the files of a job may have.", int),
    EnvVar("JOB_MAX_PAGES", "5000", "Pages that a job may have.", int),
    EnvVar(
        "JOB_THREADS",
        "0",
        "Pages of jobs at a time in one runner; 0 = engine processes and two more.",
        int,
    ),
    EnvVar("MODELS_DIR", "", "Folder of the OCR weights; $DATA_DIR/models when empty."),
    EnvVar("TESSDATA_DIR", "", "Folder of Tesseract's language packs; found by itself when empty."),
    EnvVar(
        "REGIONS",
        "ap-southeast-2:AP-Bangkok,ap-southeast-1:CN-Hong Kong,ap-southeast-3:AP-Singapore,ae-ad-1:UAE-Abu Dhabi",
        "Regions as id:name, by comma; the first is the default.",
        _list,
    ),
    EnvVar(
        "BILLING_TIME_ZONE", "Asia/Shanghai", "Time zone of billing days and months (UTC+08:00)."
    ),
    EnvVar("CURRENCY", "USD", "ISO 4217 code of prices and balances."),
    EnvVar("PRICEBOOK", "", "File of prices and packages; billing/pricebook.toml when empty."),
    EnvVar(
        "ARREARS_GRACE_DAYS", "15", "Days that calls go on after the balance went below zero.", int
    ),
    EnvVar("ARREARS_RETENTION_DAYS", "15", "Days after grace until only a person may delete.", int),
    EnvVar(
        "STRICT_ENTERPRISE_PROJECTS",
        "false",
        "Refuse calls that name an unknown enterprise project.",
        _boolean,
    ),
    EnvVar(
        "FETCH_ALLOWED_NETWORKS",
        "",
        "Private networks (CIDR, by comma) that URL input may reach.",
        _list,
    ),
    EnvVar("OBS_ENDPOINT", "", "URL of the S3-compatible store behind OBS URLs."),
    EnvVar("CALL_RETENTION_DAYS", "90", "Days that raw call records are kept.", int),
    EnvVar("TRACE_RETENTION_DAYS", "180", "Days that audit traces are kept.", int),
    EnvVar(
        "EMAIL_URL",
        "",
        "smtp://user:password@host:587 for notifications; files under $DATA_DIR/mail when empty.",
    ),
    EnvVar("LOG_FORMAT", "json", "json or console."),
    EnvVar(
        "SECURITY_CONTACT",
        "",
        "mailto: or https: address for vulnerability reports, shown at /.well-known/security.txt; no such page when empty.",
    ),
    EnvVar(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "",
        "Base URL of an OpenTelemetry collector (OTLP over HTTP, the extra `otel`); off when empty.",
    ),
)


def read(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return every variable parsed; raises SystemExit naming the variable whose value is bad."""
    source = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    for var in VARS:
        try:
            values[var.name] = var.parse(source.get(var.name, var.default))
        except ValueError as error:
            raise SystemExit(f"{var.name}={source.get(var.name)!r}: {error}") from error
    return values
