"""A random life of an account keeps every invariant of the money side, at every step.

`BILLING_RUNS` and `BILLING_STEPS` set the size of the search (default 8 runs of 25 steps;
the full search is 2000 runs of 50).
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from decimal import Decimal

import pytest
from billing_factories import NOW, PRODUCT, REGION, products_make, record, tenant_make
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from billing import pricing, selectors
from billing.access import require_open
from billing.models import (
    Allocation,
    BillingAccount,
    BillLine,
    HourCharge,
    LedgerEntry,
    Package,
    PriceVersion,
    TierCharge,
    UsageEvent,
)
from billing.pricing import PriceTable, Tier
from billing.services import (
    arrears,
    folding,
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
PROJECTS = ("0", "ep-a", "nobody")


class _Stop(Exception):
    """Ends the transaction of one run."""


class Life(RuleBasedStateMachine):
    """Buy, call, fail, expire, top up, refund, freeze, change price, settle; in any order."""

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        products_make()
        self.tenant = tenant_make()
        self.now = NOW
        self.calls: set[str] = set()
        self.number = 0
        self.charged: dict[int, Decimal] = {}

    def teardown(self):
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
        start = folding._current_hour(self.now) + dt.timedelta(hours=1)
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
        from billing.services import assignment

        real = assignment.assign
        assign_calls = 0

        def dies(pairs):
            nonlocal assign_calls
            assign_calls += 1
            real(pairs)
            if assign_calls == after:
                raise _Stop
            return len(pairs)

        assignment.assign = dies
        try:
            settlement.settle(self.tenant.id, batch=batch, now=self.now)
        except _Stop:
            pass
        finally:
            assignment.assign = real

    @rule()
    def folding_is_killed(self):
        real = folding._write

        def dies(*args):
            real(*args)
            raise _Stop

        folding._write = dies
        try:
            folding.fold(self.tenant.id, now=self.now)
        except _Stop:
            pass
        finally:
            folding._write = real

    @invariant()
    def every_successful_call_is_accounted_for_once(self):
        events = UsageEvent.objects.filter(account_id=self.tenant.id)
        assert set(events.values_list("request_id", flat=True)) == self.calls
        allocated = _sum(Allocation.objects.filter(account_id=self.tenant.id))
        assert allocated + events.filter(allocation=None).count() == len(self.calls)
        for row in Allocation.objects.filter(account_id=self.tenant.id):
            assert row.events.count() == row.quantity

    @invariant()
    def packages_are_never_overdrawn(self):
        for package in Package.objects.filter(account_id=self.tenant.id):
            assert 0 <= package.used <= package.granted
            assert package.used == _sum(package.deductions.all())
            for row in package.deductions.all():
                last = row.hour + dt.timedelta(hours=1)
                assert last > package.effective_at and row.hour <= package.expires_at
                assert package.enterprise_project_id in ("", row.enterprise_project_id)

    @invariant()
    def the_balance_is_the_sum_of_the_ledger(self):
        assert selectors.ledger_is_sound(self.tenant.id)

    @invariant()
    def bill_lines_add_up_to_the_ledger(self):
        lines = BillLine.objects.filter(account_id=self.tenant.id)
        entries = LedgerEntry.objects.filter(
            account_id=self.tenant.id, kind__in=["charge", "order", "refund"]
        )
        assert sum(lines.values_list("amount", flat=True)) == -sum(
            entries.values_list("amount", flat=True)
        )
        for line in lines.filter(mode="pay_per_use"):
            assert line.amount == round_amount(line.quantity * line.unit_price, line.currency)
            assert line.quantity == _sum(line.charges.all())

    @invariant()
    def each_number_of_a_month_is_charged_once_at_its_tier(self):
        position: dict[str, int] = {}
        for charge in HourCharge.objects.filter(account_id=self.tenant.id).order_by("id"):
            assert charge.month_offset == position.get(charge.month, 0)
            position[charge.month] = charge.month_offset + charge.quantity
            expected = pricing.lines(
                products.table_of(charge.price_version),
                offset=charge.month_offset,
                quantity=charge.quantity,
            )
            tiers = TierCharge.objects.filter(hour_charge=charge).order_by("first")
            assert [(part.first, part.quantity) for part in expected] == list(
                tiers.values_list("first", "quantity")
            )
            assert charge.quantity == _sum(charge.allocations.all())

    @invariant()
    def what_was_billed_never_changes(self):
        rows = dict(
            LedgerEntry.objects.filter(account_id=self.tenant.id).values_list("number", "amount")
        )
        assert {number: rows[number] for number in self.charged} == self.charged
        self.charged = rows

    @invariant()
    def arrears_follow_the_balance(self):
        account = BillingAccount.objects.get(account_id=self.tenant.id)
        owes = account.balance < 0 and not account.unlimited
        assert (account.arrears != "ok") == owes
        if account.arrears == "frozen":
            token = replace(self.tenant.principal, method="token")
            with pytest.raises(ApiError):
                require_open(token, PRODUCT, now=self.now)

    @invariant()
    def settling_twice_changes_nothing(self):
        if self.number % 3 == 0:
            settlement.settle(self.tenant.id, now=self.now)
            assert settlement.settle(self.tenant.id, now=self.now) == settlement.Settled(0, 0)


def _sum(rows):
    return rows.order_by().aggregate(total=Sum("quantity"))["total"] or 0


Life.TestCase.settings = settings(
    max_examples=RUNS,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.django_db
@pytest.mark.timeout(0 if RUNS > 100 else 300)
def test_a_random_life_keeps_every_invariant():
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(Life, settings=Life.TestCase.settings)
