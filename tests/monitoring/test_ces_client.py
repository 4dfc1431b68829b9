"""The official monitoring client against the running server; counts equal the calls made."""

from __future__ import annotations

import base64
import time

import pytest
from huaweicloudsdkces.v1 import (
    BatchListMetricDataRequest,
    BatchListMetricDataRequestBody,
    CesClient,
    Condition,
    CreateAlarmMetric,
    CreateAlarmRequest,
    CreateAlarmRequestBody,
    DeleteAlarmRequest,
    ListAlarmHistoriesRequest,
    ListAlarmsRequest,
    ListMetricsRequest,
    MetricInfo,
    MetricsDimension,
    ShowAlarmRequest,
    ShowMetricDataRequest,
    ShowQuotasRequest,
    UpdateAlarmActionRequest,
    UpdateAlarmActionRequestBody,
    UpdateAlarmRequest,
    UpdateAlarmRequestBody,
)
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcts.v3 import (
    CreateTrackerRequest,
    CreateTrackerRequestBody,
    CtsClient,
    DeleteTrackerRequest,
    ListTracesRequest,
    ListTrackersRequest,
    UpdateTrackerRequest,
    UpdateTrackerRequestBody,
)
from huaweicloudsdkocr.v1 import GeneralTextRequestBody, OcrClient, RecognizeGeneralTextRequest

from tests.conftest import ROOT, start_server, stop_server

pytestmark = pytest.mark.e2e
GOOD, BAD = "successful_call_times_of_service", "failed_call_times_of_service"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    live = start_server(tmp_path_factory.mktemp("ces"), ENGINE="recorded")
    yield live
    stop_server(live.process)


def client(kind, server):
    user = server.credentials["users"]["admin"]
    key = BasicCredentials(user["access_key"], user["secret_key"], server.credentials["project_id"])
    return kind.new_builder().with_credentials(key).with_endpoint(server.url).build()


def test_the_client_reads_its_calls_and_keeps_alarms(server):
    ocr, ces = client(OcrClient, server), client(CesClient, server)
    started = int(time.time() * 1000) - 60_000
    image = base64.b64encode((ROOT / "ocr" / "samples" / "general-text.png").read_bytes()).decode()
    for _ in range(3):
        ocr.recognize_general_text(
            RecognizeGeneralTextRequest(body=GeneralTextRequestBody(image=image))
        )
    for _ in range(2):
        with pytest.raises(ClientRequestException):
            ocr.recognize_general_text(
                RecognizeGeneralTextRequest(body=GeneralTextRequestBody(image="@@"))
            )

    def total(name: str) -> float:
        answer = ces.show_metric_data(
            ShowMetricDataRequest(
                namespace="SYS.OCR", metric_name=name, dim_0="call_of_interface,generalText",
                filter="sum", period=1, _from=started, to=int(time.time() * 1000) + 60_000,
            )
        )  # fmt: skip
        return sum(point.sum for point in answer.datapoints)

    deadline = time.monotonic() + 20
    while total(GOOD) + total(BAD) < 5 and time.monotonic() < deadline:
        time.sleep(0.3)
    assert (total(GOOD), total(BAD)) == (3, 2)

    listed = ces.list_metrics(ListMetricsRequest(namespace="SYS.OCR"))
    assert {metric.metric_name for metric in listed.metrics} == {GOOD, BAD}
    assert listed.meta_data.total == 2
    dimension = [MetricsDimension(name="call_of_interface", value="generalText")]
    batch = ces.batch_list_metric_data(
        BatchListMetricDataRequest(
            body=BatchListMetricDataRequestBody(
                metrics=[MetricInfo(namespace="SYS.OCR", metric_name=n, dimensions=dimension)
                         for n in (BAD, GOOD)],
                period="1", filter="sum", _from=started, to=int(time.time() * 1000) + 60_000,
            )
        )
    )  # fmt: skip
    assert [sum(p.sum for p in metric.datapoints) for metric in batch.metrics] == [2, 3]

    made = ces.create_alarm(
        CreateAlarmRequest(
            body=CreateAlarmRequestBody(
                alarm_name="failures",
                metric=CreateAlarmMetric("SYS.OCR", BAD, dimension),
                condition=Condition(comparison_operator=">", count=1, filter="sum", period=300,
                                    value=10),
                alarm_enabled=True, alarm_action_enabled=False, alarm_level=2,
            )
        )
    )  # fmt: skip
    found = ces.list_alarms(ListAlarmsRequest()).metric_alarms
    assert [alarm.alarm_id for alarm in found] == [made.alarm_id]
    switch = UpdateAlarmActionRequestBody(alarm_enabled=False)
    ces.update_alarm_action(UpdateAlarmActionRequest(alarm_id=made.alarm_id, body=switch))
    change = UpdateAlarmRequestBody(alarm_name="renamed", alarm_level=1)
    ces.update_alarm(UpdateAlarmRequest(alarm_id=made.alarm_id, body=change))
    shown = ces.show_alarm(ShowAlarmRequest(alarm_id=made.alarm_id)).metric_alarms[0]
    assert (shown.alarm_enabled, shown.alarm_name, shown.alarm_level) == (False, "renamed", 1)
    assert ces.list_alarm_histories(ListAlarmHistoriesRequest()).meta_data.total >= 0
    assert ces.show_quotas(ShowQuotasRequest()).quotas.resources[0].used == 1
    ces.delete_alarm(DeleteAlarmRequest(alarm_id=made.alarm_id))
    with pytest.raises(ClientRequestException) as refused:
        ces.show_alarm(ShowAlarmRequest(alarm_id=made.alarm_id))
    assert refused.value.error_code == "ces.0004"
    assert refused.value.request_id


def test_a_failed_call_is_in_the_figures_within_five_seconds(server):
    """From the refusal to the API's figure, roll-up included; the console reads the same tables."""
    ocr, ces = client(OcrClient, server), client(CesClient, server)

    def failures() -> float:
        now = int(time.time() * 1000)
        asked = ShowMetricDataRequest(
            namespace="SYS.OCR", metric_name=BAD, dim_0="call_of_interface,generalText",
            filter="sum", period=1, _from=now - 3_600_000, to=now + 60_000,
        )  # fmt: skip
        return sum(point.sum for point in ces.show_metric_data(asked).datapoints)

    before, lags = failures(), []
    for number in range(1, 4):
        with pytest.raises(ClientRequestException):
            ocr.recognize_general_text(
                RecognizeGeneralTextRequest(body=GeneralTextRequestBody(image="@@"))
            )
        failed = time.monotonic()
        while failures() < before + number and time.monotonic() - failed < 20:
            time.sleep(0.1)
        lags.append(time.monotonic() - failed)
        assert failures() == before + number
    print(f"seconds until a failed call was in the figures: {[round(lag, 1) for lag in lags]}")
    assert max(lags) < 5


def test_the_audit_client_keeps_trackers_and_counts_its_operations(server):
    cts = client(CtsClient, server)
    since = int(time.time() * 1000) - 1000
    data = CreateTrackerRequestBody(tracker_type="data", tracker_name="mine")
    cts.create_tracker(CreateTrackerRequest(body=data))
    change = UpdateTrackerRequestBody(tracker_type="data", tracker_name="mine", status="disabled")
    cts.update_tracker(UpdateTrackerRequest(body=change))
    found = cts.list_trackers(ListTrackersRequest(tracker_name="mine")).trackers
    assert [(row.tracker_name, row.status) for row in found] == [("mine", "disabled")]
    cts.delete_tracker(DeleteTrackerRequest(tracker_name="mine", tracker_type="data"))
    assert not cts.list_trackers(ListTrackersRequest(tracker_name="mine")).trackers
    asked = ListTracesRequest(
        trace_type="system", resource_type="tracker", limit=50, _from=since,
        to=int(time.time() * 1000) + 2000,
    )  # fmt: skip
    names = [trace.trace_name for trace in cts.list_traces(asked).traces]
    assert names == ["deleteTracker", "updateTracker", "createTracker"]
