"""Actions of each service's subscription, a row a service and verb (API reference, "Permissions")."""

from __future__ import annotations

from typing import Literal

from iam.actions import ActionRow
from ocr.catalog import SERVICES

VERBS: tuple[tuple[str, str, Literal["read", "write"]], ...] = (
    ("subscribe", "Subscribe to {title}", "write"),
    ("unsubscribe", "Unsubscribe from {title}", "write"),
    ("getSubscribeUserList", "See who is subscribed to {title}", "read"),
    ("subscribeAllUsers", "Subscribe other users or Everyone to {title}", "write"),
    ("unsubscribeAllUsers", "Unsubscribe other users or Everyone from {title}", "write"),
)
ROWS = tuple(
    ActionRow(
        name=f"ocr:{service.action_name}:{verb}",
        description=text.format(title=service.title_en),
        scope="project",
        access=access,
    )
    for service in SERVICES
    for verb, text, access in VERBS
)
