"""Start Django on the database named by the environment and make one funded account.

Run by the scenario scripts in processes of their own; nothing here is imported by pytest.
"""

from __future__ import annotations

import os
import sys
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "billing")]
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"


def start(*, pool: bool = False) -> None:
    """Set Django up, without a connection pool unless told: scenarios fork and count connections."""
    import django
    from django.conf import settings

    if not pool:
        settings.DATABASES["default"].get("OPTIONS", {}).pop("pool", None)
    django.setup()
    from tests import password_cost

    password_cost.costs_set(password_cost.LEAST)


def migrate() -> None:
    """Create the tables."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def tenant(number: int = 1):
    """Make an account with money."""
    import billing_factories as factories

    from billing.models import Product
    from billing.services import top_ups

    if not Product.objects.exists():
        factories.products_make()
    made = factories.tenant_make()
    top_ups.top_up(
        principal=made.principal,
        account_id=made.id,
        amount=Decimal(100000),
        reference=f"start-{number}",
    )
    return made
