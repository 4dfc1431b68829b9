"""The key of a job: one half in its row, one beside its files; both are needed.

A copy of the database alone (a backup, a replica, a page that SQLite has not overwritten yet)
decrypts nothing, and neither does a copy of the folder. Destroying the key means overwriting the half
on disk and clearing the half in the row.
"""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
from pathlib import Path

from django.conf import settings

from core import crypto
from core.errors import ApiError
from ocr import errors
from ocr.jobs import encryption
from ocr.models import Job, JobFile

_HALF = "key"


def folder(job_id: str) -> Path:
    """Return the folder of a job's files."""
    return Path(settings.JOBS_DIR) / job_id


def make(job_id: str) -> str:
    """Create a job's key: store one half in its folder and return the other, encrypted, for its row."""
    place = folder(job_id)
    place.mkdir(parents=True, mode=0o700)
    descriptor = os.open(place / _HALF, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(encryption.new_key())
        file.flush()
        os.fsync(file.fileno())
    return crypto.encrypt(base64.b64encode(encryption.new_key()).decode())


def of(job: Job) -> bytes:
    """Return the key of `job`; raises JOB.0007 when a half is missing or does not decrypt."""
    try:
        half = (folder(job.id) / _HALF).read_bytes()
        return encryption.join_key(base64.b64decode(crypto.decrypt(job.key)), half)
    except (OSError, ValueError) as error:
        raise ApiError(errors.JOB_CONTENT, reason="its key is not there") from error


def blob(file: JobFile, key: bytes) -> encryption.Blob:
    """Return the encrypted file of `file` with its own key, unsealed by the job's key."""
    return encryption.Blob(folder(file.job_id) / file.id, encryption.unseal(key, file.sealed_key))


def forget(job_id: str) -> None:
    """Overwrite the half on disk and remove the job's folder; idempotent."""
    place = folder(job_id)
    with contextlib.suppress(FileNotFoundError), (place / _HALF).open("r+b") as file:
        file.write(os.urandom(encryption.KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    shutil.rmtree(place, ignore_errors=True)
