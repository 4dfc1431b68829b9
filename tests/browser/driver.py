"""Two hands for one journey: a mouse, and a keyboard that reaches everything by Tab alone."""

from __future__ import annotations

from typing import Protocol

from playwright.sync_api import Locator, Page, expect

from tests.conftest import Live

STEPS = 400  # Tab presses until a page counts as impassable


class Hand(Protocol):
    """What a journey may do."""

    def press(self, page: Page, what: str | Locator) -> None:
        """Use a button, a link, a tick or a choice."""

    def type(self, page: Page, what: str | Locator, text: str) -> None:
        """Fill a field."""

    def choose(self, page: Page, what: str | Locator, value: str) -> None:
        """Choose an option of a list by its value."""


def found(page: Page, what: str | Locator) -> Locator:
    """Return the one visible element that is meant."""
    locator = page.locator(what) if isinstance(what, str) else what
    expect(locator.first).to_be_attached(timeout=20_000)
    return locator.first


class Mouse:
    """Clicks; a menu that hides the target is the journey's own to open."""

    def press(self, page: Page, what: str | Locator) -> None:
        """Click it."""
        found(page, what).click()

    def type(self, page: Page, what: str | Locator, text: str) -> None:
        """Click and fill it."""
        found(page, what).fill(text)

    def choose(self, page: Page, what: str | Locator, value: str) -> None:
        """Choose by value."""
        found(page, what).select_option(value)


class Keyboard:
    """Tab until the target has the focus, then Enter, Space, letters and arrows; nothing else."""

    def press(self, page: Page, what: str | Locator) -> None:
        """Press Enter, or Space on ticks and choices."""
        self._reach(page, what)
        kind = page.evaluate("document.activeElement.type || document.activeElement.tagName")
        page.keyboard.press("Space" if kind in {"checkbox", "radio"} else "Enter")

    def type(self, page: Page, what: str | Locator, text: str) -> None:
        """Type over what is there."""
        self._reach(page, what)
        page.keyboard.press("Control+a")
        page.keyboard.type(text)

    def choose(self, page: Page, what: str | Locator, value: str) -> None:
        """Walk with the arrows to the option."""
        target = self._reach(page, what)
        values: list[str] = target.evaluate("list => [...list.options].map(o => o.value)")
        steps = values.index(value) - values.index(target.input_value())
        for _ in range(abs(steps)):
            page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")
            if target.count() and target.input_value() == value:
                break

    def _reach(self, page: Page, what: str | Locator) -> Locator:
        target = found(page, what)
        # One of several choices of a name takes the focus: arrows lead to the others.
        same = "(node, at) => node === at || (node.type === 'radio' && at.type === 'radio' && node.name === at.name)"
        for _ in range(STEPS):
            if target.evaluate(f"node => ({same})(node, document.activeElement)"):
                return target
            page.keyboard.press("Tab")
        raise AssertionError(f"no way to {what} by Tab")


def sign_in(
    page: Page, live: Live, name: str, password: str, hand: Hand | None = None,
    *, account: str = "", then: str = "**/console/overview",
) -> None:  # fmt: skip
    """Fill the sign-in form and wait for the page behind it; a hand of its own goes from field to field."""
    hand = hand or Mouse()
    page.goto(f"{live.url}/login")
    hand.type(page, "[name=account]", account or live.credentials["account"])
    hand.type(page, "[name=username]", name)
    hand.type(page, "[name=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_url(then)
