"""Routes of the Cloud Eye API and of notifications."""

from django.urls import path

from monitoring.api import ces, notifications

_CES = "V1.0/<str:project_id>"
_NOTIFY = "api/v1/notifications"

urlpatterns = [
    path(f"{_CES}/metrics", ces.MetricsView.as_view(), name="ces-metrics"),
    path(f"{_CES}/metric-data", ces.MetricDataView.as_view(), name="ces-metric-data"),
    path(f"{_CES}/batch-query-metric-data", ces.BatchView.as_view(), name="ces-batch"),
    path(f"{_CES}/alarms", ces.AlarmsView.as_view(), name="ces-alarms"),
    path(f"{_CES}/alarms/<str:alarm_id>", ces.AlarmView.as_view(), name="ces-alarm"),
    path(
        f"{_CES}/alarms/<str:alarm_id>/action",
        ces.AlarmActionView.as_view(),
        name="ces-alarm-action",
    ),
    path(f"{_CES}/alarm-histories", ces.HistoriesView.as_view(), name="ces-histories"),
    path(f"{_CES}/quotas", ces.QuotasView.as_view(), name="ces-quotas"),
    path(f"{_NOTIFY}/endpoints", notifications.EndpointsView.as_view(), name="endpoints"),
    path(
        f"{_NOTIFY}/endpoints/<str:endpoint_id>",
        notifications.EndpointView.as_view(),
        name="endpoint",
    ),
    path(f"{_NOTIFY}/deliveries", notifications.DeliveriesView.as_view(), name="deliveries"),
    path(
        f"{_NOTIFY}/deliveries/<int:delivery_id>/replay",
        notifications.ReplayView.as_view(),
        name="delivery-replay",
    ),
]
