"""`manage.py doctor`: examine the installation; exit code 1 if something failed."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management import BaseCommand

from config import doctor


class Command(BaseCommand):
    """Print one line a finding, with advice where there is something to do."""

    help = "Examine database, broker, engine, language packs, keys, disk and clock."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        """Add --json."""
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the findings."""
        found = doctor.findings()
        if options["json"]:
            self.stdout.write(json.dumps([asdict(one) for one in found], indent=1))
        else:
            for one in found:
                self.stdout.write(f"{one.state:8} {one.name}: {one.detail}")
                if one.advice:
                    self.stdout.write(f"{'':8} → {one.advice}")
        if any(one.state == doctor.FAILED for one in found):
            sys.exit(1)
