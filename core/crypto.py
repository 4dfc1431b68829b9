"""Encryption of secrets at rest, with key rotation.

`ENCRYPTION_KEYS` lists Fernet keys, newest first: the first encrypts, all decrypt.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    """Return `text` encrypted with the newest key, as URL-safe Base64."""
    return _box(tuple(settings.ENCRYPTION_KEYS)).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Return the text of `token`; raises ValueError if no key opens it."""
    try:
        return _box(tuple(settings.ENCRYPTION_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise ValueError("not encrypted with a key of ENCRYPTION_KEYS") from error
