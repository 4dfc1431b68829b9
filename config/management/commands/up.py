"""`manage.py up`: migrate, load the catalogue and the demo account, then serve in this process."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from billing.services import packages, products, subscriptions, top_ups
from config import paths
from iam.principal import Principal
from iam.services import demo


class Command(BaseCommand):
    """Start everything one machine needs; running it again changes nothing that exists."""

    help = "Migrate, load the catalogue and the demo account, then serve on PORT."

    def add_arguments(self, parser: Any) -> None:
        """Add --prepare-only, for images and tests."""
        parser.add_argument("--prepare-only", action="store_true", help="set up, do not serve")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, then replace this process by the web server so that Ctrl-C reaches it."""
        self._migrate()
        call_command("sync_catalog", verbosity=0)
        self._collect_static()
        if settings.ENV["DEMO"] and not settings.SCALED:
            described = write_demo_credentials()
            open_services(account_id=described["domain_id"], region=described["region"])
        if options["prepare_only"]:
            return
        connection.close()
        os.environ["OCR_CONSOLE_BANNER"] = "1"
        gunicorn = [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn"]
        os.execv(sys.executable, gunicorn)

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0, interactive=False)

    def _collect_static(self) -> None:
        """Collect static files when one of them changed since the last start."""
        sources = sorted((settings.BASE_DIR / "portal" / "static").rglob("*"))
        digest = hashlib.sha256()
        for path in [*sources, paths.shipped("requirements.txt")]:
            if path.is_file():  # by content: every file of a wheel has the same time
                digest.update(f"{path}\n".encode() + path.read_bytes())
        marker: Path = settings.STATIC_ROOT / ".collected"
        if marker.exists() and marker.read_text() == digest.hexdigest():
            return
        call_command("collectstatic", verbosity=0, interactive=False)
        marker.write_text(digest.hexdigest())


def open_services(*, account_id: str, region: str) -> None:
    """Subscribe Everyone of the demo account to every service in `region` and give the free quota."""
    for product in products.PRODUCTS:
        subscriptions.ensure(
            account_id=account_id, region=region, product_code=product.code, user_id=None
        )
        packages.free_grant(account_id=account_id, region=region, product_code=product.code)
    # Something to try the buy flow with; the reference makes it happen once.
    top_ups.top_up(
        principal=Principal(account_id, "", "", "system", "system", region=region),
        account_id=account_id,
        amount=Decimal(200),
        reference="demo",
    )


def write_demo_credentials() -> dict[str, Any]:
    """Write and return $DATA_DIR/demo-credentials.json (mode 0600); secrets are shown nowhere else."""
    path: Path = settings.DATA_DIR / "demo-credentials.json"
    known = json.loads(path.read_text()) if path.exists() else None
    described = demo.demo_account_ensure(known=known, base_url=settings.PUBLIC_URL)
    text = json.dumps(described, indent=2, ensure_ascii=False)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    return described
