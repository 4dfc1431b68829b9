"""Line readers for scripts that PP-OCR lacks: Tesseract's language packs through its C API."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import cv2
import numpy as np

from ocr.page import Char, RecognitionResult, box
from ocr.vision.language_packs import BY_NAME, SCRIPTS, Script, available_scripts, folder

Array = np.ndarray[Any, Any]


LEAST_HEIGHT = 48  # pixels: stacked marks are lost below
CONVINCING = 0.6  # score times share of own letters: below, a line is rather noise or blurred Latin
CERTAIN = 0.975  # no other script is tried
GUESS_WIDTH = 7.0  # heights of a line that are read to tell its script
SURE_CHAR = 0.93
_PERSIAN_ONLY = set("پچژگ")
_ARABIC_ONLY = set("ةإؤ")  # written in Persian only in borrowed words
ARTICLE = 0.5  # Persian words may begin so too
SIGN_SURE = 0.8
SHORT = 10  # letters: a lone word must show two signs, since one may be misread
PADDING = 0.18  # of the height, above and below


@lru_cache(maxsize=8)
def _reader(pack: str) -> Any:
    import tesserocr  # loads a second engine: only for a script that needs it

    return tesserocr.PyTessBaseAPI(
        path=str(folder()), lang=pack, psm=tesserocr.PSM.SINGLE_LINE, oem=tesserocr.OEM.LSTM_ONLY
    )


def read(crop: Array, *, script: str, alphabet: str = "") -> RecognitionResult:
    """Read a one-line crop in a script; an empty reading of score 0 when its pack is missing.

    `alphabet` are the only signs that may be answered or, behind a `^`, the signs that may not.
    """
    if not available_scripts().get(script, False):
        return RecognitionResult("", 0.0, recognizer="none")
    import tesserocr

    pack = BY_NAME[script].pack
    padded, scale, pad = _prepared(crop)
    api = _reader(pack)
    without = alphabet[1:] if alphabet.startswith("^") else ""
    api.SetVariable("tessedit_char_whitelist", "" if without else alphabet)
    api.SetVariable("tessedit_char_blacklist", without)
    high, wide = padded.shape
    chars: list[Char] = []
    for mode in (tesserocr.PSM.SINGLE_LINE, tesserocr.PSM.RAW_LINE):
        # Deep descenders make Tesseract's own search for the line find none: take the crop as it is.
        api.SetPageSegMode(mode)
        api.SetImageBytes(padded.tobytes(), wide, high, 1, wide)
        api.Recognize()
        chars = _chars(api, pad=pad, scale=scale)
        if chars:
            break
    text = (api.GetUTF8Text() or "").strip().replace("\n", " ") if chars else ""
    score = sum(char.score for char in chars) / len(chars) if chars else 0.0
    api.Clear()
    return RecognitionResult(text, score, tuple(chars), recognizer=f"tesseract-{pack}")


def _chars(api: Any, *, pad: int, scale: float) -> list[Char]:
    """Return the symbols that were recognised, in pixels of the crop."""
    import tesserocr

    chars = []
    for symbol in tesserocr.iterate_level(api.GetIterator(), tesserocr.RIL.SYMBOL):
        place = symbol.BoundingBox(tesserocr.RIL.SYMBOL)
        text = symbol.GetUTF8Text(tesserocr.RIL.SYMBOL) if place else ""
        if text.strip():
            left, top, right, bottom = ((value - pad) / scale for value in place)
            score = symbol.Confidence(tesserocr.RIL.SYMBOL) / 100
            chars.append(Char(text, score, box(left, top, right, bottom)))
    return chars


def _prepared(crop: Array) -> tuple[Array, float, int]:
    """Return the crop grey, dark on light, high enough and with room around; its scale and its room."""
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY) if crop.ndim == 3 else crop
    scale = max(1.0, LEAST_HEIGHT / grey.shape[0])
    if scale > 1.0:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    if float(np.median(edge)) < float(grey.mean()) - 10:
        grey = 255 - grey
    pad = max(6, round(grey.shape[0] * PADDING))
    ground = int(np.median(np.concatenate([grey[0], grey[-1]])))
    padded = cv2.copyMakeBorder(grey, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=(ground,))
    return np.ascontiguousarray(padded), scale, pad


def share_of(text: str, script: str) -> float:
    """Return the share of a text's letters that belong to the script."""
    letters = [char for char in text if char.isalpha() or unicodedata.category(char)[0] == "M"]
    ranges = BY_NAME[script].ranges
    own = sum(any(low <= char <= high for low, high in ranges) for char in letters)
    return own / len(letters) if letters else 0.0


def _visible_share(text: str, script: Script) -> float:
    """Return the script's share of all signs: digits strewn between letters are a misreading."""
    signs = [char for char in text if not char.isspace() and char not in ",.،。:;-"]
    own = sum(any(low <= char <= high for low, high in script.ranges) for char in signs)
    return own / len(signs) if signs else 0.0


def guess(crop: Array) -> str:
    """Return the script in which a piece of the crop reads best, or "" when none is convincing.

    Tesseract's own script detection needs a page of text; a line is better judged by reading it. A
    dozen letters tell a script, so a long line is cut, and a script that reads well ends the search.
    """
    piece = crop[:, : int(crop.shape[0] * GUESS_WIDTH)]
    there = available_scripts()
    best, best_value = "", CONVINCING
    for script in SCRIPTS:
        if not there[script.name] or script.name == "persian":
            continue  # Persian is Arabic script: `persian_or_arabic` tells the two apart
        reading = read(piece, script=script.name)
        value = reading.score * _visible_share(reading.text, script) * (len(reading.chars) > 1)
        if value > best_value:
            best, best_value = script.name, value
        if best_value >= CERTAIN and best in ("korean", "cyrillic"):
            break  # the others take each other's letters for their own: all of them are heard
    return best


def persian_or_arabic(crops: Sequence[Array]) -> str:
    """Return "persian" or "arabic" for lines in Arabic letters, as both packs read them.

    Persian shows in the four letters that Arabic lacks, Arabic in its article and in letters that
    Persian does not write; where neither shows, the surer pack counts.
    """
    if not available_scripts()["persian"]:
        return "arabic"
    signs, scores, letters = 0.0, 0.0, 0
    for crop in crops:
        persian, arabic = read(crop, script="persian"), read(crop, script="arabic")
        signs += sum(c.text in _PERSIAN_ONLY and c.score >= SIGN_SURE for c in persian.chars)
        signs -= sum(c.text in _ARABIC_ONLY and c.score >= SIGN_SURE for c in arabic.chars)
        signs -= ARTICLE * sum(word.startswith("ال") for word in arabic.text.split())
        scores += persian.score - arabic.score
        letters += len(persian.chars)
    if letters < SHORT:
        return "persian" if signs > 1 else "arabic"
    return "persian" if signs > 0 or (signs == 0 and scores > 0) else "arabic"


def mixed(foreign: RecognitionResult, latin: RecognitionResult) -> RecognitionResult:
    """Return the reading of a line of two scripts: sure runs of digits and Latin replace what they cover.

    Packs read foreign digits and words as letters of their own script, PP-OCR reads them well.
    """
    runs = [run for run in _sure_runs(latin) if len(run) > 1]
    if not runs or not foreign.chars:
        return foreign
    kept: list[Char] = []
    for char in foreign.chars:
        middle = (char.quad[0][0] + char.quad[1][0]) / 2
        if not any(run[0].quad[0][0] <= middle <= run[-1].quad[1][0] for run in runs):
            kept.append(char)
    if len(kept) == len(foreign.chars) or not kept:
        return foreign
    return _joined(foreign, latin, kept, runs)


def _sure_runs(latin: RecognitionResult) -> list[list[Char]]:
    runs: list[list[Char]] = [[]]
    for char in latin.chars:
        if char.score >= SURE_CHAR and char.text.isascii() and char.text.isprintable():
            runs[-1].append(char)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if any(char.text.isalnum() for char in run)]


def _joined(
    foreign: RecognitionResult, latin: RecognitionResult, kept: list[Char], runs: list[list[Char]]
) -> RecognitionResult:
    pieces = [(char.quad[0][0], [char]) for char in kept]
    pieces += [(run[0].quad[0][0], run) for run in runs]
    right_to_left = any("\u0590" <= char.text[0] <= "\u08ff" for char in kept)
    pieces.sort(key=lambda piece: piece[0], reverse=right_to_left)
    chars: list[Char] = []
    text = ""
    usual = float(np.median([char.quad[1][0] - char.quad[0][0] for char in kept]))
    for _, piece in pieces:
        if chars:
            a, b = (chars[-1], piece[0]) if not right_to_left else (piece[-1], chars[-1])
            text += " " if b.quad[0][0] - a.quad[1][0] > 0.45 * usual else ""
        text += "".join(char.text for char in piece)
        chars.extend(piece)
    score = sum(char.score for char in chars) / len(chars)
    return replace(foreign, text=text.strip(), score=score, chars=tuple(chars))
