"""The operator's site: every list opens for an operator and for nobody else; limits can be set."""

from __future__ import annotations

import re
from typing import Any

import pytest
from billed import person
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import Client

from config.management.commands import up
from monitoring.models import Delivery
from monitoring.notifications import delivery, endpoints
from ocr import concurrency
from ocr.jobs import services as jobs
from ocr.models import Job


@pytest.fixture
def operator(account: dict[str, Any], client_of: Any, settings: Any, tmp_path: Any) -> Client:
    settings.JOBS_DIR = tmp_path / "jobs"
    up.open_services(account_id=account["domain_id"], region=account["region"])
    get_user_model().objects.filter(pk=account["users"]["admin"]["id"]).update(is_operator=True)
    jobs.create(principal=person(account), service="general-text", name="Private name")
    endpoints.endpoint_create(account_id=account["domain_id"], kind="email", target="a@example.com")
    delivery.publish(
        account_id=account["domain_id"], kind="alarm.on", event_id="e", payload={"n": "Private"}
    )
    client: Client = client_of("admin")
    return client


def test_every_list_opens_for_an_operator_only(operator: Client, client_of: Any) -> None:
    stranger = client_of("owner")
    for model in admin.site._registry:
        address = f"/operator/{model._meta.app_label}/{model._meta.model_name}/"
        assert operator.get(address).status_code == 200, address
        assert stranger.get(address).status_code == 302, address


def test_the_choice_of_no_region_has_a_name(operator: Client) -> None:
    for name in ("priceversion", "packageplan"):
        text = operator.get(f"/operator/billing/{name}/").content.decode()
        assert re.search(r'<a href="\?region=">\s*In every region</a>', text), name


def test_a_job_and_a_delivery_show_no_content(operator: Client) -> None:
    for row in (Job.objects.get(), Delivery.objects.get()):
        address = f"/operator/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"
        text = operator.get(address).content.decode()
        assert row.account_id in text
        assert "Private" not in text


def test_a_limit_is_set(operator: Client, account: Any) -> None:
    form = {
        "account_id": account["domain_id"], "service": "passport", "calls_per_minute": "7",
        "concurrency": "2",
    }  # fmt: skip
    assert operator.post("/operator/ocr/accountlimit/add/", form).status_code == 302
    concurrency._known.clear()
    assert concurrency.limits_of(account["domain_id"])["passport"] == (7, 2)
