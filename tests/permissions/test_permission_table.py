"""Every API route × every kind of caller, from the URL resolver: a route without a row fails here.

Allowed calls succeed, the others are refused with the documented status; what another account owns is
404; every refused or done change of identity, enterprise projects and traces leaves one trace.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver
from permission_rows import CALLERS, KINDS, ROWS, Row

from billing.models import BillingAccount, Package
from core import clock
from core.api import api_style
from iam import actions, authz, operations
from iam.models import Account, Trace
from tests.signing import HOST, headers_for

pytestmark = pytest.mark.django_db  # also tells pytest-django to make the database
FINE = {200, 201, 202, 204}
_NUMBERED = ("package", "budget", "line", "charge", "deduction", "delivery")
TRACED = re.compile(r"v3/(?!orders|payments)|v3\.0/OS-|v3-ext/|v1\.0/")


def filled(value: Any, ids: dict[str, str]) -> Any:
    """Put the demo account's ids into a path, query or body."""
    if isinstance(value, str):
        for name, text in ids.items():
            value = value.replace("{" + name + "}", text)
        return value
    if isinstance(value, dict):
        return {name: filled(item, ids) for name, item in value.items()}
    if isinstance(value, list):
        return [filled(item, ids) for item in value]
    return value


def ask(world: dict[str, Any], who: str, row: Row) -> HttpResponse:
    """Send the row's call as `who` says, with the key of that person."""
    ids = world["ids"]
    path, body = "/" + filled(row.route, ids), filled(row.body, ids)
    query = dict(part.split("=", 1) for part in filled(row.query, ids).split("&") if part)
    raw = json.dumps(body).encode() if body is not None else b""
    kind, headers = "application/json", {}
    if who != "anonymous":
        person, pairs = world["people"][who], sorted(query.items())
        headers = headers_for(person, row.method, path, raw, pairs)
        kind = headers.pop("Content-Type")
        path += f"?{urlencode(pairs, quote_via=quote)}" if pairs else ""
    # One client for all calls: each new one would load the whole chain of middleware again.
    return world["client"].generic(
        row.method, path, raw, content_type=kind, headers=headers, HTTP_HOST=HOST, CONTENT_TYPE=kind
    )


def freeze(account_id: str, *, calls: bool) -> None:
    """Freeze the account: no tokens; with `calls` its pay-per-use calls are refused, too."""
    Account.objects.filter(pk=account_id).update(is_frozen=True)
    if calls:
        long_ago = clock.now() - dt.timedelta(days=100)
        BillingAccount.objects.filter(pk=account_id).update(
            arrears="frozen", arrears_since=long_ago
        )
        # What is paid already goes on with AK/SK; the column is about pay-per-use.
        Package.objects.filter(account_id=account_id).update(refunded_at=long_ago)


def expected(row: Row, who: str) -> set[int]:
    """Return the statuses that the table allows for this caller."""
    column = KINDS[row.kind][CALLERS.index(who)]
    good = {row.success} if row.success else FINE
    if column == "own":
        return {404} if names_things(row) else good
    return good if column == "ok" else {column}


def names_things(row: Row) -> bool:
    """Tell whether the row names a thing of the demo account (not what all accounts share)."""
    shared = {"region": "", "name": "", "service": "", "service_endpoint": "", "month": "", "day": "",
              "plan": "", "slug": "", "picture": ""}  # fmt: skip
    left = filled([row.route, row.query, row.body], shared)
    return "{" in str(left).replace("{'", "").replace("{}", "")


def label(row: Row) -> str:
    return f"{row.method} {row.route}"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The actions that are asked for, by whatever way, during the test."""
    names: set[str] = set()
    for door in ("why", "session_allows"):  # every other question goes through one of them
        real = getattr(authz, door)

        def noting(principal: Any, action: str, real: Any = real, **more: Any) -> Any:
            names.add(actions.get(action).name)
            return real(principal, action, **more)

        monkeypatch.setattr(authz, door, noting)
    return names


def declared(row: Row) -> set[str]:
    """Return the actions that the view of the row's route declares for its method."""
    ids = dict.fromkeys(_names(), "a" * 32)
    ids |= dict.fromkeys(_NUMBERED, "7")
    match = get_resolver().resolve("/" + filled(row.route, {**ids, "slug": "general-text"}))
    entry = next(one for where, one in routes() if where == match.route)
    return set(operations.declared(entry, row.method.lower()))


@pytest.mark.parametrize("row", ROWS, ids=label)
def test_row(row: Row, undone: dict[str, Any], asked: set[str]) -> None:
    wrong = {}
    for who in CALLERS:
        with transaction.atomic():
            if who == "frozen":
                freeze(undone["ids"]["domain"], calls=row.kind == "call")
            before = Trace.objects.count()
            answer = ask(undone, who, row)
            traces = list(Trace.objects.order_by("time", "sequence"))[before:]
            transaction.set_rollback(True)
        if answer.status_code not in expected(row, who):
            wrong[who] = (answer.status_code, answer.content[:300])
        if row.kind == "write" and TRACED.match(row.route) and who != "anonymous":
            check_traces(row, who, answer, traces)
    assert wrong == {}
    assert asked <= declared(row), "add it to the view's handler_actions"


def check_traces(row: Row, who: str, answer: HttpResponse, traces: list[Trace]) -> None:
    """Exactly one trace, with the status of a refusal; none where the caller is not in the account."""
    foreign_project = who == "other" and row.route.startswith("v3/{project}/tr")
    if foreign_project or "FEDERATION" in row.route:
        assert traces == []
        return
    assert len(traces) == 1, (who, [(trace.trace_name, trace.code) for trace in traces])
    if answer.status_code >= 400:
        assert (traces[0].code, traces[0].trace_rating) == (str(answer.status_code), "warning")


# Completeness --------------------------------------------------------------------------------------


def routes(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every route with its whole prefix, Django's own administration left out."""
    for entry in (resolver or get_resolver()).url_patterns:
        where = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if not where.startswith("operator/"):
                yield from routes(entry, where)
        else:
            yield where, entry


def methods(entry: URLPattern) -> list[str]:
    """Return the methods that the view of a route has."""
    view = getattr(entry.callback, "view_class", None) or getattr(entry.callback, "cls", None)
    names = ("get", "post", "put", "patch", "delete", "head")
    return [name.upper() for name in names if name in dir(view)] if view else []


def test_every_api_route_and_method_has_a_row() -> None:
    ids = dict.fromkeys(_names(), "a" * 32)
    ids |= dict.fromkeys(_NUMBERED, "7")
    ids["slug"] = "general-text"
    called: dict[str, set[str]] = {}
    for row in ROWS:
        route = get_resolver().resolve("/" + filled(row.route, ids)).route
        called.setdefault(route, set()).add(row.method)
    missing = []
    for where, entry in routes():
        if not api_style("/" + where.lstrip("^")) or where == "api/v1/openapi.json":
            continue
        if where.startswith("v2/<str:project_id>/ocr/"):
            where = "v2/<str:project_id>/ocr/general-text"  # one view; test_urls holds the others
        done = called.get(where, set())
        # Django's View answers HEAD with GET: a view that names HEAD itself has a row of it.
        wanted = [name for name in methods(entry) if name != "HEAD" or "GET" not in done]
        missing += [f"{name} {where}" for name in wanted if name not in done]
    assert missing == []


def _names() -> set[str]:
    return set(re.findall(r"{(\w+)}", " ".join(row.route for row in ROWS)))
