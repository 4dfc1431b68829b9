"""What pages and APIs read: quota, bills, traces of a unit, expenditure, quotes, exports."""

import csv
import datetime as dt
import io
import zipfile
from dataclasses import replace
from decimal import Decimal

import pytest
from billing_factories import NOW, OTHER_PRODUCT, PRODUCT, REGION, record

from billing import selectors
from billing.models import BillLine, HourCharge, Product, TierCharge
from billing.services import exports, packages, settlement

HOUR = dt.timedelta(hours=1)


def give(tenant, calls):
    return packages.grant(
        account_id=tenant.id,
        region=REGION,
        product_code=PRODUCT,
        calls=calls,
        source="free",
        grant_key="k",
        now=NOW - HOUR,
    )


def settle(tenant, hours=1):
    settlement.settle(tenant.id, now=NOW + HOUR * hours)


def test_quota_left_counts_what_is_not_settled_yet(tenant, django_assert_num_queries):
    give(tenant, 10)
    record(tenant.principal, count=3)
    settle(tenant)
    record(tenant.principal, count=2)
    with django_assert_num_queries(2):
        quota = selectors.quota_left(tenant.id, region=REGION, now=NOW)[PRODUCT]
    assert (quota.granted, quota.used, quota.waiting, quota.left) == (10, 3, 2, 5)


def test_every_unit_traces_down_and_up(tenant):
    give(tenant, 5)
    ids = []
    for hour in range(3):
        ids += record(tenant.principal, count=6, now=NOW + HOUR * hour)
        settlement.settle(tenant.id, now=NOW + HOUR * hour)
        ids += record(tenant.other_user, count=3, now=NOW + HOUR * hour)
    waiting = record(tenant.principal, now=NOW + HOUR * 2)
    settlement.settle(tenant.id, limit=1000, now=NOW + HOUR * 3)
    ids += waiting

    down: dict[str, int] = {}
    for line in BillLine.objects.filter(account_id=tenant.id):
        parts = selectors.line_parts(tenant.id, line_id=line.pk)
        assert sum(part.quantity for part in parts) == line.quantity
        assert sum(part.amount for part in parts) == line.amount
        for part in parts:
            calls = (
                selectors.charge_calls(tenant.id, tier_charge_id=part.id)
                if part.kind == "charge"
                else selectors.deduction_calls(tenant.id, allocation_id=part.id)
            )
            assert len(calls) == part.quantity
            for call in calls:
                assert call.request_id not in down
                down[call.request_id] = line.pk
    assert set(down) == set(ids)
    for request_id in ids:
        trace = selectors.usage_trace(tenant.id, request_id=request_id)
        assert trace.bill_line.pk == down[request_id]
        assert trace.state in ("package", "charged")
        if trace.state == "charged":
            assert trace.ledger_entry is not None


def test_trace_pages_through_a_charge(tenant):
    ids = record(tenant.principal, count=25)
    settle(tenant)
    charge = TierCharge.objects.get(first=10)
    found = []
    for offset in range(0, 20, 4):
        rows = selectors.charge_calls(tenant.id, tier_charge_id=charge.pk, offset=offset, limit=4)
        found += [row.request_id for row in rows]
    assert found == ids[10:]


def test_trace_states_before_money_and_of_strangers(tenant, stranger):
    (request_id,) = record(tenant.principal)
    assert selectors.usage_trace(tenant.id, request_id=request_id).state == "waiting"
    settlement.settle(tenant.id, now=NOW)
    assert selectors.usage_trace(tenant.id, request_id=request_id).state == "allocated"
    assert selectors.unbilled_calls(tenant.id) == 1
    assert selectors.usage_trace(stranger.id, request_id=request_id) is None
    settle(tenant)
    line = BillLine.objects.get()
    assert selectors.line_get(stranger.id, line_id=line.pk) is None
    assert selectors.line_parts(stranger.id, line_id=line.pk) == []
    charge = TierCharge.objects.get()
    assert selectors.charge_calls(stranger.id, tier_charge_id=charge.pk) == []


def test_expenditure_of_a_project_its_change_trend_and_distribution(tenant):
    me = replace(tenant.principal, enterprise_project_id="ep-a")
    february = NOW - dt.timedelta(days=28)
    record(me, count=60, now=february)  # 50 × 0.018 = 0.90
    settlement.settle(tenant.id, now=february + HOUR)
    record(me, count=110)  # 100 × 0.018 = 1.80
    record(replace(me, enterprise_project_id="typo"), count=1, product=OTHER_PRODUCT)
    record(me, count=5, product=OTHER_PRODUCT)
    settle(tenant)
    spent = selectors.expenditure(tenant.id, enterprise_project_id="ep-a", month="2026-03")
    assert (spent.amount, spent.previous) == (Decimal("1.80"), Decimal("0.90"))
    assert spent.change_percent == Decimal("100.00")
    trend = selectors.expenditure_trend(
        tenant.id, enterprise_project_id="ep-a", month="2026-03", months=6
    )
    assert list(trend) == ["2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03"]
    assert trend["2026-02"] == {PRODUCT: Decimal("0.90")}
    assert selectors.expenditure_distribution(
        tenant.id, enterprise_project_id="ep-a", month="2026-03"
    ) == [(PRODUCT, 110, Decimal("1.80")), (OTHER_PRODUCT, 5, Decimal(0))]
    assert selectors.projects_billed(tenant.id, month="2026-03") == {"ep-a": 115, "typo": 1}


def test_projects_share_the_tiers_of_their_account(tenant):
    for project in ("0", "a"):
        record(replace(tenant.principal, enterprise_project_id=project), count=8)
    settle(tenant)
    charges = HourCharge.objects.order_by("enterprise_project_id")
    assert [(row.month_offset, row.quantity) for row in charges] == [(0, 8), (8, 8)]
    assert sum(row.amount for row in charges) == Decimal("0.11")  # 6 × 0.018, one allowance


def test_quote_finds_the_cheapest_mix(catalog):
    small = selectors.quote(product=PRODUCT, region=REGION, calls=50, now=NOW)
    assert small.best.counts == ()
    assert small.best.total == small.pay_per_use == Decimal("0.72")
    large = selectors.quote(product=PRODUCT, region=REGION, calls=11000, now=NOW)
    # 10k + 1k packages cost 154.90; 10k and 1000 calls pay-per-use cost 139 + 17.82.
    assert large.best.counts == (("10k", 1), ("1k", 1))
    assert large.best.total == Decimal("154.90")
    assert large.pay_per_use > large.best.total


def test_forecast_goes_on_at_the_pace_of_the_last_days(tenant):
    start = dt.datetime(2026, 3, 5, 16, tzinfo=dt.UTC)
    for day in range(5):
        record(tenant.principal, count=100, now=start + dt.timedelta(days=day))
    now = start + dt.timedelta(days=5)
    settlement.settle(tenant.id, now=now)
    forecast = selectors.forecast(tenant.id, now=now)
    assert forecast.to_date == Decimal("8.82")  # 490 × 0.018
    assert forecast.calls_to_date == 500
    # 21 of 26 days are left at 100 calls a day.
    assert forecast.expected_calls == 500 + 2100
    assert forecast.expected == Decimal("8.82") + Decimal("37.04")


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_exports_never_carry_a_formula(tenant, evil):
    me = replace(tenant.principal, enterprise_project_id=evil)
    record(me)
    settle(tenant)
    Product.objects.filter(code=PRODUCT).update(title=evil)
    lines = selectors.bill_lines(tenant.id, month="2026-03")
    rows = list(csv.reader(io.StringIO(exports.bill_csv(lines).decode("utf-8-sig"))))
    assert rows[1][2] == rows[1][4] == f"'{evil}"
    with zipfile.ZipFile(io.BytesIO(exports.bill_xlsx(lines))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<f>") == 1  # the total


def test_usage_by_splits_packaged_and_charged(tenant):
    give(tenant, 4)
    record(tenant.principal, count=6)
    record(tenant.other_user, count=1)
    settle(tenant)
    rows = selectors.usage_by(tenant.id, start=NOW - HOUR, end=NOW + HOUR, field="user_id")
    assert {row[0]: row[1:] for row in rows} == {
        tenant.principal.user_id: (4, 2),
        tenant.other_user.user_id: (0, 1),
    }
