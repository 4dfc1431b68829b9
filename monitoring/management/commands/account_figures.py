"""`manage.py account_figures NAME`: calls, billed units and quota of one account, as JSON."""

from __future__ import annotations

import json
from typing import Any

from django.core.management import BaseCommand, CommandError

from billing.selectors import usage
from billing.services import settlement
from iam import selectors as iam_selectors
from monitoring import rollup, statistics


class Command(BaseCommand):
    """Figures of one account, for an operator to compare with the customer's own."""

    help = "Print calls, usage events and quota left of an account, settled up to now."

    def add_arguments(self, parser: Any) -> None:
        """Take the account's name and, if it is not the first, the region."""
        parser.add_argument("account")
        parser.add_argument("--region", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """Settle and roll up, then print."""
        account = iam_selectors.account_by_name(options["account"])
        if account is None:
            raise CommandError(f"There is no account {options['account']!r}.")
        region = options["region"] or iam_selectors.regions()[0].id
        settlement.settle(account_id=account.id)
        rollup.roll_up()
        counts = statistics.call_counts(account.id)
        quota = usage.quota_left(account.id, region=region)
        figures = {
            **counts,
            "usage_events": usage.usage_count(account.id),
            "quota_left": {code: row.left for code, row in quota.items()},
        }
        self.stdout.write(json.dumps(figures, indent=2))
