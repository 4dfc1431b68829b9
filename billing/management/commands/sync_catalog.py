"""Write registered products, their prices and package plans to the database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from billing.services import products


class Command(BaseCommand):
    """`manage.py sync_catalog`: safe to run again; a changed price becomes a new version."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run `products.sync`."""
        new = products.sync()
        self.stdout.write(f"{len(products.PRODUCTS)} products, {new} new price versions")
