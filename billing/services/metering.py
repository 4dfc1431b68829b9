"""Record the usage of one successful call: two inserts in the caller's transaction, no shared row.

Counting down a package here instead would make one row of a busy account the limit of its throughput.
"""

from __future__ import annotations

import datetime as dt

from billing.models import UnsettledEvent, UsageEvent
from core import clock
from core.compiled_queries import PreparedInsert
from iam.principal import Principal

_EVENT = PreparedInsert(UsageEvent, returning=True)
_QUEUE = PreparedInsert(UnsettledEvent)


def usage_record(
    *,
    principal: Principal,
    product_code: str,
    request_id: str,
    now: dt.datetime | None = None,
) -> None:
    """Insert the usage event of a call that succeeded and queue it for `settlement`.

    Call it in the transaction that writes the call record. Raises IntegrityError when the request
    id was recorded before, so one call is never billed twice.
    """
    event_id = _EVENT.run(
        request_id=request_id,
        account_id=principal.account_id,
        region=principal.region,
        product_id=product_code,
        user_id=principal.user_id,
        project_id=principal.project_id,
        enterprise_project_id=principal.enterprise_project_id or "0",
        occurred_at=now or clock.now(),
    )
    _QUEUE.run(account_id=principal.account_id, event_id=event_id)
