"""Build the JSON objects of the published identity APIs from database rows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest

from core import clock
from iam.api.versions import base_url
from iam.models import (
    AccessKey,
    Account,
    Agency,
    EnterpriseProject,
    Group,
    Policy,
    Project,
    Region,
    User,
)
from iam.services import account_settings


def links(request: HttpRequest, path: str) -> dict[str, Any]:
    """Return the links of one resource."""
    return {"self": f"{base_url(request)}/v3/{path}", "previous": None, "next": None}


def list_links(request: HttpRequest) -> dict[str, Any]:
    """Return the links of a list."""
    return {"self": request.build_absolute_uri(), "previous": None, "next": None}


def _stamp(moment: dt.datetime | None) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.0") if moment else ""


def password_expires_at(user: User) -> str:
    """Return when the password ends by the account's rules, "" if never."""
    end = account_settings.password_end(user)
    return clock.iso_micro(end) if end else ""


def user(request: HttpRequest, row: User) -> dict[str, Any]:
    """Return a user as `/v3/users` shows it."""
    return {
        "id": row.id,
        "name": row.name,
        "domain_id": row.account_id,
        "enabled": row.enabled,
        "description": row.description,
        "access_mode": row.access_mode,
        "pwd_status": row.must_change_password,
        "pwd_strength": "high",
        "password_expires_at": password_expires_at(row),
        "last_project_id": "",
        "links": links(request, f"users/{row.id}"),
    }


def os_user(request: HttpRequest, row: User) -> dict[str, Any]:
    """Return a user as `/v3.0/OS-USER/users` shows it."""
    return {
        "id": row.id,
        "name": row.name,
        "domain_id": row.account_id,
        "enabled": row.enabled,
        "description": row.description,
        "access_mode": row.access_mode,
        "email": row.email,
        "areacode": row.area_code,
        "phone": row.mobile,
        "xuser_id": row.xuser_id,
        "xuser_type": row.xuser_type,
        "xdomain_id": "",
        "xdomain_type": "",
        "default_project_id": "",
        "is_domain_owner": row.is_owner,
        "status": 1 if row.enabled else 0,
        "pwd_status": row.must_change_password,
        "pwd_strength": "High",
        "password_expires_at": password_expires_at(row),
        "create_time": _stamp(row.created_at),
        "update_time": _stamp(row.updated_at),
        "last_login_time": _stamp(row.last_login),
        "last_pwd_auth_time": _stamp(row.last_login),
        "pwd_create_time": _stamp(row.password_changed_at),
        "modify_pwd_time": _stamp(row.password_changed_at),
        "links": links(request, f"users/{row.id}"),
    }


def group(request: HttpRequest, row: Group) -> dict[str, Any]:
    """Return a group."""
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "domain_id": row.account_id,
        "create_time": clock.epoch_ms(row.created_at),
        "links": links(request, f"groups/{row.id}"),
    }


def project(request: HttpRequest, row: Project) -> dict[str, Any]:
    """Return a project; the parent of a region's own project is the account."""
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "domain_id": row.account_id,
        "parent_id": row.parent_id or row.account_id,
        "enabled": row.enabled,
        "is_domain": False,
        "links": links(request, f"projects/{row.id}"),
    }


def domain(request: HttpRequest, row: Account) -> dict[str, Any]:
    """Return an account as OpenStack's domain."""
    return {
        "id": row.id,
        "name": row.name,
        "description": "",
        "enabled": row.enabled,
        "links": links(request, f"domains/{row.id}"),
    }


def role(request: HttpRequest, row: Policy) -> dict[str, Any]:
    """Return a system or custom policy."""
    return {
        "id": row.id,
        "name": row.name,
        "display_name": row.display_name,
        "type": row.type,
        "catalog": row.catalog,
        "description": row.description,
        "description_cn": row.description_cn,
        "domain_id": row.account_id,
        "flag": "fine_grained" if row.document.get("Version") == "1.1" else "",
        "policy": {"Depends": [], **row.document},
        "created_time": str(clock.epoch_ms(row.created_at)),
        "updated_time": str(clock.epoch_ms(row.updated_at)),
        "links": links(request, f"roles/{row.id}"),
    }


def access_key(row: AccessKey) -> dict[str, Any]:
    """Return an access key without its secret."""
    return {
        "access": row.access,
        "user_id": row.user_id,
        "status": row.status,
        "description": row.description,
        "create_time": clock.iso_micro(row.created_at),
    }


def agency(row: Agency) -> dict[str, Any]:
    """Return an agency."""
    return {
        "id": row.id,
        "name": row.name,
        "domain_id": row.account_id,
        "trust_domain_id": row.trust_domain_id,
        "trust_domain_name": row.trust_domain_name,
        "description": row.description,
        "duration": row.duration,
        "create_time": clock.iso_micro(row.created_at),
        "expire_time": clock.iso_micro(row.expires_at) if row.expires_at else "",
    }


def region(request: HttpRequest, row: Region) -> dict[str, Any]:
    """Return a region."""
    return {
        "id": row.id,
        "type": "public",
        "description": row.name,
        "parent_region_id": None,
        "locales": {"en-us": row.name, "zh-cn": row.name},
        "links": links(request, f"regions/{row.id}"),
    }


def enterprise_project(row: EnterpriseProject) -> dict[str, Any]:
    """Return an enterprise project as EPS shows it."""
    return {
        "id": row.public_id,
        "name": row.name,
        "description": row.description,
        "status": row.status,
        "type": row.type,
        "delete_flag": not row.is_default,
        "created_at": clock.iso_second(row.created_at),
        "updated_at": clock.iso_second(row.updated_at),
    }
