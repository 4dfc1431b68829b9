"""Cost of credential checks and metering within one process; the cost per call: `tools.bench.api.gateway`."""

from __future__ import annotations

from typing import Any

from tools.bench import test_site
from tools.bench.result import Row, cpu_ms

ACCOUNTS = 200


def run() -> list[Row]:
    """Measure signature and token checks a second, database included."""
    described = test_site.prepare(engine="recorded")
    from django.test import Client, RequestFactory

    from config import banner
    from iam import authn

    path = f"/v2/{described['project_id']}/ocr/general-text"
    body = test_site.body_of(test_site.text_image(200, 120, 2))
    factory = RequestFactory()

    def request(headers: dict[str, str]) -> Any:
        made = factory.post(path, body, content_type="application/json", headers=headers)
        made.request_id = "0" * 32  # type: ignore[attr-defined]
        return made

    headers = test_site.signed(described, path, body)
    headers.pop("content-type")
    project = described["project_id"]
    signature = cpu_ms(lambda: authn.authenticate(request(headers), project_id=project), times=100)
    login = banner.token_request(described, scope={"project": {"id": project}})
    answer = Client().post("/v3/auth/tokens", login, content_type="application/json")
    token = {"X-Auth-Token": answer.headers["X-Subject-Token"]}
    tokens = cpu_ms(lambda: authn.authenticate(request(token), project_id=project), times=100)
    return [
        Row("auth_overhead", "signature checks a second", 1000 / signature, "1/s"),
        Row("auth_overhead", "token checks a second", 1000 / tokens, "1/s",
            "signature checks", signature / tokens),
    ]  # fmt: skip


def metering() -> list[Row]:
    """Measure usage records a second: on one hot account, and spread over many."""
    import time
    import uuid

    described = test_site.prepare(engine="recorded")
    from billing.services import accounts
    from billing.services import metering as service
    from core import clock
    from iam.models import Account
    from iam.principal import Principal

    def principal(account: Account) -> Principal:
        return Principal(
            account_id=account.id,
            account_name=account.name,
            user_id=described["users"]["admin"].get("id", "u" * 32),
            user_name="bench",
            method="aksk",
            project_id=described["project_id"],
            region=described["region"],
        )

    def rate(callers: list[Principal], times: int = 500) -> float:
        started = time.perf_counter()
        for number in range(times):
            service.usage_record(
                principal=callers[number % len(callers)],
                product_code="general-text",
                request_id=uuid.uuid4().hex,
                now=clock.now(),
            )
        return times / (time.perf_counter() - started)

    hot = Account.objects.get(pk=described["domain_id"])
    many = Account.objects.bulk_create(
        Account(name=f"bench-{number}") for number in range(ACCOUNTS)
    )
    for account in (hot, *many):
        accounts.ensure(account.id)
    one = rate([principal(hot)])
    spread = rate([principal(account) for account in many])
    return [
        Row("metering", "usage records on one account", one, "1/s"),
        Row("metering", f"usage records over {ACCOUNTS} accounts", spread, "1/s",
            "one account", spread / one),
    ]  # fmt: skip
