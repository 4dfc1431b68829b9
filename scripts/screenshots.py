"""Take the README's screenshots from a running server.

    python scripts/screenshots.py $DATA_DIR/demo-credentials.json [folder]

Needs Playwright and a Chromium; screenshots go to docs/images.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

SHOTS = (
    ("explorer", "explorer?service=general-text", "en", "light"),
    ("overview", "overview", "en", "light"),
    ("monitoring", "monitoring?range=1h", "en", "dark"),
    ("policies", "iam/policies?new=1", "zh-hans", "light"),
    ("overview-ar", "overview", "ar", "dark"),
)


def sign_in(page: Page, known: dict[str, object], url: str) -> None:
    """Sign in as the demo administrator."""
    user = known["users"]["admin"]  # type: ignore[index]
    page.goto(f"{url}/login")
    page.fill("[name=account]", str(known["account"]))
    page.fill("[name=username]", user["name"])
    page.fill("[name=password]", user["password"])
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/console/overview")


def main() -> None:
    """Take every screenshot of SHOTS."""
    known = json.loads(Path(sys.argv[1]).read_text())
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path("docs/images")
    folder.mkdir(parents=True, exist_ok=True)
    url = known["url"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for name, address, language, theme in SHOTS:
            context = browser.new_context(viewport={"width": 1360, "height": 860})
            for key, value in (("django_language", language), ("oc_theme", theme)):
                context.add_cookies([{"name": key, "value": value, "url": url}])
            page = context.new_page()
            sign_in(page, known, url)
            page.goto(f"{url}/console/{address}")
            if name == "explorer":
                page.click("#sample")
                page.wait_for_selector("#drop.oc-has-image")
                page.click("#run")
                page.wait_for_selector("#result:not([hidden])", timeout=60_000)
                page.hover("#fields .oc-field >> nth=2")
            page.wait_for_timeout(500)
            page.screenshot(path=str(folder / f"{name}.png"))
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
