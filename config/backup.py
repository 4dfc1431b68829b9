"""Backup and restore of the embedded mode: the database as one consistent copy, and the keys.

The archive is a tar.gz; with a passphrase it is encrypted (Scrypt, RFC 7914, and Fernet), because
database and keys together decrypt every secret of every account.
"""

from __future__ import annotations

import base64
import io
import json
import os
import sqlite3
import tarfile
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.conf import settings
from django.db import connection

from core import clock

_MAGIC = b"OCRBACKUP1"
_FILES = ("demo-credentials.json",)


class BackupError(Exception):
    """The backup cannot be written or read; the message says what to do."""


def _box(passphrase: str, salt: bytes) -> Fernet:
    key = Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode())
    return Fernet(base64.urlsafe_b64encode(key))


def backup(target: Path, *, passphrase: str = "") -> int:
    """Write the archive (mode 0600) and return its size in bytes; the server may be running."""
    if connection.vendor != "sqlite":
        raise BackupError("This command is for SQLite. Use pg_dump; see docs/operators.md.")
    raw = io.BytesIO()
    with (
        tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as folder,
        tarfile.open(fileobj=raw, mode="w:gz") as archive,
    ):
        copy = Path(folder) / "db.sqlite3"
        source = sqlite3.connect(settings.DATABASES["default"]["NAME"])
        into = sqlite3.connect(copy)
        with source, into:
            source.backup(into)
        source.close()
        into.close()
        archive.add(copy, "db.sqlite3")
        for key in sorted((settings.DATA_DIR / "keys").glob("*")):
            archive.add(key, f"keys/{key.name}")
        for name in _FILES:
            if (settings.DATA_DIR / name).exists():
                archive.add(settings.DATA_DIR / name, name)
        note = json.dumps({"made_at": clock.iso_second(clock.now())}).encode()
        info = tarfile.TarInfo("backup.json")
        info.size = len(note)
        archive.addfile(info, io.BytesIO(note))
    data = raw.getvalue()
    if passphrase:
        salt = os.urandom(16)
        data = _MAGIC + salt + _box(passphrase, salt).encrypt(data)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    return len(data)


def restore(source: Path, *, passphrase: str = "") -> list[str]:
    """Put the archive's files under DATA_DIR; existing files get the suffix `.before-restore`.

    Returns the names of the files. The server must not run.
    """
    data = source.read_bytes()
    if data.startswith(_MAGIC):
        if not passphrase:
            raise BackupError("The backup is encrypted: give the passphrase.")
        salt, rest = data[len(_MAGIC) : len(_MAGIC) + 16], data[len(_MAGIC) + 16 :]
        try:
            data = _box(passphrase, salt).decrypt(rest)
        except InvalidToken as error:
            raise BackupError("The passphrase does not open this backup.") from error
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
            members = {item.name: archive.extractfile(item) for item in archive if item.isfile()}
            files = {name: file.read() for name, file in members.items() if file}
    except tarfile.TarError as error:
        raise BackupError("This is no backup.") from error
    _check(files)
    connection.close()
    for name in ("db.sqlite3-wal", "db.sqlite3-shm"):
        (settings.DATA_DIR / name).unlink(missing_ok=True)
    for name, content in files.items():
        if name != "backup.json":
            _replace(settings.DATA_DIR / name, content)
    return sorted(files)


def _check(files: dict[str, bytes]) -> None:
    """Refuse names that would leave DATA_DIR and archives without a database."""
    for name in files:
        known = name in ("db.sqlite3", "backup.json", *_FILES)
        is_key = name.startswith("keys/") and "/" not in name[5:] and ".." not in name
        if not (known or is_key):
            raise BackupError(f"The backup holds an unexpected file: {name}")
    if not files.get("db.sqlite3", b"").startswith(b"SQLite format 3"):
        raise BackupError("The backup holds no database.")


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        path.replace(path.with_name(path.name + ".before-restore"))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
