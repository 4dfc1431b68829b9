"""`manage.py backup FILE`: backup database and keys of the embedded mode."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from config import backup


class Command(BaseCommand):
    """Backup the embedded installation; BACKUP_PASSPHRASE in the environment encrypts."""

    help = "Backup database and keys (embedded mode); BACKUP_PASSPHRASE encrypts."

    def add_arguments(self, parser: Any) -> None:
        """Add the file."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the backup and print what it contains."""
        passphrase = os.environ.get("BACKUP_PASSPHRASE", "")
        try:
            done = backup.backup(options["file"], passphrase=passphrase)
        except (backup.BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"backup: {done}")
