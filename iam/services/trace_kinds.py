"""Distinct kinds of operations and users in an account's traces, for filters.

PostgreSQL has no operator that jumps from one value of an index to the next, so a plain DISTINCT
reads every trace; the recursive query here makes one look-up per value instead.
"""

from __future__ import annotations

from django.db import connection

from iam.models import Trace

_KIND = ("service_type", "resource_type", "trace_name")


def _distinct(account_id: str, columns: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the account's distinct values of `columns`, which begin an index after the account."""
    if connection.vendor != "postgresql":
        rows = Trace.objects.filter(account_id=account_id).order_by(*columns)
        return list(rows.values_list(*columns).distinct())
    names = ", ".join(columns)
    one = f"SELECT {names} FROM iam_trace WHERE account_id = %s"
    after = ", ".join(f"known.{name}" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE known AS (({one} ORDER BY {names} LIMIT 1) UNION ALL"
            f" SELECT following.* FROM known, LATERAL ({one} AND ({names}) > ({after})"
            f" ORDER BY {names} LIMIT 1) AS following) SELECT {names} FROM known",
            [account_id, account_id],
        )
        return list(cursor.fetchall())


def trace_kinds(account_id: str) -> list[tuple[str, ...]]:
    """Return (service, resource type, operation) of every kept trace of the account, sorted."""
    return _distinct(account_id, _KIND)


def trace_users(account_id: str) -> list[str]:
    """Return the names of the users in the account's stored traces, sorted."""
    return [name for (name,) in _distinct(account_id, ("user_name",)) if name]
