"""The addresses of the console's pages, with a value for each gap."""

from __future__ import annotations

import re

from portal.navigation import Page

GAPS = {"operation": "recognize_general_text", "code": "AIS.0101"}


def address(page: Page) -> str:
    """Return the path of a page, without its query."""
    path = re.sub(r"<\w+:(\w+)>", lambda gap: GAPS[gap[1]], page.route or page.slug)
    return f"/console/{path}"
