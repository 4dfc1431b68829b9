"""What several files of tests build alike: the demo account, a user with a key, a recorded call.

Services build the state where one exists; rows are written straight only where the time of what happened
is what is tested. What one app alone builds stands beside its tests (`tests/billing/billing_factories.py`).
"""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from django.core.management import call_command

from config.management.commands import up
from iam.models import User
from iam.principal import Principal
from iam.services import access_keys, demo, users
from monitoring.models import CallRecord

URL = "http://testserver"  # what Django's test client calls the site
PASSWORD = "Secret-123"
_numbers = itertools.count(1)


def demo_account(*, name: str = demo.NAME, url: str = URL) -> dict[str, Any]:
    """Make the demo account, or another one like it; returns what demo-credentials.json holds."""
    return demo.demo_account_ensure(base_url=url, name=name)


def demo_site(*, name: str = demo.NAME) -> dict[str, Any]:
    """Make the demo account with every service in the catalogue, open for everyone and with its free quota."""
    call_command("sync_catalog", verbosity=0)
    described = demo_account(name=name)
    up.open_services(account_id=described["domain_id"], region=described["region"])
    return described


def user_with_key(owner: Principal, name: str) -> tuple[User, dict[str, str]]:
    """Make a user of the owner's account; returns it, and its id and key as the demo account lists them."""
    user = users.user_create(principal=owner, name=name, password=PASSWORD)
    return user, key_of(owner, user)


def key_of(principal: Principal, user: User) -> dict[str, str]:
    """Make an access key of a user; returns the user's id and the key."""
    key = access_keys.access_key_create(principal=principal, user=user)
    return {"id": user.id, "access_key": key.row.access, "secret_key": key.secret}


def call_record(
    described: dict[str, Any], at: dt.datetime, *, status: int = 200, **more: Any
) -> CallRecord:
    """Insert the record of one call in the first project of an account like the demo account."""
    return CallRecord.objects.create(
        **{
            "request_id": f"{next(_numbers):032x}",
            "occurred_at": at,
            "region": described["region"],
            "account_id": described["domain_id"],
            "project_id": described["project_id"],
            "user_id": "u" * 32,
            "service": "general-text",
            "status": status,
            "error_code": "" if status < 400 else "AIS.0104",
            "latency_ms": 120,
            **more,
        }
    )
