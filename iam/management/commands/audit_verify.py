"""`manage.py audit_verify`: check that no trace was changed, removed or inserted."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from iam import selectors
from iam.services import audit


class Command(BaseCommand):
    """Check the hash chain of one account or of all; exits 1 at the first break of each."""

    help = "Check the hash chain of the audit trail."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("account", nargs="?", help="name of an account (default: all)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and report."""
        rows = selectors.accounts()
        if options["account"]:
            rows = rows.filter(name=options["account"])
        broken = 0
        for account in rows:
            fault = audit.verify_chain(account.id)
            if fault is None:
                self.stdout.write(f"{account.name}: the chain holds")
            else:
                broken += 1
                self.stdout.write(f"{account.name}: trace {fault.sequence}: {fault.reason}")
        if broken:
            raise CommandError(f"{broken} broken chain(s)")
