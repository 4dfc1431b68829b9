"""Many threads at once: the last units of a package, a hard stop, a hot account.

Usage: crowd.py last-units|hard-stop|hot. Prints one JSON object.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import world

os.environ["WEB_THREADS"] = "24"  # the server of a test has a hundred connections for everybody
world.start(pool=True)

from django.db import connections, transaction  # noqa: E402

THREADS = 64


def crowd(work, count: int, threads: int = THREADS) -> list:
    """Run `work(n)` for n below `count` on many threads; as in a request, each takes a connection of
    the pool and gives it back."""
    numbers = iter(range(count))
    lock = threading.Lock()

    def run() -> list:
        found = []
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return found
            try:
                found.append(work(number))
            finally:
                connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return [
            row for future in [pool.submit(run) for _ in range(threads)] for row in future.result()
        ]


def call(principal, *, fail: bool = False) -> bool:
    """One call through the gate; returns whether it succeeded."""
    from billing import access
    from billing.services import metering
    from core.errors import ApiError

    request_id = uuid.uuid4().hex
    try:
        with access.require_open(principal, "test-card", request_id=request_id):
            if fail:
                raise ZeroDivisionError
            with transaction.atomic():
                metering.usage_record(
                    principal=principal, product_code="test-card", request_id=request_id
                )
        return True
    except (ApiError, ZeroDivisionError):
        return False


def subscribed():
    from billing.services import subscriptions

    tenant = world.tenant()
    subscriptions.ensure(
        account_id=tenant.id, region=tenant.principal.region, product_code="test-card", user_id=None
    )
    return tenant


def last_units() -> dict:
    """1,500 calls on a package of 1,000, with four settlers working against each other."""
    from billing.models import Allocation, Package
    from billing.services import packages, settlement

    tenant = subscribed()
    packages.grant(
        account_id=tenant.id,
        region=tenant.principal.region,
        product_code="test-card",
        calls=1000,
        source="promotional",
        grant_key="p",
    )
    stop = threading.Event()

    def settler() -> None:
        while not stop.is_set():
            settlement.settle(tenant.id, batch=97)
        connections.close_all()

    settlers = [threading.Thread(target=settler) for _ in range(4)]
    for thread in settlers:
        thread.start()
    try:
        results = crowd(lambda _: call(tenant.principal), 1500)
    finally:
        stop.set()
        for thread in settlers:
            thread.join()
    settlement.settle(tenant.id)
    rows = Allocation.objects.filter(account_id=tenant.id)
    return {
        "succeeded": sum(results),
        "used": Package.objects.get(account_id=tenant.id).used,
        "pay_per_use": sum(rows.filter(package=None).values_list("quantity", flat=True)),
    }


def hard_stop() -> dict:
    """600 attempts, a tenth of them failing, against a hard stop at 300."""
    from billing.models import BudgetPeriod, UsageEvent
    from billing.services import budgets

    tenant = subscribed()
    for name, scope, scope_id in (
        ("a", "account", ""),
        ("u", "user", tenant.principal.user_id),
    ):
        budgets.create(
            account_id=tenant.id,
            name=name,
            scope=scope,
            scope_id=scope_id,
            unit="calls",
            limit=Decimal(300),
            hard_stop=True,
        )
    random.seed(3)
    results = crowd(lambda n: call(tenant.principal, fail=n % 10 == 0), 600)
    return {
        "succeeded": sum(results),
        "recorded": UsageEvent.objects.filter(account_id=tenant.id).count(),
        "admitted": list(BudgetPeriod.objects.values_list("admitted", flat=True)),
    }


def hot(seconds: float = float(os.environ.get("BILLING_SECONDS", "6")), threads: int = 16) -> dict:
    """Metered calls per second: one hot account against a hundred spread ones, in turns."""
    tenants = [subscribed() for _ in range(100)]

    def rate(people) -> float:
        end = time.monotonic() + seconds
        done = 0
        lock = threading.Lock()

        def run(seed: int) -> None:
            nonlocal done
            picker = random.Random(seed)
            mine = 0
            while time.monotonic() < end:
                mine += call(picker.choice(people).principal)
            with lock:
                done += mine
            connections.close_all()

        crew = [threading.Thread(target=run, args=(seed,)) for seed in range(threads)]
        for thread in crew:
            thread.start()
        for thread in crew:
            thread.join()
        return done / seconds

    rate(tenants[:10])
    spread, heat = [], []
    for _ in range(3):
        spread.append(rate(tenants))
        heat.append(rate(tenants[:1]))
    return {"spread": spread, "hot": heat, "ratio": sum(heat) / sum(spread)}


world.migrate()
found = {"last-units": last_units, "hard-stop": hard_stop, "hot": hot}[sys.argv[1]]()
print(json.dumps(found | {"at": dt.datetime.now(dt.UTC).isoformat()}))
