"""Every page, in every language and theme: accessible, still, as wide as the screen, light, at home."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import httpx
import pytest
from driver import sign_in
from playwright.sync_api import Page

from config import banner
from portal.navigation import PAGES
from tests.conftest import Live
from tests.console_pages import address

pytestmark = pytest.mark.browser
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
ADDRESSES = [address(page) for page in PAGES if page.slug not in {"explorer/sample", "subscribers"}]
ADDRESSES += ["/console/subscribers?service=passport", "/console/iam/policies?new=1"]
ADDRESSES += ["/console/nonsense", "/nonsense"]
# List → the links of it to the page of one thing.
DETAILS = {
    "/console/iam/users": "detail?user=",
    "/console/iam/groups": "?group=",
    "/console/iam/policies": "?policy=",
    "/console/enterprise-projects": "details?project=",
    "/console/packages": "details?package=",
    "/console/jobs": "?job=",
}
# Part of an address → what is pressed there, each with a dialog of its own.
DIALOGS = {
    "/console/audit": ["[data-dialog^='#trace-']"],
    "/console/iam/groups?group=": ["[data-dialog='#authorize']", "[data-dialog^='#delete-']"],
}
OPERATORS = ["/console/billing/operator?account={account}", "/operator/doctor"]
# Django's own lists, one a look; their frame is Django's.
LISTS = ["iam/account", "iam/region", "billing/priceversion", "billing/packageplan", "ocr/job",
         "ocr/accountlimit"]  # fmt: skip
THEMES = ("light", "dark")
LANGUAGES = ("en", "zh-hans", "ar")
SAMPLE = Path(__file__).resolve().parents[2] / "ocr" / "samples" / "passport.jpg"
FIRST_LOAD = 350 * 1024
CHARTS = {"/console/explorer", "/console/monitoring"}  # may load a chart library beside
STILL = 0.01
OPERATOR, NEWCOMER, PASSWORD = "desk-operator", "newcomer", "Quite-long-7b"
WIDER = "document.documentElement.scrollWidth - innerWidth"
DIALOG_WIDER = """(() => {
  const box = document.querySelector("dialog[open]");
  return Math.max(box.scrollWidth - box.clientWidth, box.getBoundingClientRect().width - innerWidth);
})()"""
WATCH = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


def dress(page: Page, theme: str) -> None:
    """Show the open page in a theme, as the server would: but for the pressed button of the menu, two
    attributes are all that differs, so that a page is fetched once for both.
    """
    page.evaluate(
        """theme => {
          Object.assign(document.documentElement.dataset, { theme, bsTheme: theme });
          for (const moving of document.getAnimations()) moving.finish();
        }""",
        theme,
    )


def wrong(page: Page, within: str = "html") -> list[str]:
    """Return the serious and critical findings of axe, in either theme."""
    page.evaluate("source => window.axe || eval(source)", AXE)
    run = "within => axe.run(within, { resultTypes: ['violations'] })"
    findings = []
    for theme in THEMES:
        dress(page, theme)
        found: dict[str, Any] = page.evaluate(run, within)
        findings += [
            f"{theme}: {row['id']}: {row['nodes'][0]['html'][:200]}"
            for row in found["violations"]
            if row["impact"] in {"serious", "critical"}
        ]
    return findings


def wider(page: Page, script: str) -> list[str]:
    """Return by how many pixels it is too wide, in either theme; `script` measures it."""
    found = []
    for theme in THEMES:
        dress(page, theme)
        pixels = page.evaluate(script)
        if pixels > 0:
            found.append(f"{theme}: {pixels} px too wide")
    return found


def unfit(page: Page, address: str = "", within: str = "html") -> list[tuple[str, str]]:
    """Return what is wrong with a page: for a reader's tools, and on a screen of 320 pixels.

    Without an address it is the page that is open.
    """
    page.set_viewport_size({"width": 1280, "height": 800})
    if address:
        page.goto(address)
    found = [(page.url, row) for row in wrong(page, within)]
    page.set_viewport_size({"width": 320, "height": 640})
    found += [(page.url, row) for row in wider(page, WIDER)]
    for part, openers in DIALOGS.items():
        if part in page.url:
            for opener in openers:
                found += unfit_dialog(page, opener)
    return found


def unfit_dialog(page: Page, opener: str) -> list[tuple[str, str]]:
    """Return what is wrong with a dialog on a screen of 320 pixels; what scrolls in it may be wider."""
    page.locator(opener).first.click()
    found = wrong(page, "dialog[open]") + wider(page, DIALOG_WIDER)
    page.keyboard.press("Escape")
    return [(f"{page.url} {opener}", row) for row in found]


@pytest.mark.parametrize("theme", THEMES)
def test_a_theme_is_two_attributes(visit: Any, live: Live, theme: str) -> None:
    """What `dress` sets is what the server writes, and the colors follow it."""
    page = visit("", theme=theme)
    page.goto(f"{live.url}/login")
    look = "() => [{...document.documentElement.dataset}, getComputedStyle(document.body).backgroundColor]"
    attributes, color = page.evaluate(look)
    assert (attributes["theme"], attributes["bsTheme"]) == (theme, theme)
    for other in THEMES:
        dress(page, other)
        assert (page.evaluate(look)[1] == color) == (other == theme)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_accessible_and_fit(
    visit: Any, live: Live, prepared: None, language: str
) -> None:
    page = visit("admin", language=language, bypass_csp=True)
    found = []
    for path in ADDRESSES:
        found += unfit(page, live.url + path)
        if path in DETAILS:
            link = page.locator(f"main tbody a[href*='{DETAILS[path]}']").first
            found += unfit(page, link.evaluate("link => link.href"))
        if path == "/console/packages/buy":
            page.click("#buy button[value=confirm]")
            page.wait_for_selector("button[value=buy]")
            found += unfit(page)
    assert not found


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_strangers_and_operators_are_accessible_and_fit(
    visit: Any, live: Live, prepared: None, language: str
) -> None:
    page = visit("", language=language, bypass_csp=True)
    found = unfit(page, f"{live.url}/login")
    sign_in(page, live, NEWCOMER, PASSWORD, then="**/password?*")
    found += unfit(page)
    page.click("form[action$=logout] button")
    sign_in(page, live, OPERATOR, PASSWORD)
    for path in OPERATORS:
        found += unfit(page, live.url + path.format(**live.credentials))
    for each in LISTS:
        found += unfit(page, f"{live.url}/operator/{each}/")
    assert not found


@pytest.fixture(scope="module")
def prepared(live: Live) -> None:
    """Make an operator, a newcomer with a one-time password, a job that waits and calls to count."""
    made = (
        "from iam import authn, selectors; from iam.models import User; from ocr.jobs import services as jobs\n"
        f"account = selectors.account_by_name({live.credentials['account']!r})\n"
        f"made = {{'is_operator': {OPERATOR!r}, 'must_change_password': {NEWCOMER!r}}}\n"
        "for mark, name in made.items():\n"
        "    user = User(account=account, name=name, **{mark: True})\n"
        f"    user.set_password({PASSWORD!r}); user.save()\n"
        "place = selectors.main_projects(account.pk).first()\n"
        "caller = authn.principal_for(selectors.owner(account.pk), project=place)\n"
        "jobs.create(principal=caller, service='general-text', name='Monday')\n"
    )
    live.manage("shell", "-c", made)
    login = banner.token_request(live.credentials, "admin")
    token = httpx.post(f"{live.url}/v3/auth/tokens", json=login).headers["X-Subject-Token"]
    path = f"{live.url}/v2/{live.credentials['project_id']}/ocr/passport"
    images = base64.b64encode(SAMPLE.read_bytes()).decode(), "no picture"
    answers = [
        httpx.post(path, json={"image": image}, headers={"X-Auth-Token": token}, timeout=60)
        for image in images
    ]
    assert [answer.status_code for answer in answers] == [200, 400]
    live.manage("account_figures", live.credentials["account"])


def test_pages_are_light_still_and_ask_nobody_else(visit: Any, live: Live) -> None:
    page = visit("admin")
    page.add_init_script(WATCH)
    told: list[str] = []
    # A page that is not there, or for operators, is refused by a page of its own: no fault of a part.
    whole = {live.url + path for path in ADDRESSES}

    def said(line: Any) -> None:
        if line.type == "error" and line.location["url"] not in whole:
            told.append(f"{page.url}: {line.location['url']}: {line.text}")

    page.on("console", said)
    sizes: list[int] = []
    foreign: list[str] = []

    def finished(request: Any) -> None:
        if request.url.startswith(live.url):
            sizes.append(request.sizes()["responseBodySize"])
        elif not request.url.startswith(("blob:", "data:")):
            foreign.append(request.url)

    page.on("requestfinished", finished)
    session = page.context.new_cdp_session(page)
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    found = []
    for path in ADDRESSES:
        sizes.clear()
        page.goto(live.url + path)
        page.wait_for_load_state("networkidle")
        shifted = page.evaluate("window.shifted")
        if shifted > STILL:
            found.append((path, f"shifts by {shifted:.3f}"))
        if sum(sizes) > FIRST_LOAD and path not in CHARTS:
            found.append((path, f"{sum(sizes) // 1024} KB"))
    assert not found
    assert not told
    assert not foreign


def test_a_chart_not_drawn_anew_yet_leaves_the_page_as_narrow_as_the_screen(
    visit: Any, live: Live, prepared: None
) -> None:
    page = visit("admin")
    page.add_init_script("window.ResizeObserver = class { observe() {} }")
    page.goto(f"{live.url}/console/monitoring")
    page.locator(".oc-chart canvas").first.wait_for()
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
