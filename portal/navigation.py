"""The console's pages as one table: address, menu, search and permission of each."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.console import ConsoleView
from portal.pages import overview

RECOGNITION = _("Recognition")
COST = _("Packages and cost")
IDENTITY = _("Identity and access")
GOVERNANCE = _("Governance")


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `action` is what a caller needs to open it ("" = any signed-in user).

    A page with no `icon` has an address but no place in the menu; `words` help the search find it.
    """

    slug: str
    title: Promise
    group: Promise
    view: type[ConsoleView]
    icon: str = ""
    action: str = ""
    parent: str = ""
    words: str = ""


PAGES: tuple[Page, ...] = (
    Page("overview", _("Overview"), RECOGNITION, overview.OverviewView, "home", words="subscribe services"),
)
BY_SLUG = {page.slug: page for page in PAGES}
