"""`manage.py restore FILE`: restore database and keys of the embedded mode."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from config import backup


class Command(BaseCommand):
    """Restore the embedded installation; BACKUP_PASSPHRASE in the environment encrypts."""

    help = "Restore database and keys (embedded mode); BACKUP_PASSPHRASE encrypts."

    def add_arguments(self, parser: Any) -> None:
        """Add the file."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore the backup and print what was restored."""
        passphrase = os.environ.get("BACKUP_PASSPHRASE", "")
        try:
            done = backup.restore(options["file"], passphrase=passphrase)
        except (backup.BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"restore: {done}")
