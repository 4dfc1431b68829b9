"""A form that is refused keeps what was typed, on every page; passwords and secrets never come back."""

from __future__ import annotations

from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from billed import SERVICE, bought, buy, person
from django.contrib.auth import get_user_model

from billing import selectors as billing_selectors
from billing.services import budgets
from core import clock
from iam import selectors
from iam.services import groups

SECRETS = {"password", "secret_key", "original"}
# Page, form, and what is typed: one value of each is refused.
FORMS = (
    ("billing", "alert", {"threshold": "12x"}),
    ("billing", "voucher", {"code": "NO-SUCH-CODE"}),
    ("billing/budgets", "create", {
        "name": "Mine", "scope": "enterprise_project:0", "unit": "amount", "limit": "12x",
        "alert_percent": "77", "hard_stop": "on",
    }),
    ("iam/users/create", "create", {
        "name": "1bad", "email": "a@example.com", "mobile": "+49 30", "description": "Desk",
        "access_mode": "console", "password_kind": "typed", "password": "Long-enough-1x",
    }),
    ("iam/users/detail?user={user}", "save", {
        "email": "no address", "mobile": "+49 30", "description": "Desk", "access_mode": "console",
    }),
    ("iam/groups", "create", {"name": "", "description": "Those who read"}),
    ("iam/groups?group={group}", "grant", {"policy": "{policy}", "scope": "project", "group": "{group}"}),
    ("iam/groups?group={group}", "grant", {"scope": "project", "project": "{project}", "group": "{group}"}),
    ("iam/groups?group={group}", "grant", {
        "scope": "enterprise_project", "enterprise_project": "0", "group": "{group}",
    }),
    ("enterprise-projects/details?project=0", "grant", {"group": "{group}"}),
    ("iam/users/detail?user={user}", "password", {"password_kind": "typed", "password": "Short1x"}),
    ("subscribers/all", "subscribe", {"who": "{user}"}),
    ("packages/buy", "confirm", {
        "service": "passport", "in": "{region}", "plan": "{plan}", "quantity": "777", "start": "date",
        "starts_on": "2199-01-31", "enterprise_project": "0", "auto_renew": "on", "key": "k1",
    }),
    ("packages/buy", "buy", {
        "service": "passport", "in": "{region}", "plan": "{plan}", "quantity": "99", "start": "now",
        "enterprise_project": "0", "auto_renew": "on", "key": "k2",
    }),
    ("packages/details?package={package}", "alert", {"percent": "777"}),
    ("billing/budgets", "change", {
        "budget": "{budget}", "limit": "12x", "alert_percent": "33", "hard_stop": "on",
    }),
    ("iam/policies?new=1", "save", {
        "name": "Mine", "type": "AX", "description": "Words", "document": '{"Version": "9"}',
    }),
    ("enterprise-projects", "create", {"name": "no such name!", "type": "poc", "description": "Words"}),
    ("enterprise-projects/details?project=0", "update", {
        "name": "no such name!", "type": "poc", "description": "Words",
    }),
    ("obs", "authorize", {"access_key": "STORE", "secret_key": ""}),
    ("notifications/endpoints", "create", {"kind": "email", "target": "no address", "event": "job."}),
    ("iam/settings", "save", {"family": "login_policy", "login_failed_times": "777", "session_timeout": "30"}),
    ("iam/settings", "addresses", {"family": "api_acl_policy", "addresses": "not an address"}),
    ("billing/operator?account={account}", "top_up", {"amount": "12x", "reference": "bank 7"}),
    ("billing/operator?account={account}", "adjust", {"amount": "-12x", "reference": "bank 8"}),
    ("billing/operator?account={account}", "grant", {
        "service": "myanmar-id-card", "region": "{other_region}", "calls": "12x", "months": "7",
        "reference": "once",
    }),
    ("billing/operator?account={account}", "voucher", {"amount": "12x", "expires_on": "{today}"}),
    ("billing/operator", "price", {
        "service": "myanmar-id-card", "region": "{other_region}", "free_calls": "7", "tiers": "0, 12x",
    }),
)  # fmt: skip


class Fields(HTMLParser):
    """Collect (name, value) of what a form would send again."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self._area = self._list = ""
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {key: value or "" for key, value in attrs}
        name = own.get("name", "")
        if tag == "textarea":
            self._area, self._text = name, ""
        elif tag == "select":
            self._list = name
        elif (tag == "option" and "selected" in own and self._list) or (
            tag == "input" and (own.get("type") not in {"checkbox", "radio"} or "checked" in own)
        ):
            self.sent.append((name or self._list, own.get("value", "on")))

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.sent.append((self._area, self._text.strip()))
        elif tag == "select":
            self._list = ""


@pytest.fixture
def ids(funded: dict[str, Any], client_of: Any) -> dict[str, str]:
    """What the forms name; the administrator is an operator and has a package and a budget."""
    get_user_model().objects.filter(pk=funded["users"]["admin"]["id"]).update(is_operator=True)
    buy(client_of("admin"), funded, do="buy")
    group = groups.group_create(principal=person(funded), name="Readers", description="")
    policy = selectors.system_policies().get(display_name="OCR ReadOnlyAccess")
    budget = budgets.create(
        account_id=funded["domain_id"], name="Kept", scope="account", scope_id="", unit="amount",
        limit=Decimal(5), alert_percent=80, hard_stop=False,
    )  # fmt: skip
    plans = billing_selectors.plans(product=SERVICE, region=funded["region"])
    return {
        "account": funded["account"],
        "region": funded["region"],
        "other_region": funded["other_region"],
        "project": funded["project_id"],
        "user": funded["users"]["reader"]["id"],
        "group": group.id,
        "policy": policy.id,
        "budget": str(budget.pk),
        "package": str(bought(funded)[0].pk),
        "plan": plans[-1].code,
        "today": clock.now().date().isoformat(),
    }


def test_what_was_typed_stays(client_of: Any, ids: dict[str, str]) -> None:
    client, lost = client_of("admin"), []
    for page, do, typed in FORMS:
        for key, value in ids.items():
            page = page.replace(f"{{{key}}}", value)
            typed = {name: text.replace(f"{{{key}}}", value) for name, text in typed.items()}
        answer = client.post(f"/console/{page}", {"do": do, **typed})
        assert answer.status_code == 422, (page, do, answer.status_code)
        text = answer.content.decode()
        assert 'role="alert"' in text, page
        kept = Fields()
        kept.feed(text)
        lost += [
            (page, do, name)
            for name, value in typed.items()
            if name not in SECRETS and (name, value) not in kept.sent
        ]
        lost += [
            (page, do, name, "in another form too")
            for name, value in typed.items()
            if "12x" in value and kept.sent.count((name, value)) > 1
        ]
        lost += [
            (page, "secret", name)
            for name in SECRETS & typed.keys()
            if typed[name] and typed[name] in text
        ]
    assert not lost


def test_a_switch_that_was_turned_off_stays_off(client_of: Any, account: dict[str, Any]) -> None:
    client, switch = client_of("admin"), ("password_not_username_or_invert", "on")
    kept = Fields()
    kept.feed(client.get("/console/iam/settings").content.decode())
    assert switch in kept.sent
    form = {"do": "save", "family": "password_policy", "minimum_password_length": "777"}
    answer = client.post("/console/iam/settings", form)
    assert answer.status_code == 422
    kept = Fields()
    kept.feed(answer.content.decode())
    assert switch not in kept.sent
    assert ("minimum_password_length", "777") in kept.sent
