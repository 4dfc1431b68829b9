"""Django system checks: refuse unsafe combinations of settings, naming the variable."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from config import telemetry
from ocr.engine import registry


@register(Tags.security)
def modes(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse combinations that would lose calls, limits or sessions."""
    env = settings.ENV
    found: list[CheckMessage] = []
    if env["WEB_PROCESSES"] > 1 and not env["REDIS_URL"]:
        found.append(
            Error(
                "WEB_PROCESSES is above 1 without REDIS_URL: throttles would count per process.",
                hint="Set REDIS_URL, or WEB_PROCESSES=1.",
                id="config.E001",
            )
        )
    if env["WEB_PROCESSES"] > 1 and not settings.SCALED:
        found.append(
            Error(
                "WEB_PROCESSES is above 1 without CELERY_BROKER_URL: each would load its own engine.",
                hint="Set CELERY_BROKER_URL and start workers, or WEB_PROCESSES=1.",
                id="config.E002",
            )
        )
    if settings.SCALED and not env["DATABASE_URL"]:
        found.append(
            Error(
                "CELERY_BROKER_URL is set without DATABASE_URL: workers cannot share SQLite.",
                hint="Set DATABASE_URL=postgres://user:password@host/name.",
                id="config.E003",
            )
        )
    if settings.SCALED and not env["REDIS_URL"]:
        found.append(
            Error(
                "CELERY_BROKER_URL is set without REDIS_URL: results and limits need a shared store.",
                hint="Set REDIS_URL (without persistence: images pass through it).",
                id="config.E004",
            )
        )
    for name, schemes in {
        "DATABASE_URL": ("postgres", "postgresql"),
        "REDIS_URL": ("redis", "rediss", "unix"),
        "CELERY_BROKER_URL": ("redis", "rediss", "amqp", "amqps"),
    }.items():
        if env[name] and urlsplit(env[name]).scheme not in schemes:
            found.append(
                Error(
                    f"{name} must start with {' or '.join(s + '://' for s in schemes)}.",
                    id=f"config.E01{len(found)}",
                )
            )
    if env["ENGINE"] not in registry.names():
        found.append(Error(f"ENGINE must be {registry.choices()}.", id="config.E020"))
    if env["OTEL_EXPORTER_OTLP_ENDPOINT"] and not telemetry.is_installed():
        found.append(
            Error(
                "OTEL_EXPORTER_OTLP_ENDPOINT is set and OpenTelemetry is not installed.",
                hint="Install the extra `otel` (pip install 'ocr-console[otel]'), or unset it.",
                id="config.E021",
            )
        )
    return found + _production(env)


def _production(env: dict[str, Any]) -> list[CheckMessage]:
    """Warn about settings that are for development only."""
    if not settings.PUBLIC_URL.startswith("https://"):
        return []
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(Error("DEBUG is on behind https.", hint="Unset DEBUG.", id="config.E030"))
    if env["DEMO"]:
        found.append(Warning("DEMO is on behind https.", hint="Set DEMO=false.", id="config.W031"))
    if "*" in settings.ALLOWED_HOSTS:
        found.append(
            Warning("ALLOWED_HOSTS answers every host.", hint="Name your hosts.", id="config.W032")
        )
    return found
