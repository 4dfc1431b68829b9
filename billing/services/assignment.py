"""Point many usage events at their allocations in one statement per database."""

from __future__ import annotations

import json

from django.db import connection

from billing.models import UsageEvent


def assign(pairs: list[tuple[int, int]]) -> int:
    """Set the allocation of each (event id, allocation id) that has none; returns the row count.

    An UPDATE that joins the list costs one round trip; one UPDATE per allocation or a CASE over
    thousands of ids would be the slowest part of settling.
    """
    table = connection.ops.quote_name(UsageEvent._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"UPDATE {table} AS event SET allocation_id = pair.allocation_id"
                " FROM unnest(%s::bigint[], %s::bigint[]) AS pair(id, allocation_id)"
                " WHERE event.id = pair.id AND event.allocation_id IS NULL",
                [[event for event, _ in pairs], [allocation for _, allocation in pairs]],
            )
        else:
            cursor.execute(
                f"UPDATE {table} SET allocation_id = pair.allocation_id"
                " FROM (SELECT json_extract(value, '$[0]') AS id,"
                " json_extract(value, '$[1]') AS allocation_id FROM json_each(%s)) AS pair"
                f" WHERE {table}.id = pair.id AND {table}.allocation_id IS NULL",
                [json.dumps(pairs)],
            )
        return int(cursor.rowcount)
