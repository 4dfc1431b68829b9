"""Burmese names and card numbers in Latin letters, by tables of initials and rhymes. Pure.

The spelling is the one common in names (`Maung`, `Aung`, `Kyaw`), without tones: an informal
transliteration close to MLCTS without its marks. A name has no single right spelling.
"""

from __future__ import annotations

import re
import unicodedata

from ocr.scripts.burmese.text import KINDS, latin_digits, registration_number

_INITIALS = {
    "က": "k", "ခ": "kh", "ဂ": "g", "ဃ": "g", "င": "ng", "စ": "s", "ဆ": "s", "ဇ": "z", "ဈ": "z", "ည": "ny",
    "ဉ": "ny", "ဋ": "t", "ဌ": "ht", "ဍ": "d", "ဎ": "d", "ဏ": "n", "တ": "t", "ထ": "ht", "ဒ": "d", "ဓ": "d",
    "န": "n", "ပ": "p", "ဖ": "ph", "ဗ": "b", "ဘ": "b", "မ": "m", "ယ": "y", "ရ": "y", "လ": "l", "ဝ": "w",
    "သ": "th", "ဟ": "h", "ဠ": "l", "အ": "",
}  # fmt: skip
_RHYMES = {
    "": "a", "ာ": "a", "ါ": "a", "ိ": "i", "ီ": "i", "ု": "u", "ူ": "u", "ေ": "ay", "ဲ": "e", "ော": "aw",
    "ေါ": "aw", "ော်": "aw", "ေါ်": "aw", "ို": "o", "ံ": "an", "ုံ": "on", "ိံ": "ein", "က်": "et", "ုက်": "ok",
    "ိုက်": "aik", "ောက်": "auk", "ေါက်": "auk", "င်": "in", "ောင်": "aung", "ေါင်": "aung", "ိုင်": "aing",
    "စ်": "it", "ည်": "i", "ဉ်": "in", "တ်": "at", "ိတ်": "eik", "ုတ်": "ok", "န်": "an", "ိန်": "ein",
    "ုန်": "on", "ပ်": "at", "ိပ်": "eik", "ုပ်": "ok", "မ်": "an", "ိမ်": "ein", "ုမ်": "on", "ယ်": "e",
    "ွန်": "un", "ွတ်": "ut", "ွမ်": "un", "ွပ်": "ut",
}  # fmt: skip
_WHOLE = {"ဦး": "U", "ဥ": "U", "ဧ": "Ay", "ဩ": "Aw", "ဪ": "Aw", "ဤ": "I", "ဿ": "tha"}
_SYLLABLE = re.compile(
    "(ဦး?|[ဥဧဩဪဤ](?!\u103a))|([က-အဉ])([\u103b-\u103e]*)([\u102b-\u1032]*(?:ံ|\u103a)?(?:[က-အဉ]\u1037?\u103a)?)[\u1037\u1038]*"
)
# Letter of a township in a registration number -> its spelling in the Latin form of the number.
TOWNSHIP = {
    "က": "KA", "ခ": "KHA", "ဂ": "GA", "ဃ": "GA", "င": "NGA", "စ": "SA", "ဆ": "SA", "ဇ": "ZA", "ည": "NYA",
    "တ": "TA", "ထ": "HTA", "ဒ": "DA", "ဓ": "DA", "န": "NA", "ပ": "PA", "ဖ": "PHA", "ဗ": "BA", "ဘ": "BA",
    "မ": "MA", "ယ": "YA", "ရ": "YA", "လ": "LA", "ဝ": "WA", "သ": "THA", "ဟ": "HA", "ဠ": "LA", "အ": "AH",
    "ဥ": "OU", "ဧ": "AY", "ဩ": "AW",
}  # fmt: skip


def name(text: str) -> str:
    """Return a Burmese name in Latin letters, each syllable a word: `မောင်အောင်` is `Maung Aung`."""
    text = unicodedata.normalize("NFC", text).replace("္", "\u103a")
    words = []
    for match in _SYLLABLE.finditer(text):
        if match[1]:
            words.append(_WHOLE.get(match[1], "U"))
        else:
            words.append(_syllable(match[2], match[3], match[4]).capitalize())
    return " ".join(word for word in words if word)


def _syllable(initial: str, medials: str, rhyme: str) -> str:
    rhyme = re.sub("[\u1037\u1038]", "", rhyme)
    start = _INITIALS.get(initial, "")
    glide = "y" if "\u103b" in medials or "\u103c" in medials else ""
    if "\u103e" in medials:
        start = "sh" if initial in "ရယ" or (initial == "သ" and glide) else "h" + start
        glide = "" if start == "sh" else glide
    if initial == "ခ" and glide:
        start, glide = "ch", ""
    if initial == "င" and glide:
        start, glide = "ny", ""
    if "\u103d" in medials and "ွ" + rhyme in _RHYMES:
        return start + glide + _RHYMES["ွ" + rhyme]
    wide = "w" if "\u103d" in medials else ""
    return start + glide + wide + _RHYMES.get(rhyme, _RHYMES.get(rhyme[:1], "a"))


def registration(text: str) -> str:
    """Return a registration number in Latin letters: `12/OUKAMA(N)123456`; empty if it is none."""
    number = registration_number(text)
    match = re.fullmatch(r"(.+)/(.+)\((.+)\)(.+)", number)
    if match is None:
        return ""
    town = "".join(TOWNSHIP.get(letter, "") for letter in match[2])
    return f"{latin_digits(match[1])}/{town}({KINDS.get(match[3], 'N')}){latin_digits(match[4])}"
