"""The operations of each action are read off the views, completely and for registered actions only."""

from __future__ import annotations

import pytest
from django.urls import path
from django.views import View

from iam import actions, operations
from scripts.permission_docs import text
from tests.test_house import ROOT

KNOWN = {row.name for row in actions.rows()}


@pytest.mark.parametrize("operation", operations.operations(), ids=str)
def test_an_operation_asks_for_registered_actions_only(operation: operations.Operation) -> None:
    assert set(operation.actions) <= KNOWN


def test_every_declared_action_has_its_operation_in_its_row() -> None:
    declared = {(str(one), name) for one in operations.operations() for name in one.actions}
    derived = {
        (operation, row.name)
        for row in actions.rows()
        for operation in operations.operations_of(row)
    }
    assert derived == declared


@pytest.mark.parametrize(
    ("action", "operation"),
    [
        ("iam:users:listUsers", "GET /v3/users"),  # declared for the method
        ("iam:grants:listGrants", "GET /v3.0/OS-PERMISSION/role-assignments"),  # for the view
        ("iam:users:getUser", "GET /v3/users/{user}"),  # asked by the handler
        ("iam:securitypolicies:updateLoginPolicy",
         "PUT /v3.0/OS-SECURITYPOLICY/domains/{domain}/login-policy"),  # given by the route
        ("cts:trace:list", "GET /v3/{project_id}/traces"),  # of a regular expression
        ("iam:grants:checkGrant", "HEAD /v3/domains/{place}/groups/{subject}/roles/{role}"),
        ("bss:order:pay", "POST /api/v1/orders"),  # one of two
        ("bss:order:create", "POST /api/v1/orders"),
        ("ocr:job:update", "POST /api/v1/jobs/{job_id}/{step}"),
        ("ocr:passport:subscribe", "POST /api/v1/subscriptions"),
    ],
)  # fmt: skip
def test_operations_of_an_action(action: str, operation: str) -> None:
    assert operation in operations.operations_of(actions.get(action))


def test_head_is_answered_and_guarded_as_get() -> None:
    class Both(View):
        actions = {"get": "iam:users:listUsers"}

        def get(self, request): ...

        def head(self, request): ...

    assert operations.declared(path("x", Both.as_view()), "head") == ("iam:users:listUsers",)


def test_an_action_of_another_service_is_not_listed() -> None:
    assert operations.operations_of(actions.get("bss:package:unsubscribe")) == (
        "POST /api/v1/packages/{package_id}/unsubscribe",
        "POST /v2/orders/subscriptions/resources/unsubscribe",
    )


def test_the_documented_table_is_current() -> None:
    docs = ROOT / "docs" / "permissions.md"
    assert docs.read_text() == text(), "run: python scripts/permission_docs.py"
