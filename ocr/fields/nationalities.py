"""Nationalities of Emirates ID cards: a country's English and Arabic name, matched approximately. Pure.

Names: Unicode CLDR, English and Arabic territories, in the forms the cards use.
"""

from __future__ import annotations

import difflib
import unicodedata

PAIRS: dict[str, str] = {
    "United Arab Emirates": "الإمارات العربية المتحدة", "Egypt": "مصر", "India": "الهند", "Pakistan": "باكستان",
    "Bangladesh": "بنغلاديش", "Philippines": "الفلبين", "Jordan": "الأردن", "Syria": "سوريا", "Lebanon": "لبنان",
    "Sudan": "السودان", "Yemen": "اليمن", "Iraq": "العراق", "Iran": "إيران", "Palestine": "فلسطين",
    "Saudi Arabia": "المملكة العربية السعودية", "Oman": "عمان", "Kuwait": "الكويت", "Qatar": "قطر", "Bahrain": "البحرين",
    "Morocco": "المغرب", "Tunisia": "تونس", "Algeria": "الجزائر", "Libya": "ليبيا", "Sri Lanka": "سريلانكا",
    "Nepal": "نيبال", "Afghanistan": "أفغانستان", "China": "الصين", "Japan": "اليابان", "Indonesia": "إندونيسيا",
    "Ethiopia": "إثيوبيا", "Somalia": "الصومال", "Kenya": "كينيا", "Nigeria": "نيجيريا", "Uganda": "أوغندا",
    "Ghana": "غانا", "South Africa": "جنوب أفريقيا", "Turkey": "تركيا", "Russia": "روسيا", "Ukraine": "أوكرانيا",
    "United Kingdom": "المملكة المتحدة", "United States": "الولايات المتحدة", "Canada": "كندا", "Australia": "أستراليا",
    "France": "فرنسا", "Germany": "ألمانيا", "Italy": "إيطاليا", "Spain": "إسبانيا", "Netherlands": "هولندا",
    "Sweden": "السويد", "Ireland": "أيرلندا", "Brazil": "البرازيل", "Malaysia": "ماليزيا", "Thailand": "تايلاند",
}  # fmt: skip
# Similarity ratios of difflib from which a recognised name counts as the known one.
_CLOSE = 0.6
_CLOSE_START = 0.75  # where the text goes on behind the name
_CLOSE_ENGLISH = 0.84
_START = 10  # characters that identify a country whose end was lost


def arabic_of(english: str, read: str) -> str:
    """Return the Arabic name of a country if `read` resembles it, else `read`.

    The English text beside it may be part of the recognised line: its start is compared too.
    """
    name = PAIRS.get(english, "")
    folded = without_marks(read) + " "
    if name and _ratio(folded[: len(without_marks(name))], without_marks(name)) >= _CLOSE_START:
        return name
    if name and _ratio(without_marks(read), without_marks(name)) >= _CLOSE:
        return name
    known = [other for other in PAIRS.values() if folded.startswith(without_marks(other) + " ")]
    return max(known, key=len) if known and not name else read


def is_label(text: str, name: str) -> bool:
    """Return whether a recognised word is the Arabic label, a letter or two misrecognised."""
    return _ratio(without_marks(text), without_marks(name)) >= _CLOSE


def _ratio(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()


def english_of(read: str) -> str:
    """Return the country whose English name resembles `read`, else `read`."""
    near = difflib.get_close_matches(read, PAIRS, n=1, cutoff=_CLOSE_ENGLISH)
    if near:
        return near[0]
    # The Arabic beside it may have corrupted the end: a long start that one name has is enough.
    begun = [name for name in PAIRS if read[:_START] == name[:_START] and len(read) >= _START]
    return begun[0] if len(begun) == 1 else read


def without_marks(text: str) -> str:
    """Return Arabic text without vowel marks, one form of alef, yeh and heh each, for comparison."""
    folded = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return folded.translate(str.maketrans("أإآىة", "ااايه")).replace("ـ", "").strip()
