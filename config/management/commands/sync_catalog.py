"""`manage.py sync_catalog`: write regions, system policies, products and prices to the database."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand

from billing.services import products
from iam.services import sync


class Command(BaseCommand):
    """Bring the tables of the code into the database; safe to run at every start."""

    help = "Write regions, projects, system policies, products and default prices."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run both synchronisations, lower app first."""
        sync.sync()
        products.sync()
