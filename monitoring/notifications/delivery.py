"""Deliver events to the endpoints of accounts: signed webhooks and e-mail, retried, logged, replayable.

Every event becomes one delivery row per endpoint that wants it; a periodic job sends the rows that
are due. A webhook carries `X-Event-Id` (for idempotence), `X-Event-Kind` and
`X-Signature: t=<unix s>,v1=<hex HMAC-SHA256 of "<t>.<body>">` under the endpoint's own secret.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import logging
from collections.abc import Iterable
from typing import Any

import orjson
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from billing.services import events
from core import clock, crypto, outbound_http
from core.errors import ApiError
from iam import selectors as iam_selectors
from iam.services.lockouts import Lockout
from monitoring import errors
from monitoring.models import Delivery, Endpoint
from monitoring.notifications.endpoints import endpoints, wants

log = logging.getLogger(__name__)

# Seconds after a failed attempt until the next one; then the delivery has failed.
BACK_OFF_S = (10, 60, 300, 1800, 7200, 21600)
LOG_DAYS = 30
_LEASE = dt.timedelta(seconds=120)


def deliveries(account_id: str, *, before_id: int | None = None) -> QuerySet[Delivery]:
    """Return the account's delivery log, newest first."""
    rows = Delivery.objects.filter(account_id=account_id).select_related("endpoint")
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    return rows.order_by("-id")


def replay(account_id: str, delivery_id: int) -> Delivery:
    """Queue a delivery of the account again, whatever its state; raises ces.0004."""
    row = deliveries(account_id).filter(pk=delivery_id).first()
    if row is None:
        raise ApiError(errors.CES_NOT_FOUND)
    row.state, row.attempts, row.due_at, row.error = Delivery.WAITING, 0, clock.now(), ""
    row.save(update_fields=["state", "attempts", "due_at", "error"])
    return row


def publish(
    *,
    account_id: str,
    kind: str,
    event_id: str,
    payload: dict[str, Any],
    only: Iterable[str] | None = None,
) -> int:
    """Queue one event for the endpoints subscribed to its kind; returns how many.

    `only` limits them to these endpoint ids. An event id that was published before is not queued again.
    """
    wanted = set(only) if only is not None else None
    rows = [
        Delivery(event_id=event_id, endpoint=one, account_id=account_id, kind=kind, payload=payload)
        for one in endpoints(account_id).filter(enabled=True)
        if (wanted is None or one.id in wanted) and wants(one, kind)
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def lock_out(lockout: Lockout) -> None:
    """Queue the event of a locked user or access key: kinds `lockout.user`, `lockout.access_key`."""
    publish(
        account_id=lockout.account_id,
        kind=f"lockout.{lockout.kind}",
        event_id=f"lockout-{lockout.subject_id[:32]}-{clock.epoch_ms(lockout.until)}",
        payload={
            lockout.kind: lockout.subject_id,
            "user_name": lockout.user_name,
            "address": lockout.address,
            "until": clock.iso_second(lockout.until),
        },
    )


def collect() -> int:
    """Publish the pending events of billing's outbox; returns how many."""
    with transaction.atomic():
        waiting = events.pending(limit=500)
        for event in waiting:
            publish(
                account_id=event.account_id,
                kind=event.kind,
                event_id=f"billing-{event.pk}",
                payload=event.payload,
            )
        events.mark_delivered(ids=[event.pk for event in waiting])
    return len(waiting)


def deliver(now: dt.datetime | None = None, limit: int = 50) -> int:
    """Send the due deliveries, at most `limit`; returns how many succeeded. No transaction is open while sending."""
    moment = now or clock.now()
    due = list(
        Delivery.objects.filter(state=Delivery.WAITING, due_at__lte=moment).order_by("due_at")[
            :limit
        ]
    )
    sent = 0
    for row in due:
        # The lease keeps other processes away; after a crash the row becomes due again when it ends.
        taken = Delivery.objects.filter(
            pk=row.pk, state=Delivery.WAITING, due_at=row.due_at
        ).update(due_at=moment + _LEASE)
        if taken:
            sent += _attempt(row, moment)
    return sent


def _attempt(row: Delivery, now: dt.datetime) -> bool:
    status, error = 0, ""
    try:
        status = _mail(row) if row.endpoint.kind == Endpoint.EMAIL else _webhook(row, now)
        error = "" if 200 <= status < 300 else f"the receiver answered {status}"
    except ApiError as refused:
        error = refused.message
    except (outbound_http.PostFailed, OSError) as failed:
        error = str(failed) or type(failed).__name__
    row.attempts += 1
    row.status_code, row.error = status, error[:200]
    if not error:
        row.state, row.delivered_at = Delivery.DELIVERED, now
    elif row.attempts > len(BACK_OFF_S):
        row.state = Delivery.FAILED
        log.warning("notification given up", extra={"delivery": row.pk, "reason": row.error})
    else:
        row.due_at = now + dt.timedelta(seconds=BACK_OFF_S[row.attempts - 1])
    row.save()
    return not error


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Return the value of X-Signature."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"t={timestamp},v1={digest.hexdigest()}"


def _webhook(row: Delivery, now: dt.datetime) -> int:
    body = orjson.dumps(
        {
            "id": row.event_id,
            "kind": row.kind,
            "account_id": row.account_id,
            "created_at": clock.iso_second(row.created_at),
            "data": row.payload,
        }
    )
    timestamp = int(now.timestamp())
    return outbound_http.post(
        row.endpoint.target,
        body,
        headers={
            "Content-Type": "application/json",
            "X-Event-Id": row.event_id,
            "X-Event-Kind": row.kind,
            "X-Signature": signature(crypto.decrypt(row.endpoint.secret), timestamp, body),
        },
    )


def _mail(row: Delivery) -> int:
    account = iam_selectors.account(row.account_id)
    lines = [f"{name}: {value}" for name, value in row.payload.items()]
    EmailMessage(
        subject=_("[OCR Console] {kind} in account {account}").format(
            kind=row.kind, account=account.name
        ),
        body="\n".join([*lines, "", f"{settings.PUBLIC_URL}/console/overview"]),
        to=[row.endpoint.target],
    ).send()
    return 200


def run() -> int:
    """Collect and deliver (periodic job)."""
    return collect() + deliver()


def purge(now: dt.datetime | None = None) -> int:
    """Delete deliveries older than 30 days; returns how many."""
    limit = (now or clock.now()) - dt.timedelta(days=LOG_DAYS)
    return Delivery.objects.filter(created_at__lt=limit).delete()[0]
