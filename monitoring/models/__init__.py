"""Tables of monitoring; other apps use its statistics, call records and services."""

from monitoring.models.alarms import Alarm, AlarmHistory
from monitoring.models.calls import (
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
from monitoring.models.notifications import Delivery, Endpoint

__all__ = [
    "LATENCY_EDGES_MS",
    "AccountDay",
    "AccountHour",
    "AccountSlot",
    "Alarm",
    "AlarmHistory",
    "CallDay",
    "CallHour",
    "CallMinute",
    "CallRecord",
    "Delivery",
    "Endpoint",
    "RollUp",
]
