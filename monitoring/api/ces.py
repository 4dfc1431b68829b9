"""Cloud Eye API (CES v1): metrics, metric data, alarm rules, alarm histories, quotas."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest

from core import api, clock
from core.errors import ApiError
from iam.gateway import ApiView
from iam.principal import Principal
from monitoring import alarms, errors, metrics
from monitoring.models import AlarmHistory

_LARGEST_PAGE = 1000
_LARGEST_BATCH = 500
_EVERY_PROJECT = "all_granted_eps"


class CesView(ApiView):
    """A view of the monitoring service; the project in the path gives the region."""

    style = api.GATEWAY
    needs_project = True
    bad_json = errors.CES_BODY


def _bad(name: str) -> ApiError:
    return ApiError(errors.CES_PARAMETER, name=name)


def _integer(text: Any, name: str, *, low: int = 0, high: int = 2**53) -> int:
    """Return an integer given as text or number within [low, high]; raises ces.0003."""
    try:
        value = int(text)
    except (TypeError, ValueError) as error:
        raise _bad(name) from error
    if isinstance(text, (bool, float)) or not low <= value <= high:
        raise _bad(name)
    return value


def _limit(request: HttpRequest, default: int = _LARGEST_PAGE, high: int = _LARGEST_PAGE) -> int:
    return _integer(request.GET.get("limit", default), "limit", low=1, high=high)


def _dimensions(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the pairs of dim.0 to dim.3, each `key,value` (the list takes a bare key too)."""
    given = [request.GET[f"dim.{i}"] for i in range(4) if f"dim.{i}" in request.GET]
    pairs = []
    for text in given:
        name, _, value = text.partition(",")
        pairs.append((name, value))
    return pairs


def _metric(namespace: Any, name: Any, dimensions: list[tuple[str, str]]) -> metrics.Metric:
    if namespace != metrics.NAMESPACE:
        raise _bad("namespace")
    if name not in metrics.METRICS:
        raise _bad("metric_name")
    if len(dimensions) != 1 or dimensions[0][0] != metrics.DIMENSION or not dimensions[0][1]:
        raise _bad("dim.0")
    return metrics.Metric(name, dimensions[0][1])


def _window(source: Any) -> tuple[str, int, int, int]:
    """Return filter, period, from and to of a query or a body; raises ces.0003."""
    kind = source.get("filter")
    if kind not in metrics.FILTERS:
        raise _bad("filter")
    period = _integer(source.get("period"), "period")
    if period not in metrics.SPANS:
        raise _bad("period")
    start = _integer(source.get("from"), "from", high=10**14)
    end = _integer(source.get("to"), "to", high=10**14)
    if start >= end:
        raise _bad("from")
    return kind, period, start, end


class MetricsView(CesView):
    """Metrics with data."""

    action = "ces:metrics:list"

    def get(self, request: HttpRequest, principal: Principal, **url: Any) -> dict[str, Any]:
        """List metrics by namespace, name and dimension, paged by marker."""
        query = request.GET
        order = query.get("order", "asc")
        if order not in ("asc", "desc"):
            raise _bad("order")
        found = [
            metric
            for metric in metrics.metrics(principal.account_id, principal.region)
            if query.get("namespace", metrics.NAMESPACE) == metrics.NAMESPACE
            and query.get("metric_name", metric.name) == metric.name
            and all(
                name == metrics.DIMENSION and value in ("", metric.interface)
                for name, value in _dimensions(request)
            )
        ]
        if order == "desc":
            found.reverse()
        after = query.get("start", "")
        markers = [metric.marker for metric in found]
        first = markers.index(after) + 1 if after in markers else 0
        page = found[first : first + _limit(request)]
        return {
            "metrics": [metric.described() for metric in page],
            "meta_data": {
                "count": len(page),
                "total": len(found),
                "marker": page[-1].marker if page else "",
            },
        }


class MetricDataView(CesView):
    """Data of one metric."""

    action = "ces:metricData:list"

    def get(self, request: HttpRequest, principal: Principal, **url: Any) -> dict[str, Any]:
        """Return the points of the requested aggregate per period."""
        query = request.GET
        metric = _metric(query.get("namespace"), query.get("metric_name"), _dimensions(request))
        kind, period, start, end = _window(query)
        points = metrics.datapoints(
            principal.account_id,
            principal.region,
            metric,
            kind=kind,
            period=period,
            from_ms=start,
            to_ms=end,
        )
        return {
            "metric_name": metric.name,
            "datapoints": [{**point, "unit": metrics.UNIT} for point in points],
        }


class BatchView(CesView):
    """Data of several metrics."""

    action = "ces:metricData:list"

    def post(self, request: HttpRequest, principal: Principal, **url: Any) -> dict[str, Any]:
        """Return the series in the order requested; the range is shortened to the limits of the API."""
        body = self.json(request)
        asked = body.get("metrics")
        if not isinstance(asked, list) or not 1 <= len(asked) <= _LARGEST_BATCH:
            raise _bad("metrics")
        kind, period, start, end = _window(body)
        if not isinstance(body["period"], str):
            raise _bad("period")
        series = [self._one(entry) for entry in asked]
        start = metrics.batch_from(
            period=period, from_ms=start, to_ms=end, metrics_asked=len(series)
        )
        return {
            "metrics": [
                {
                    **metric.described(),
                    "datapoints": metrics.datapoints(
                        principal.account_id,
                        principal.region,
                        metric,
                        kind=kind,
                        period=period,
                        from_ms=start,
                        to_ms=end,
                    ),
                }
                for metric in series
            ]
        }

    def _one(self, entry: Any) -> metrics.Metric:
        if not isinstance(entry, dict) or not isinstance(entry.get("dimensions"), list):
            raise _bad("dimensions")
        pairs = [
            (str(pair.get("name")), str(pair.get("value", "")))
            for pair in entry["dimensions"]
            if isinstance(pair, dict)
        ]
        return _metric(entry.get("namespace"), entry.get("metric_name"), pairs)


class AlarmsView(CesView):
    """Alarm rules of the project."""

    actions: ClassVar = {"get": "ces:alarms:list", "post": "ces:alarms:create"}
    traces: ClassVar = {"post": ("createAlarm", "alarm", "CES")}

    def get(self, request: HttpRequest, principal: Principal, **url: Any) -> dict[str, Any]:
        """List alarm rules, newest first (`order=asc`: oldest first), paged by `start`."""
        rows = alarms.alarms(principal.account_id, principal.project_id)
        order = request.GET.get("order", "desc")
        if order not in ("asc", "desc"):
            raise _bad("order")
        project = request.GET.get("enterprise_project_id")
        if project not in (None, "", _EVERY_PROJECT):
            rows = rows.filter(enterprise_project_id=project)
        ids = list(rows.values_list("id", flat=True))
        if order == "asc":
            ids.reverse()
        after = request.GET.get("start", "")
        first = ids.index(after) + 1 if after in ids else 0
        page = ids[first : first + _limit(request, 100, 100)]
        by_id = {row.id: row for row in rows.filter(id__in=page)}
        return {
            "metric_alarms": [alarms.shape(by_id[one]) for one in page],
            "meta_data": {
                "count": len(page),
                "total": len(ids),
                "marker": page[-1] if page else "",
            },
        }

    def post(self, request: HttpRequest, principal: Principal, **url: Any) -> Any:
        """Create a rule."""
        row = alarms.alarm_create(principal=principal, body=self.json(request))
        return 201, {"alarm_id": row.id}


class AlarmView(CesView):
    """One alarm rule."""

    actions: ClassVar = {
        "get": "ces:alarms:get",
        "put": "ces:alarms:put",
        "delete": "ces:alarms:delete",
    }
    traces: ClassVar = {
        "put": ("updateAlarm", "alarm", "CES"),
        "delete": ("deleteAlarm", "alarm", "CES"),
    }

    def get(self, request: HttpRequest, principal: Principal, **url: Any) -> dict[str, Any]:
        """Show the rule, in a list of one."""
        row = alarms.alarm(principal.account_id, principal.project_id, url["alarm_id"])
        return {"metric_alarms": [alarms.shape(row)]}

    def put(self, request: HttpRequest, principal: Principal, **url: Any) -> Any:
        """Change the rule."""
        body = self.json(request)
        alarms.alarm_update(principal=principal, alarm_id=url["alarm_id"], body=body)
        return 204, None

    def delete(self, request: HttpRequest, principal: Principal, **url: Any) -> Any:
        """Delete the rule."""
        alarms.alarm_delete(principal=principal, alarm_id=url["alarm_id"])
        return 204, None


class AlarmActionView(CesView):
    """Enabled state of one rule."""

    action = "ces:alarmsOnOff:put"
    traces: ClassVar = {"put": ("updateAlarmAction", "alarm", "CES")}

    def put(self, request: HttpRequest, principal: Principal, **url: Any) -> Any:
        """Enable or disable the rule."""
        enabled = self.json(request).get("alarm_enabled")
        alarms.alarm_switch(principal=principal, alarm_id=url["alarm_id"], enabled=enabled)
        return 204, None


class HistoriesView(CesView):
    """State changes of the alarm rules."""

    action = "ces:alarmHistory:list"

    def get(self, request: HttpRequest, principal: Principal, **url: Any) -> dict[str, Any]:
        """List histories by rule, state, level and time, newest first, paged by `start` (offset)."""
        rows = self._filtered(request, alarms.histories(principal.account_id, principal.project_id))
        start = _integer(request.GET.get("start", 0), "start")
        page = rows[start : start + _limit(request, 100, 100)]
        return {
            "alarm_histories": [self._shape(row) for row in page],
            "meta_data": {"total": rows.count()},
        }

    def _filtered(
        self, request: HttpRequest, rows: QuerySet[AlarmHistory]
    ) -> QuerySet[AlarmHistory]:
        query = request.GET
        named = {"alarm_id": "alarm_id", "alarm_name": "alarm_name", "alarm_status": "state"}
        for name, column in named.items():
            if query.get(name):
                rows = rows.filter(**{column: query[name]})
        if query.get("namespace", metrics.NAMESPACE) != metrics.NAMESPACE:
            return rows.none()
        if query.get("alarm_level"):
            rows = rows.filter(level=_integer(query["alarm_level"], "alarm_level", high=4))
        for name, lookup in {"from": "at__gte", "to": "at__lte"}.items():
            if query.get(name):
                moment = clock.from_epoch_ms(_integer(query[name], name, high=10**14))
                rows = rows.filter(**{lookup: moment})
        return rows

    def _shape(self, row: AlarmHistory) -> dict[str, Any]:
        detail = {key: value for key, value in row.detail.items() if key != "alarm_state"}
        actions = {
            key: [detail.get(key, [])]
            for key in ("alarm_actions", "ok_actions", "insufficientdata_actions")
        }
        return {
            **detail,
            **actions,
            "trigger_time": clock.epoch_ms(row.at),
            "update_time": clock.epoch_ms(row.at),
            "alarm_status": row.state,
            "datapoints": row.datapoints,
            "additional_info": {},
            "notification_manner": "NOTIFICATION_GROUP",
        }


class QuotasView(CesView):
    """Quota of alarm rules."""

    action = "ces:quotas:get"

    def get(self, request: HttpRequest, principal: Principal, **url: Any) -> dict[str, Any]:
        """Return quota and use."""
        used = alarms.alarms(principal.account_id, principal.project_id).count()
        return {
            "quotas": {
                "resources": [{"type": "alarm", "used": used, "unit": "", "quota": alarms.QUOTA}]
            }
        }
