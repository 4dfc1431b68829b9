"""Subscriptions: which users, or Everyone, may call which products."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from billing.models import Subscription


@dataclass(frozen=True, slots=True)
class SubscriptionState:
    """State of one product as one user sees it."""

    own: bool
    everyone: bool

    @property
    def subscribed(self) -> bool:
        """Return whether the user may call the product."""
        return self.own or self.everyone


def subscription_state(
    account_id: str, *, region: str, user_id: str
) -> dict[str, SubscriptionState]:
    """Return the state per product code of the products this user may call; one query."""
    own: set[str] = set()
    everyone: set[str] = set()
    rows = Subscription.objects.filter(account_id=account_id, region=region)
    for product, user in rows.values_list("product_id", "user_id"):
        if user is None:
            everyone.add(product)
        elif user == user_id:
            own.add(product)
    return {
        code: SubscriptionState(own=code in own, everyone=code in everyone)
        for code in own | everyone
    }


def subscribers(
    account_id: str, *, region: str, product_code: str
) -> tuple[bool, list[tuple[str, str]]]:
    """Return whether Everyone is subscribed, and (user id, user name) of single users by name."""
    rows = Subscription.objects.filter(
        account_id=account_id, region=region, product_id=product_code
    ).values_list("user_id", "user__name")
    users = sorted(((uid, name) for uid, name in rows if uid), key=lambda row: row[1])
    return any(uid is None for uid, _ in rows), users


def users_by_subscription(
    users: QuerySet[Any], *, account_id: str, region: str, product_code: str
) -> QuerySet[Any]:
    """Return `users`, each with `subscribed`: whether by a subscription of its own."""
    own = Subscription.objects.filter(
        account_id=account_id, region=region, product_id=product_code, user_id=OuterRef("pk")
    )
    return users.annotate(subscribed=Exists(own))


def subscriber_counts(account_id: str, *, region: str) -> dict[str, tuple[bool, int]]:
    """Return (Everyone subscribed, how many single users) per product code; one query."""
    rows = (
        Subscription.objects.filter(account_id=account_id, region=region)
        .order_by()
        .values_list("product_id")
        .annotate(everyone=Count("pk", filter=Q(user=None)), users=Count("user_id"))
    )
    return {product: (bool(everyone), users) for product, everyone, users in rows}
