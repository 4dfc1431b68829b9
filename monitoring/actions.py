"""Actions of Cloud Eye (metrics and alarm rules of a project) and of the account's notifications."""

from __future__ import annotations

from iam.actions import ActionRow

ROWS: tuple[ActionRow, ...] = (
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
    ActionRow("ces:endpoints:list", "List notification endpoints", "project", "read"),
    ActionRow("ces:endpoints:create", "Create notification endpoints", "project", "write"),
    ActionRow("ces:endpoints:delete", "Delete notification endpoints", "project", "write"),
    ActionRow("ces:deliveries:list", "See what was delivered", "project", "read"),
    ActionRow("ces:deliveries:replay", "Deliver a notification again", "project", "write"),
)
