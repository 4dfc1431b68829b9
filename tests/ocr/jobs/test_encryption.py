"""What a job keeps is unreadable without its key, whole, and read at any place."""

from __future__ import annotations

import os
import random
import zipfile

import pytest

from ocr.jobs import encryption
from ocr.jobs.encryption import CHUNK, Blob, Unreadable

SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5)


def made(tmp_path, content: bytes, step: int = 7919) -> Blob:
    blob = Blob(tmp_path / "file", encryption.new_key())
    pieces = (content[at : at + step] for at in range(0, len(content), step))
    stored = blob.write(pieces)
    assert stored.size == len(content)
    return blob


@pytest.mark.parametrize("size", SIZES)
def test_a_file_comes_back_and_its_content_is_not_on_the_disk(tmp_path, size):
    content = (
        os.urandom(size // 2)
        + b"PLANTED" * (size // 14)
        + b"x" * (size - size // 2 - 7 * (size // 14))
    )
    blob = made(tmp_path, content)
    assert blob.read() == content
    assert b"PLANTED" not in blob.path.read_bytes()
    assert oct(blob.path.stat().st_mode)[-3:] == "600"


def test_any_place_can_be_read(tmp_path):
    content = random.Random(4).randbytes(5 * CHUNK + 321)
    blob = made(tmp_path, content)
    chance = random.Random(5)
    with blob.open() as file:
        for _ in range(200):
            start, length = chance.randrange(len(content)), chance.randrange(2 * CHUNK)
            file.seek(start)
            assert file.read(length) == content[start : start + length]
        assert file.seek(-10, os.SEEK_END) == len(content) - 10
        assert file.read() == content[-10:]


def test_an_archive_opens_in_place(tmp_path):
    plain = tmp_path / "plain.zip"
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("a.txt", "first" * 50_000)
        archive.writestr("b.txt", "second")
    blob = made(tmp_path, plain.read_bytes())
    with blob.open() as file, zipfile.ZipFile(file) as archive:
        assert archive.read("b.txt") == b"second"
        assert archive.testzip() is None


@pytest.mark.parametrize("harm", ["shorter by a chunk", "a bit", "swapped", "another key"])
def test_a_changed_file_does_not_open(tmp_path, harm):
    blob = made(tmp_path, os.urandom(4 * CHUNK))
    raw = bytearray(blob.path.read_bytes())
    step = CHUNK + 16
    if harm == "shorter by a chunk":
        del raw[8 + 3 * step :]
    elif harm == "a bit":
        raw[8 + step + 100] ^= 1
    elif harm == "swapped":
        raw[8 : 8 + step], raw[8 + step : 8 + 2 * step] = (
            raw[8 + step : 8 + 2 * step],
            raw[8 : 8 + step],
        )
    blob.path.write_bytes(raw)
    if harm == "another key":
        blob = Blob(blob.path, encryption.new_key())
    with pytest.raises(Unreadable):
        blob.read()


def test_a_broken_upload_leaves_no_file(tmp_path):
    def pieces():
        yield b"x" * CHUNK
        raise OSError("the caller went away")

    blob = Blob(tmp_path / "file", encryption.new_key())
    with pytest.raises(OSError, match="went away"):
        blob.write(pieces())
    assert list(tmp_path.iterdir()) == []


def test_values_and_joined_keys():
    first, second = encryption.new_key(), encryption.new_key()
    key = encryption.join_key(first, second)
    sealed = encryption.seal(key, b"PLANTED" * 100)
    assert encryption.unseal(key, sealed) == b"PLANTED" * 100
    assert encryption.seal(key, b"a") != encryption.seal(key, b"a")
    for wrong in (encryption.join_key(second, first), encryption.join_key(first, first), first):
        with pytest.raises(Unreadable):
            encryption.unseal(wrong, sealed)
