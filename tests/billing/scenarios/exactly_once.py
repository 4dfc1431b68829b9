"""Kill -9 at every commit point of call, settlement, charge, order and refund; then count.

Usage: exactly_once.py KILLS_PER_POINT. Prints one JSON object. The parent forks a child per kill;
the child arms one point, works, and kills itself there with SIGKILL.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
import sys
import uuid

import world

world.start()

from django.db import connection, connections, transaction  # noqa: E402
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402

OPERATIONS = ("call", "settle", "charge", "order", "refund")
MOMENTS = ("before commit", "after commit", "statement")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(moment: str) -> None:
    """Make this process kill itself at `moment` of the next transaction."""
    if moment == "statement":
        left = random.randint(1, 12)

        def countdown(execute, sql, params, many, context):
            nonlocal left
            left -= 1
            if left == 0:
                die()
            return execute(sql, params, many, context)

        connection.execute_wrappers.append(countdown)
        return
    real = BaseDatabaseWrapper._commit

    def commit(self):
        if moment == "before commit":
            die()
        real(self)
        die()

    BaseDatabaseWrapper._commit = commit


def call(principal, acknowledged) -> None:
    """One successful call, two hours ago so that its hour can be charged at once."""
    from billing.services import metering
    from core import clock

    request_id = uuid.uuid4().hex
    with transaction.atomic():
        metering.usage_record(
            principal=principal,
            product_code="test-card",
            request_id=request_id,
            now=clock.now() - dt.timedelta(hours=2),
        )
    os.write(acknowledged, (request_id + "\n").encode())


def operate(name: str, principal, acknowledged) -> None:
    from billing.models import Package
    from billing.services import charging, orders, renewals, settlement
    from core import clock

    account_id = principal.account_id
    match name:
        case "call":
            call(principal, acknowledged)
        case "settle":
            settlement._batch(account_id, 5000)
        case "charge":
            charging.charge_hours(account_id, now=clock.now())
        case "order":
            orders.buy(
                principal=principal,
                region=principal.region,
                product_code="test-card",
                plan_code="1k",
                idempotency_key=uuid.uuid4().hex,
            )
        case "refund":
            package = Package.objects.filter(source="purchased", refunded_at=None).first()
            if package is None:
                operate("order", principal, acknowledged)
                package = Package.objects.filter(source="purchased", refunded_at=None).first()
            renewals.unsubscribe(principal=principal, package_id=package.pk)


def child(name: str, moment: str, principal, acknowledged) -> None:
    for _ in range(random.randint(1, 4)):
        call(principal, acknowledged)
    if name in ("charge", "refund"):
        operate("settle", principal, acknowledged)
    if name == "refund":
        operate("order", principal, acknowledged)
    arm(moment)
    operate(name, principal, acknowledged)


def forked(work) -> int:
    """Run `work` in a child; returns the signal that ended it, 0 for a clean end."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            connections.close_all()
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def main() -> None:
    kills = int(sys.argv[1])
    random.seed(7)
    world.migrate()
    tenant = world.tenant()
    from billing.services import packages

    packages.grant(
        account_id=tenant.id,
        region=tenant.principal.region,
        product_code="test-card",
        calls=kills * 4,
        source="free",
        grant_key="free",
        now=__import__("core.clock").clock.now() - dt.timedelta(hours=3),
    )
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    acknowledged: set[str] = set()
    killed = {f"{name}, {moment}": 0 for name in OPERATIONS for moment in MOMENTS}
    for name in OPERATIONS:
        for moment in MOMENTS:
            while killed[f"{name}, {moment}"] < kills:
                end = forked(lambda n=name, m=moment: child(n, m, tenant.principal, writer))
                killed[f"{name}, {moment}"] += end == signal.SIGKILL
                acknowledged |= drain(reader)
    print(json.dumps({"killed": killed, **count(tenant, acknowledged)}))


def drain(reader: int) -> set[str]:
    data = b""
    while True:
        try:
            chunk = os.read(reader, 65536)
        except BlockingIOError:
            return set(data.decode().split())
        data += chunk


def count(tenant, acknowledged: set[str]) -> dict:
    """Finish the work and compare everything with everything."""
    from billing import selectors
    from billing.models import (
        Allocation,
        BillLine,
        HourCharge,
        LedgerEntry,
        Order,
        Package,
        SettledEvent,
        UnsettledEvent,
        UsageEvent,
    )
    from billing.services import settlement

    for _ in range(3):
        settlement.settle(tenant.id)
    recorded = set(UsageEvent.objects.values_list("request_id", flat=True))
    done = Order.objects.filter(status="done")
    return {
        "acknowledged": len(acknowledged),
        "recorded": len(recorded),
        "lost": len(acknowledged - recorded),
        "waiting": UnsettledEvent.objects.count(),
        "settled": SettledEvent.objects.count(),
        "allocated": sum(Allocation.objects.values_list("quantity", flat=True)),
        "packaged": sum(Package.objects.values_list("used", flat=True)),
        "deducted": sum(
            Allocation.objects.filter(package__isnull=False).values_list("quantity", flat=True)
        ),
        "charged": sum(HourCharge.objects.values_list("quantity", flat=True)),
        "billed": sum(BillLine.objects.exclude(mode="order").values_list("quantity", flat=True)),
        "ledger_sound": selectors.ledger_is_sound(tenant.id),
        "orders_paid": done.filter(kind="new").count(),
        "orders_ledger": LedgerEntry.objects.filter(kind="order").count(),
        "packages_bought": Package.objects.filter(source="purchased").count(),
        "refunds": done.filter(kind="unsubscribe").count(),
        "refunds_ledger": LedgerEntry.objects.filter(kind="refund").count(),
        "packages_refunded": Package.objects.exclude(refunded_at=None).count(),
    }


main()
