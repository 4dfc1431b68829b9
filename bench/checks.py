"""What a call costs without the engine: queries and CPU, beside a bare Django view; metering."""

from __future__ import annotations

from typing import Any

from bench import site
from bench.rows import Row, cpu_ms


def _caller(described: dict[str, Any], path: str, body: bytes) -> Any:
    from django.test import Client

    client = Client()

    def call() -> None:
        headers = site.signed(described, path, body)
        kind = headers.pop("content-type")
        answer = client.post(path, body, content_type=kind, headers=headers)
        assert answer.status_code == 200, answer.content

    return call


def run() -> list[Row]:
    """Measure the gateway with a recorded engine, and the checks by themselves."""
    described = site.prepare(engine="recorded")
    from django.http import HttpResponse
    from django.test import Client
    from django.urls import path as route

    from config import urls

    urls.urlpatterns.insert(0, route("bench-bare", lambda request: HttpResponse(b"{}")))
    path = f"/v2/{described['project_id']}/ocr/general-text"
    body = site.body_of(site.picture(200, 120, 2))
    call = _caller(described, path, body)
    call()
    plain = Client()
    bare = cpu_ms(
        lambda: plain.post("/bench-bare", body, content_type="application/json"), times=60
    )
    signing = cpu_ms(lambda: site.signed(described, path, body), times=200)
    whole = cpu_ms(call, times=40) - signing
    return [
        Row("checks", "bare Django view", bare, "ms CPU"),
        Row("checks", "auth, quota, checks, record, metering", whole, "ms CPU",
            "bare view", whole / bare, "<= 10 ms, <= 3 x"),
        *_checks(described, path, body),
    ]  # fmt: skip


def _checks(described: dict[str, Any], path: str, body: bytes) -> list[Row]:
    """Return signature and token checks a second, database included."""
    from django.test import Client, RequestFactory

    from iam import authn

    factory = RequestFactory()

    def request(headers: dict[str, str]) -> Any:
        made = factory.post(path, body, content_type="application/json", headers=headers)
        made.request_id = "0" * 32  # type: ignore[attr-defined]
        return made

    headers = site.signed(described, path, body)
    headers.pop("content-type")
    project = described["project_id"]
    signature = cpu_ms(lambda: authn.authenticate(request(headers), project_id=project), times=100)
    user = described["users"]["admin"]
    login = {
        "auth": {
            "identity": {
                "methods": ["password"],
                "password": {
                    "user": {
                        "name": user["name"],
                        "password": user["password"],
                        "domain": {"name": described["account"]},
                    }
                },
            },
            "scope": {"project": {"id": project}},
        }
    }
    answer = Client().post("/v3/auth/tokens", login, content_type="application/json")
    token = {"X-Auth-Token": answer.headers["X-Subject-Token"]}
    tokens = cpu_ms(lambda: authn.authenticate(request(token), project_id=project), times=100)
    return [
        Row("checks", "signature checks a second", 1000 / signature, "1/s"),
        Row("checks", "token checks a second", 1000 / tokens, "1/s",
            "signature checks", signature / tokens),
    ]  # fmt: skip


def metering() -> list[Row]:
    """Measure usage records a second: one hot account against many accounts."""
    import time
    import uuid

    described = site.prepare(engine="recorded")
    from billing.services import metering as service
    from core import clock
    from iam.principal import Principal

    def principal(account_id: str) -> Principal:
        return Principal(
            account_id=account_id,
            account_name="bench",
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

    hot = rate([principal(described["domain_id"])])
    return [Row("metering", "usage records on one account", hot, "1/s")]
