"""Journeys through the console in a real browser, in three languages, by mouse and by keyboard."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.conftest import Live

pytestmark = pytest.mark.browser


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
    expect(page.locator("#drop")).to_have_class("oc-drop oc-has-image")
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
    page.click("#authorize [data-step-next]")  # nothing chosen: stays in the first step
    page.locator("#policy-list label", has_text="Only passports").click()
    page.click("#authorize [data-step-next]")
    page.click("#authorize button[value=grant]")
    expect(page.locator("table").first).to_contain_text("Only passports")
    page.goto(f"{live.url}/console/iam/users/create")
    page.fill("#n-name", "fatima")
    page.press("#n-name", "Enter")  # the next step, not the end
    page.check("[name=password_kind][value=typed]")
    page.fill("#n-password", "Quite-long-7b")
    page.uncheck("[name=one_time]")
    page.click("[data-step-next]:visible")
    page.locator("label", has_text="Front desk").click()
    page.click("button[value=create]")
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


def test_the_visual_editor_and_the_json_follow_each_other(visit: Any, live: Live) -> None:
    page = visit("owner")
    page.goto(f"{live.url}/console/iam/policies?new=1")
    check = page.locator("#policy-check")
    page.locator("#visual label", has_text="ocr:passport:subscribe").first.click()
    expect(check).to_contain_text("The document is valid")
    page.get_by_role("button", name="Add condition").click()
    page.get_by_label("Operator").select_option("IpAddress")
    page.get_by_label("Key", exact=True).select_option("g:SourceIp")
    page.get_by_label("Values, separated by commas").fill("10.0.0.0/8, 192.0.2.1")
    expect(check).to_contain_text("under conditions")
    page.get_by_label("Resources, one a line").fill("ocr:ap-*:*:*:*")
    page.get_by_label("Add a pattern").first.fill("ocr:*:get*")
    page.get_by_role("button", name="Add a pattern").click()
    statement = json.loads(page.input_value("#document"))["Statement"][0]
    assert statement == {
        "Effect": "Allow",
        "Action": ["ocr:passport:subscribe", "ocr:*:get*"],
        "Condition": {"IpAddress": {"g:SourceIp": ["10.0.0.0/8", "192.0.2.1"]}},
        "Resource": ["ocr:ap-*:*:*:*"],
    }
    written = {"Effect": "Deny", "Action": ["iam:users:deleteUser"]}
    page.fill("#document", json.dumps({"Version": "1.1", "Statement": [written]}))
    expect(page.get_by_label("Effect")).to_have_value("Deny")
    tick = page.locator("#visual label", has_text="iam:users:deleteUser").locator("input")
    expect(tick).to_be_checked()
    page.fill("#document", '{"Version": "1.1", "Statement": [')
    expect(check).to_contain_text("breaks a rule")
    expect(page.locator("#visual")).to_contain_text("follows again once it is")


def test_a_new_key_is_downloaded_as_a_file_once(visit: Any, live: Live) -> None:
    page = visit("reader")
    page.goto(f"{live.url}/console/credentials")
    page.click("button[value=create]")
    with page.expect_download() as download:
        page.click("#new-key a[download]")
    assert download.value.suggested_filename == "credentials.csv"
    rows = list(csv.reader(Path(download.value.path()).read_text().splitlines()))
    assert rows[0] == ["User Name", "Access Key Id", "Secret Access Key"]
    assert rows[1][:2] == ["reader", page.inner_text("#new-ak")]
    assert rows[1][2] == page.inner_text("#new-sk")
    page.goto(f"{live.url}/console/credentials")
    assert page.locator("a[download]").count() == 0
    page.locator(f"[data-dialog='#delete-{rows[1][1]}']").click()
    page.fill(f"#confirm-{rows[1][1]}", rows[1][1])
    page.click(f"#delete-{rows[1][1]} button[value=delete]")
    expect(page.locator("#oc-messages")).to_contain_text("deleted")


def test_a_refused_form_comes_back_in_its_dialog_with_the_reason(visit: Any, live: Live) -> None:
    page = visit("owner")
    page.goto(f"{live.url}/console/enterprise-projects")
    page.click("[data-dialog='#ep-new']")
    page.fill("#e-name", "default")
    page.click("#ep-new button[value=create]")
    expect(page.locator("#ep-new:modal [role=alert]")).to_be_visible()
    expect(page.locator("#e-name")).to_have_value("default")
    page.keyboard.press("Escape")
    expect(page.locator("#ep-new")).to_be_hidden()


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


def test_first_load_is_light(visit: Any, live: Live) -> None:
    page = visit("")
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(answer.request.sizes()["responseBodySize"]))
    page.goto(f"{live.url}/login")
    page.wait_for_load_state("networkidle")
    assert sum(sizes) <= 350 * 1024
