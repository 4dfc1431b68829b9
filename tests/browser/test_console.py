"""Journeys through the console in a real browser, in three languages, by mouse and by keyboard."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from portal.navigation import PAGES
from tests.conftest import Live

pytestmark = pytest.mark.browser
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ADDRESSES = [page.slug for page in PAGES if page.icon or page.slug == "packages/buy"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, live: Live) -> Iterator[Any]:
    """Return a function that opens a page as `who`, in a language, theme and width."""
    opened: list[BrowserContext] = []

    def start(
        who: str = "admin", *, language: str = "en", theme: str = "light", width: int = 1280,
        bypass_csp: bool = False,
    ) -> Page:  # fmt: skip
        context = browser.new_context(
            viewport={"width": width, "height": 800}, bypass_csp=bypass_csp
        )
        opened.append(context)
        context.add_cookies(
            [
                {"name": "django_language", "value": language, "url": live.url},
                {"name": "oc_theme", "value": theme, "url": live.url},
            ]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
        if who:
            sign_in(page, live, who)
        return page

    yield start
    for context in opened:
        context.close()


def sign_in(page: Page, live: Live, who: str) -> None:
    user = live.credentials["users"][who]
    page.goto(f"{live.url}/login")
    page.fill("[name=account]", live.credentials["account"])
    page.fill("[name=username]", user["name"])
    page.fill("[name=password]", user["password"])
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/console/overview")


def test_subscribe_try_copy_and_see_the_call(visit: Any, live: Live) -> None:
    page = visit()
    refused: list[str] = []
    page.on(
        "console",
        lambda message: refused.append(message.text) if "Security Policy" in message.text else None,
    )
    foreign: list[str] = []
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((live.url, "blob:", "data:"))
            else foreign.append(request.url)
        ),
    )
    page.goto(f"{live.url}/console/monitoring")
    before = int(page.inner_text("#total-calls").replace(",", ""))
    page.goto(f"{live.url}/console/explorer?service=passport")
    page.click("#sample")
    expect(page.locator("#drop")).to_have_class("oc-drop oc-has-picture")
    page.click("#run")
    expect(page.locator("#facts")).to_contain_text("HTTP 200", timeout=60_000)
    expect(page.locator("#fields")).to_contain_text("passport_number")
    page.select_option("#language", "python")
    code = page.inner_text("#code")
    assert live.credentials["project_id"] in code
    assert live.url in code
    for _ in range(40):  # the roll-up runs every few seconds
        page.goto(f"{live.url}/console/monitoring")
        if int(page.inner_text("#total-calls").replace(",", "")) == before + 1:
            break
        page.wait_for_timeout(2000)
    else:
        pytest.fail("the call does not show up in monitoring")
    assert not refused
    assert not foreign


def test_everyone_and_own_subscription(visit: Any, live: Live) -> None:
    page = visit()
    page.goto(f"{live.url}/console/overview?region={live.credentials['other_region']}")
    row = page.locator("#service-passport")
    row.get_by_role("button", name="Subscribe to").click()
    expect(row.get_by_role("button", name="Unsubscribe from")).to_be_visible()
    expect(page.locator("#oc-messages")).to_contain_text("You are subscribed")
    row.get_by_role("button", name="Unsubscribe from").click()
    expect(row.get_by_role("button", name="Subscribe to")).to_be_visible()
    page.goto(f"{live.url}/console/subscribers?service=passport")
    page.click("text=Subscribe Everyone")
    expect(page.locator("text=Unsubscribe Everyone")).to_be_visible()
    page.click("text=Unsubscribe Everyone")
    expect(page.locator("text=Subscribe Everyone")).to_be_visible()


def test_a_reader_is_told_the_missing_permission(visit: Any, live: Live) -> None:
    page = visit("reader")
    page.goto(f"{live.url}/console/overview?region={live.credentials['other_region']}")
    button = page.locator("#service-passport button[aria-disabled=true]").first
    button.focus()
    expect(page.locator("#service-passport [role=tooltip]")).to_have_text(
        "ocr:passport:subscribe permission required"
    )


def test_policy_by_the_visual_editor_then_its_user_is_refused(visit: Any, live: Live) -> None:
    page = visit("owner")
    page.goto(f"{live.url}/console/iam/policies?new=1")
    page.fill("#pol-name", "Only passports")
    page.locator("#visual label", has_text="ocr:passport:subscribe").first.click()
    assert "ocr:passport:subscribe" in page.input_value("#document")
    page.click("#policy-form button[value=save]")
    expect(page.locator("#oc-messages")).to_contain_text("The policy is created")
    page.goto(f"{live.url}/console/iam/groups")
    page.click("[data-dialog='#group-new']")
    page.fill("#g-name", "Front desk")
    page.click("#group-new button[value=create]")
    page.click("[data-dialog='#authorize']")
    page.locator("#policy-list label", has_text="Only passports").click()
    page.click("#authorize button[value=grant]")
    expect(page.locator("table").first).to_contain_text("Only passports")
    page.goto(f"{live.url}/console/iam/users")
    page.click("[data-dialog='#user-new']")
    page.fill("#n-name", "fatima")
    page.fill("#n-password", "Quite-long-7b")
    page.locator("#user-new label", has_text="Front desk").click()
    page.click("#user-new button[value=create]")
    expect(page.locator("#oc-messages")).to_contain_text("fatima")
    other = visit("")
    other.goto(f"{live.url}/login")
    other.fill("[name=account]", live.credentials["account"])
    other.fill("[name=username]", "fatima")
    other.fill("[name=password]", "Quite-long-7b")
    other.press("[name=password]", "Enter")
    other.wait_for_url("**/console/overview")
    other.goto(f"{live.url}/console/audit")
    expect(other.locator("main")).to_contain_text("cts:trace:list")


def test_keyboard_search_goes_to_a_page(visit: Any, live: Live) -> None:
    page = visit()
    page.keyboard.press("/")
    page.keyboard.type("bills")
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/billing/bills")
    page.keyboard.press("Tab")
    expect(page.locator(".oc-skip")).to_be_focused()


def test_a_wrong_password_locks_in_the_end(visit: Any, live: Live) -> None:
    page = visit("")
    page.goto(f"{live.url}/login")
    for _ in range(6):
        page.fill("[name=account]", live.credentials["account"])
        page.fill("[name=username]", "nobody-of-this-name")
        page.fill("[name=password]", "wrong")
        page.press("[name=password]", "Enter")
        page.wait_for_selector("#login-error")
    expect(page.locator("#login-error")).to_contain_text("locked for 15 minutes")


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("en", "light", 1280), ("zh-hans", "dark", 1280), ("ar", "light", 320), ("en", "dark", 320)],
)
def test_axe_and_width(visit: Any, live: Live, language: str, theme: str, width: int) -> None:
    page = visit("admin", language=language, theme=theme, width=width, bypass_csp=True)
    found = []
    for address in ADDRESSES:
        page.goto(f"{live.url}/console/{address}")
        page.evaluate(AXE)
        result = page.evaluate("axe.run()")
        found += [
            (address, row["id"], row["nodes"][0]["html"][:200])
            for row in result["violations"]
            if row["impact"] in {"serious", "critical"}
        ]
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wider > 0:
            found.append((address, "horizontal scrolling", str(wider)))
    assert not found


def test_first_load_is_light(visit: Any, live: Live) -> None:
    page = visit("")
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(answer.request.sizes()["responseBodySize"]))
    page.goto(f"{live.url}/login")
    page.wait_for_load_state("networkidle")
    assert sum(sizes) <= 350 * 1024
