"""The official BSS and EPS clients against the running server: what the contract lists, called."""

from __future__ import annotations

import base64
import datetime as dt
import json
import time
import urllib.error
import urllib.request

import huaweicloudsdkbss.v2 as bss
import huaweicloudsdkbssintl.v2 as intl
import huaweicloudsdkeps.v1 as eps
import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from huaweicloudsdkocr.v1 import (
    OcrClient,
    PassportRequestBody,
    RecognizePassportRequest,
)

from core import clock
from tests.conftest import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.engine]
SAMPLE = ROOT / "ocr" / "samples" / "passport.jpg"


def connect(live, kind, user="admin"):
    who = live.credentials["users"][user]
    keys = GlobalCredentials(who["access_key"], who["secret_key"], live.credentials["domain_id"])
    return kind.new_builder().with_credentials(keys).with_endpoint(live.url).build()


def own_api(live, method, path, body=None, user="admin"):
    """Call /api/v1 with the SDK's own signature."""
    who = live.credentials["users"][user]
    text = json.dumps(body) if body is not None else ""
    host = live.url.removeprefix("http://")
    request = SdkRequest(
        method=method,
        schema="http",
        host=host,
        resource_path=path,
        uri=path,
        query_params=[],
        header_params={"Content-Type": "application/json", "Host": host},
        body=text,
    )
    signed = Signer(BasicCredentials(who["access_key"], who["secret_key"], "x")).sign(request)
    http = urllib.request.Request(
        live.url + path,
        data=text.encode() or None,
        method=method,
        headers=dict(signed.header_params),
    )
    with urllib.request.urlopen(http, timeout=30) as answer:
        return json.loads(answer.read() or b"null")


@pytest.fixture
def order(live):
    """An order for one package, placed but not paid."""
    made = own_api(
        live,
        "POST",
        "/api/v1/orders",
        {
            "region": live.credentials["region"],
            "product": "passport",
            "plan": "1k",
            "pay": False,
        },
    )
    assert made["status"] == "to_pay"
    return made["number"]


@pytest.mark.parametrize(("kind", "m"), [(bss.BssClient, bss), (intl.BssintlClient, intl)])
def test_balance_services_and_prices(live, kind, m):
    client = connect(live, kind)
    balance = client.show_customer_account_balances(m.ShowCustomerAccountBalancesRequest())
    assert balance.account_balances[0].amount > 0
    assert balance.currency == balance.account_balances[0].currency
    services = client.list_service_types(m.ListServiceTypesRequest()).service_types
    assert "hws.service.type.ocr" in [row.service_type_code for row in services]
    info = m.DemandProductInfo(
        id="1",
        cloud_service_type="hws.service.type.ocr",
        resource_type="hws.resource.type.ocr",
        resource_spec="passport",
        region=live.credentials["region"],
        usage_factor="count",
        usage_value=1000,
        usage_measure_id=21,
        subscription_num=1,
    )
    body = m.RateOnDemandReq(project_id=live.credentials["project_id"], product_infos=[info])
    rated = client.list_on_demand_resource_ratings(m.ListOnDemandResourceRatingsRequest(body=body))
    assert rated.amount > 0
    assert rated.product_rating_results[0].id == "1"


@pytest.mark.parametrize(("kind", "m"), [(bss.BssClient, bss), (intl.BssintlClient, intl)])
def test_order_pay_details_package_unsubscribe(live, order, kind, m):
    client = connect(live, kind)
    pay = m.PayCustomerOrderV3Req(order_id=order, use_coupon="NO", use_discount="NO")
    client.pay_orders(m.PayOrdersRequest(body=pay))
    found = client.list_customer_orders(m.ListCustomerOrdersRequest(order_id=order))
    assert (found.total_count, found.order_infos[0].status) == (1, 5)
    details = client.show_customer_order_details(m.ShowCustomerOrderDetailsRequest(order_id=order))
    assert details.order_line_items[0].product_id == "passport"
    body = m.ListFreeResourceInfosReq(
        order_id=order, region_code=live.credentials["region"], status=1
    )
    packages = client.list_free_resource_infos(m.ListFreeResourceInfosRequest(body=body))
    package = packages.free_resource_packages[0]
    assert package.free_resources[0].original_amount == "1000"
    body = m.ListFreeResourceUsagesReq(free_resource_ids=[package.order_instance_id])
    usage = client.list_free_resource_usages(m.ListFreeResourceUsagesRequest(body=body))
    assert usage.free_resources[0].original_amount == 1000
    body = m.UnsubscribeResourcesReq(resource_ids=[package.order_instance_id], unsubscribe_type=1)
    done = client.cancel_resources_subscription(m.CancelResourcesSubscriptionRequest(body=body))
    assert len(done.order_ids) == 1


def test_cancel_and_errors(live):
    client = connect(live, bss.BssClient)
    with pytest.raises(ClientRequestException) as refused:
        body = bss.CancelCustomerOrderReq(order_id="CS-none")
        client.cancel_customer_order(bss.CancelCustomerOrderRequest(body=body))
    assert refused.value.status_code == 404
    assert refused.value.error_code.startswith("CBC.")
    assert refused.value.request_id
    with pytest.raises(ClientRequestException) as refused:
        pay = bss.PayCustomerOrderV3Req(order_id="x", use_coupon="NO", use_discount="NO")
        reader = connect(live, bss.BssClient, "reader")
        reader.pay_orders(bss.PayOrdersRequest(body=pay))
    assert (refused.value.status_code, refused.value.error_code) == (403, "CBC.0150")


def test_a_call_under_an_enterprise_project_is_accounted_there(live):
    """Create a project with the EPS client, call with its id, find the unit in BSS."""
    projects = connect(live, eps.EpsClient)
    body = eps.EnterpriseProject(name=f"sdk-{int(time.time())}", description="by a test")
    project = projects.create_enterprise_project(
        eps.CreateEnterpriseProjectRequest(body=body)
    ).enterprise_project
    who = live.credentials["users"]["admin"]
    keys = BasicCredentials(who["access_key"], who["secret_key"], live.credentials["project_id"])
    ocr = OcrClient.new_builder().with_credentials(keys).with_endpoint(live.url).build()
    image = base64.b64encode(SAMPLE.read_bytes()).decode()
    answer = ocr.recognize_passport(
        RecognizePassportRequest(
            enterprise_project_id=project.id, body=PassportRequestBody(image=image)
        )
    )
    client, abroad = connect(live, bss.BssClient), connect(live, intl.BssintlClient)
    request_id = answer.x_request_id
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        unit = own_api(live, "GET", f"/api/v1/units/{request_id}")
        if unit["state"] == "package":
            break
        time.sleep(0.5)
    assert unit["state"] == "package"  # the free package paid
    assert unit["enterprise_project_id"] == project.id
    records = client.list_customerself_resource_records(
        bss.ListCustomerselfResourceRecordsRequest(
            cycle=unit["bill_month"],
            enterprise_project_id=project.id,
            statistic_type=3,
            limit=100,
        )
    )
    (row,) = records.fee_records
    assert (int(row.usage), int(row.free_resource_usage)) == (1, 1)
    assert row.enterprise_project_name == project.name
    today = clock.now().date()
    one = dt.timedelta(days=1)
    used = client.list_free_resources_usage_records(
        bss.ListFreeResourcesUsageRecordsRequest(
            deduct_time_begin=str(today - one),
            deduct_time_end=str(today + one),
            free_resource_id=str(unit["package_id"]),
        )
    )
    assert used.total_count >= 1
    assert used.free_resource_records[0].free_resource_id == str(unit["package_id"])
    for caller, m in ((client, bss), (abroad, intl)):
        sums = caller.show_customer_monthly_sum(
            m.ShowCustomerMonthlySumRequest(bill_cycle=unit["bill_month"])
        )
        assert sums.total_count >= 1
        found = caller.list_customerself_resource_records(
            m.ListCustomerselfResourceRecordsRequest(
                cycle=unit["bill_month"], enterprise_project_id=project.id, limit=100
            )
        )
        assert {one.enterprise_project_id for one in found.fee_records} == {project.id}
    records = client.list_customer_bills_fee_records(
        bss.ListCustomerBillsFeeRecordsRequest(
            bill_cycle=unit["bill_month"], enterprise_project_id=project.id
        )
    )
    assert [row.enterprise_project_id for row in records.records] == [project.id]
    spent = own_api(live, "GET", f"/api/v1/enterprise-projects/{project.id}/expenditures")
    assert spent["distribution"] == [{"product": "passport", "calls": 1, "amount": "0.000"}]


def test_own_api_refuses_a_wrong_signature(live):
    request = urllib.request.Request(f"{live.url}/api/v1/balance")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)
    assert refused.value.code == 401
    assert json.loads(refused.value.read())["error_code"]
