"""Make tenants, priced products and recorded calls for billing's tests."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, replace
from decimal import Decimal

from django.apps import apps

from billing.pricing import PriceTable, Tier
from billing.services import accounts, metering, products
from billing.services.products import ProductRow
from iam.principal import Principal

NOW = dt.datetime(2026, 3, 10, 8, 30, tzinfo=dt.UTC)
REGION, OTHER_REGION = "ap-southeast-2", "ap-southeast-1"
PRODUCT, OTHER_PRODUCT = "test-card", "test-text"
_numbers = itertools.count(1)

TABLE = PriceTable((Tier(0, Decimal("0.018")), Tier(1000, Decimal("0.015"))), free_calls=10)


@dataclass(frozen=True)
class Tenant:
    """An account with its owner and a second user."""

    principal: Principal
    other_user: Principal

    @property
    def id(self) -> str:
        return self.principal.account_id


def tenant_make() -> Tenant:
    """Make an account, two users and a project with plain rows."""
    number = next(_numbers)
    model = apps.get_model
    region, _ = model("iam", "Region").objects.get_or_create(
        id=REGION, defaults={"name": "Test region"}
    )
    account = model("iam", "Account").objects.create(name=f"tenant-{number}")
    owner = model("iam", "User").objects.create(account=account, name="owner", is_owner=True)
    clerk = model("iam", "User").objects.create(account=account, name="clerk")
    project = model("iam", "Project").objects.create(account=account, region=region, name=REGION)
    accounts.ensure(account.id)
    principal = Principal(
        account_id=account.id,
        account_name=account.name,
        user_id=owner.id,
        user_name=owner.name,
        method="aksk",
        is_owner=True,
        project_id=project.id,
        region=REGION,
    )
    return Tenant(
        principal, replace(principal, user_id=clerk.id, user_name="clerk", is_owner=False)
    )


def products_make(table: PriceTable = TABLE) -> None:
    """Write two products with prices and plans straight to the tables."""
    for code in (PRODUCT, OTHER_PRODUCT):
        row = ProductRow(code=code, title=code, action_prefix=f"test:{code}", price_class="card")
        products._product_write(row, None)
        products._version_write(code, "", table, products.ALWAYS, "book")
        products._plans_sync(code, "", products.book().classes["card"].plans)
        products.top_unit_price_refresh(code)


def record(
    principal: Principal,
    *,
    count: int = 1,
    now: dt.datetime = NOW,
    product: str = PRODUCT,
    step: dt.timedelta = dt.timedelta(),
) -> list[str]:
    """Record successful calls; returns their request ids."""
    ids = []
    for index in range(count):
        request_id = f"request-{next(_numbers)}"
        metering.usage_record(
            principal=principal,
            product_code=product,
            request_id=request_id,
            now=now + step * index,
        )
        ids.append(request_id)
    return ids
