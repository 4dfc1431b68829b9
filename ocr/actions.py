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

# Monitoring (metrics and alarms are project resources) and notifications (of the whole account).
CES: tuple[ActionRow, ...] = (
    ActionRow("ces:metrics:list", "List metrics", "project", "read"),
    ActionRow("ces:metricData:list", "Read metric data", "project", "read"),
    ActionRow("ces:alarms:list", "List alarm rules", "project", "read"),
    ActionRow("ces:alarms:get", "See an alarm rule", "project", "read"),
    ActionRow("ces:alarms:create", "Create alarm rules", "project", "write"),
    ActionRow("ces:alarms:put", "Change alarm rules", "project", "write"),
    ActionRow("ces:alarms:delete", "Delete alarm rules", "project", "write"),
    ActionRow("ces:alarmsOnOff:put", "Enable or disable alarm rules", "project", "write"),
    ActionRow("ces:alarmHistory:list", "List alarm histories", "project", "read"),
    ActionRow("ces:quotas:get", "See monitoring quotas", "project", "read"),
    ActionRow("ces:endpoints:list", "List notification endpoints", "global", "read"),
    ActionRow("ces:endpoints:create", "Create notification endpoints", "global", "write"),
    ActionRow("ces:endpoints:delete", "Delete notification endpoints", "global", "write"),
    ActionRow("ces:deliveries:list", "See what was delivered", "global", "read"),
    ActionRow("ces:deliveries:replay", "Deliver a notification again", "global", "write"),
)
