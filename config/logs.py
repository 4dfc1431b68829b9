"""Structured logging: JSON or columns, with request id and account; never content or secrets."""

from __future__ import annotations

import logging

import structlog
import structlog.tracebacks

from core import log_context


def _call_at_hand(
    _: object, __: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Processor: add the request id and the account, empty outside a request."""
    for name in log_context.NAMES:
        event.setdefault(name, "")
    return event


# Tracebacks without the values of variables: they hold images, results and secrets.
_SHARED: list[structlog.typing.Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.contextvars.merge_contextvars,
    _call_at_hand,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def formatter(style_name: str = "json") -> logging.Formatter:
    """Return the formatter of standard-library log records for LOG_FORMAT."""
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer()
        if style_name == "console"
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
            )
            if style_name != "console"
            else structlog.processors.format_exc_info,
            renderer,
        ],
    )
