"""API of security settings, quotas and agencies."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest

from core.errors import ApiError
from iam import errors, selectors
from iam.api import shapes
from iam.api.base import IamView, number, own_domain, picked
from iam.principal import Principal
from iam.services import account_settings, accounts, agencies, groups, policies, users

_TRACE = ("agency", "IAM")


def security_actions(family: str) -> dict[str, str]:
    """Return the family's own actions for reading and for changing its settings."""
    name = "".join(part.title() for part in family.split("_"))
    return {"get": f"iam:securitypolicies:get{name}", "put": f"iam:securitypolicies:update{name}"}


class SecurityPolicyView(IamView):
    """/v3.0/OS-SECURITYPOLICY/domains/{id}/<family>-policy; family and actions are the route's."""

    family: ClassVar[str] = ""

    def get(self, request: HttpRequest, principal: Principal, domain: str) -> dict[str, Any]:
        """Show the settings."""
        own_domain(principal, domain)
        account = selectors.account(principal.account_id)
        return {self.family: account_settings.family(account, self.family)}

    def put(self, request: HttpRequest, principal: Principal, domain: str) -> dict[str, Any]:
        """Change the settings."""
        own_domain(principal, domain)
        changes = self.part(request, self.family)
        values = accounts.settings_update(principal=principal, family=self.family, changes=changes)
        return {self.family: values}


class QuotasView(IamView):
    """GET /v3.0/OS-QUOTA/domains/{id}."""

    action = "iam:domains:getQuota"

    def get(self, request: HttpRequest, principal: Principal, domain: str) -> dict[str, Any]:
        """Show what is used of each quota, or of the one named by `type`."""
        own_domain(principal, domain)
        account = principal.account_id
        rows = {
            "user": (selectors.users(account).count(), users.USERS_PER_ACCOUNT),
            "group": (selectors.groups(account).count(), groups.GROUPS_PER_ACCOUNT),
            "policy": (
                selectors.custom_policies(account).count(),
                policies.POLICIES_PER_ACCOUNT,
            ),
            "agency": (
                selectors.agencies(account).count(),
                agencies.AGENCIES_PER_ACCOUNT,
            ),
        }
        wanted = request.GET.get("type")
        if wanted and wanted not in rows:
            raise ApiError(errors.BAD_PARAMETER, name="type")
        resources = [
            {"type": kind, "used": used, "quota": quota, "min": 0, "max": quota}
            for kind, (used, quota) in rows.items()
            if not wanted or kind == wanted
        ]
        return {"quotas": {"resources": resources}}


class AgenciesView(IamView):
    """/v3.0/OS-AGENCY/agencies."""

    actions: ClassVar = {"get": "iam:agencies:listAgencies", "post": "iam:agencies:createAgency"}
    traces: ClassVar = {"post": ("createAgency", *_TRACE)}

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """List agencies, narrowed by name and trusted account."""
        own_domain(principal, request.GET.get("domain_id"))
        rows = selectors.agencies(principal.account_id)
        if request.GET.get("name"):
            rows = rows.filter(name=request.GET["name"])
        if request.GET.get("trust_domain_id"):
            rows = rows.filter(trust_domain_id=request.GET["trust_domain_id"])
        size = number(request, "per_page", 500, 1, 500)
        start = (number(request, "page", 1, 1, 1_000_000) - 1) * size
        return {
            "agencies": [shapes.agency(row) for row in rows[start : start + size]],
            "total_number": rows.count(),
        }

    def post(self, request: HttpRequest, principal: Principal) -> tuple[int, dict[str, Any]]:
        """Create an agency."""
        body = self.part(request, "agency")
        own_domain(principal, body.get("domain_id"))
        for name in ("name", "trust_domain_name"):
            if not body.get(name):
                raise ApiError(errors.MISSING, name=name)
        row = agencies.agency_create(
            principal=principal,
            name=body["name"],
            trust_domain_name=body["trust_domain_name"],
            description=body.get("description") or "",
            duration=body.get("duration") or "FOREVER",
        )
        return 201, {"agency": shapes.agency(row)}


class AgencyView(IamView):
    """/v3.0/OS-AGENCY/agencies/{id}."""

    actions: ClassVar = {
        "get": "iam:agencies:getAgency",
        "put": "iam:agencies:updateAgency",
        "delete": "iam:agencies:deleteAgency",
    }
    traces: ClassVar = {"put": ("updateAgency", *_TRACE), "delete": ("deleteAgency", *_TRACE)}

    def get(self, request: HttpRequest, principal: Principal, agency: str) -> dict[str, Any]:
        """Show an agency."""
        return {"agency": shapes.agency(selectors.agency(principal.account_id, agency))}

    def put(self, request: HttpRequest, principal: Principal, agency: str) -> dict[str, Any]:
        """Change an agency."""
        row = selectors.agency(principal.account_id, agency)
        names = ("trust_domain_name", "description", "duration")
        fields = picked(self.part(request, "agency"), {name: name for name in names})
        row = agencies.agency_update(principal=principal, agency=row, **fields)
        return {"agency": shapes.agency(row)}

    def delete(self, request: HttpRequest, principal: Principal, agency: str) -> tuple[int, None]:
        """Delete an agency."""
        row = selectors.agency(principal.account_id, agency)
        agencies.agency_delete(principal=principal, agency=row)
        return 204, None
