"""Hours, days and months of the billing time zone. Pure.

A package ends at 23:59:59 of its expiry date in the billing zone; the last microsecond of that
second is stored, so "in force" is a plain comparison with both ends included.
"""

from __future__ import annotations

import calendar
import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo


def hour_start(moment: dt.datetime, zone: str) -> dt.datetime:
    """Return the start of the billing hour of `moment`, aware, UTC."""
    # Every zone offset in use is a multiple of 15 minutes, so one quarter is one hour's part.
    return _hour_of_quarter(int(moment.timestamp()) // 900, zone)


@lru_cache(maxsize=4096)
def _hour_of_quarter(quarter: int, zone: str) -> dt.datetime:
    moment = dt.datetime.fromtimestamp(quarter * 900, dt.UTC)
    local = moment.astimezone(ZoneInfo(zone))
    past = dt.timedelta(minutes=local.minute, seconds=local.second)
    return moment - past


def next_hour(moment: dt.datetime, zone: str) -> dt.datetime:
    """Return the start of the billing hour after that of `moment`."""
    return hour_start(moment, zone) + dt.timedelta(hours=1)


@lru_cache(maxsize=4096)
def month(moment: dt.datetime, zone: str) -> str:
    """Return the billing month `YYYY-MM` of `moment`."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m")


def month_bounds(name: str, zone: str) -> tuple[dt.datetime, dt.datetime]:
    """Return start (included) and end (excluded) of the month `YYYY-MM`; ValueError if malformed."""
    first = dt.datetime.strptime(name, "%Y-%m").replace(tzinfo=ZoneInfo(zone))
    following = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    return first.astimezone(dt.UTC), following.astimezone(dt.UTC)


def month_shift(name: str, months: int) -> str:
    """Return the month `months` after (or before) `YYYY-MM`."""
    year, number = map(int, name.split("-"))
    index = year * 12 + number - 1 + months
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def day(moment: dt.datetime, zone: str) -> dt.date:
    """Return the billing day of `moment`."""
    return moment.astimezone(ZoneInfo(zone)).date()


def day_start(date: dt.date, zone: str) -> dt.datetime:
    """Return the first moment of `date` in the billing zone, UTC."""
    return dt.datetime.combine(date, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC)


def day_end(date: dt.date, zone: str) -> dt.datetime:
    """Return the last moment of `date` in the billing zone (23:59:59.999999), UTC."""
    return dt.datetime.combine(date, dt.time.max, ZoneInfo(zone)).astimezone(dt.UTC)


def package_expiry(effective_at: dt.datetime, zone: str, *, months: int = 12) -> dt.datetime:
    """Return when a package that takes effect at `effective_at` ends.

    The same calendar day `months` later (the month's last day where it has no such day).
    """
    begins = day(effective_at, zone)
    index = begins.year * 12 + begins.month - 1 + months
    year, number = index // 12, index % 12 + 1
    last = calendar.monthrange(year, number)[1]
    return day_end(dt.date(year, number, min(begins.day, last)), zone)
