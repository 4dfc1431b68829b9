"""One browser for all tests of pages, and a way to open a page as somebody."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from driver import Hand, sign_in
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.conftest import Live

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium; tests are skipped where there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, live: Live) -> Iterator[Any]:
    """Return a function that opens a page as `who`, in a language, theme and width, signed in by `hand`."""
    opened: list[BrowserContext] = []

    def start(
        who: str = "admin", *, language: str = "en", theme: str = "light", width: int = 1280,
        bypass_csp: bool = False, hand: Hand | None = None,
    ) -> Page:  # fmt: skip
        context = browser.new_context(
            viewport={"width": width, "height": 800}, bypass_csp=bypass_csp
        )
        context.set_default_timeout(60_000)
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
            user = live.credentials["users"][who]
            sign_in(page, live, user["name"], user["password"], hand)
        return page

    yield start
    for context in opened:
        context.close()
