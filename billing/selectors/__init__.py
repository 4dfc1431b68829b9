"""Reads of billing, by topic; every function takes the account first."""

from billing.selectors.subscriptions import (
    SubscriptionState,
    subscribers,
    subscription_state,
)
from billing.selectors.usage import QuotaLeft, quota_left

__all__ = [
    "QuotaLeft",
    "SubscriptionState",
    "quota_left",
    "subscribers",
    "subscription_state",
]
