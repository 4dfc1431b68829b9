"""The actions of each service's subscription, one row a service and verb (API reference, "Permissions")."""

from __future__ import annotations

from iam.actions import ActionRow
from ocr.catalog import SERVICES

VERBS = {
    "subscribe": ("Subscribe to the service", "write"),
    "unsubscribe": ("Unsubscribe from the service", "write"),
    "getSubscribeUserList": ("See who is subscribed", "read"),
    "subscribeAllUsers": ("Subscribe other users or Everyone", "write"),
    "unsubscribeAllUsers": ("Unsubscribe other users or Everyone", "write"),
}
