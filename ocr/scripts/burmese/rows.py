"""Rows of Burmese print on a card: recognised as a whole, fields by the label a row begins with. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ocr.fields.labels import Found, label_end
from ocr.layout.reading_order import rows
from ocr.page import Char, Line, Page, Quad
from ocr.scripts.burmese import text as burmese

RECOGNIZER = "burmese-card"
FALLBACK_RECOGNIZER = "burmese"
GROUPS = ("A", "B", "O", "AB")  # of blood
DOUBTFUL = 0.8  # score below which the fallback recogniser is used too
_TITLED = re.compile("^(ဦး|ဒေါ်|ကို|မောင်) +")
_SHORT = re.compile(
    f"[၀-၉]{{1,2}}(?P<stroke>[/၊|])(?P<town>[{burmese.CONSONANTS}]{{2}})(?P<bracket>\\()"
)
_NUMBERED = re.compile("[၀-၉ဝရ][/၊|].*[(]")  # a row with the number of a registration card
LETTER_SURE = 0.9  # score below which a township's letter is recognised again
# Padding above and below a row in its heights: letters that differ in one stroke come out differently.
CROPS = ((0.0, 0.0), (0.06, 0.06), (-0.04, -0.04), (0.12, 0.0), (0.0, 0.12), (0.14, 0.14))
_EDGES = " :;.-၊။|'\""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: Burmese text, score, quad, the Latin text of its boxes, Burmese characters."""

    text: str
    score: float
    quad: Quad
    latin: str = ""
    chars: tuple[Char, ...] = ()


def recognize_rows(page: Page) -> list[Row]:
    """Return all rows of the page, recognised as Burmese, top to bottom."""
    boxes = [Line(line.text, line.score, line.quad) for line in page.lines]
    known = {line.quad for line in boxes}
    boxes += [Line("", 0.0, quad) for quad in page.detect() if quad not in known]
    found = []
    for row in rows(boxes):
        left, right = min(line.left for line in row), max(line.right for line in row)
        top, bottom = min(line.top for line in row), max(line.bottom for line in row)
        quad = ((left, top), (right, top), (right, bottom), (left, bottom))
        result = page.read(quad, script=RECOGNIZER)
        text, score = result.text, result.score
        if score < DOUBTFUL:
            fallback = page.read(quad, script=FALLBACK_RECOGNIZER)
            if fallback.score * share(fallback.text) > max(score, 0.9) * share(text):
                text, score = fallback.text, fallback.score * 0.8
        latin = " ".join(line.text for line in row if line.text)
        found.append(Row(unicodedata.normalize("NFC", text), score, quad, latin, result.chars))
    return found


def share(text: str) -> float:
    """Return the share of a text's characters that are Burmese, 0..1."""
    chars = [char for char in text if not char.isspace()]
    return sum("က" <= char <= "၏" for char in chars) / max(len(chars), 1)


def field_values(
    rows_: Sequence[Row], labels: Mapping[str, Sequence[str]], *, long: str = ""
) -> dict[str, Found]:
    """Return the text behind the label of each row; the field `long` continues in the rows below.

    A row belongs to the field whose label it begins with; of several the longest label wins.
    """
    found: dict[str, Found] = {}
    last = ""
    for row in rows_:
        field, end = _field(row.text, labels)
        if not field:
            if last == long and long in found and share(row.text) > 0.6:
                before = found[long]
                text = f"{before.text} {row.text.strip(_EDGES)}"
                found[long] = Found(text, min(before.score, row.score), before.quad)
            continue
        last = field
        text = row.text[end:].strip(_EDGES)
        if text and field not in found and _fits(field, text):
            found[field] = Found(" ".join(text.split()), row.score, row.quad)
    return found


def _fits(field: str, text: str) -> bool:
    """Return whether a text may be the value of a field: a name has more letters than digits.

    A row of digits is no name, even if its label was recognised as the label of one.
    """
    letters = sum(char in burmese.CONSONANTS for char in text)
    return not field.endswith("name") or letters > sum(char.isdecimal() for char in text)


def _field(text: str, labels: Mapping[str, Sequence[str]]) -> tuple[str, int]:
    best: tuple[int, str, int] = (0, "", 0)
    for field, words in labels.items():
        for word in words:
            word = unicodedata.normalize("NFC", word)
            end = label_end(text[: len(word) + 4], (word,))
            # A short label must begin the row: many names of wards end in the word for height.
            if 0 < end <= len(word) + min(4, len(word) // 3) and len(word) > best[0]:
                best = (len(word), field, end)
    return best[1], best[2]


def height(text: str) -> str:
    """Return the height of a text without spaces around its marks of feet and inches."""
    return re.sub(r"\s*(['\"])\s*", r"\1", text).strip()


def blood_group(page: Page, rows_: Sequence[Row], labels: Sequence[str]) -> Found:
    """Return the blood group beside its label, which is printed in Latin letters."""
    for row in rows_:
        field, end = _field(row.text, {"blood_group": labels})
        if not field:
            continue
        match = re.search(r"(?<![A-Za-z])(AB|A|B|O|0)[+-]?$", row.latin.strip())
        seen = match[1].replace("0", "O") if match else ""
        again = _letters(page, row, end) if seen != "AB" else Found()
        # The Latin recogniser loses a letter close to the label: the longer of the two results is taken.
        if seen and not (again.text == "AB" and seen in again.text):
            return Found(seen, 0.9, row.quad)
        if again:
            return again
    return Found()


def _letters(page: Page, row: Row, end: int) -> Found:
    """Return the blood group recognised in the region behind the label alone."""
    if not 0 < end <= len(row.chars):
        return Found()
    high = row.quad[3][1] - row.quad[0][1]
    left = max(x for x, _ in row.chars[end - 1].quad)
    right = row.quad[1][0] + 0.3 * high
    top, bottom = row.quad[0][1], row.quad[3][1]
    region = ((left, top), (right, top), (right, bottom), (left, bottom))
    result = page.read(region, alphabet="ABO")
    if result.text in GROUPS:
        return Found(result.text, min(result.score, 0.85), region)
    return Found()


def registration(page: Page, row: Row) -> str:
    """Return the registration number of a row, empty if it has none.

    Any three letters make a township's code, so a language model of letter sequences misleads here:
    each letter is the recogniser's own most probable consonant.
    """
    number = burmese.registration_number(row.text)
    lost = "" if number else burmese.registration_number(_with_lost_letter(page, row))
    if lost or not (number or _NUMBERED.search(row.text)):
        return lost
    letters = _letters_of(number, row.chars)
    if number and not letters:
        return number
    if not letters or min(char.score for char in letters) < LETTER_SURE:
        return _voted(page, row) or number
    return _with_town(number, "".join(map(_most_probable_consonant, letters)))


def _letters_of(number: str, chars: Sequence[Char]) -> Sequence[Char]:
    """Return the characters of a number's township; none if they cannot be identified."""
    town = number.partition("/")[2].partition("(")[0]
    printed = [char for char in chars if char.text.strip()]
    text = "".join(char.text for char in printed)
    start = text.find(town) if town else -1
    if start < 0 or len(text) != len(printed):
        return ()
    return printed[start : start + len(town)]


def _with_town(number: str, town: str) -> str:
    state, rest = number.split("/")
    return f"{state}/{town}({rest.split('(', 1)[1]}"


def _voted(page: Page, row: Row) -> str:
    """Return the number of most crops of a row, each letter by the sum of its probabilities.

    On 120 drawn rows of the development set this corrected three of four wrong townships and changed
    no right one.
    """
    numbers: Counter[str] = Counter()
    odds: tuple[dict[str, float], ...] = ({}, {}, {})
    (left, top), (right, _), (_, bottom), _ = row.quad
    height_px = bottom - top
    for above, below in CROPS:
        upper, lower = top - above * height_px, bottom + below * height_px
        region = ((left, upper), (right, upper), (right, lower), (left, lower))
        result = page.read(region, script=RECOGNIZER)
        number = burmese.registration_number(unicodedata.normalize("NFC", result.text))
        letters = _letters_of(number, result.chars)
        if len(letters) != len(odds):
            continue
        numbers[_with_town(number, "")] += 1
        for sums, char in zip(odds, letters, strict=True):
            for letter, probability in char.alternatives:
                if letter in burmese.CONSONANTS:
                    sums[letter] = sums.get(letter, 0.0) + probability
    if not numbers or not all(odds):
        return ""
    return _with_town(
        numbers.most_common(1)[0][0], "".join(max(s, key=s.__getitem__) for s in odds)
    )


def _with_lost_letter(page: Page, row: Row) -> str:
    """Return a number whose township lost a letter to the slash before it, with three letters.

    The region between slash and bracket is recognised again with the alphabet of consonants; it
    counts only if it has one letter more than before.
    """
    chars = [char for char in row.chars if char.text.strip()]
    text = "".join(char.text for char in chars)
    match = _SHORT.search(text)
    if match is None or len(text) != len(chars):
        return ""
    stroke, bracket, seen = match.start("stroke"), match.start("bracket"), match["town"]
    right, middle = (sum(x for x, _ in chars[k].quad) / 4 for k in (bracket, stroke))
    (_, top), (_, bottom) = row.quad[0], row.quad[3]
    for left in (min(x for x, _ in chars[stroke].quad), middle):
        region = ((left, top), (right, top), (right, bottom), (left, bottom))
        town = page.read(region, script=RECOGNIZER, alphabet=burmese.CONSONANTS).text
        if len(town) == 3 and any(town[:k] + town[k + 1 :] == seen for k in range(3)):
            return text[: stroke + 1] + town + text[bracket:]
    return ""


def _most_probable_consonant(char: Char) -> str:
    if char.text not in burmese.CONSONANTS:
        return char.text
    seen = (text for text, _ in char.alternatives if text in burmese.CONSONANTS)
    return next(seen, char.text)


def joined_title(found: Found) -> Found:
    """Return a name without a space behind its title, which is part of the word."""
    return Found(_TITLED.sub(r"\1", found.text), found.score, found.quad) if found else found
