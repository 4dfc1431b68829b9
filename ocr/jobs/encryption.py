"""Encrypt the files and values of a job with keys that are destroyed with the job. Pure.

A file is AES-256-GCM in chunks (the STREAM construction: the nonce is a counter, the last chunk is
marked as last), so that it can be written and read at any position with one chunk in memory, and a
modified, reordered or truncated file fails to decrypt. Each file has its own key, so no nonce is
used twice under one key.
"""

from __future__ import annotations

import hashlib
import io
import os
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHUNK = 64 * 1024
KEY_BYTES = 32
_TAG = 16
_NONCE = 12
_MAGIC = b"OCRJOB1\n"


class Unreadable(Exception):
    """The bytes do not decrypt: they were modified, or the key is wrong."""


def new_key() -> bytes:
    """Return a random 256-bit key."""
    return os.urandom(KEY_BYTES)


def join_key(first: bytes, second: bytes) -> bytes:
    """Return the key derived from two halves (HKDF, RFC 5869); neither half alone reveals anything."""
    return HKDF(SHA256(), KEY_BYTES, salt=second, info=b"ocr-console job").derive(first)


def seal(key: bytes, data: bytes) -> bytes:
    """Return `data` compressed and encrypted under `key` with a random nonce."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, zlib.compress(data, 6), None)


def unseal(key: bytes, sealed: bytes | memoryview) -> bytes:
    """Return the data that `seal` was given; raises Unreadable."""
    raw = bytes(sealed)
    try:
        return zlib.decompress(AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], None))
    except (InvalidTag, ValueError, zlib.error) as error:
        raise Unreadable("the value does not open with this key") from error


def _nonce(index: int, *, last: bool) -> bytes:
    return index.to_bytes(_NONCE - 1, "big") + (b"\x01" if last else b"\x00")


@dataclass(frozen=True, slots=True)
class Stored:
    """What was written: size in bytes and SHA-256 (hexadecimal) of the plain content."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Blob:
    """An encrypted file and its key; small enough to be sent to another process."""

    path: Path
    key: bytes

    def write(self, chunks: Iterable[bytes]) -> Stored:
        """Encrypt the content of `chunks` into the file, one chunk in memory, readable by the owner only.

        On any error no incomplete file is left behind.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                stored = self._write(file, chunks)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            self.path.unlink(missing_ok=True)
            raise
        return stored

    def _write(self, file: io.BufferedWriter, chunks: Iterable[bytes]) -> Stored:
        box, digest, size, index = AESGCM(self.key), hashlib.sha256(), 0, 0
        waiting = bytearray()
        file.write(_MAGIC)
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            waiting += chunk
            while len(waiting) > CHUNK:
                file.write(box.encrypt(_nonce(index, last=False), bytes(waiting[:CHUNK]), None))
                del waiting[:CHUNK]
                index += 1
        file.write(box.encrypt(_nonce(index, last=True), bytes(waiting), None))
        return Stored(size, digest.hexdigest())

    def open(self, mode: str = "rb") -> io.BufferedReader:
        """Return the plain content as a readable, seekable stream; reading raises Unreadable if it was modified.

        `mode` is "rb": the method has the signature of `Path.open`.
        """
        return io.BufferedReader(_Opened(self), CHUNK)

    def read(self) -> bytes:
        """Return the whole plain content; for files known to be small."""
        with self.open() as file:
            return file.read()


class _Opened(io.RawIOBase):
    """A raw stream that decrypts one chunk at a time, at any position."""

    def __init__(self, blob: Blob) -> None:
        self._file = blob.path.open("rb", buffering=0)
        self._box = AESGCM(blob.key)
        sealed = os.fstat(self._file.fileno()).st_size - len(_MAGIC)
        if sealed < _TAG or self._file.read(len(_MAGIC)) != _MAGIC:
            self._file.close()
            raise Unreadable("this is no file of a job")
        self._chunks = max(1, -(-sealed // (CHUNK + _TAG)))
        self._size = sealed - self._chunks * _TAG
        self._at = 0
        self._held: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("a negative place")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        if self._at >= self._size or not view:
            return 0
        index, inside = divmod(self._at, CHUNK)
        part = self._chunk(index)[inside : inside + len(view)]
        view[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _chunk(self, index: int) -> bytes:
        if self._held[0] != index:
            self._file.seek(len(_MAGIC) + index * (CHUNK + _TAG))
            sealed = self._file.read(CHUNK + _TAG)
            last = index == self._chunks - 1
            try:
                self._held = (index, self._box.decrypt(_nonce(index, last=last), sealed, None))
            except InvalidTag as error:
                raise Unreadable("the file was changed, or the key is another one") from error
        return self._held[1]

    def close(self) -> None:
        self._file.close()
        super().close()
