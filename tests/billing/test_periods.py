"""Billing hours, months and expiry in the billing zone."""

import datetime as dt

import pytest

from billing import periods

ZONE = "Asia/Shanghai"


def utc(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC)


def test_package_ends_at_the_last_second_of_its_date_in_the_billing_zone():
    expiry = periods.package_expiry(utc(2026, 3, 10, 17), ZONE)  # 11 March, 01:00 local
    assert expiry.replace(microsecond=0) == utc(2027, 3, 11, 15, 59, 59)


def test_leap_day_package_ends_on_the_last_of_february():
    assert periods.package_expiry(utc(2028, 2, 29, 2), ZONE).date() == dt.date(2029, 2, 28)


def test_month_turns_at_local_midnight():
    assert periods.month(utc(2026, 3, 31, 15, 59, 59), ZONE) == "2026-03"
    assert periods.month(utc(2026, 3, 31, 16), ZONE) == "2026-04"
    assert periods.month_bounds("2026-12", ZONE) == (utc(2026, 11, 30, 16), utc(2026, 12, 31, 16))


@pytest.mark.parametrize(
    ("zone", "moment", "start"),
    [
        (ZONE, utc(2026, 1, 1, 5, 59, 59), utc(2026, 1, 1, 5)),
        ("Asia/Kolkata", utc(2026, 1, 1, 5, 20), utc(2026, 1, 1, 4, 30)),
        ("Asia/Kathmandu", utc(2026, 1, 1, 5, 20), utc(2026, 1, 1, 5, 15)),
    ],
)
def test_hours_start_on_the_local_hour(zone, moment, start):
    assert periods.hour_start(moment, zone) == start


@pytest.mark.parametrize(
    ("name", "shift", "found"), [("2026-01", -1, "2025-12"), ("2026-11", 3, "2027-02")]
)
def test_month_shift(name, shift, found):
    assert periods.month_shift(name, shift) == found
