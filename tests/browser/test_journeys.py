"""What people come for, from end to end: by keyboard alone in three languages, and by mouse.

Steps go by names of fields and buttons, never by words, so one journey serves every language. The
journeys without a test of their own in `test_console.py` are gone by mouse here.
"""

from __future__ import annotations

import json
import re
import time
import urllib.request
from typing import Any

import pytest
from driver import Hand, Keyboard, Mouse, sign_in
from playwright.sync_api import Page, expect

from config import banner
from tests.conftest import Live

pytestmark = pytest.mark.browser
WAYS = [
    pytest.param(Keyboard(), "en", id="keyboard-en"),
    pytest.param(Keyboard(), "zh-hans", id="keyboard-zh"),
    pytest.param(Keyboard(), "ar", id="keyboard-ar"),
]
ways = pytest.mark.parametrize(("hand", "language"), WAYS)
ways_and_mouse = pytest.mark.parametrize(
    ("hand", "language"), [*WAYS, pytest.param(Mouse(), "en", id="mouse-en")]
)
PASSWORD = "Quite-long-7b"


def number(text: str) -> int:
    """Return the figure in a text, in whatever digits and grouping it is written."""
    return int("".join(str(int(sign)) for sign in text if sign.isdigit()) or 0)


def until(page: Page, address: str, what: str, right: Any, *, seconds: float = 90) -> None:
    """Load the page again until the figure at `what` is right: jobs run every few seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        page.goto(address)
        if right(number(page.locator(what).first.inner_text())):
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"{what} on {address} does not become right")


def follow(page: Page, hand: Hand, path: str) -> None:
    """Go to a page by a link to it, as a reader does who types no address."""
    hand.press(page, f"a[href='{path}']:visible")
    page.wait_for_url(lambda url: url.endswith(path))


def read_sample(page: Page, hand: Hand) -> None:
    """Try the sample of the explorer's service."""
    hand.press(page, "#sample")
    expect(page.locator("#drop.oc-has-image")).to_be_attached(timeout=30_000)
    hand.press(page, "#run")
    expect(page.locator("#facts")).to_contain_text("HTTP", timeout=120_000)
    assert "HTTP 200" in page.inner_text("#facts"), page.inner_text("#said")


@ways
def test_a_newcomer_subscribes_tries_copies_and_sees_the_call(
    visit: Any, live: Live, hand: Hand, language: str
) -> None:
    """First login with a password of one use, subscribe, try, copy the code, see the call in monitoring."""
    name, password = f"fresh-{language}", f"{PASSWORD}-{language}"
    told = [line.split() for line in live.manage("account_create", name).splitlines()]
    given = next(row[1] for row in told if row[0] == "password")
    projects = {row[1]: row[2] for row in told if row[0] == "project"}
    page = visit("", language=language)
    sign_in(page, live, name, given, hand, account=name, then="**/password?*")
    hand.type(page, "[name=original]", given)
    hand.type(page, "[name=password]", password)
    hand.type(page, "[name=again]", password)
    hand.press(page, "form:has([name=again]) button")
    page.wait_for_url("**/console/overview")
    row = page.locator("#service-passport")
    hand.press(page, row.locator("form:has([value=subscribe]) button"))
    expect(row.locator("[value=unsubscribe]")).to_be_attached()
    follow(page, hand, "/console/explorer?service=passport")
    read_sample(page, hand)
    expect(page.locator("#fields")).to_contain_text("passport_number")
    hand.choose(page, "#language", "python")
    hand.press(page, "#copy-code")
    expect(page.locator("#copy-code.oc-copied")).to_be_attached()
    code = page.inner_text("#code")
    assert projects[live.credentials["region"]] in code
    assert live.url in code
    follow(page, hand, "/console/monitoring")
    expect(page.locator("#total-calls")).to_be_visible()
    address = f"{live.url}/console/monitoring?range=1h"
    until(page, address, "#total-calls", lambda seen: seen == 1)


@ways_and_mouse
def test_a_package_is_bought_and_burns(visit: Any, live: Live, hand: Hand, language: str) -> None:
    page = visit("owner", language=language, hand=hand)
    follow(page, hand, "/console/packages/buy?service=passport")
    hand.press(page, "#buy button[name=do]")
    expect(page.locator("button[value=buy]")).to_be_visible()  # the step that shows the sum
    hand.press(page, "button[value=buy]")
    page.wait_for_url(re.compile("/console/(packages|billing/orders)([?/]|$)(?!buy)"))
    page.goto(f"{live.url}/console/packages?product=passport")
    meter = "progress.oc-meter"
    used = sum(float(v) for v in page.locator(meter).evaluate_all("rows => rows.map(r => r.value)"))
    page.goto(f"{live.url}/console/explorer?service=passport")
    read_sample(page, hand)
    for _ in range(60):
        page.goto(f"{live.url}/console/packages?product=passport")
        values = page.locator(meter).evaluate_all("rows => rows.map(r => r.value)")
        if sum(float(value) for value in values) != used:
            return
        page.wait_for_timeout(500)
    raise AssertionError("the package does not burn")


@ways
def test_everyone_is_subscribed(visit: Any, live: Live, hand: Hand, language: str) -> None:
    page = visit("admin", language=language, hand=hand)
    page.goto(f"{live.url}/console/overview?region={live.credentials['other_region']}")
    follow(page, hand, "/console/subscribers/all")
    follow(page, hand, "/console/subscribers?service=id-card")
    for button, state in (
        ("users_on", "oc-pill-good"),
        ("users_off", "oc-pill:not(.oc-pill-good)"),
    ):
        one = f"#u-{live.credentials['users']['reader']['id']}"
        hand.press(page, one)
        hand.press(page, f"button[value={button}]")
        expect(page.locator(f"tr:has({one}) .{state}")).to_be_attached()
    hand.press(page, "button[value=everyone_on]")
    expect(page.locator("button[value=everyone_off]")).to_be_attached()
    reader = visit("reader", language=language, hand=hand)
    reader.goto(f"{live.url}/console/overview?region={live.credentials['other_region']}")
    expect(reader.locator("#service-id-card .oc-pill-good")).to_be_attached()
    hand.press(page, "button[value=everyone_off]")
    expect(page.locator("button[value=everyone_on]")).to_be_attached()


@ways_and_mouse
def test_an_enterprise_project_shows_what_it_spent(
    visit: Any, live: Live, hand: Hand, language: str
) -> None:
    page = visit("owner", language=language, hand=hand)
    name = f"{type(hand).__name__}-{language}"
    follow(page, hand, "/console/enterprise-projects")
    hand.press(page, "[data-dialog='#ep-new']")
    hand.type(page, "#e-name", name)
    hand.press(page, "#ep-new button[value=create]")
    row = page.locator("tr", has_text=name)
    expect(row).to_be_attached()
    made = re.search(r"[0-9a-f-]{36}", row.inner_text())
    assert made is not None
    page.goto(f"{live.url}/console/explorer?service=id-card&ep={made[0]}")
    read_sample(page, hand)
    address = f"{live.url}/console/enterprise-projects"
    cell = f"tr:has-text('{name}') td.oc-number"
    until(page, address, cell, lambda calls: calls == 1)
    page.goto(f"{address}/expenditures?project={made[0]}")
    expect(page.locator("section[aria-labelledby=parts] table")).to_contain_text(
        re.compile(r"[0-9٠-٩]")
    )
    page.goto(f"{live.url}/console/overview?ep=all")


@ways
def test_a_forgotten_password_locks_the_user_and_the_bell_tells(
    visit: Any, live: Live, hand: Hand, language: str
) -> None:
    name = f"forgetful-{language}"
    make_user(live, name)
    page = visit("", language=language)
    page.goto(f"{live.url}/login")
    for _ in range(6):
        hand.type(page, "[name=account]", live.credentials["account"])
        hand.type(page, "[name=username]", name)
        hand.type(page, "[name=password]", "no idea any more")
        hand.press(page, "form:has([name=password]) button:not([type=button])")
        page.wait_for_selector("#login-error")
    expect(page.locator("#login-error")).to_contain_text("15")
    hand.type(page, "[name=password]", PASSWORD)
    hand.press(page, "form:has([name=password]) button:not([type=button])")
    expect(page.locator("#login-error")).to_contain_text("15")
    admin = visit("admin", language=language, hand=hand)
    admin.goto(f"{live.url}/console/notifications")
    expect(admin.locator("main")).to_contain_text(name)


@ways
def test_a_user_with_an_own_policy_is_refused_by_name_of_the_permission(
    visit: Any, live: Live, hand: Hand, language: str
) -> None:
    """Custom policy by the visual editor, group, user; then that user's own way through the console."""
    page = visit("owner", language=language, hand=hand)
    name = f"desk-{language}"
    follow(page, hand, "/console/iam/policies")
    follow(page, hand, "?new=1")
    hand.type(page, "#pol-name", name)
    hand.press(page, "#visual label[data-name='ocr:passport:subscribe'] input")
    assert "ocr:passport:subscribe" in page.input_value("#document")
    hand.press(page, "#policy-form button[value=save]")
    expect(page.locator("#oc-messages .oc-note-success")).to_be_attached()
    follow(page, hand, "/console/iam/groups")
    hand.press(page, "[data-dialog='#group-new']")
    hand.type(page, "#g-name", name)
    hand.press(page, "#group-new button[value=create]")
    hand.press(page, "[data-dialog='#authorize']")
    hand.press(page, page.locator("#policy-list label", has_text=name).locator("input"))
    hand.press(page, "#authorize [data-step-next]")
    hand.press(page, "#authorize button[value=grant]")
    expect(page.locator("table").first).to_contain_text(name)
    follow(page, hand, "/console/iam/users")
    follow(page, hand, "/console/iam/users/create")
    hand.type(page, "#n-name", name)
    hand.press(page, "[data-step-next]:visible")
    radio(page, hand, "[name=password_kind][value=typed]")
    hand.type(page, "#n-password", PASSWORD)
    if page.is_checked("[name=one_time]"):
        hand.press(page, "[name=one_time]")
    hand.press(page, "[data-step-next]:visible")
    hand.press(page, page.locator("label", has_text=name).locator("input"))
    hand.press(page, "button[value=create]")
    expect(page.locator("#oc-messages")).to_contain_text(name)
    own = visit("", language=language)
    sign_in(own, live, name, PASSWORD, hand)
    own.goto(f"{live.url}/console/audit")
    expect(own.locator("main")).to_contain_text("cts:trace:list")
    own.goto(f"{live.url}/console/overview?region={live.credentials['other_region']}")
    refused = own.locator("#service-id-card [aria-disabled=true]").first
    expect(own.locator("#service-id-card [role=tooltip]").first).to_contain_text(
        "ocr:idCard:subscribe"
    )
    expect(refused).to_be_attached()
    expect(own.locator("#service-passport form:has([value=subscribe])")).to_be_attached()


def radio(page: Page, hand: Hand, what: str) -> None:
    """Choose one of several: by a click, or by arrows once the group has the focus."""
    if not isinstance(hand, Keyboard):
        page.locator(what).check()
        return
    hand.press(page, what)
    for _ in range(5):
        if page.is_checked(what):
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{what} cannot be chosen by keyboard")


def make_user(live: Live, name: str) -> None:
    """Create a console user through the API, as an administrator's program does."""

    known = live.credentials
    login = banner.token_request(known, scope={"domain": {"name": known["account"]}})
    headers = {"Content-Type": "application/json"}
    ask = urllib.request.Request(
        f"{live.url}/v3/auth/tokens", json.dumps(login).encode(), headers, method="POST"
    )
    with urllib.request.urlopen(ask, timeout=60) as answer:
        headers["X-Auth-Token"] = answer.headers["X-Subject-Token"]
    body = {"user": {"name": name, "password": PASSWORD, "domain_id": known["domain_id"]}}
    ask = urllib.request.Request(
        f"{live.url}/v3.0/OS-USER/users", json.dumps(body).encode(), headers, method="POST"
    )
    with urllib.request.urlopen(ask, timeout=60) as answer:
        assert answer.status == 201
