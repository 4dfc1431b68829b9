"""Settle usage: packages burn first, the rest waits for the hourly fold in `folding`.

One transaction per batch, one writer per account. A batch commits allocations, the events that
went to them, package counters, bill lines and budgets together, so a kill at any instruction leaves
either all of it or nothing, and running again continues with what is still on the queue.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import F

from billing import burndown, periods
from billing.models import Allocation, BillingAccount, Package, UnsettledEvent
from billing.services import accounts, budgets, charging, events, settlement_batches
from billing.services.bill_lines import LineBook
from core import clock

log = logging.getLogger(__name__)

BATCH = 20_000
TURN = 100_000  # events per run of the periodic job, so that other jobs get their turn


class _Key(NamedTuple):
    """What the calls of one allocation have in common."""

    region: str
    product: str
    project: str
    user: str
    hour: dt.datetime
    package: int | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What one run did."""

    events: int = 0
    folded: int = 0


def settle(
    account_id: str | None = None,
    *,
    limit: int | None = None,
    now: dt.datetime | None = None,
    batch: int = BATCH,
) -> Settled:
    """Settle up to `limit` events (all when None) of one account or of all; then fold past hours.

    Accounts take turns, batch by batch, so a long backlog of one does not keep the others waiting.
    An account that another writer holds is left to it; one that fails is logged and skipped, and
    raises only when it was asked for by name. Safe to run twice, concurrently, and after a crash.
    """
    moment = now or clock.now()
    done = folded = 0
    queue = deque([account_id] if account_id else accounts_unsettled())
    while queue and (limit is None or done < limit):
        account = queue.popleft()
        size = batch if limit is None else min(batch, limit - done)
        with _alone(account, named=account_id is not None):
            count = _batch(account, size)
            done += count
            if count == size:
                queue.append(account)
    for account in [account_id] if account_id else charging.accounts_due(now=moment):
        with _alone(account, named=account_id is not None):
            folded += charging.fold(account, now=moment)
    return Settled(events=done, folded=folded)


@contextlib.contextmanager
def _alone(account_id: str, *, named: bool) -> Iterator[None]:
    """Keep the failure of one account from stopping the others."""
    try:
        yield
    except Exception:
        if named:
            raise
        log.exception("settling failed", extra={"account_id": account_id})


def settle_turn() -> Settled:
    """Settle what one turn of the periodic job may take."""
    return settle(limit=TURN)


def accounts_unsettled() -> list[str]:
    """Return the accounts that have unsettled events, by steps through the queue's key."""
    found: list[str] = []
    waiting = UnsettledEvent.objects.order_by("account_id")
    last = ""
    while True:
        following = waiting.filter(account_id__gt=last).values_list("account_id", flat=True).first()
        if following is None:
            return found
        found.append(following)
        last = following


def _batch(account_id: str, size: int) -> int:
    """Settle one batch; returns how many events it took, 0 when another writer is at it."""
    with transaction.atomic():
        account = accounts.try_lock(account_id)
        return 0 if account is None else settle_locked(account, size=size)


def settle_locked(account: BillingAccount, *, size: int = BATCH) -> int:
    """Settle one batch of a locked account inside the caller's transaction."""
    batch = settlement_batches.head(account.account_id, size)
    if not batch.size:
        return 0
    pools = settlement_batches.pools(batch)
    packages = _packages(account.account_id, pools)
    shares, single = _shares(batch, pools, packages)
    quantities: dict[_Key, int] = defaultdict(int)
    for key, quantity in chain(
        ((key, pool.quantity) for key, pool in shares),
        ((key, row.quantity) for key, row in single),
    ):
        quantities[key] += quantity
    allocations = _allocate(account, quantities, packages)
    paid_by = dict(zip(quantities, (row.pk for row in allocations), strict=True))
    moved = settlement_batches.settle_pools(batch, [(pool, paid_by[key]) for key, pool in shares])
    if single:
        moved += settlement_batches.settle_rows([(row.id, paid_by[key]) for key, row in single])
    if not moved == batch.size == settlement_batches.dequeue(account.account_id, batch):
        raise RuntimeError("an event was settled twice at once; the batch is rolled back")
    budgets.count(account_id=account.account_id, allocations=allocations)
    return batch.size


def _shares(
    batch: settlement_batches.Head,
    pools: list[settlement_batches.Pool],
    packages: dict[int, Package],
) -> tuple[list[tuple[_Key, settlement_batches.Pool]], list[tuple[_Key, settlement_batches.Row]]]:
    """Return who pays: whole pools, and single events where a package begins or ends among them."""
    quotas = [package.quota() for package in packages.values()]
    meters: dict[tuple[str, str], list[settlement_batches.Pool]] = defaultdict(list)
    for pool in pools:
        meters[pool.region, pool.product].append(pool)
    shares: list[tuple[_Key, settlement_batches.Pool]] = []
    single: list[tuple[_Key, settlement_batches.Row]] = []
    for (region, product), of_meter in meters.items():
        payers = burndown.burn_bulk(
            [
                burndown.Bulk(region, product, p.project, p.first_at, p.last_at, p.quantity)
                for p in of_meter
            ],
            quotas,
        )
        if payers is not None:
            shares += [
                (_key(pool, pool.first_at, payer), pool)
                for pool, payer in zip(of_meter, payers, strict=True)
            ]
            continue
        rows = settlement_batches.rows(batch, region=region, product=product)
        uses = [burndown.Use(region, product, r.project, r.occurred_at, r.quantity) for r in rows]
        single += [
            (_key(row, row.occurred_at, payer), row)
            for row, payer in zip(rows, burndown.burn(uses, quotas), strict=True)
        ]
    return shares, single


def _key(
    part: settlement_batches.Pool | settlement_batches.Row, at: dt.datetime, payer: int | None
) -> _Key:
    hour = periods.hour_start(at, settings.BILLING_TIME_ZONE)
    return _Key(part.region, part.product, part.project, part.user, hour, payer)


def _packages(account_id: str, pools: list[settlement_batches.Pool]) -> dict[int, Package]:
    """Return the packages that may pay for a call of `pools`."""
    first = min(pool.first_at for pool in pools)
    last = max(pool.last_at for pool in pools)
    return Package.objects.filter(
        account_id=account_id,
        refunded_at=None,
        effective_at__lte=last,
        expires_at__gte=first,
        used__lt=F("granted"),
    ).in_bulk()


def _allocate(
    account: BillingAccount, quantities: dict[_Key, int], packages: dict[int, Package]
) -> list[Allocation]:
    """Write one allocation per key, burn the packages and add to their bill lines."""
    book = LineBook(account.account_id, account.currency)
    burned: dict[int, Package] = {}
    allocations = []
    for key, quantity in quantities.items():
        allocation = Allocation(
            account_id=account.account_id,
            region=key.region,
            product_id=key.product,
            enterprise_project_id=key.project,
            user_id=key.user,
            hour=key.hour,
            quantity=quantity,
        )
        if key.package is not None:
            package = burned.setdefault(key.package, packages[key.package])
            package.used += quantity
            line = book.package(
                month=periods.month(key.hour, settings.BILLING_TIME_ZONE),
                region=key.region,
                project=key.project,
                product=key.product,
                package_id=key.package,
                at=key.hour,
            )
            book.add(line, quantity=quantity, at=key.hour)
            allocation.package_id = key.package
            allocation.package_used_after = package.used
            allocation.bill_line = line
        allocations.append(allocation)
    book.save()
    _packages_save(account.account_id, list(burned.values()))
    return Allocation.objects.bulk_create(allocations, batch_size=500)


def _packages_save(account_id: str, packages: list[Package]) -> None:
    """Write the counters; one alert per package when little is left, one when nothing is."""
    for package in packages:
        left = package.granted - package.used
        facts = {
            "package_id": package.pk,
            "product": package.product_id,
            "region": package.region,
            "left": left,
            "granted": package.granted,
        }
        if not package.alerted and left * 100 <= package.granted * package.alert_percent_left:
            package.alerted = True
            events.emit(account_id=account_id, kind="package.low", **facts)
        if left == 0:
            events.emit(account_id=account_id, kind="package.used_up", **facts)
    Package.objects.bulk_update(packages, ["used", "alerted"], batch_size=200)
