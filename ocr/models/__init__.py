"""Tables of the recognition app; other apps use its selectors and services."""

from ocr.models.alarms import Alarm, AlarmHistory
from ocr.models.batch import Job, JobFile, JobPage
from ocr.models.calls import (
    LATENCY_EDGES_MS,
    AccountDay,
    AccountHour,
    AccountSlot,
    CallDay,
    CallHour,
    CallMinute,
    CallRecord,
    RollUp,
)
from ocr.models.limits import AccountLimit
from ocr.models.notify import Delivery, Endpoint

__all__ = [
    "LATENCY_EDGES_MS",
    "AccountDay",
    "AccountHour",
    "AccountLimit",
    "AccountSlot",
    "Alarm",
    "AlarmHistory",
    "CallDay",
    "CallHour",
    "CallMinute",
    "CallRecord",
    "Delivery",
    "Endpoint",
    "Job",
    "JobFile",
    "JobPage",
    "RollUp",
]
