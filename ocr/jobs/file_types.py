"""Detect a file's type from its first bytes, never from its name. Pure."""

from __future__ import annotations

from ocr.jobs.file_model import Kind

HEAD_BYTES = 1024
_IMAGES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"GIF8", "image/gif"),
    (b"8BPS", "image/vnd.adobe.photoshop"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
    (b"\x0a\x05\x01", "image/x-pcx"),
    (b"\x0a\x03\x01", "image/x-pcx"),
    (b"\x0a\x02\x01", "image/x-pcx"),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OTHER_ARCHIVES = (
    b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd",
)  # fmt: skip


def media_type(head: bytes) -> str:
    """Return the media type of an image whose first bytes are `head`, or an empty string."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((name for mark, name in _IMAGES if head.startswith(mark)), "")


def kind_of(head: bytes) -> Kind:
    """Return the type of a file whose first kilobyte is `head`."""
    if head.startswith(_ZIP):
        return "zip"
    if head[:HEAD_BYTES].lstrip().startswith(b"%PDF-"):
        return "pdf"
    return "image" if media_type(head) else "other"


def is_archive(head: bytes) -> bool:
    """Return whether the file is an archive of any kind."""
    return head.startswith(_ZIP) or head.startswith(_OTHER_ARCHIVES)
