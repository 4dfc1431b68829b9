"""Subscribe and unsubscribe: a user or Everyone, per region and product."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction

from billing import errors
from billing.models import Product, Subscription
from billing.services import accounts, traces
from billing.services.products import PRODUCTS
from core.errors import ApiError
from iam.principal import Principal

RESOURCE_TYPE = "ai_service"
TRACED_USERS = 200  # a trace that names more is cut


def subscribe(
    *,
    principal: Principal,
    product_code: str,
    region: str = "",
    user_id: str | None = None,
    everyone: bool = False,
) -> bool:
    """Subscribe `user_id` (default: the caller) or Everyone; returns False if it was so already.

    `region` defaults to the caller's. The caller's right to do so is checked at the edge.
    Raises CBC.0151 for an unknown product or a user of another account.
    """
    region = region or principal.region
    target = _target(principal, user_id=user_id, everyone=everyone)
    with transaction.atomic():
        product = _product(product_code)
        accounts.ensure(principal.account_id)
        made = ensure(
            account_id=principal.account_id,
            region=region,
            product_code=product.code,
            user_id=target,
        )
        _trace(principal, "subscribeAISubService", product, region, target)
    return made


def unsubscribe(
    *,
    principal: Principal,
    product_code: str,
    region: str = "",
    user_id: str | None = None,
    everyone: bool = False,
) -> bool:
    """End a subscription; returns False if there was none. See `subscribe`."""
    region = region or principal.region
    target = _target(principal, user_id=user_id, everyone=everyone)
    with transaction.atomic():
        product = _product(product_code)
        gone, _ = Subscription.objects.filter(
            account_id=principal.account_id, region=region, product=product, user_id=target
        ).delete()
        _trace(principal, "unsubscribeAISubService", product, region, target)
    return bool(gone)


def users_set(
    *, principal: Principal, product_code: str, user_ids: Collection[str], wanted: bool
) -> int:
    """Subscribe or unsubscribe many users in the caller's region, all or none; return how many changed.

    The caller's right to do so is checked at the edge. Raises CBC.0151 as `subscribe` does.
    """
    region, ids = principal.region, set(user_ids)
    with transaction.atomic():
        product = _product(product_code)
        if _users(principal).filter(pk__in=ids).count() != len(ids):
            raise ApiError(errors.NOT_FOUND, kind="user")
        rows = Subscription.objects.filter(
            account_id=principal.account_id, region=region, product=product, user_id__in=ids
        )
        if wanted:
            accounts.ensure(principal.account_id)
            changed = ids - set(rows.values_list("user_id", flat=True))
            Subscription.objects.bulk_create(
                (
                    Subscription(
                        account_id=principal.account_id, region=region, product=product, user_id=key
                    )
                    for key in sorted(changed)
                ),
                ignore_conflicts=True,
            )
            count = len(changed)
        else:
            count, _ = rows.delete()
        name = "subscribeAISubService" if wanted else "unsubscribeAISubService"
        _trace(principal, name, product, region, *sorted(ids))
    return count


def ensure(*, account_id: str, region: str, product_code: str, user_id: str | None) -> bool:
    """Make a subscription (`user_id` None = Everyone) unless it exists; no trace, no checks."""
    _, made = Subscription.objects.get_or_create(
        account_id=account_id, region=region, product_id=product_code, user_id=user_id
    )
    return made


def _target(principal: Principal, *, user_id: str | None, everyone: bool) -> str | None:
    if everyone:
        return None
    if user_id is None or user_id == principal.user_id:
        return principal.user_id
    if not _users(principal).filter(pk=user_id).exists():
        raise ApiError(errors.NOT_FOUND, kind="user")
    return user_id


def _users(principal: Principal) -> Any:
    user_model = Subscription._meta.get_field("user").related_model
    return user_model._default_manager.filter(account_id=principal.account_id)


def _product(code: str) -> Product:
    product = Product.objects.filter(code=code, active=True).first()
    if product is None:
        raise ApiError(errors.NOT_FOUND, kind="service")
    return product


def _trace(
    principal: Principal, name: str, product: Product, region: str, *user_ids: str | None
) -> None:
    row = PRODUCTS.find(product.code)
    traces.record(
        principal,
        name,
        resource_type=RESOURCE_TYPE,
        resource_id=product.code,
        resource_name=product.title,
        service_type=row.trace_service if row else "BSS",
        region=region,
        user_id=",".join(user_id or "*" for user_id in user_ids[:TRACED_USERS]),
        **({"users": len(user_ids)} if len(user_ids) > 1 else {}),
    )
