"""Line recognition in scripts that PP-OCR lacks: Tesseract's language packs through its C API."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import cv2
import numpy as np

from ocr import languages
from ocr.language_packs import available_scripts, folder
from ocr.languages import Script
from ocr.page import Char, RecognitionResult, box

Array = np.ndarray[Any, Any]

LEAST_HEIGHT = 48  # pixels: lower lines are enlarged, because stacked marks are lost below
CONVINCING = 0.6  # score times share of the script's letters: below it, noise or blurred Latin
CERTAIN = 0.975  # above it, no other script is tried
GUESS_WIDTH = 7.0  # width, in line heights, of the piece by which a script is detected
CONFIDENT_CHARACTER = 0.93
_PERSIAN_ONLY = set("پچژگ")
_ARABIC_ONLY = set("ةإؤ")  # in Persian in loan words only
ARTICLE_WEIGHT = 0.5  # of the Arabic article as evidence: Persian words may begin alike
EVIDENCE_SCORE = 0.8  # least score of a letter that counts as evidence
SHORT = 10  # letters: in a shorter text one letter is no evidence, since it may be misrecognised
PADDING = 0.18  # of the height, above and below


@lru_cache(maxsize=8)
def _api(pack: str) -> Any:
    import tesserocr  # loads a second engine: only for a script that needs it

    return tesserocr.PyTessBaseAPI(
        path=str(folder()), lang=pack, psm=tesserocr.PSM.SINGLE_LINE, oem=tesserocr.OEM.LSTM_ONLY
    )


def recognize(crop: Array, *, script: str, alphabet: str = "") -> RecognitionResult:
    """Recognise a one-line crop (BGR or grey) in a script; empty, with score 0, without its pack.

    `alphabet` lists the only characters the result may contain or, after a `^`, those it may not.
    """
    if not available_scripts().get(script, False):
        return RecognitionResult("", 0.0, recognizer="none")
    import tesserocr

    pack = languages.by_name()[script].pack
    padded, scale, pad = _prepared(crop)
    api = _api(pack)
    excluded = alphabet[1:] if alphabet.startswith("^") else ""
    api.SetVariable("tessedit_char_whitelist", "" if excluded else alphabet)
    api.SetVariable("tessedit_char_blacklist", excluded)
    high, wide = padded.shape
    chars: list[Char] = []
    for mode in (tesserocr.PSM.SINGLE_LINE, tesserocr.PSM.RAW_LINE):
        # Deep descenders make Tesseract's own line finding fail: then the crop is taken as the line.
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
    """Return the recognised symbols with their boxes in pixels of the crop."""
    import tesserocr

    chars = []
    for symbol in tesserocr.iterate_level(api.GetIterator(), tesserocr.RIL.SYMBOL):
        bounds = symbol.BoundingBox(tesserocr.RIL.SYMBOL)
        text = symbol.GetUTF8Text(tesserocr.RIL.SYMBOL) if bounds else ""
        if text.strip():
            left, top, right, bottom = ((value - pad) / scale for value in bounds)
            score = symbol.Confidence(tesserocr.RIL.SYMBOL) / 100
            chars.append(Char(text, score, box(left, top, right, bottom)))
    return chars


def _prepared(crop: Array) -> tuple[Array, float, int]:
    """Return the crop grey, dark on light, enlarged and padded; its scale, and its padding in pixels."""
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY) if crop.ndim == 3 else crop
    scale = max(1.0, LEAST_HEIGHT / grey.shape[0])
    if scale > 1.0:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    if float(np.median(edge)) < float(grey.mean()) - 10:
        grey = 255 - grey
    pad = max(6, round(grey.shape[0] * PADDING))
    background = int(np.median(np.concatenate([grey[0], grey[-1]])))
    padded = cv2.copyMakeBorder(grey, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=(background,))
    return np.ascontiguousarray(padded), scale, pad


def share_of(text: str, script: str) -> float:
    """Return the share of a text's letters and marks that belong to the script."""
    letters = [char for char in text if char.isalpha() or unicodedata.category(char)[0] == "M"]
    own = sum(map(languages.by_name()[script].holds, letters))
    return own / len(letters) if letters else 0.0


def _visible_share(text: str, script: Script) -> float:
    """Return the script's share of all characters: digits between letters indicate a wrong result."""
    chars = [char for char in text if not char.isspace() and char not in ",.،。:;-"]
    return sum(map(script.holds, chars)) / len(chars) if chars else 0.0


def guess(crop: Array) -> str:
    """Return the script in which the crop's first part is recognised best, or "" if none is convincing.

    Tesseract's own script detection needs a page of text; a line is better judged by its results. A
    dozen letters are enough, so a long line is cut. A good result in a distinct script ends the
    search; the others take each other's letters for their own, so all of them are tried.
    """
    piece = crop[:, : int(crop.shape[0] * GUESS_WIDTH)]
    there = available_scripts()
    best, best_value = "", CONVINCING
    by_name = languages.by_name()
    for script in languages.by_recognizer(languages.TESSERACT):
        if not there[script.name] or script.variant_of:
            continue  # the same letters: `persian_or_arabic` distinguishes the two
        result = recognize(piece, script=script.name)
        value = result.score * _visible_share(result.text, script) * (len(result.chars) > 1)
        if value > best_value:
            best, best_value = script.name, value
        if best_value >= CERTAIN and by_name[best].distinct:
            break
    return best


def persian_or_arabic(crops: Sequence[Array]) -> str:
    """Return "persian" or "arabic" for lines in Arabic letters, by the results of both packs.

    Evidence of Persian are the four letters that Arabic lacks, of Arabic its article and letters that
    Persian does not use; without evidence the pack with the higher score decides.
    """
    if not available_scripts()["persian"]:
        return "arabic"
    evidence, scores, letters = 0.0, 0.0, 0
    for crop in crops:
        persian = recognize(crop, script="persian")
        arabic = recognize(crop, script="arabic")
        evidence += sum(
            c.text in _PERSIAN_ONLY and c.score >= EVIDENCE_SCORE for c in persian.chars
        )
        evidence -= sum(c.text in _ARABIC_ONLY and c.score >= EVIDENCE_SCORE for c in arabic.chars)
        evidence -= ARTICLE_WEIGHT * sum(word.startswith("ال") for word in arabic.text.split())
        scores += persian.score - arabic.score
        letters += len(persian.chars)
    if letters < SHORT:
        return "persian" if evidence > 1 else "arabic"
    return "persian" if evidence > 0 or (evidence == 0 and scores > 0) else "arabic"


def with_latin(foreign: RecognitionResult, latin: RecognitionResult) -> RecognitionResult:
    """Return the result of a line of two scripts: confident digits and Latin replace what they cover.

    `foreign` is the pack's result, `latin` that of PP-OCR for the same crop. Packs take digits and
    words of other scripts for letters of their own, which PP-OCR recognises well.
    """
    runs = [run for run in _confident_runs(latin) if len(run) > 1]
    if not runs or not foreign.chars:
        return foreign
    kept: list[Char] = []
    for char in foreign.chars:
        middle = (char.quad[0][0] + char.quad[1][0]) / 2
        if not any(run[0].quad[0][0] <= middle <= run[-1].quad[1][0] for run in runs):
            kept.append(char)
    if len(kept) == len(foreign.chars) or not kept:
        return foreign
    return _joined(foreign, kept, runs)


def _confident_runs(latin: RecognitionResult) -> list[list[Char]]:
    runs: list[list[Char]] = [[]]
    for char in latin.chars:
        if char.score >= CONFIDENT_CHARACTER and char.text.isascii() and char.text.isprintable():
            runs[-1].append(char)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if any(char.text.isalnum() for char in run)]


def _joined(
    foreign: RecognitionResult, kept: list[Char], runs: list[list[Char]]
) -> RecognitionResult:
    """Return the kept characters and the Latin runs in writing order, spaces where they stand apart."""
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
