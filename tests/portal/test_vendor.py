"""Vendored files are what was checked in, name no map and no other host."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from django.contrib.staticfiles import finders

VENDOR = Path(finders.find("portal/vendor/vendor.json") or "").parent


def test_checksums() -> None:
    known = json.loads((VENDOR / "vendor.json").read_text())["sha256"]
    files = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "vendor.json"
    }
    assert files == known


def test_every_package_has_its_licence() -> None:
    for folder in VENDOR.iterdir():
        if folder.is_dir():
            assert (folder / "LICENSE").is_file(), folder


def test_no_source_map_and_no_import_from_elsewhere() -> None:
    for path in VENDOR.rglob("*"):
        if path.suffix in {".css", ".js"}:
            text = path.read_text()
            assert "sourceMappingURL" not in text
            assert not re.search(r"url\(\s*['\"]?(https?:)?//", text)
