"""Notices: read from the state of things, shown to whom they concern, gone with their cause."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.cache import cache

from billing.models import BillingAccount, Budget, BudgetPeriod
from core import clock
from iam.models import User
from iam.selectors import main_projects
from monitoring.models import Alarm

PATH = "/console/notifications"


def told(client: Any, path: str = PATH) -> str:
    text: str = client.get(path).content.decode()
    return text.split("<main")[1] if path == PATH else text


def test_nothing_to_tell_is_said(client_of: Any) -> None:
    assert "Nothing new" in told(client_of("admin"))


def test_arrears_are_told_to_everyone(account: Any, client_of: Any) -> None:
    client = client_of("reader")

    def is_in(arrears: str) -> None:
        BillingAccount.objects.update_or_create(
            account_id=account["domain_id"],
            defaults={
                "currency": "USD",
                "unlimited": False,
                "arrears": arrears,
                "arrears_since": None if arrears == "ok" else clock.now(),
            },
        )

    is_in("grace")
    assert "The account is in arrears" in told(client)
    is_in("frozen")
    assert "The account is frozen" in told(client)
    is_in("ok")
    assert "Nothing new" in told(client)


def test_a_budget_is_told_when_it_is_passed_and_used_up(account: Any, client_of: Any) -> None:
    client = client_of("admin")
    budget = Budget.objects.create(
        account_id=account["domain_id"], name="Papers", scope="account", unit="calls",
        limit=Decimal(10), alert_percent=80, hard_stop=True,
    )  # fmt: skip
    zone = dt.timezone(dt.timedelta(hours=8))
    period = BudgetPeriod.objects.create(
        budget=budget, month=clock.now().astimezone(zone).strftime("%Y-%m"), admitted=7
    )
    assert "Papers" not in told(client)
    BudgetPeriod.objects.filter(pk=period.pk).update(admitted=8)
    assert "The budget Papers has passed 80 %" in told(client)
    BudgetPeriod.objects.filter(pk=period.pk).update(admitted=10)
    assert "The budget Papers is used up: its hard stop refuses calls" in told(client)


def test_a_locked_user_is_told_to_those_who_may_see_users(account: Any, client_of: Any) -> None:
    admin, owner = client_of("admin"), client_of("owner")
    User.objects.filter(pk=account["users"]["reader"]["id"]).update(
        locked_until=clock.now() + dt.timedelta(minutes=15)
    )
    assert "The user reader is locked until" in told(owner)
    assert "The user reader is locked until" in told(admin)
    User.objects.create(account_id=account["domain_id"], name="newcomer").set_password("x")
    newcomer = User.objects.get(name="newcomer")
    admin.force_login(newcomer, backend="iam.backends.ConsoleBackend")
    assert "The user reader" not in told(admin)


def test_an_alarm_that_is_on_is_told(account: Any, client_of: Any) -> None:
    place = main_projects(account["domain_id"]).get(region_id=account["region"])
    Alarm.objects.create(
        account_id=account["domain_id"], project_id=place.pk, region=account["region"], state="alarm",
        name="too-many", metric_name="failed_calls", interface="passport", operator=">",
        filter="sum", period=300, count=1, value=1,
    )  # fmt: skip
    assert "The alarm too-many is on" in told(client_of("admin"))


def test_the_bell_is_read_anew_after_a_form(account: Any, client_of: Any) -> None:
    client = client_of("owner")
    cache.clear()
    assert "1 notification" not in told(client, "/console/help")
    User.objects.filter(pk=account["users"]["reader"]["id"]).update(
        locked_until=clock.now() + dt.timedelta(minutes=15)
    )
    assert "1 notification" not in told(client, "/console/help")
    client.post("/console/overview", {"do": "subscribe", "service": "passport"})
    assert "1 notification" in told(client, "/console/help")


def test_missing_languages_are_told_where_they_matter(
    client_of: Any, settings: Any, tmp_path: Any
) -> None:
    settings.TESSDATA_DIR = str(tmp_path)
    client = client_of("admin")
    assert "tesseract-ocr-tha" in told(client, "/console/explorer?service=thailand-id-card")
    assert "tesseract-ocr" not in told(client, "/console/explorer?service=passport")
    assert "language missing" in told(client, "/console/overview")
