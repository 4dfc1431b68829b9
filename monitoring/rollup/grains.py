"""Grains of the roll-ups: one row per table, read by both databases' implementations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from monitoring.models import (
    AccountDay,
    AccountHour,
    AccountSlot,
    CallDay,
    CallHour,
    CallMinute,
    RollUp,
)

KEY = ("account_id", "start", "region", "service", "user_id", "enterprise_project_id", "error_code")
TOTALS = ("calls", "latency_sum_ms", "histogram")
RECORDS = "records"


def _minute(moment: dt.datetime) -> dt.datetime:
    return moment.replace(second=0, microsecond=0)


def _slot(moment: dt.datetime) -> dt.datetime:
    return moment.replace(minute=moment.minute // 5 * 5, second=0, microsecond=0)


def _hour(moment: dt.datetime) -> dt.datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _day(moment: dt.datetime) -> dt.datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Grain:
    """One width of the buckets; without `per_user`, the users and enterprise projects are summed up.

    `floor` gives the bucket's start of a UTC moment; `floor_sql` is the same as an expression of
    PostgreSQL over `{0}`. `source` names the finer grain whose rows add up to this one's, or RECORDS.
    """

    name: str
    model: type[RollUp]
    floor: Callable[[dt.datetime], dt.datetime]
    floor_sql: str
    source: str
    per_user: bool = True


_SLOT_SQL = "date_bin('5 minutes', {0}, TIMESTAMPTZ '2001-01-01 00:00:00Z')"
_HOUR_SQL = "date_trunc('hour', {0}, 'UTC')"
_DAY_SQL = "date_trunc('day', {0}, 'UTC')"
GRAINS: tuple[Grain, ...] = (
    Grain("minutes", CallMinute, _minute, "date_trunc('minute', {0}, 'UTC')", RECORDS),
    Grain("hours", CallHour, _hour, _HOUR_SQL, "minutes"),
    Grain("days", CallDay, _day, _DAY_SQL, "hours"),
    Grain("account_slots", AccountSlot, _slot, _SLOT_SQL, "minutes", per_user=False),
    Grain("account_hours", AccountHour, _hour, _HOUR_SQL, "account_slots", per_user=False),
    Grain("account_days", AccountDay, _day, _DAY_SQL, "account_hours", per_user=False),
)
