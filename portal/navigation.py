"""The console's pages as one table: address, menu, search and permission of each."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing import actions as bss
from portal.console import ConsoleView
from portal.pages import (
    audit,
    billing_center,
    credentials,
    explorer,
    monitoring,
    obs,
    overview,
    packages,
    people,
    policies,
    projects,
)

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
    Page(
        "overview",
        _("Overview"),
        RECOGNITION,
        overview.OverviewView,
        "home",
        words="subscribe services home",
    ),
    Page(
        "subscribers",
        _("Subscription Management"),
        RECOGNITION,
        overview.SubscribersView,
        parent="overview",
    ),
    Page(
        "obs",
        _("OBS authorization"),
        RECOGNITION,
        obs.ObsView,
        "",
        "iam:agencies:listAgencies",
        "overview",
    ),
    Page(
        "explorer",
        _("API Explorer"),
        RECOGNITION,
        explorer.ExplorerView,
        "api",
        words="try test code sdk curl",
    ),
    Page(
        "explorer/sample", _("Sample document"), RECOGNITION, explorer.SampleView, parent="explorer"
    ),
    Page(
        "monitoring",
        _("Service Monitoring"),
        RECOGNITION,
        monitoring.MonitoringView,
        "chart-line",
        words="calls failed errors latency metrics",
    ),
    Page(
        "packages",
        _("Package Management"),
        COST,
        packages.PackagesView,
        "package",
        bss.PACKAGE_VIEW,
        words="quota",
    ),
    Page("packages/buy", _("Buy Package"), COST, packages.BuyView, "", bss.PRICE_VIEW, "packages"),
    Page(
        "billing",
        _("Billing Center"),
        COST,
        billing_center.BillingView,
        "wallet",
        bss.BALANCE_VIEW,
        words="balance budget voucher ledger top-up",
    ),
    Page(
        "billing/bills",
        _("Bills"),
        COST,
        billing_center.BillsView,
        "receipt",
        bss.BILL_VIEW,
        words="cost month",
    ),
    Page(
        "billing/calculator",
        _("Price Calculator"),
        COST,
        billing_center.CalculatorView,
        "calculator",
        bss.PRICE_VIEW,
        words="price cost estimate",
    ),
    Page(
        "credentials",
        _("My Credentials"),
        IDENTITY,
        credentials.CredentialsView,
        "key",
        words="access key secret project id password ak sk",
    ),
    Page(
        "iam",
        _("Identity overview"),
        IDENTITY,
        people.IdentityView,
        "shield-check",
        "iam:domains:getDomain",
        words="iam account security settings",
    ),
    Page(
        "iam/users",
        _("Users"),
        IDENTITY,
        people.UsersView,
        "users",
        "iam:users:listUsers",
        words="iam people password",
    ),
    Page(
        "iam/groups",
        _("User groups"),
        IDENTITY,
        people.GroupsView,
        "user-plus",
        "iam:groups:listGroups",
        words="iam authorize grant members",
    ),
    Page(
        "iam/policies",
        _("Policies"),
        IDENTITY,
        policies.PoliciesView,
        "shield-lock",
        "iam:roles:listRoles",
        words="iam permission custom policy why denied simulator",
    ),
    Page(
        "enterprise-projects",
        _("Enterprise projects"),
        GOVERNANCE,
        projects.EnterpriseProjectsView,
        "building",
        "eps:enterpriseProjects:list",
        words="eps expenditure cost",
    ),
    Page(
        "audit",
        _("Audit"),
        GOVERNANCE,
        audit.AuditView,
        "history",
        "cts:trace:list",
        words="cts traces log",
    ),
)
BY_SLUG = {page.slug: page for page in PAGES}
