"""Alarm rules on metrics: create, change, evaluate each minute, and record the history of states."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from core import clock
from core.errors import ApiError
from iam.principal import Principal
from iam.services import audit
from monitoring import errors, metrics
from monitoring.models import Alarm, AlarmHistory
from monitoring.notifications import delivery

QUOTA = 100
LAG_S = 10  # how far the roll-ups may lag behind the calls
SUPPRESSIONS = (0, 300, 600, 900, 1800, 3600, 10800, 21600, 43200, 86400)
OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
}
_ACTIONS = {Alarm.ALARM: "alarm_actions", Alarm.OK: "ok_actions"}


def alarms(account_id: str, project_id: str) -> QuerySet[Alarm]:
    """Return the project's alarms, newest first."""
    return Alarm.objects.filter(account_id=account_id, project_id=project_id).order_by(
        "-created_at", "-id"
    )


def alarm(account_id: str, project_id: str, alarm_id: str) -> Alarm:
    """Return one alarm of the project; raises 404."""
    found = alarms(account_id, project_id).filter(pk=alarm_id).first()
    if found is None:
        raise ApiError(errors.CES_NOT_FOUND)
    return found


def histories(account_id: str, project_id: str) -> QuerySet[AlarmHistory]:
    """Return the state changes of the project's alarms, newest first."""
    return AlarmHistory.objects.filter(account_id=account_id, project_id=project_id).order_by("-id")


def _refuse(name: str, *, unless: bool) -> None:
    if not unless:
        raise ApiError(errors.CES_PARAMETER, name=name)


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def condition_fields(condition: Any) -> dict[str, Any]:
    """Return the columns of a condition; raises ces.0003 with the name of the bad member."""
    _refuse("condition", unless=isinstance(condition, dict))
    period, count = condition.get("period"), condition.get("count")
    suppress = condition.get("suppress_duration") or 0
    _refuse("comparison_operator", unless=condition.get("comparison_operator") in OPERATORS)
    _refuse("filter", unless=condition.get("filter") in metrics.FILTERS)
    _refuse("period", unless=_number(period) and period in metrics.SPANS)
    _refuse("count", unless=isinstance(count, int) and 1 <= count <= 5)
    _refuse("value", unless=_number(condition.get("value")))
    _refuse("suppress_duration", unless=suppress in SUPPRESSIONS)
    return {
        "operator": condition["comparison_operator"],
        "filter": condition["filter"],
        "period": period,
        "count": count,
        "value": float(condition["value"]),
        "unit": str(condition.get("unit") or ""),
        "suppress_duration": suppress,
    }


def _metric_fields(metric: Any) -> dict[str, Any]:
    _refuse("metric", unless=isinstance(metric, dict))
    _refuse("namespace", unless=metric.get("namespace") == metrics.NAMESPACE)
    _refuse("metric_name", unless=metric.get("metric_name") in metrics.METRICS)
    dimensions = metric.get("dimensions")
    _refuse("dimensions", unless=isinstance(dimensions, list) and len(dimensions) == 1)
    given = dimensions[0] if isinstance(dimensions[0], dict) else {}
    interface = metrics.interface_named(str(given.get("value", "")))
    if given.get("name") != metrics.DIMENSION or interface is None:
        raise ApiError(errors.CES_PARAMETER, name="dimensions")
    return {"metric_name": metric["metric_name"], "interface": interface.name}


def _common_fields(body: dict[str, Any], *, partial: bool) -> dict[str, Any]:
    """Return the columns of name, description, level, switches and actions that are given."""
    fields: dict[str, Any] = {}
    name = body.get("alarm_name")
    if name is not None or not partial:
        _refuse("alarm_name", unless=isinstance(name, str) and 0 < len(name) <= 128)
        fields["name"] = name
    description = body.get("alarm_description")
    if description is not None:
        _refuse("alarm_description", unless=isinstance(description, str) and len(description) < 257)
        fields["description"] = description
    if (level := body.get("alarm_level")) is not None:
        _refuse("alarm_level", unless=level in (1, 2, 3, 4))
        fields["level"] = level
    for key, column in {
        "alarm_enabled": "enabled",
        "alarm_action_enabled": "action_enabled",
    }.items():
        if (switch := body.get(key)) is not None:
            _refuse(key, unless=isinstance(switch, bool))
            fields[column] = switch
    for key in ("alarm_actions", "ok_actions"):
        if (actions := body.get(key)) is not None:
            fields[key] = _actions(key, actions)
    return fields


def _actions(key: str, actions: Any) -> list[dict[str, Any]]:
    _refuse(key, unless=isinstance(actions, list) and len(actions) <= 5)
    for action in actions:
        targets = action.get("notificationList") if isinstance(action, dict) else None
        _refuse(key, unless=isinstance(targets, list) and len(targets) <= 5)
        _refuse(key, unless=all(isinstance(one, str) for one in targets or ()))
    return actions


def _trace(principal: Principal, name: str, row: Alarm, request: Any) -> None:
    audit.trace_record(
        principal=principal,
        action_name=name,
        resource_type="alarm",
        resource_id=row.id,
        resource_name=row.name,
        service_type="CES",
        request=request,
    )


def alarm_create(*, principal: Principal, body: dict[str, Any]) -> Alarm:
    """Create an alarm from the API's body; raises ces.0003, ces.0010 and ces.0011."""
    fields = {
        **_common_fields(body, partial=False),
        **_metric_fields(body.get("metric")),
        **condition_fields(body.get("condition")),
    }
    if alarms(principal.account_id, principal.project_id).count() >= QUOTA:
        raise ApiError(errors.CES_LIMIT, limit=QUOTA)
    row = Alarm(
        account_id=principal.account_id,
        project_id=principal.project_id,
        region=principal.region,
        enterprise_project_id=str(body.get("enterprise_project_id") or "0"),
        **fields,
    )
    return _save(principal, row, "createAlarm", body)


def _save(principal: Principal, row: Alarm, name: str, body: dict[str, Any]) -> Alarm:
    try:
        with transaction.atomic():
            row.save()
            _trace(principal, name, row, body)
    except IntegrityError as error:
        raise ApiError(errors.CES_EXISTS, name=row.name) from error
    return row


def alarm_update(*, principal: Principal, alarm_id: str, body: dict[str, Any]) -> Alarm:
    """Change the members given in `body`; the state becomes `insufficient_data`.

    Raises ces.0003, ces.0004 and ces.0010.
    """
    row = alarm(principal.account_id, principal.project_id, alarm_id)
    fields = _common_fields(body, partial=True)
    if body.get("condition") is not None:
        fields |= condition_fields(body["condition"])
    for name, value in fields.items():
        setattr(row, name, value)
    row.state, row.updated_at, row.notified_at = Alarm.NO_DATA, clock.now(), None
    return _save(principal, row, "updateAlarm", body)


def alarm_switch(*, principal: Principal, alarm_id: str, enabled: Any) -> None:
    """Enable or disable an alarm; raises ces.0003 and ces.0004."""
    _refuse("alarm_enabled", unless=isinstance(enabled, bool))
    row = alarm(principal.account_id, principal.project_id, alarm_id)
    row.enabled, row.updated_at = enabled, clock.now()
    _save(principal, row, "updateAlarmAction", {"alarm_enabled": enabled})


def alarm_delete(*, principal: Principal, alarm_id: str) -> None:
    """Delete an alarm; its history is kept. Raises ces.0004."""
    row = alarm(principal.account_id, principal.project_id, alarm_id)
    with transaction.atomic():
        _trace(principal, "deleteAlarm", row, None)
        row.delete()


def state_for(row: Alarm, values: list[float]) -> str:
    """Return the state for the values of the last `count` periods.

    Fewer values than periods: `insufficient_data` if all of them meet the condition, else `ok`.
    """
    holds = [OPERATORS[row.operator](value, row.value) for value in values]
    if len(values) < row.count:
        return Alarm.NO_DATA if all(holds) else Alarm.OK
    return Alarm.ALARM if all(holds) else Alarm.OK


def evaluate_all(now: dt.datetime | None = None) -> int:
    """Evaluate every enabled alarm; returns how many changed their state. Runs each minute."""
    moment = now or clock.now()
    enabled = Alarm.objects.filter(enabled=True).order_by("id").iterator(chunk_size=500)
    return sum(evaluate(row, moment) for row in enabled)


def evaluate(row: Alarm, now: dt.datetime) -> bool:
    """Evaluate one alarm over its last complete periods; returns whether its state changed.

    A change is recorded and notified; a lasting alarm is notified again every `suppress_duration` s.
    """
    step_ms = max(row.period, 60) * 1000
    end = (clock.epoch_ms(now) - LAG_S * 1000) // step_ms * step_ms
    points = metrics.datapoints(
        row.account_id,
        row.region,
        metrics.Metric(row.metric_name, row.interface),
        kind=row.filter,
        period=row.period,
        from_ms=end - row.count * step_ms,
        to_ms=end,
    )
    state = state_for(row, [point[row.filter] for point in points])
    if state != row.state:
        _change(row, state, points, now)
        return True
    repeat = dt.timedelta(seconds=row.suppress_duration)
    if state == Alarm.ALARM and repeat and row.notified_at and now - row.notified_at >= repeat:
        row.notified_at = now
        row.save(update_fields=["notified_at"])
        _notify(row, state, now)
    return False


def _change(row: Alarm, state: str, points: list[dict[str, Any]], now: dt.datetime) -> None:
    before, row.state, row.updated_at = row.state, state, now
    row.notified_at = now
    with transaction.atomic():
        row.save(update_fields=["state", "updated_at", "notified_at"])
        AlarmHistory.objects.create(
            account_id=row.account_id,
            project_id=row.project_id,
            alarm_id=row.id,
            alarm_name=row.name,
            level=row.level,
            state=state,
            at=now,
            detail=shape(row),
            datapoints=[
                {"time": point["timestamp"], "value": point[row.filter]} for point in points
            ],
        )
        if state == Alarm.ALARM or (state == Alarm.OK and before == Alarm.ALARM):
            _notify(row, state, now)


def _notify(row: Alarm, state: str, now: dt.datetime) -> None:
    """Notify the endpoints named in the rule's actions; all endpoints if it names none."""
    if not row.action_enabled:
        return
    named = [
        target.rsplit(":", 1)[-1]
        for action in getattr(row, _ACTIONS[state])
        for target in action.get("notificationList", ())
    ]
    delivery.publish(
        account_id=row.account_id,
        kind=f"alarm.{state}",
        event_id=f"{row.id}-{clock.epoch_ms(now)}",
        payload={"alarm_id": row.id, "alarm_name": row.name, "state": state, **_condition(row)},
        only=named or None,
    )


def _condition(row: Alarm) -> dict[str, Any]:
    return {
        "metric_name": row.metric_name,
        "call_of_interface": row.interface,
        "rule": f"{row.filter} {row.operator} {row.value:g}, {row.count} x {row.period} s",
        "region": row.region,
        "level": row.level,
    }


def shape(row: Alarm) -> dict[str, Any]:
    """Return an alarm in the shape of the API."""
    return {
        "alarm_id": row.id,
        "alarm_name": row.name,
        "alarm_description": row.description,
        "metric": {
            "namespace": metrics.NAMESPACE,
            "metric_name": row.metric_name,
            "dimensions": [{"name": metrics.DIMENSION, "value": row.interface}],
        },
        "condition": {
            "comparison_operator": row.operator,
            "count": row.count,
            "filter": row.filter,
            "period": row.period,
            "unit": row.unit,
            "value": row.value,
            "suppress_duration": row.suppress_duration,
        },
        "alarm_enabled": row.enabled,
        "alarm_level": row.level,
        "alarm_type": "MULTI_INSTANCE",
        "alarm_action_enabled": row.action_enabled,
        "alarm_actions": row.alarm_actions,
        "ok_actions": row.ok_actions,
        "insufficientdata_actions": [],
        "update_time": clock.epoch_ms(row.updated_at),
        "alarm_state": row.state,
        "enterprise_project_id": row.enterprise_project_id,
    }
