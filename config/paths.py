"""Locations of the non-Python files: beside the packages in a checkout, inside `config` in a wheel."""

from __future__ import annotations

import sys
from pathlib import Path

_CONFIG = Path(__file__).resolve().parent
CHECKOUT = _CONFIG.parent


def is_installed() -> bool:
    """Return whether this code runs from a wheel, which carries the templates inside `config`."""
    return (_CONFIG / "templates").is_dir()


def shipped(name: str) -> Path:
    """Return the folder or file `name` of the top level: templates, locale, requirements.txt."""
    return (_CONFIG if is_installed() else CHECKOUT) / name


def start_folder() -> Path:
    """Return what a relative DATA_DIR starts from: the checkout, or the folder where a server was started.

    An installed server must not write into site-packages.
    """
    return Path.cwd() if is_installed() else CHECKOUT


def bundled(name: str) -> Path | None:
    """Return the folder `name` (models, tessdata) that `install-bundle` laid into this environment."""
    folder = Path(sys.prefix) / "share" / "ocr-console" / name
    return folder if folder.is_dir() else None
