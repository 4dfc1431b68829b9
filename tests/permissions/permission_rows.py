"""The permission table: every API route and method, and what each kind of caller gets.

A row: method, route as the URL resolver spells it (parameters in braces are things of the demo
account), kind, body, success. The kind decides the columns; `success` is the status of an allowed
call where it is not simply one of 200, 201, 202, 204.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

CALLERS = ("owner", "admin", "full", "reader", "nobody", "other", "anonymous", "frozen")
#             owner admin full  reader nobody other  anonymous frozen;  "ok" = success, "own" = success
# in the caller's own account, or 404 if path or body name anything of the demo account.
KINDS: dict[str, tuple[Any, ...]] = {
    "read": ("ok", "ok", "ok", "ok", 403, "own", 401, "ok"),
    "write": ("ok", "ok", "ok", 403, 403, "own", 401, "ok"),
    "open": ("ok", "ok", "ok", "ok", "ok", "own", 401, "ok"),
    # For a user's own things: the row names one of the owner's, everyone else is refused by name.
    "mine": ("ok", 403, 403, 403, 403, 404, 401, "ok"),
    "call": ("ok", "ok", "ok", "ok", "ok", 404, 401, 403),  # recognition: AK/SK of a frozen account
    # What an id of another account means here: a label of the caller's own account, with nothing of it.
    "label": ("ok", "ok", "ok", "ok", 403, "ok", 401, "ok"),
    # Many ids at once: each one's failure is listed in the answer.
    "listed": ("ok", "ok", "ok", 403, 403, 409, 401, "ok"),
    "operator": (403, 403, 403, 403, 403, 403, 401, 403),
    "public": ("ok",) * 8,
}


@dataclass(frozen=True)
class Row:
    """One method of one route."""

    method: str
    route: str
    kind: str
    body: Any = None
    success: int | None = None
    query: str = ""


def R(method: str, route: str, kind: str, body: Any = None, success: int | None = None) -> Row:
    route, _, query = route.partition("?")
    return Row(method, route, kind, body, success, query)


DOCUMENT = {"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["iam:users:getUser"]}]}
ROLE = {"display_name": "new", "type": "AX", "description": "d", "policy": DOCUMENT}
AGENCY = {"name": "new", "trust_domain_name": "other", "domain_id": "{domain}"}
ASSIGNMENT = {
    "role_assignments": [
        {"agency_id": "{agency}", "role_id": "{role}", "enterprise_project_id": "{ep}"}
    ]
}
ALARM = {
    "alarm_name": "new",
    "metric": {
        "namespace": "SYS.OCR",
        "metric_name": "failed_call_times_of_service",
        "dimensions": [{"name": "call_of_interface", "value": "generalText"}],
    },
    "condition": {
        "comparison_operator": ">=", "count": 1, "filter": "sum", "period": 60, "unit": "Times/min",
        "value": 5,
    },
}  # fmt: skip
SERIES = {"metrics": [ALARM["metric"]], "period": "60", "filter": "sum", "from": 1, "to": 2}
METRIC = (
    "namespace=SYS.OCR&metric_name=failed_call_times_of_service&dim.0=call_of_interface,generalText"
    "&filter=sum&period=60&from=1&to=2"
)
ORDER = {"region": "{region}", "product": "passport", "plan": "{plan}", "pay": False}
BUDGET = {"name": "new", "scope": "account", "unit": "calls", "limit": "5"}
EP = "v1.0/enterprise-projects"
GRANTS = "v3.0/OS-PERMISSION/enterprise-projects/{ep}"
FEDERATION = "v3/OS-FEDERATION/identity_providers"
SECURITY = "v3.0/OS-SECURITYPOLICY/domains/{domain}"
PACKAGE = "api/v1/packages/{package}"
JOB = "api/v1/jobs/{job}"

IDENTITY = (
    R("GET", "v3", "public"), R("GET", "v3/", "public"), R("GET", "v1.0", "public"),
    R("POST", "v3/auth/tokens", "public", {}, 400),
    R("GET", "v3/auth/tokens", "open", None, 400),
    R("HEAD", "v3/auth/tokens", "open", None, 400),
    R("DELETE", "v3/auth/tokens", "open", None, 400),
    R("GET", "v3/auth/projects", "open"), R("GET", "v3/auth/domains", "open"),
    R("GET", "v3/auth/catalog", "open"), R("GET", "v5/caller-identity", "open"),
    R("GET", "v3/domains", "open"), R("GET", "v3/domains/{domain}", "open"),
    R("GET", "v3/regions", "open"), R("GET", "v3/regions/{region}", "open"),
    R("GET", "v3/services", "open"), R("GET", "v3/services/{service}", "open"),
    R("GET", "v3/endpoints", "open"), R("GET", "v3/endpoints/{service_endpoint}", "open"),
    R("GET", "v3/users", "read"),
    R("POST", "v3/users", "write", {"user": {"name": "new", "password": "Secret-123"}}),
    R("GET", "v3/users/{user}", "read"),
    R("PATCH", "v3/users/{user}", "write", {"user": {"description": "x"}}),
    R("DELETE", "v3/users/{user}", "write"),
    R("POST", "v3/users/{owner}/password", "mine",
      {"user": {"password": "Secret-123", "original_password": "{owner_password}"}}),
    R("GET", "v3/users/{user}/groups", "read"), R("GET", "v3/users/{user}/projects", "read"),
    R("POST", "v3.0/OS-USER/users", "write", {"user": {"name": "new", "domain_id": "{domain}"}}),
    R("GET", "v3.0/OS-USER/users/{user}", "read"),
    R("PUT", "v3.0/OS-USER/users/{user}", "write", {"user": {"email": "a@example.com"}}),
    R("PUT", "v3.0/OS-USER/users/{user}/info", "write", {"user": {"mobile": "123"}}),
    R("GET", "v3/groups", "read"), R("POST", "v3/groups", "write", {"group": {"name": "new"}}),
    R("GET", "v3/groups/{group}", "read"),
    R("PATCH", "v3/groups/{group}", "write", {"group": {"description": "x"}}),
    R("DELETE", "v3/groups/{group}", "write"), R("GET", "v3/groups/{group}/users", "read"),
    R("GET", "v3/groups/{group}/users/{user}", "read"),
    R("HEAD", "v3/groups/{group}/users/{user}", "read"),
    R("PUT", "v3/groups/{group}/users/{user}", "write"),
    R("DELETE", "v3/groups/{group}/users/{user}", "write"),
    R("GET", "v3/projects", "open"),
    R("POST", "v3/projects", "write",
      {"project": {"name": "{region}_new", "parent_id": "{project}"}}),
    R("GET", "v3/projects/{project}", "open"),
    R("PATCH", "v3/projects/{sub}", "write", {"project": {"description": "x"}}),
    R("DELETE", "v3/projects/{sub}", "write"),
    R("GET", "v3-ext/projects/{project}", "open"),
    R("PATCH", "v3-ext/projects/{sub}", "write", {"project": {"description": "x"}}),
    R("DELETE", "v3-ext/projects/{sub}", "write"),
    R("GET", "v3/roles", "read"), R("GET", "v3/roles/{role}", "read"),
    R("GET", "v3.0/OS-ROLE/roles", "read"),
    R("POST", "v3.0/OS-ROLE/roles", "write", {"role": ROLE}),
    R("GET", "v3.0/OS-ROLE/roles/{role}", "read"),
    R("PATCH", "v3.0/OS-ROLE/roles/{role}", "write", {"role": {"description": "x"}}),
    R("DELETE", "v3.0/OS-ROLE/roles/{free_role}", "write"),
    R("GET", "v3.0/OS-CREDENTIAL/credentials?user_id={user}", "read"),
    R("POST", "v3.0/OS-CREDENTIAL/credentials", "write", {"credential": {"user_id": "{user}"}}),
    R("GET", "v3.0/OS-CREDENTIAL/credentials/{access}", "read"),
    R("PUT", "v3.0/OS-CREDENTIAL/credentials/{access}", "write",
      {"credential": {"status": "inactive"}}),
    R("DELETE", "v3.0/OS-CREDENTIAL/credentials/{access}", "write"),
    R("POST", "v3.0/OS-CREDENTIAL/securitytokens", "open",
      {"auth": {"identity": {"methods": ["token"]}}}, 401),
    R("GET", "v3.0/OS-AGENCY/agencies", "read"),
    R("POST", "v3.0/OS-AGENCY/agencies", "write", {"agency": AGENCY}),
    R("GET", "v3.0/OS-AGENCY/agencies/{agency}", "read"),
    R("PUT", "v3.0/OS-AGENCY/agencies/{agency}", "write", {"agency": {"description": "x"}}),
    R("DELETE", "v3.0/OS-AGENCY/agencies/{agency}", "write"),
    R("GET", "v3.0/OS-QUOTA/domains/{domain}", "read"),
    *(
        row
        for family, change in (
            ("login", {"lockout_duration": 20}),
            ("password", {"minimum_password_length": 10}),
            ("protect", {"operation_protection": True}),
            ("console-acl", {"allow_ip_ranges": [{"ip_range": "127.0.0.0-127.0.0.255"}]}),
            ("api-acl", {"allow_ip_ranges": [{"ip_range": "127.0.0.0-127.0.0.255"}]}),
        )
        for row in (
            R("GET", f"{SECURITY}/{family}-policy", "read"),
            R("PUT", f"{SECURITY}/{family}-policy", "write",
              {f"{family.replace('-', '_')}_policy": change}),
        )
    ),
    R("GET", "v3.0/OS-PERMISSION/role-assignments?domain_id={domain}", "read"),
    R("PUT", "v3.0/OS-PERMISSION/subjects/agency/scopes/enterprise-project/role-assignments",
      "write", ASSIGNMENT),
    R("DELETE", "v3.0/OS-PERMISSION/subjects/agency/scopes/enterprise-project/role-assignments",
      "write", ASSIGNMENT),
    R("GET", f"{GRANTS}/groups", "read"), R("GET", f"{GRANTS}/users", "read"),
    R("GET", "v3.0/OS-PERMISSION/groups/{group}/enterprise-projects", "read"),
    R("GET", "v3.0/OS-PERMISSION/users/{user}/enterprise-projects", "read"),
)  # fmt: skip


def _grant_rows() -> tuple[Row, ...]:
    """Every scope × subject: list, grant (a policy not granted yet), check and revoke (one that is)."""
    table = (
        ("v3/domains/{domain}/groups/{group}/roles", "", "role"),
        ("v3/projects/{project}/groups/{group}/roles", "", "xa_role"),
        ("v3/domains/{domain}/users/{user}/roles", "", "role"),
        ("v3/projects/{project}/users/{user}/roles", "", "xa_role"),
        ("v3/OS-INHERIT/domains/{domain}/groups/{group}/roles", "/inherited_to_projects", "xa_role"),
        ("v3.0/OS-INHERIT/domains/{domain}/agencies/{agency}/roles", "/inherited_to_projects", "xa_role"),
        ("v3.0/OS-AGENCY/domains/{domain}/agencies/{agency}/roles", "", "role"),
        ("v3.0/OS-AGENCY/projects/{project}/agencies/{agency}/roles", "", "xa_role"),
        ("v3.0/OS-PERMISSION/enterprise-projects/{ep}/groups/{group}/roles", "", "role"),
        ("v3.0/OS-PERMISSION/enterprise-projects/{ep}/users/{user}/roles", "", "role"),
    )  # fmt: skip
    rows = []
    for base, suffix, role in table:
        one = f"{base}/{{{role}}}{suffix}"
        rows += [
            R("GET", base + suffix, "read"), R("GET", one, "read"), R("HEAD", one, "read"),
            R("PUT", one, "write"), R("DELETE", one, "write"),
        ]  # fmt: skip
    return tuple(rows)


FEDERATED = (
    R("GET", FEDERATION, "read"), R("GET", "v3/OS-FEDERATION/mappings", "read"),
    R("GET", FEDERATION + "/{name}/protocols", "read"),
    R("GET", "v3/OS-FEDERATION/projects", "open"), R("GET", "v3/OS-FEDERATION/domains", "open"),
    *(
        row
        for item in (
            FEDERATION + "/{name}", "v3/OS-FEDERATION/mappings/{name}",
            FEDERATION + "/{name}/protocols/{name}",
            "v3-ext/OS-FEDERATION/identity_providers/{name}/protocols/{name}/metadata",
            "v3.0/OS-FEDERATION/identity-providers/{name}/openid-connect-config",
        )
        for row in (
            R("GET", item, "read", None, 404), R("PUT", item, "write", {}, 400),
            R("POST", item, "write", {}, 400), R("PATCH", item, "write", {}, 404),
            R("DELETE", item, "write", None, 404),
        )
    ),
    *(
        row
        for item in (
            FEDERATION + "/{name}/protocols/{name}/auth", "v3.0/OS-FEDERATION/tokens",
            "v3.0/OS-AUTH/id-token/tokens",
        )
        for row in (R("GET", item, "public", None, 401), R("POST", item, "public", {}, 401))
    ),
)  # fmt: skip
PROJECTS = (
    R("GET", EP, "read"), R("POST", EP, "write", {"name": "new"}), R("GET", EP + "/{ep}", "read"),
    R("PUT", EP + "/{ep}", "write", {"name": "renamed"}), R("DELETE", EP + "/{ep}", "write"),
    R("POST", EP + "/{ep}/action", "write", {"action": "disable"}),
    R("POST", EP + "/{ep}/resources/filter", "read", {"resource_types": []}),
    R("GET", EP + "/quotas", "open"), R("GET", EP + "/providers", "open"),
    R("GET", EP + "/configs", "open"), R("GET", "v1/enterprise-projects/configs", "open"),
)  # fmt: skip
TRACES = (
    R("GET", "v3/{project}/traces", "read"), R("GET", "v3/{project}/trackers", "read"),
    R("DELETE", "v3/{project}/trackers?tracker_type=data", "write"),
    R("POST", "v3/{project}/tracker", "write", {"tracker_type": "data", "tracker_name": "t1"}),
    R("PUT", "v3/{project}/tracker", "write", {"tracker_type": "system", "status": "disabled"}),
    R("GET", "v3/{project}/quotas", "read"), R("GET", "v3/{project}/operations", "read"),
    R("GET", "v3/{project}/user-resources", "read"),
    R("GET", "v3/{domain}/resources", "read"),
)  # fmt: skip
MONITORING = (
    R("GET", "V1.0/{project}/metrics", "read"),
    R("GET", "V1.0/{project}/metric-data?" + METRIC, "read"),
    R("POST", "V1.0/{project}/batch-query-metric-data", "read", SERIES),
    R("GET", "V1.0/{project}/alarms", "read"), R("POST", "V1.0/{project}/alarms", "write", ALARM),
    R("GET", "V1.0/{project}/alarms/{alarm}", "read"),
    R("PUT", "V1.0/{project}/alarms/{alarm}", "write", {"alarm_description": "x"}),
    R("DELETE", "V1.0/{project}/alarms/{alarm}", "write"),
    R("PUT", "V1.0/{project}/alarms/{alarm}/action", "write", {"alarm_enabled": False}),
    R("GET", "V1.0/{project}/alarm-histories", "read"), R("GET", "V1.0/{project}/quotas", "read"),
    R("GET", "api/v1/notifications/endpoints", "read"),
    R("POST", "api/v1/notifications/endpoints", "write",
      {"kind": "email", "target": "b@example.org"}),
    R("DELETE", "api/v1/notifications/endpoints/{endpoint}", "write"),
    R("GET", "api/v1/notifications/deliveries", "read"),
    R("POST", "api/v1/notifications/deliveries/{delivery}/replay", "write", {}),
)  # fmt: skip
BILLING = (
    R("GET", "api/v1/subscriptions", "open"),
    R("POST", "api/v1/subscriptions", "write", {"region": "{region}", "product": "passport"}),
    R("DELETE", "api/v1/subscriptions", "write", {"region": "{region}", "product": "passport"}),
    R("GET", "api/v1/subscriptions/{region}/passport/users", "read"),
    R("GET", "api/v1/prices?region={region}", "read"),
    R("POST", "api/v1/price-calculator", "read",
      {"region": "{region}", "product": "passport", "calls": 10}),
    R("GET", "api/v1/orders", "read"), R("POST", "api/v1/orders", "write", ORDER),
    R("GET", "api/v1/orders/{order}", "read"), R("POST", "api/v1/orders/{order}/pay", "write", {}),
    R("POST", "api/v1/orders/{order}/cancel", "write", {}),
    R("GET", "api/v1/packages", "read"), R("GET", PACKAGE, "read"),
    R("PATCH", PACKAGE, "write", {"auto_renew": True}), R("GET", PACKAGE + "/history", "read"),
    R("POST", PACKAGE + "/renew", "write", {}), R("POST", PACKAGE + "/unsubscribe", "write", {}),
    R("GET", "api/v1/balance", "read"),
    R("PATCH", "api/v1/balance", "write", {"balance_alert": "5.00"}),
    R("POST", "api/v1/balance/vouchers", "write", {"code": "none-such"}, 400),
    R("GET", "api/v1/ledger", "read"), R("GET", "api/v1/bills", "read"),
    R("GET", "api/v1/bills/{month}", "read"), R("GET", "api/v1/bills/{month}/export", "read"),
    R("GET", "api/v1/bill-lines/{line}/parts", "read"),
    R("GET", "api/v1/charges/{charge}/calls", "read"),
    R("GET", "api/v1/deductions/{deduction}/calls", "read"),
    R("GET", "api/v1/units/{unit}", "read"), R("GET", "api/v1/forecast", "read"),
    R("GET", "api/v1/budgets", "read"), R("POST", "api/v1/budgets", "write", BUDGET),
    R("PATCH", "api/v1/budgets/{budget}", "write", {"limit": "9"}),
    R("DELETE", "api/v1/budgets/{budget}", "write"),
    R("GET", "api/v1/enterprise-projects/{ep}/expenditures", "label"),
    *(
        R("POST", f"api/v1/operator/{word}", "operator", {})
        for word in ("top-ups", "adjustments", "vouchers", "packages", "prices", "accounts")
    ),
    R("GET", "v2/accounts/customer-accounts/balances", "read"),
    R("GET", "v2/products/service-types", "read"), R("GET", "v2/bases/measurements", "open"),
    R("POST", "v2/bills/ratings/on-demand-resources", "label", {
        "project_id": "{project}",
        "product_infos": [{
            "id": "1", "cloud_service_type": "hws.service.type.ocr",
            "resource_type": "hws.resource.type.ocr", "resource_spec": "passport",
            "region": "{region}", "usage_factor": "count", "usage_value": 1,
            "usage_measure_id": 41, "subscription_num": 1,
        }],
    }),
    R("GET", "v2/bills/customer-bills/monthly-sum?bill_cycle={month}", "read"),
    R("GET", "v2/bills/customer-bills/res-fee-records?cycle={month}", "read"),
    R("GET", "v2/bills/customer-bills/fee-records?bill_cycle={month}", "read"),
    R("GET", "v2/bills/customer-bills/free-resources-usage-records"
      "?deduct_time_begin={day}&deduct_time_end={day}", "read"),
    R("POST", "v3/payments/free-resources/query", "read", {}),
    R("POST", "v2/payments/free-resources/usages/details/query", "label",
      {"free_resource_ids": ["{package_resource}"]}),
    R("GET", "v2/orders/customer-orders", "read"),
    R("GET", "v2/orders/customer-orders/details/{order}", "read"),
    R("POST", "v3/orders/customer-orders/pay", "write",
      {"order_id": "{order}", "use_coupon": "NO", "use_discount": "NO"}),
    R("PUT", "v2/orders/customer-orders/cancel", "write", {"order_id": "{order}"}),
    R("POST", "v2/orders/subscriptions/resources/unsubscribe", "listed",
      {"resource_ids": ["{package_resource}"], "unsubscribe_type": 1}),
)  # fmt: skip
RECOGNITION = (
    R("POST", "v2/{project}/ocr/{slug}", "call", {"image": "{picture}"}),
    R("POST", "api/v1/exports", "open", {}, 400),
    R("GET", "api/v1/jobs", "read"),
    R("POST", "api/v1/jobs", "write", {"service": "general-text", "project_id": "{project}"}),
    R("GET", JOB, "read"), R("DELETE", "api/v1/jobs/{job_free}", "write"), R("GET", JOB + "/files", "read"),
    R("POST", JOB + "/files?name=a.txt", "write", {"not": "a picture"}, 400),
    R("GET", JOB + "/estimate", "read"), R("GET", JOB + "/pages", "read"),
    R("GET", JOB + "/pages/0", "write", None, 404),
    R("GET", JOB + "/download?format=txt", "write", None, 409),
    *(
        R("POST", f"{JOB}/{step}", "write", {}, 409)
        for step in ("start", "pause", "resume", "retry")
    ),
    R("POST", JOB + "/cancel", "write", {}),
)  # fmt: skip
ROWS = (
    *IDENTITY, *_grant_rows(), *FEDERATED, *PROJECTS, *TRACES, *MONITORING, *BILLING, *RECOGNITION,
)  # fmt: skip
