"""Current time and time formats: aware datetimes in UTC only."""

from __future__ import annotations

import datetime as dt


def now() -> dt.datetime:
    """Return the current time, aware, UTC."""
    return dt.datetime.now(dt.UTC)


def iso_micro(moment: dt.datetime) -> str:
    """Format as tokens do: `2026-01-15T08:30:00.000000Z`."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def iso_second(moment: dt.datetime) -> str:
    """Format to the second: `2026-01-15T08:30:00Z`."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def epoch_ms(moment: dt.datetime) -> int:
    """Return milliseconds since 1970-01-01T00:00:00Z."""
    return int(moment.timestamp() * 1000)


def from_epoch_ms(milliseconds: int) -> dt.datetime:
    """Return the aware UTC time of `milliseconds` since the epoch; raises ValueError out of range."""
    try:
        return dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(f"{milliseconds} is not a time") from error
