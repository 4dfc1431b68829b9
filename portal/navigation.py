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
    budgets,
    buying,
    credentials,
    endpoints,
    explorer,
    help,
    iam_users,
    jobs,
    mfa,
    monitoring,
    notifications,
    obs,
    operator_desk,
    orders,
    overview,
    packages,
    policies,
    projects,
    security,
    signatures,
    simulator,
    subscriptions,
    usage_trace,
    user,
)

RECOGNITION = _("Recognition")
COST = _("Packages and cost")
IDENTITY = _("Identity and access")
GOVERNANCE = _("Governance")
HELP = _("Help")


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `action` is what a caller needs to open it ("" = any signed-in user).

    A page without `icon` is not in the menu; `words` are further search terms.
    `route` is the URL pattern of a page with a parameter in its path.
    """

    slug: str
    title: Promise
    group: Promise
    view: type[ConsoleView]
    icon: str = ""
    action: str = ""
    parent: str = ""
    words: str = ""
    route: str = ""


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
        subscriptions.SubscribersView,
        parent="overview",
    ),
    Page(
        "subscribers/all",
        _("Subscription Management"),
        RECOGNITION,
        subscriptions.BulkSubscribersView,
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
        "jobs",
        _("Batch jobs"),
        RECOGNITION,
        jobs.JobsView,
        "folder",
        "ocr:job:list",
        words="jobs pdf zip many files upload export spreadsheet searchable",
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
    Page(
        "packages/details",
        _("Package"),
        COST,
        packages.PackageView,
        "",
        bss.PACKAGE_VIEW,
        "packages",
    ),
    Page("packages/buy", _("Buy Package"), COST, buying.BuyView, "", bss.PRICE_VIEW, "packages"),
    Page(
        "billing",
        _("Billing Center"),
        COST,
        billing_center.BillingView,
        "wallet",
        bss.BALANCE_VIEW,
        words="balance alert voucher ledger top-up arrears forecast",
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
        "billing/trace",
        _("Trace a unit"),
        COST,
        usage_trace.UsageTraceView,
        "search",
        bss.BILL_VIEW,
        words="request id line unit call",
    ),
    Page(
        "billing/orders",
        _("Orders"),
        COST,
        orders.OrdersView,
        "list",
        bss.ORDER_VIEW,
        words="purchase renewal pay cancel",
    ),
    Page(
        "billing/budgets",
        _("Budgets"),
        COST,
        budgets.BudgetsView,
        "bell",
        bss.BUDGET_VIEW,
        words="limit alert hard stop",
    ),
    Page("billing/operator", _("Operator"), COST, operator_desk.OperatorView, parent="billing"),
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
        "credentials/device",
        _("Second factor"),
        IDENTITY,
        mfa.DeviceView,
        parent="credentials",
        words="totp mfa one-time code authenticator",
    ),
    Page(
        "credentials/signatures",
        _("Signature debugger"),
        IDENTITY,
        signatures.SignaturesView,
        parent="credentials",
        words="canonical request refused signature aksk 401",
    ),
    Page(
        "iam",
        _("Identity overview"),
        IDENTITY,
        iam_users.IdentityView,
        "shield-check",
        "iam:domains:getDomain",
        words="iam account security settings",
    ),
    Page(
        "iam/users",
        _("Users"),
        IDENTITY,
        iam_users.UsersView,
        "users",
        "iam:users:listUsers",
        words="iam people password",
    ),
    Page(
        "iam/users/create",
        _("Create user"),
        IDENTITY,
        user.UserCreateView,
        "",
        "iam:users:createUser",
        "iam/users",
    ),
    Page(
        "iam/users/detail",
        _("User"),
        IDENTITY,
        user.UserView,
        "",
        "iam:users:getUser",
        "iam/users",
    ),
    Page(
        "iam/groups",
        _("User groups"),
        IDENTITY,
        iam_users.GroupsView,
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
        words="iam permission custom policy",
    ),
    Page(
        "iam/simulator",
        _("Why denied?"),
        IDENTITY,
        simulator.SimulatorView,
        "help",
        "iam:users:listUsers",
        words="iam permission why denied simulator allowed",
    ),
    Page(
        "iam/settings",
        _("Security settings"),
        IDENTITY,
        security.SettingsView,
        "settings",
        "iam:securitypolicies:getLoginPolicy",
        words="iam lock-out password rules session acl address",
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
        "enterprise-projects/details",
        _("Enterprise project"),
        GOVERNANCE,
        projects.EnterpriseProjectView,
        "",
        "eps:enterpriseProjects:list",
        "enterprise-projects",
    ),
    Page(
        "enterprise-projects/expenditures",
        _("View Expenditures"),
        GOVERNANCE,
        projects.ExpendituresView,
        parent="enterprise-projects",
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
    Page(
        "notifications",
        _("Notifications"),
        GOVERNANCE,
        notifications.NotificationsView,
        "bell",
        words="alerts arrears budget lock alarm quota",
    ),
    Page(
        "notifications/endpoints",
        _("Webhooks and e-mail"),
        GOVERNANCE,
        endpoints.EndpointsView,
        "",
        "ces:endpoints:list",
        "notifications",
        words="webhook endpoint delivery log replay signature email",
    ),
    Page(
        "help",
        _("Help"),
        HELP,
        help.HelpView,
        "help",
        words="quick start documentation guide sdk",
    ),
    Page(
        "help/api",
        _("API reference"),
        HELP,
        help.ReferenceView,
        "book",
        words="openapi operations documentation",
    ),
    Page(
        "help/operation",
        _("Operation"),
        HELP,
        help.OperationView,
        parent="help/api",
        route="help/api/<str:operation>",
    ),
    Page(
        "help/errors",
        _("Error codes"),
        HELP,
        help.ErrorsView,
        "alert-triangle",
        words="failed cause cure code",
    ),
    Page(
        "help/error",
        _("Error code"),
        HELP,
        help.ErrorView,
        parent="help/errors",
        route="help/errors/<str:code>",
    ),
)
BY_SLUG = {page.slug: page for page in PAGES}
