"""Write the checksums of the vendored browser files and the sprite of the icons that pages use.

    python scripts/vendor_manifest.py [folder of unpacked @tabler/icons]

With a folder the sprite is drawn anew from its outline icons; without one only sums are written.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "portal" / "static" / "portal"
VENDOR = STATIC / "vendor"
VERSIONS = {
    "tabler": "@tabler/core 1.6.1",
    "icons": "@tabler/icons 3.51.0",
    "htmx": "htmx.org 2.0.11",
    "uplot": "uplot 1.6.32",
}
ICONS = [
    "activity",
    "alert-triangle",
    "api",
    "apps",
    "arrow-down",
    "arrow-left",
    "arrow-right",
    "arrow-up",
    "ban",
    "bell",
    "bolt",
    "book",
    "building",
    "calculator",
    "camera",
    "chart-line",
    "check",
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "circle-check",
    "circle-x",
    "clipboard",
    "clock",
    "code",
    "copy",
    "credit-card",
    "database",
    "device-floppy",
    "dots",
    "download",
    "external-link",
    "eye",
    "file-text",
    "filter",
    "folder",
    "help",
    "history",
    "home",
    "id",
    "key",
    "language",
    "link",
    "list",
    "lock",
    "login",
    "logout",
    "menu-2",
    "moon",
    "package",
    "photo",
    "player-play",
    "plus",
    "receipt",
    "refresh",
    "search",
    "settings",
    "shield",
    "shield-check",
    "shield-lock",
    "sun",
    "device-desktop",
    "table",
    "trash",
    "upload",
    "user",
    "user-plus",
    "users",
    "wallet",
    "world",
    "x",
    "zoom-reset",
    "scan",
    "id-badge-2",
    "car",
    "info-circle",
]


def sprite(source: Path) -> str:
    """Return one SVG with a symbol for each icon in `ICONS`."""
    symbols = []
    for name in ICONS:
        svg = (source / "icons" / "outline" / f"{name}.svg").read_text()
        body = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", svg, flags=re.S)
        body = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "", body)
        body = re.sub(r"\s*\n\s*", "", body)
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
            f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{body}</symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "\n".join(symbols) + "</svg>\n"


def manifest() -> dict[str, object]:
    """Return package, version and SHA-256 of every vendored file."""
    files = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(VENDOR.rglob("*"))
        if path.is_file() and path.name != "vendor.json"
    }
    return {"packages": VERSIONS, "sha256": files}


def main() -> None:
    """Write the sprite if asked, then the manifest."""
    if len(sys.argv) > 1:
        (VENDOR / "icons" / "icons.svg").write_text(sprite(Path(sys.argv[1])))
    (VENDOR / "vendor.json").write_text(json.dumps(manifest(), indent=2) + "\n")


if __name__ == "__main__":
    main()
