"""One thing of every kind in the demo account, and a caller of every kind, for the permission tables."""

from __future__ import annotations

import base64
import datetime as dt
import io
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.test import Client
from permission_rows import ALARM, DOCUMENT
from PIL import Image

from billing import periods
from billing import selectors as billing_selectors
from billing.services import budgets, metering, orders, packages, settlement, top_ups
from core import clock
from iam import authn, selectors
from iam.api import catalog
from iam.models import User
from iam.services import (
    accounts,
    agencies,
    enterprise_projects,
    groups,
    policies,
    projects,
)
from monitoring import alarms
from monitoring.notifications import delivery, endpoints
from ocr.jobs import services as jobs
from tests import factories

FULL = ("OCR", "IAM", "EPS", "CTS", "CES", "BSS")


def build() -> dict[str, Any]:
    """Return `ids` of the demo account's things and `people`: key, secret and user of each caller."""
    described = factories.demo_site()
    account = described["domain_id"]
    owner = authn.principal_for(selectors.owner(account))
    people = {who: described["users"][who] for who in ("owner", "admin", "reader")}
    target = _person(owner, "target", people)
    full = _person(owner, "full", people)
    _person(owner, "nobody", people)
    for name in FULL:
        policy = selectors.system_policies().get(display_name=f"{name} FullAccess")
        for scope in policies.everywhere(policy):
            policies.grant_add(principal=owner, policy=policy, subject=full, scope=scope)
    people["other"] = _stranger()
    people["frozen"] = people["owner"]
    ids = {
        **_identity(owner, target, described),
        "access": people["target"]["access_key"],
        "owner": people["owner"]["id"],
        "owner_password": people["owner"]["password"],
    }
    return {
        "ids": {**ids, **_money(owner, ids), **_monitoring(owner, ids)},
        "people": people,
        "client": Client(),
        "browsers": {who: _browser(person) for who, person in people.items()}
        | {"anonymous": Client()},
    }


def _browser(person: dict[str, str]) -> Client:
    """Return a client with a console session of its own."""
    client = Client()
    user = User.objects.get(pk=person["id"])
    client.force_login(user, backend="iam.backends.ConsoleBackend")
    return client


def _person(owner: Any, name: str, people: dict[str, Any]) -> User:
    user, people[name] = factories.user_with_key(owner, name)
    return user


def _stranger() -> dict[str, str]:
    made = accounts.account_create(
        name="other", owner_password=factories.PASSWORD, owner_name="boss"
    )
    boss = selectors.owner(made.id)
    return factories.key_of(authn.principal_for(boss), boss)


def _identity(owner: Any, target: User, described: dict[str, Any]) -> dict[str, str]:
    group = groups.group_create(principal=owner, name="things")
    groups.member_add(principal=owner, group=group, user=target)
    role, free, xa = (
        policies.policy_create(
            principal=owner, display_name=name, type=kind, document=DOCUMENT, description="d"
        )
        for name, kind in (("role", "AX"), ("free", "AX"), ("xa", "XA"))
    )
    agency = agencies.agency_create(principal=owner, name="agency", trust_domain_name="other")
    agencies.obs_authorize(
        principal=owner, region=described["region"], access_key="store-key", secret_key="s"
    )
    place = enterprise_projects.enterprise_project_create(principal=owner, name="ep")
    here = selectors.project(owner.account_id, described["project_id"])
    sub = projects.project_create(principal=owner, parent=here, name=f"{here.region_id}_sub")
    for subject in (group, target, agency):
        for policy, scope in (
            (role, policies.ACCOUNT_WIDE),
            (xa, policies.Scope("project", project=here)),
            (xa, policies.ALL_PROJECTS),
            (role, policies.Scope("enterprise_project", enterprise_project=place)),
        ):
            policies.grant_add(principal=owner, policy=policy, subject=subject, scope=scope)
    service = catalog.ROWS[0]
    return {
        "domain": owner.account_id,
        "project": here.id,
        "region": here.region_id,
        "sub": sub.id,
        "user": target.id,
        "group": group.id,
        "role": role.id,
        "free_role": free.id,
        "xa_role": xa.id,
        "agency": agency.id,
        "ep": place.public_id,
        "service": service.id,
        "service_endpoint": catalog._endpoint("", service, here.region_id, "")["id"],
        "name": "any",
    }


def _money(owner: Any, ids: dict[str, str]) -> dict[str, str]:
    """Pay for packages and calls of last month, so that a bill with all its parts exists."""
    account, region = owner.account_id, ids["region"]
    top_ups.top_up(principal=owner, account_id=account, amount=Decimal(5000), reference="r")
    here = authn.principal_for(
        selectors.owner(account), project=selectors.project(account, ids["project"])
    )
    plan = billing_selectors.plans(region=region, product="passport")[0].code
    order = orders.place(principal=here, region=region, product_code="passport", plan_code=plan)
    bought = orders.buy(principal=here, region=region, product_code="passport", plan_code=plan)
    package = billing_selectors.packages(account)[0].package
    now = clock.now()
    packages.grant(
        account_id=account, region=region, product_code="bankcard", calls=1, source="free",
        grant_key="g", effective_at=now - dt.timedelta(hours=3), now=now - dt.timedelta(hours=3),
    )  # fmt: skip
    for number in range(1500):
        code = "bankcard" if number < 2 else "general-text"
        metering.usage_record(
            principal=here, product_code=code, request_id=f"{number:032x}",
            now=now - dt.timedelta(hours=2),
        )  # fmt: skip
    settlement.settle(account, now=now)
    budget = budgets.create(
        account_id=account, name="b", scope="account", unit="calls", limit=Decimal(10**6)
    )
    line, charge, deduction = _parts(account)
    return {
        "plan": plan,
        "order": order.number,
        "bought": bought.number,
        "package": str(package.pk),
        "package_resource": str(package.pk),
        "budget": str(budget.pk),
        "month": periods.month(now - dt.timedelta(hours=2), settings.BILLING_TIME_ZONE),
        "day": f"{now:%Y-%m-%d}",
        "unit": f"{5:032x}",
        "line": line,
        "charge": charge,
        "deduction": deduction,
    }


def _parts(account: str) -> tuple[str, str, str]:
    from billing.models import Allocation, BillLine, TierCharge

    line = BillLine.objects.filter(account_id=account).first()
    charge = TierCharge.objects.filter(hour_charge__account_id=account).first()
    deduction = Allocation.objects.filter(account_id=account, package__isnull=False).first()
    assert line and charge and deduction, (line, charge, deduction)
    return str(line.pk), str(charge.pk), str(deduction.pk)


def _monitoring(owner: Any, ids: dict[str, str]) -> dict[str, str]:
    account = owner.account_id
    here = authn.principal_for(
        selectors.owner(account), project=selectors.project(account, ids["project"])
    )
    alarm = alarms.alarm_create(principal=here, body={**ALARM, "alarm_name": "mine"})
    endpoint, _ = endpoints.endpoint_create(
        account_id=account, kind="email", target="a@example.org"
    )
    delivery.publish(account_id=account, kind="alarm.on", event_id="e", payload={})
    job = jobs.create(principal=here, service="general-text")
    return {
        "alarm": alarm.id,
        "endpoint": endpoint.id,
        "delivery": str(delivery.deliveries(account).get().pk),
        "job": job.id,
        # Deleting a job empties its folder, which no rollback brings back: one for that alone.
        "job_free": jobs.create(principal=here, service="general-text").id,
        "slug": "general-text",
        "picture": _picture(),
    }


def _picture() -> str:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "white").save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()
