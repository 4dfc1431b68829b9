"""Which of Tesseract's language packs this machine has: `python -m ocr.language_packs [--missing] [--packages]`.

The command prints the packs that `ocr.languages` asks for, one a line, for the installer and the
worker image. Imports nothing outside the standard library, so that it runs before anything is
installed.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ocr import languages
from ocr.languages import Script

FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)


def folder(named: str = "") -> Path | None:
    """Return the folder of the language packs, or None if there is none.

    `named` (the setting TESSDATA_DIR) takes precedence over TESSDATA_PREFIX, which engine processes
    are started with. A folder that is named is the only one examined, so that a mistake in a setting
    shows; otherwise the first of the usual ones.
    """
    chosen = named or os.environ.get("TESSDATA_PREFIX", "")
    candidates = (chosen,) if chosen else FOLDERS
    return next((Path(one) for one in candidates if Path(one).is_dir()), None)


def available_scripts(named: str = "") -> dict[str, bool]:
    """Return, for each script that Tesseract recognises, whether its pack is installed."""
    there = folder(named)
    return {
        script.name: there is not None and (there / f"{script.pack}.traineddata").is_file()
        for script in languages.by_recognizer(languages.TESSERACT)
    }


def missing_packs(named: str = "") -> list[Script]:
    """Return the scripts that cannot be recognised here; fields in them stay empty."""
    there = available_scripts(named)
    return [
        script for script in languages.by_recognizer(languages.TESSERACT) if not there[script.name]
    ]


def main(arguments: list[str] | None = None) -> int:
    """Print the names of the packs, or of their Debian packages; with `--missing`, of those absent."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--missing", action="store_true", help="only those this machine lacks")
    parser.add_argument("--packages", action="store_true", help="names of Debian packages")
    options = parser.parse_args(arguments)
    scripts = (
        missing_packs(os.environ.get("TESSDATA_DIR", ""))
        if options.missing
        else languages.by_recognizer(languages.TESSERACT)
    )
    for script in scripts:
        sys.stdout.write(f"{script.package if options.packages else script.pack}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
