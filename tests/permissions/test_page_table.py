"""Every page of the console and every form of it × every kind of caller: a form without a row fails.

A page is open (200), refused with its action by name (403) or sends strangers to sign in (302); a form
is refused with the action that it lacks (403, 422), and things of another account are 404.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from permission_rows import CALLERS, DOCUMENT
from test_permission_table import filled

from billing import actions as bss
from iam import actions
from iam.models import Account
from ocr.catalog import SERVICES
from portal.navigation import BY_SLUG, PAGES, Page
from tests.console_pages import address

pytestmark = pytest.mark.django_db
OPERATOR = "operator"  # no policy of a tenant opens it
# What a page needs that asks for more than its row says.
NEEDS = {
    "monitoring": f"ocr:{SERVICES[0].action_name}:getSubscribeUserList",
    "subscribers": "ocr:passport:getSubscribeUserList",
    "billing/operator": OPERATOR,
    "enterprise-projects/expenditures": bss.BILL_VIEW,
}
# The addresses that name something; ids in braces are of the demo account, so 404 for another one.
QUERIES = {
    "subscribers": ("?service=passport",),
    "explorer/sample": ("?service=passport",),
    "jobs": ("", "?job={job}"),
    "packages/details": ("?package={package}",),
    "billing/trace": ("", "?line={line}", "?line={line}&deduction={deduction}"),
    "iam/users/detail": ("", "?user={user}"),
    "iam/groups": ("", "?group={group}"),
    "iam/policies": ("", "?policy={free_role}"),
    "enterprise-projects/details": ("?project={ep}",),
}
ROWS = [(page, query) for page in PAGES for query in QUERIES.get(page.slug, ("",))]


@dataclass(frozen=True)
class Form:
    """One form: page, `do`, the action that it needs ("" = one's own things), what is typed."""

    page: str
    do: str
    action: str
    fields: dict[str, Any]
    query: str = ""


USER, GROUP = "?user={user}", {"group": "{group}"}
DETAIL, PACKAGE = "iam/users/detail", "?package={package}"
EPS, EP = "enterprise-projects", "eps:enterpriseProjects:"
FORMS = (
    Form("credentials", "create", "", {}), Form("credentials", "switch", "", {"access": "{access}"}),
    Form("credentials", "delete", "", {"access": "{access}", "confirm": "{access}"}),
    Form("credentials", "password", "", {"original": "x", "password": "y"}),
    *(Form("credentials/device", do, "", {}) for do in ("begin", "bind", "cancel", "forget")),
    Form("credentials/signatures", "compare", "", {"request_id": "x"}),
    Form("iam/users/create", "create", "iam:users:createUser",
         {"name": "new", "password_kind": "generate"}),
    Form(DETAIL, "save", "iam:users:updateUser", {"email": "a@example.org"}, USER),
    Form(DETAIL, "switch", "iam:users:updateUser", {}, USER),
    Form(DETAIL, "unlock", "iam:users:updateUser", {}, USER),
    Form(DETAIL, "device", "iam:users:updateUser", {}, USER),
    Form(DETAIL, "password", "iam:users:setUserPassword", {"password_kind": "generate"}, USER),
    Form(DETAIL, "delete", "iam:users:deleteUser", {"confirm": "target"}, USER),
    Form(DETAIL, "join", "iam:permissions:addUserToGroup", GROUP, USER),
    Form(DETAIL, "leave", "iam:permissions:removeUserFromGroup", GROUP, USER),
    Form(DETAIL, "key_create", "iam:credentials:createCredential", {}, USER),
    Form(DETAIL, "key_switch", "iam:credentials:updateCredential", {"access": "{access}"}, USER),
    Form(DETAIL, "key_delete", "iam:credentials:deleteCredential",
         {"access": "{access}", "confirm": "{access}"}, USER),
    Form("iam/groups", "create", "iam:groups:createGroup", {"name": "new"}),
    Form("iam/groups", "delete", "iam:groups:deleteGroup", {**GROUP, "confirm": "things"}),
    Form("iam/groups", "join", "iam:permissions:addUserToGroup", {**GROUP, "user": "{user}"}),
    Form("iam/groups", "leave", "iam:permissions:removeUserFromGroup", {**GROUP, "user": "{user}"}),
    Form("iam/groups", "grant", "iam:grants:grantRole",
         {**GROUP, "policy": "{free_role}", "scope": "all_resources"}),
    Form("iam/groups", "revoke", "iam:grants:revokeRole", {**GROUP, "grant": "0"}),
    Form("iam/policies", "save", "iam:roles:createRole",
         {"name": "new", "type": "AX", "document": str(DOCUMENT).replace("'", '"')}),
    Form("iam/policies", "delete", "iam:roles:deleteRole",
         {"policy": "{free_role}", "confirm": "free"}),
    Form("iam/policies", "check", "", {"document": "{}"}),
    Form("iam/settings", "save", "iam:securitypolicies:updatePasswordPolicy", {
        "family": "password_policy", "minimum_password_length": "9", "password_char_combination": "2",
        "maximum_consecutive_identical_chars": "0", "number_of_recent_passwords_disallowed": "1",
        "minimum_password_age": "0", "password_validity_period": "0",
    }),
    Form("iam/settings", "protect", "iam:securitypolicies:updateProtectPolicy", {}),
    Form("iam/settings", "addresses", "iam:securitypolicies:updateApiAclPolicy",
         {"family": "api_acl_policy", "addresses": "127.0.0.0/8"}),
    Form("overview", "subscribe", "ocr:passport:subscribe", {"service": "passport"}),
    Form("overview", "unsubscribe", "ocr:passport:unsubscribe", {"service": "passport"}),
    *(Form("subscribers", f"{kind}_{way}", f"ocr:passport:{verb}AllUsers", fields, "?service=passport")
      for kind, fields in (("everyone", {}), ("users", {"user": "{user}"}))
      for way, verb in (("on", "subscribe"), ("off", "unsubscribe"))),
    *(Form("subscribers/all", do, f"ocr:passport:{do}AllUsers", {"service": "passport", "who": "*"})
      for do in ("subscribe", "unsubscribe")),
    Form("obs", "authorize", "iam:agencies:createAgency", {"access_key": "a", "secret_key": "b"}),
    Form("obs", "withdraw", "iam:agencies:deleteAgency", {"confirm": "store-key"}),
    *(Form("jobs", do, "ocr:job:update", {}, "?job={job}")
      for do in ("start", "pause", "resume", "cancel", "retry")),
    Form("jobs", "delete", "ocr:job:delete", {}, "?job={job}"),
    Form("packages/details", "alert", bss.PACKAGE_UPDATE, {"percent": "10"}, PACKAGE),
    Form("packages/details", "auto_renew", bss.PACKAGE_UPDATE, {"wanted": "on"}, PACKAGE),
    Form("packages/details", "renew", bss.PACKAGE_UPDATE, {}, PACKAGE),
    Form("packages/details", "unsubscribe", bss.PACKAGE_UNSUBSCRIBE, {"confirm": "{package}"}, PACKAGE),
    *(Form("packages/buy", do, bss.ORDER_CREATE,
           {"service": "passport", "plan": "{plan}", "quantity": "1", "start": "now", "key": "k"})
      for do in ("confirm", "buy", "place")),
    Form("billing", "voucher", bss.BALANCE_UPDATE, {"code": "x"}),
    Form("billing", "alert", bss.BALANCE_UPDATE, {"threshold": "5"}),
    Form("billing/orders", "pay", bss.ORDER_PAY, {"order": "{order}"}),
    Form("billing/orders", "cancel", bss.ORDER_CANCEL, {"order": "{order}"}),
    Form("billing/budgets", "create", bss.BUDGET_UPDATE,
         {"name": "n", "unit": "calls", "limit": "5", "alert_percent": "50"}),
    Form("billing/budgets", "change", bss.BUDGET_UPDATE,
         {"budget": "{budget}", "limit": "5", "alert_percent": "50"}),
    Form("billing/budgets", "delete", bss.BUDGET_UPDATE, {"budget": "{budget}", "confirm": "b"}),
    *(Form("billing/operator", do, OPERATOR, {}, "?account=demo")
      for do in ("top_up", "adjust", "unlimited", "grant", "voucher", "price")),
    Form(EPS, "create", f"{EP}create", {"name": "new", "type": "prod"}),
    Form(EPS, "enable_function", f"{EP}enable", {}),
    Form(EPS, "switch", f"{EP}disable", {"project": "{ep}"}),
    Form(EPS, "delete", f"{EP}delete", {"project": "{ep}", "confirm": "ep"}),
    Form(f"{EPS}/details", "update", f"{EP}update", {"name": "new", "type": "prod"}, "?project={ep}"),
    Form(f"{EPS}/details", "switch", f"{EP}disable", {}, "?project={ep}"),
    Form(f"{EPS}/details", "grant", "iam:grants:grantRole", {**GROUP, "policy": "{free_role}"},
         "?project={ep}"),
    Form(f"{EPS}/details", "revoke", "iam:grants:revokeRole", {"grant": "0"}, "?project={ep}"),
    Form("audit", "verify", "", {}),
    Form("notifications/endpoints", "create", "ces:endpoints:create",
         {"kind": "email", "target": "b@example.org"}),
    Form("notifications/endpoints", "delete", "ces:endpoints:delete",
         {"endpoint": "{endpoint}", "confirm": "a@example.org"}),
    Form("notifications/endpoints", "replay", "ces:deliveries:replay", {"delivery": "{delivery}"}),
)  # fmt: skip


def needs(page: Page) -> str:
    return NEEDS.get(page.slug) or page.action


def names_something(*parts: Any) -> bool:
    return bool(re.search(r"{(?!plan)[a-z_]+}", str(parts)))


def ask(world: dict[str, Any], who: str, address: str, form: Any = None) -> HttpResponse:
    if who == "frozen":
        Account.objects.filter(pk=world["ids"]["domain"]).update(is_frozen=True)
    client = world["browsers"][who]
    return client.get(address) if form is None else client.post(address, form)


def may(who: str, action: str) -> bool:
    """Tell what the caller's policies say: everything, all FullAccess, reading, nothing."""
    if action == OPERATOR:
        return False
    if not action or who in {"owner", "admin", "full", "other", "frozen"}:
        return True
    return who == "reader" and actions.get(action).access == "read"


@pytest.mark.parametrize(("page", "query"), ROWS, ids=lambda value: getattr(value, "slug", value))
def test_page(page: Page, query: str, undone: dict[str, Any]) -> None:
    path, action, wrong = address(page) + filled(query, undone["ids"]), needs(page), {}
    for who in CALLERS:
        with transaction.atomic():
            answer = ask(undone, who, path)
            transaction.set_rollback(True)
        want = 302 if who == "anonymous" else 200 if may(who, action) else 403
        if who == "other" and want == 200 and names_something(query):
            want = 404
        text = answer.content.decode() if want == 403 else action
        if answer.status_code != want or (action != OPERATOR and action not in text):
            wrong[who] = (answer.status_code, want)
    assert wrong == {}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.page}-{form.do}")
def test_form(form: Form, undone: dict[str, Any]) -> None:
    ids, wrong = undone["ids"], {}
    path = filled(f"/console/{form.page}{form.query}", ids)
    fields = {"do": form.do, **filled(form.fields, ids)}
    page_action = needs(BY_SLUG[form.page])
    named = names_something(form.query, *form.fields.values())
    for who in CALLERS:
        with transaction.atomic():
            answer = ask(undone, who, path, fields)
            transaction.set_rollback(True)
        text = answer.content.decode(errors="replace")
        if who == "anonymous":
            fine = answer.status_code == 302 and answer["Location"].startswith("/login")
        elif who == "other" and named:
            fine = answer.status_code == 404
        elif page_action == OPERATOR:
            fine = answer.status_code == 403
        elif not may(who, page_action):
            fine = answer.status_code == 403 and page_action in text
        elif not may(who, form.action):
            fine = answer.status_code in {403, 422} and form.action in text
        elif form.page == "credentials" and form.do in {"switch", "delete"}:
            fine = answer.status_code == 404  # the key of another user of the account
        else:
            fine = answer.status_code in {200, 302, 422} and "permission required" not in (
                text if answer.status_code == 422 else ""
            )
        if not fine:
            wrong[who] = (answer.status_code, text[:200])
    assert wrong == {}


def test_every_page_and_every_form_has_a_row() -> None:
    have = {(form.page, form.do) for form in FORMS}
    want = {
        (page.slug, name.removeprefix("do_"))
        for page in PAGES
        for name in dir(page.view)
        if name.startswith("do_")
    }
    assert want == have
