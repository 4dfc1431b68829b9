"""Which scripts are read by Tesseract's language packs, and which packs this machine has. Pure."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Script:
    """A script read by Tesseract: its pack, its Debian package, and the ranges of its letters."""

    name: str
    pack: str
    package: str
    ranges: tuple[tuple[str, str], ...]
    stacked: bool = False  # marks above and below letters, which the detector splits off
    guessed: bool = True  # tried on lines of unknown script; not where most letters are plain Latin


_ARABIC = (("\u0600", "\u06ff"), ("\u0750", "\u077f"), ("\ufb50", "\ufeff"))
# The letters beyond ASCII of the alphabet: with dot, hook and tone marks.
_VIETNAMESE = (("\u00c0", "\u00fd"), ("\u0102", "\u01b0"), ("\u1ea0", "\u1ef9"))
SCRIPTS = (
    Script("korean", "kor", "tesseract-ocr-kor", (("\uac00", "\ud7a3"), ("\u3130", "\u318f"))),
    Script("arabic", "ara", "tesseract-ocr-ara", _ARABIC, stacked=True),
    Script("persian", "fas", "tesseract-ocr-fas", _ARABIC, stacked=True),
    Script("cyrillic", "rus", "tesseract-ocr-rus", (("\u0400", "\u052f"),)),
    Script("thai", "tha", "tesseract-ocr-tha", (("\u0e00", "\u0e7f"),), stacked=True),
    Script("khmer", "khm", "tesseract-ocr-khm", (("\u1780", "\u17ff"),), stacked=True),
    Script("vietnamese", "vie", "tesseract-ocr-vie", _VIETNAMESE, guessed=False),
    Script("burmese", "mya", "tesseract-ocr-mya", (("\u1000", "\u109f"),), stacked=True),
)
BY_NAME = {script.name: script for script in SCRIPTS}

# The contract's `language` values that PP-OCR cannot read → script.
OF_LANGUAGE = {
    "ar": "arabic",
    "fa": "persian",
    "th": "thai",
    "km": "khmer",
    "my": "burmese",
    "ko": "korean",
    "ru": "cyrillic",
    "uk": "cyrillic",
}
FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)


def folder(named: str = "") -> Path | None:
    """Return the folder of the language packs.

    `named` (the setting TESSDATA_DIR) goes before TESSDATA_PREFIX, which engine processes are started
    with; a folder that is named is the only one looked into. Otherwise the first usual one.
    """
    chosen = named or os.environ.get("TESSDATA_PREFIX", "")
    places = (chosen,) if chosen else FOLDERS
    return next((Path(place) for place in places if Path(place).is_dir()), None)


def available_scripts(named: str = "") -> dict[str, bool]:
    """Return, for each script, whether its pack is there to be read with."""
    place = folder(named)
    return {
        script.name: place is not None and (place / f"{script.pack}.traineddata").is_file()
        for script in SCRIPTS
    }


def missing_packs(named: str = "") -> list[Script]:
    """Return the scripts that cannot be read here: their fields stay empty."""
    there = available_scripts(named)
    return [script for script in SCRIPTS if not there[script.name]]
