"""Roll up call records into totals per user and per account: restartable, exact, rebuildable.

`roll_up` takes a batch of records that are not rolled up yet, adds them to the table of every grain
(`rollup.grains`) and marks them, in one transaction: a crash before its commit leaves nothing, a
crash after it everything. PostgreSQL does a batch in one statement (`rollup.postgresql`), SQLite
adds it up in Python (`rollup.sqlite`); the rows are the same.
"""

from __future__ import annotations

from django.db import connection, transaction

from core import clock
from monitoring import partitions
from monitoring.models import CallRecord
from monitoring.rollup import postgresql, sqlite
from monitoring.rollup.grains import GRAINS, KEY

__all__ = ["GRAINS", "KEY", "rebuild", "roll_up"]


def roll_up(batch: int = 0) -> int:
    """Roll up every waiting record; returns how many. Safe in several processes at once.

    `batch` is the number of records per transaction, 0 = the database's own default.
    """
    on_postgresql = connection.vendor == "postgresql"
    take = postgresql.take if on_postgresql else sqlite.take
    size = batch or (postgresql.BATCH if on_postgresql else sqlite.BATCH)
    total = 0
    while done := _one_batch(take, size):
        total += done
    return total


def _one_batch(take: postgresql.Take, size: int) -> int:
    with transaction.atomic():
        _one_writer()
        return take(size)


def _one_writer() -> None:
    """Wait until no other transaction writes roll-ups; held until the end of this one.

    The totals read inside the transaction must not be stale. SQLite admits one writer anyway.
    """
    if connection.vendor == "postgresql":
        postgresql.lock()


def rebuild() -> int:
    """Recompute the roll-ups of every day whose records are kept; returns the records read.

    Days whose records were purged keep their roll-ups. Records that wait for their first roll-up
    stay waiting: the next `roll_up` adds them on top.
    """
    with transaction.atomic():
        _one_writer()
        first = CallRecord.objects.order_by("id").values_list("occurred_at", flat=True).first()
        if first is None:
            return 0
        # A purge may be in the middle of its oldest day: that day's records are incomplete.
        since = max(partitions.midnight(first), partitions.oldest_kept(clock.now()))
        again = postgresql.recompute if connection.vendor == "postgresql" else sqlite.recompute
        total = again(since)
    return total + roll_up()
