"""List and read the members of a ZIP archive; runs in the sandbox process.

Nothing is extracted to disk. Refused are the known attacks: overlapping members and decompression
bombs, nested archives, names that lead out of the folder (zip slip), links.
"""

from __future__ import annotations

import hashlib
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from ocr import errors
from ocr.jobs import file_types
from ocr.jobs.file_model import MIB, Limits, Refused

_CHUNK = 4 * MIB
_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
_DROPPINGS = {".ds_store", "thumbs.db", "desktop.ini"}  # what file managers leave behind
_OFFICE = (".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub")


def members(
    stream: BinaryIO, limits: Limits
) -> tuple[zipfile.ZipFile, list[tuple[int, str, zipfile.ZipInfo]]]:
    """Return the open archive and its files as (index, name, info), checked by the central directory.

    Raises Refused for a damaged, encrypted or oversized archive, or one with unsafe names, before a byte
    of a member is decompressed.
    """
    try:
        opened = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Refused(errors.FILE_BROKEN, "the archive's directory cannot be read") from error
    listed = opened.infolist()
    if len(listed) > limits.entries:
        raise Refused(
            errors.FILE_TOO_MUCH, f"{len(listed)} files; an archive may hold {limits.entries}"
        )
    found = []
    for index, info in enumerate(listed):
        name = _name(info)
        _check_name(name, info)
        if not (info.is_dir() or _is_dropping(name)):
            found.append((index, name, info))
    _check_growth([info for _, _, info in found], limits)
    if not found:
        raise Refused(errors.FILE_BROKEN, "the archive is empty")
    return opened, found


def _check_growth(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    packed = sum(info.compress_size for info in infos)
    total = sum(info.file_size for info in infos)
    if total > limits.total_bytes:
        raise Refused(
            errors.FILE_TOO_MUCH,
            f"it unpacks to {total // MIB} MB; {limits.total_bytes // MIB} MB are allowed",
        )
    if total > limits.ratio_from_bytes and total > limits.ratio * max(1, packed):
        raise Refused(errors.FILE_TOO_MUCH, f"it grows more than {limits.ratio} times")
    for info in infos:
        if info.flag_bits & _ENCRYPTED_FLAG:
            raise Refused(errors.FILE_LOCKED, f"{_name(info)} is encrypted")
        if info.file_size > limits.entry_bytes:
            raise Refused(
                errors.FILE_TOO_MUCH,
                f"{_name(info)} has {info.file_size // MIB} MB; a file may have "
                f"{limits.entry_bytes // MIB} MB",
            )


def _name(info: zipfile.ZipInfo) -> str:
    """Return the member's name; names without the UTF-8 flag are decoded as UTF-8, GB 18030 or code page 437."""
    if info.flag_bits & _UTF8_FLAG or info.filename.isascii():
        return info.filename
    raw = info.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _check_name(name: str, info: zipfile.ZipInfo) -> None:
    parts = name.replace("\\", "/").split("/")
    bad = (
        not name
        or len(name) > 1000
        or ".." in parts
        or parts[0] == ""
        or (len(parts[0]) == 2 and parts[0][1] == ":")
        or any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in name)
        or "\x00" in info.orig_filename
    )
    if bad:
        shown = name.encode("unicode_escape").decode()[:80]
        raise Refused(errors.FILE_NAMES, f"the name {shown} is not allowed")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise Refused(errors.FILE_NAMES, f"{name} is a link")


def _is_dropping(name: str) -> bool:
    parts = name.lower().split("/")
    return parts[0] == "__macosx" or parts[-1] in _DROPPINGS


def checked_kind(name: str, head: bytes) -> str:
    """Return the member's file type; raises Refused for a nested archive."""
    kind = file_types.kind_of(head)
    if file_types.is_archive(head) and not name.lower().endswith(_OFFICE):
        raise Refused(errors.FILE_TOO_MUCH, f"{name} is an archive within the archive")
    return "other" if kind == "zip" else kind


def chunks(opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a member's bytes in chunks of 4 MiB, never more in total than its directory entry announces."""
    try:
        with opened.open(info) as member:
            while piece := member.read(_CHUNK):
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise Refused(errors.FILE_BROKEN, f"{_name(info)} cannot be unpacked") from error


def digest(pieces: Iterator[bytes], step: Callable[[], None]) -> tuple[bytes, int, str]:
    """Return the first kilobyte, size and SHA-256 of the chunks; `step` is called after each chunk."""
    head, size, hashed = b"", 0, hashlib.sha256()
    for piece in pieces:
        head = head or piece[: file_types.HEAD_BYTES]
        size += len(piece)
        hashed.update(piece)
        step()
    return head, size, hashed.hexdigest()
