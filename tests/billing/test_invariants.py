"""A random life of an account keeps every invariant of the money side, at every step.

`BILLING_RUNS` and `BILLING_STEPS` set the size of the search (default 8 runs of 25 steps;
the full search is 2000 runs of 50) and `BILLING_SEED` where it begins, so that slices of the full
search see different lives.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from decimal import Decimal
from itertools import accumulate

import pytest
from billing_factories import NOW, PRODUCT, REGION, products_make, record, tenant_make
from django.db import connection, transaction
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from billing import pricing, selectors
from billing.access import require_open
from billing.models import (
    BillingAccount,
    BillLine,
    LedgerEntry,
    Package,
    PriceVersion,
    UsageEvent,
)
from billing.pricing import PriceTable, Tier
from billing.services import (
    arrears,
    charging,
    orders,
    packages,
    products,
    renewals,
    settlement,
    top_ups,
)
from core.errors import ApiError
from core.money import round_amount

RUNS = int(os.environ.get("BILLING_RUNS", "8"))
STEPS = int(os.environ.get("BILLING_STEPS", "25"))
SEED = os.environ.get("BILLING_SEED", "")
PROJECTS = ("0", "ep-a", "nobody")
# An hour that ends before its package begins, or begins after the package's end.
OUTSIDE = {
    "sqlite": "datetime(paid_by.hour, '+1 hour') <= datetime(package.effective_at)"
    " OR datetime(paid_by.hour) > datetime(package.expires_at)",
    "postgresql": "paid_by.hour + interval '1 hour' <= package.effective_at"
    " OR paid_by.hour > package.expires_at",
}


class _Stop(Exception):
    """Ends the transaction of one run."""


class Life(RuleBasedStateMachine):
    """Buy, call, fail, expire, top up, refund, freeze, change price, settle; in any order."""

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.tenant = tenant_make()
        self.now = NOW
        self.calls: set[str] = set()
        self.number = 0
        self.entries: list[tuple] = []
        self.tables: dict[int, PriceTable] = {}

    def teardown(self):
        self.settling_twice_changes_nothing()
        self.every_successful_call_is_accounted_for_once()
        events = UsageEvent.objects.filter(account_id=self.tenant.id)
        assert set(events.values_list("request_id", flat=True)) == self.calls
        assert selectors.ledger_is_sound(self.tenant.id)
        self.atomic.__exit__(_Stop, _Stop(), None)

    @property
    def key(self):
        self.number += 1
        return f"k{self.number}"

    @rule(hours=st.sampled_from([1, 5, 24, 24 * 20, 24 * 400]))
    def time_passes(self, hours):
        self.now += dt.timedelta(hours=hours)
        arrears.refresh_due(now=self.now)
        packages.expiry_notices(now=self.now)

    @rule(
        count=st.integers(1, 30),
        project=st.sampled_from(PROJECTS),
        late=st.sampled_from([0, 0, 0, 2]),
    )
    def call_succeeds(self, count, project, late):
        caller = replace(self.tenant.principal, enterprise_project_id=project)
        moment = self.now - dt.timedelta(hours=late)
        self.calls.update(record(caller, count=count, now=moment))

    @rule()
    def call_fails(self):
        # A failed call rolls its transaction back, or never records usage at all.
        try:
            with transaction.atomic():
                record(self.tenant.principal, now=self.now)
                raise _Stop
        except _Stop:
            pass

    @rule(quantity=st.integers(1, 2), project=st.sampled_from(["", *PROJECTS]))
    def buy(self, quantity, project):
        try:
            orders.buy(
                principal=self.tenant.principal,
                region=REGION,
                product_code=PRODUCT,
                plan_code="1k",
                quantity=quantity,
                enterprise_project_id=project,
                now=self.now,
            )
        except ApiError as error:
            assert error.code == "CBC.30000010"

    @rule(
        calls=st.integers(1, 25),
        source=st.sampled_from(["free", "promotional"]),
        project=st.sampled_from(["", *PROJECTS]),
        ahead=st.sampled_from([0, 30]),
        months=st.sampled_from([1, 12]),
    )
    def grant(self, calls, source, project, ahead, months):
        packages.grant(
            account_id=self.tenant.id,
            region=REGION,
            product_code=PRODUCT,
            calls=calls,
            source=source,
            grant_key=self.key,
            months=months,
            enterprise_project_id=project,
            effective_at=self.now + dt.timedelta(hours=ahead),
            now=self.now,
        )

    @rule(cents=st.integers(1, 5000))
    def top_up(self, cents):
        top_ups.top_up(
            principal=self.tenant.principal,
            account_id=self.tenant.id,
            amount=Decimal(cents) / 100,
            reference=self.key,
            now=self.now,
        )

    @precondition(lambda self: Package.objects.filter(account_id=self.tenant.id).exists())
    @rule(data=st.data())
    def refund_or_renew(self, data):
        ids = list(
            Package.objects.filter(account_id=self.tenant.id)
            .order_by("id")
            .values_list("id", flat=True)
        )
        package_id = data.draw(st.sampled_from(ids))
        act = data.draw(st.sampled_from([renewals.renew, renewals.unsubscribe]))
        try:
            with transaction.atomic():
                act(principal=self.tenant.principal, package_id=package_id, now=self.now)
        except ApiError as error:
            assert error.code.startswith("CBC.")

    @rule(price=st.integers(0, 40), free=st.integers(0, 20), above=st.integers(1, 60))
    def change_price(self, price, free, above):
        table = PriceTable(
            (Tier(0, Decimal(price) / 1000), Tier(above, Decimal(price) / 2000)), free
        )
        start = charging._current_hour(self.now) + dt.timedelta(hours=1)
        if not PriceVersion.objects.filter(product_id=PRODUCT, effective_from=start).exists():
            products.price_set(product_code=PRODUCT, table=table, now=self.now)

    @rule(unlimited=st.booleans())
    def unlimited(self, unlimited):
        arrears.unlimited_set(account_id=self.tenant.id, unlimited=unlimited, now=self.now)

    @rule(batch=st.sampled_from([1, 3, 5000]), limit=st.sampled_from([None, 2, 10]))
    def settle(self, batch, limit):
        settlement.settle(self.tenant.id, batch=batch, limit=limit, now=self.now)

    @rule(after=st.integers(1, 4), batch=st.sampled_from([1, 5000]))
    def settling_is_killed(self, after, batch):
        """Stop a batch in the middle: everything of it must be gone."""
        from billing.services import settlement_batches

        real = settlement_batches.dequeue
        batches = 0

        def dies(account_id, batch):
            nonlocal batches
            batches += 1
            count = real(account_id, batch)
            if batches == after:
                raise _Stop
            return count

        settlement_batches.dequeue = dies
        try:
            settlement.settle(self.tenant.id, batch=batch, now=self.now)
        except _Stop:
            pass
        finally:
            settlement_batches.dequeue = real

    @rule()
    def charging_is_killed(self):
        real = charging._write

        def dies(*args):
            real(*args)
            raise _Stop

        charging._write = dies
        try:
            charging.charge_hours(self.tenant.id, now=self.now)
        except _Stop:
            pass
        finally:
            charging._write = real

    @rule()
    def settling_twice_changes_nothing(self):
        settlement.settle(self.tenant.id, now=self.now)
        assert settlement.settle(self.tenant.id, now=self.now) == settlement.Settled(0, 0)

    @invariant()
    def every_successful_call_is_accounted_for_once(self):
        recorded, waiting, settled, allocated = self.one(
            """
            SELECT (SELECT COUNT(*) FROM billing_usageevent WHERE account_id = %(account)s),
                   (SELECT COUNT(*) FROM billing_unsettledevent WHERE account_id = %(account)s),
                   (SELECT COUNT(*) FROM billing_settledevent),
                   (SELECT COALESCE(SUM(quantity), 0) FROM billing_allocation
                    WHERE account_id = %(account)s)
            """
        )
        assert recorded == len(self.calls) == waiting + settled
        assert allocated == settled
        assert not self.all(
            """
            SELECT id FROM billing_allocation AS paid_by
            WHERE quantity <> (SELECT COUNT(*) FROM billing_settledevent
                               WHERE allocation_id = paid_by.id)
            """
        )

    @invariant()
    def packages_are_never_overdrawn(self):
        assert not self.all(
            """
            SELECT id FROM billing_package AS package
            WHERE used < 0 OR used > granted
               OR used <> (SELECT COALESCE(SUM(quantity), 0) FROM billing_allocation
                           WHERE package_id = package.id)
            """
        )
        # A deduction is in force at some moment of its hour, and in the package's project.
        assert not self.all(
            f"""
            SELECT paid_by.id FROM billing_allocation AS paid_by
            JOIN billing_package AS package ON package.id = paid_by.package_id
            WHERE {OUTSIDE[connection.vendor]}
               OR package.enterprise_project_id NOT IN ('', paid_by.enterprise_project_id)
               OR package.region <> paid_by.region OR package.product_id <> paid_by.product_id
            """
        )

    @invariant()
    def the_balance_is_the_sum_of_the_ledger(self):
        account = BillingAccount.objects.get(account_id=self.tenant.id)
        entries = list(
            LedgerEntry.objects.filter(account_id=self.tenant.id)
            .order_by("number")
            .values_list("number", "amount", "balance_after", "kind")
        )
        assert [row[0] for row in entries] == list(range(1, account.ledger_entries + 1))
        assert [row[2] for row in entries] == list(accumulate(row[1] for row in entries))
        assert account.balance == sum((row[1] for row in entries), Decimal(0))
        # What was billed never changes.
        assert entries[: len(self.entries)] == self.entries
        self.entries = entries
        # Arrears follow the balance.
        owes = account.balance < 0 and not account.unlimited
        assert (account.arrears != "ok") == owes
        if account.arrears == "frozen":
            token = replace(self.tenant.principal, method="token")
            with pytest.raises(ApiError):
                require_open(token, PRODUCT, now=self.now)
        self.bill_lines_add_up_to_the_ledger()

    def bill_lines_add_up_to_the_ledger(self):
        lines = list(
            BillLine.objects.filter(account_id=self.tenant.id).values_list(
                "id", "mode", "quantity", "unit_price", "amount", "currency"
            )
        )
        billed = sum((amount for *_, amount, _currency in lines), Decimal(0))
        paid = [row[1] for row in self.entries if row[3] in ("charge", "order", "refund")]
        assert billed == -sum(paid, Decimal(0))
        charged = dict(
            self.all(
                "SELECT bill_line_id, SUM(quantity) FROM billing_tiercharge GROUP BY bill_line_id"
            )
        )
        for line_id, mode, quantity, unit_price, amount, currency in lines:
            if mode == "pay_per_use":
                assert amount == round_amount(quantity * unit_price, currency)
                assert quantity == charged[line_id]

    @invariant()
    def each_number_of_a_month_is_charged_once_at_its_tier(self):
        parts: dict[int, list[tuple[int, int]]] = {}
        for charge_id, first, quantity in self.all(
            "SELECT hour_charge_id, first, quantity FROM billing_tiercharge ORDER BY first"
        ):
            parts.setdefault(charge_id, []).append((first, quantity))
        allocated = dict(
            self.all(
                "SELECT hour_charge_id, SUM(quantity) FROM billing_allocation"
                " WHERE hour_charge_id IS NOT NULL GROUP BY hour_charge_id"
            )
        )
        position: dict[str, int] = {}
        for charge_id, month, offset, quantity, version_id in self.all(
            "SELECT id, month, month_offset, quantity, price_version_id FROM billing_hourcharge"
            " ORDER BY id"
        ):
            assert offset == position.get(month, 0)
            position[month] = offset + quantity
            expected = pricing.lines(self.table(version_id), offset=offset, quantity=quantity)
            assert [(part.first, part.quantity) for part in expected] == parts[charge_id]
            assert quantity == allocated[charge_id]

    def table(self, version_id):
        """Return the price table of a version, which never changes."""
        if version_id not in self.tables:
            self.tables[version_id] = products.table_of(PriceVersion.objects.get(id=version_id))
        return self.tables[version_id]

    def all(self, sql):
        with connection.cursor() as cursor:
            cursor.execute(sql, {"account": self.tenant.id} if "%(account)s" in sql else None)
            return cursor.fetchall()

    def one(self, sql):
        return self.all(sql)[0]


LIVES = settings(
    max_examples=RUNS,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.django_db
@pytest.mark.timeout(0 if RUNS > 100 else 300)
def test_a_random_life_keeps_every_invariant():
    from hypothesis.stateful import run_state_machine_as_test

    products_make()
    if SEED:
        seed(int(SEED))(Life)
    run_state_machine_as_test(Life, settings=LIVES)
