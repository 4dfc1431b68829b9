"""An account with money: who buys, what is called and settled."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib.auth import get_user_model

from billing import selectors
from billing.services import metering, settlement
from core import clock
from iam.authn import principal_for
from iam.principal import Principal

SERVICE = "passport"


def person(account: dict[str, Any], who: str = "admin") -> Principal:
    user = get_user_model().objects.get(pk=account["users"][who]["id"])
    caller = principal_for(user)
    return Principal(
        account_id=caller.account_id,
        account_name=caller.account_name,
        user_id=caller.user_id,
        user_name=caller.user_name,
        method="aksk",
        region=account["region"],
        project_id=account["project_id"],
    )


def calls(
    account: dict[str, Any], count: int, *, product: str = SERVICE, project: str = ""
) -> list:
    """Record calls two hours ago and settle them."""
    caller = person(account)
    if project:
        caller = Principal(**{**_fields(caller), "enterprise_project_id": project})
    ids = [uuid.uuid4().hex for _ in range(count)]
    for request_id in ids:
        metering.usage_record(
            principal=caller,
            product_code=product,
            request_id=request_id,
            now=clock.now() - dt.timedelta(hours=2),
        )
    settlement.settle(account["domain_id"])
    return ids


def _fields(caller: Principal) -> dict[str, Any]:
    return {name: getattr(caller, name) for name in caller.__dataclass_fields__}


def buy(client: Any, account: dict[str, Any], **change: str) -> Any:
    plan = selectors.plans(product=SERVICE, region=account["region"])[0]
    form = {
        "service": SERVICE,
        "in": account["region"],
        "plan": plan.code,
        "quantity": "1",
        "start": "now",
        "key": uuid.uuid4().hex,
        **change,
    }
    return client.post("/console/packages/buy", form)


def bought(account: dict[str, Any]) -> list:
    rows = selectors.packages(account["domain_id"], product=SERVICE)
    return [row.package for row in rows if row.package.source == "purchased"]
