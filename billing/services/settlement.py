"""Settle usage events: packages pay first, the rest waits for the hourly charge (`services.charging`).

One transaction per batch, one writer per account. A batch commits allocations, the links from events to
allocations, package counters, bill lines and budgets together: a process killed at any instruction leaves
all of it or nothing, and the next run continues with what is still on the queue.

The event itself is never written again. A pointer on the event, set once, was tried first: on PostgreSQL
each setting wrote a second version of the wide row and an entry in each of its indexes, nine tenths of
the cost of settling. A cursor over event ids would lose events: ids are given out before commit, so the
cursor passes over those of a slow transaction.
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
from billing.services.settlement_batches import (
    Batch,
    UsageGroup,
    UsageItem,
    usage_groups,
    usage_items,
)
from core import clock

log = logging.getLogger(__name__)

BATCH_SIZE = 20_000  # events per transaction
RUN_SIZE = (
    100_000  # events per run of the periodic job, so that the ticker's other jobs run in time
)


class _AllocationKey(NamedTuple):
    """What the calls of one allocation have in common; `package` None stands for pay-per-use."""

    region: str
    product: str
    project: str
    user: str
    hour: dt.datetime
    package: int | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What one run did: events settled, hour charges written."""

    events: int = 0
    charges: int = 0


def settle(
    account_id: str | None = None,
    *,
    limit: int | None = None,
    now: dt.datetime | None = None,
    batch: int = BATCH_SIZE,
) -> Settled:
    """Settle up to `limit` events (all when None) of one account or of all; then charge past hours.

    Accounts are served round-robin, one batch each, so the backlog of one account does not delay the
    others. An account that another writer has locked is skipped; the error of an account is logged, and
    raised only when `account_id` named that account. Safe to repeat, to run concurrently and after a crash.
    """
    moment = now or clock.now()
    done = charges = 0
    queue = deque([account_id] if account_id else accounts_unsettled())
    while queue and (limit is None or done < limit):
        account = queue.popleft()
        size = batch if limit is None else min(batch, limit - done)
        with _isolated(account, named=account_id is not None):
            count = _batch(account, size)
            done += count
            if count == size:
                queue.append(account)
    for account in [account_id] if account_id else charging.accounts_due(now=moment):
        with _isolated(account, named=account_id is not None):
            charges += charging.charge_hours(account, now=moment)
    return Settled(events=done, charges=charges)


@contextlib.contextmanager
def _isolated(account_id: str, *, named: bool) -> Iterator[None]:
    """Log the failure of one account so that the others go on; re-raise it when `named`."""
    try:
        yield
    except Exception:
        if named:
            raise
        log.exception("settling failed", extra={"account_id": account_id})


def settle_due() -> Settled:
    """Settle what is waiting, at most `RUN_SIZE` events: the periodic job."""
    return settle(limit=RUN_SIZE)


def accounts_unsettled() -> list[str]:
    """Return the accounts that have unsettled events.

    One index lookup per account (a loose index scan): DISTINCT would read the whole queue.
    """
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
    """Settle one batch; returns how many events it had, 0 while another writer has the account."""
    with transaction.atomic():
        account = accounts.try_lock(account_id)
        return 0 if account is None else settle_locked(account, size=size)


def settle_locked(account: BillingAccount, *, size: int = BATCH_SIZE) -> int:
    """Settle one batch of a locked account inside the caller's transaction."""
    batch = settlement_batches.next_batch(account.account_id, size)
    if not batch.size:
        return 0
    groups = usage_groups(batch)
    packages = _packages(account.account_id, groups)
    paid_groups, paid_items = _payers(batch, groups, packages)
    quantities: dict[_AllocationKey, int] = defaultdict(int)
    for key, quantity in chain(
        ((key, group.quantity) for key, group in paid_groups),
        ((key, item.quantity) for key, item in paid_items),
    ):
        quantities[key] += quantity
    allocations = _allocate(account, quantities, packages)
    paid_by = dict(zip(quantities, (row.pk for row in allocations), strict=True))
    linked = settlement_batches.settle_groups(
        batch, [(group, paid_by[key]) for key, group in paid_groups]
    )
    if paid_items:
        linked += settlement_batches.settle_items(
            [(item.id, paid_by[key]) for key, item in paid_items]
        )
    # The row lock makes this impossible; if it fails all the same, nobody is charged twice.
    if not linked == batch.size == settlement_batches.dequeue(account.account_id, batch):
        raise RuntimeError("an event was settled twice at once; the batch is rolled back")
    budgets.count_calls(account_id=account.account_id, allocations=allocations)
    return batch.size


def _payers(
    batch: Batch, groups: list[UsageGroup], packages: dict[int, Package]
) -> tuple[list[tuple[_AllocationKey, UsageGroup]], list[tuple[_AllocationKey, UsageItem]]]:
    """Return who pays for each group; single events where a package pays for part of a group only."""
    quotas = [package.quota() for package in packages.values()]
    by_meter: dict[tuple[str, str], list[UsageGroup]] = defaultdict(list)
    for group in groups:
        by_meter[group.region, group.product].append(group)
    paid_groups: list[tuple[_AllocationKey, UsageGroup]] = []
    paid_items: list[tuple[_AllocationKey, UsageItem]] = []
    for (region, product), of_meter in by_meter.items():
        uses = [
            burndown.UseGroup(region, product, g.project, g.first_at, g.last_at, g.quantity)
            for g in of_meter
        ]
        payers = burndown.burn_groups(uses, quotas)
        if payers is not None:
            paid_groups += [
                (_key(group, group.first_at, payer), group)
                for group, payer in zip(of_meter, payers, strict=True)
            ]
            continue
        items = usage_items(batch, region=region, product=product)
        single = [
            burndown.Use(region, product, i.project, i.occurred_at, i.quantity) for i in items
        ]
        paid_items += [
            (_key(item, item.occurred_at, payer), item)
            for item, payer in zip(items, burndown.burn(single, quotas), strict=True)
        ]
    return paid_groups, paid_items


def _key(part: UsageGroup | UsageItem, at: dt.datetime, payer: int | None) -> _AllocationKey:
    hour = periods.hour_start(at, settings.BILLING_TIME_ZONE)
    return _AllocationKey(part.region, part.product, part.project, part.user, hour, payer)


def _packages(account_id: str, groups: list[UsageGroup]) -> dict[int, Package]:
    """Return the packages that are in force at some moment of `groups` and have calls left."""
    first = min(group.first_at for group in groups)
    last = max(group.last_at for group in groups)
    return Package.objects.filter(
        account_id=account_id,
        refunded_at=None,
        effective_at__lte=last,
        expires_at__gte=first,
        used__lt=F("granted"),
    ).in_bulk()


def _allocate(
    account: BillingAccount, quantities: dict[_AllocationKey, int], packages: dict[int, Package]
) -> list[Allocation]:
    """Write one allocation per key, raise the packages' counters and add to their bill lines."""
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
    """Write the counters; emit one event per package when its alert is reached, one when it is used up."""
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
