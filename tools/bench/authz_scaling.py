"""Cost of authentication and authorisation with 10 and with 10,000 users, groups and revoked tokens."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tools.bench import test_site
from tools.bench.result import Row, cpu_ms

SIZES = (10, 10_000)
GOAL = "<= 1 ms CPU, <= 2 queries"


def run() -> list[Row]:
    """Measure credentials and permission of one caller in crowds of each size."""
    described = test_site.prepare(engine="recorded")
    rows, before = [], 0
    for size in SIZES:
        _crowd(described, size - before)
        before = size
        rows += _rows(described, size)
    return rows


def _crowd(described: dict[str, Any], more: int) -> None:
    """Add users, groups with the caller in all of them and a policy each, and ended tokens."""
    from core import clock
    from core.models import hex_id
    from iam.models import Account, Attachment, Group, Membership, Policy, RevokedToken, User
    from iam.services import cache_versions

    account = Account.objects.get(pk=described["domain_id"])
    caller = User.objects.get(account=account, name="reader")
    policy = Policy.objects.get(display_name="OCR ReadOnlyAccess")
    User.objects.bulk_create(User(account=account, name=f"u-{hex_id()}") for _ in range(more))
    groups = Group.objects.bulk_create(
        Group(account=account, name=f"g-{hex_id()}") for _ in range(more)
    )
    Membership.objects.bulk_create(Membership(group=group, user=caller) for group in groups)
    Attachment.objects.bulk_create(
        Attachment(account=account, policy=policy, group=group, scope="all_projects", slot=group.id)
        for group in groups
    )
    later = clock.now() + dt.timedelta(days=1)
    RevokedToken.objects.bulk_create(
        RevokedToken(token_id=hex_id(), expires_at=later) for _ in range(more)
    )
    cache_versions.bump(account.id)


def _rows(described: dict[str, Any], size: int) -> list[Row]:
    from django.test import Client, RequestFactory

    from config import banner
    from iam import authn, authz

    factory, project = RequestFactory(), described["project_id"]
    path, body = f"/v2/{project}/ocr/general-text", b"{}"
    reader = described["users"]["reader"]
    signed = test_site.signed({**described, "users": {"admin": reader}}, path, body)
    signed.pop("content-type")
    login = banner.token_request(described, "reader")
    answer = Client().post("/v3/auth/tokens", login, content_type="application/json")
    token = {"X-Auth-Token": answer.headers["X-Subject-Token"]}
    rows = []
    for name, headers in (("signature", signed), ("token", token)):

        def check(headers: dict[str, str] = headers) -> None:
            request = factory.post(path, body, content_type="application/json", headers=headers)
            principal = authn.authenticate(request, project_id=project)
            assert not authz.may(principal, "ocr:passport:subscribe")

        def bare(headers: dict[str, str] = headers) -> None:
            factory.post(path, body, content_type="application/json", headers=headers)

        check()  # compiled under the new version
        cost = cpu_ms(check, times=200) - cpu_ms(bare, times=200)
        rows.append(
            Row(
                "authz_scaling",
                f"{name} and permission, {size:,} of each",
                cost,
                "ms CPU",
                goal=GOAL,
            )
        )
    return rows
