"""`manage.py set_limit ACCOUNT`: change an account's calls per minute or calls at a time."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand, CommandError

from iam import selectors
from ocr import concurrency
from ocr.catalog import BY_CODE


class Command(BaseCommand):
    """Set the limits of one account."""

    help = "Set an account's calls per minute (of a user and service) and calls at a time."

    def add_arguments(self, parser: Any) -> None:
        """Add account, service and limits."""
        parser.add_argument("account", help="account name")
        parser.add_argument("--service", default="", choices=["", *BY_CODE])
        parser.add_argument("--calls-per-minute", type=int, default=0)
        parser.add_argument("--concurrency", type=int, default=0, help="of the whole account")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the row."""
        account = selectors.account_by_name(options["account"])
        if account is None:
            raise CommandError(f"There is no account {options['account']}.")
        if options["service"] and options["concurrency"]:
            raise CommandError("--concurrency counts over all services: leave --service out.")
        concurrency.limit_set(
            account_id=account.pk,
            service=options["service"],
            calls_per_minute=options["calls_per_minute"],
            concurrency=options["concurrency"],
        )
        self.stdout.write("set")
