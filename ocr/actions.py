"""Actions on service subscriptions and jobs: one row per service and verb (API reference, "Permissions")."""

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

# Jobs: calls in bulk whose inputs and results are kept for a time, which an administrator may want
# to allow or not; calling itself needs a subscription only.
JOBS: tuple[ActionRow, ...] = (
    ActionRow("ocr:job:list", "List batch jobs", "project", "read"),
    ActionRow("ocr:job:get", "See a batch job, its pages and their errors", "project", "read"),
    ActionRow("ocr:job:create", "Make batch jobs and add files", "project", "write"),
    ActionRow("ocr:job:update", "Start, pause, resume, cancel and retry jobs", "project", "write"),
    ActionRow("ocr:job:download", "Read and download the results of jobs", "project", "write"),
    ActionRow("ocr:job:delete", "Delete batch jobs with their content", "project", "write"),
)
