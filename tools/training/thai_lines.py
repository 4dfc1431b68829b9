"""Random lines of Thai cards: names, dates in Buddhist years, addresses, labels before them."""

from __future__ import annotations

import unicodedata

from ocr.scripts.thai.text import CONSONANTS, MONTHS, PROVINCES
from tools.training import line_renderer
from tools.training.lexicon import thai_names, thai_places, thai_words
from tools.training.line_renderer import Array, Random, Wear
from tools.training.syllables import one_of, thai_word
from tools.training.thai_plate_lines import THAI_FONTS

HEIGHT = 48
CONTRAST = True
REACHES = (1, 2, 1, 4)
WEAR = Wear(turn=1.2, slant=0.05, corner=0.03, least_height=20, blur=1.0, noise=11, white_ink=0.02)
FONTS = (
    *THAI_FONTS,
    *(f"tlwg/{name}.ttf" for name in (
        "Loma", "Garuda", "Waree", "Umpush", "Sawasdee", "Kinnari", "Norasi", "Laksaman", "TlwgTypo",
    )),
    *(f"noto/Noto{name}.ttf" for name in (
        "SansThai-Regular", "SansThai-Regular", "SerifThai-Regular", "LoopedThai-Regular",
    )),
)  # fmt: skip
DIGIT_FONTS = (
    "liberation/LiberationSans-Regular.ttf",
    "dejavu/DejaVuSans.ttf",
    "noto/NotoSans-Regular.ttf",
)
ALPHABET = tuple(sorted(set("0123456789 .-/():," + CONSONANTS + "ฤฦะัาำิีึืฺุูเแโใไๅๆ็่้๊๋์ฯ")))
TITLES = (
    "นาย",
    "นาง",
    "น.ส.",
    "ด.ช.",
    "ด.ญ.",
    "นางสาว",
    "พระ",
    "ร.ต.",
    "ส.ต.อ.",
    "พ.ต.ท.",
    "ว่าที่ ร.ต.",
)
LABELS = {
    "name": ("ชื่อตัวและชื่อสกุล", "ชื่อตัวและชื่อสกุล", "ชื่อ", "ชื่อและสกุล"),
    "date": ("เกิดวันที่", "เกิดวันที่", "วันออกบัตร", "วันบัตรหมดอายุ", "หมดอายุ"),
    "address": ("ที่อยู่", "ที่อยู่", "บ้านเลขที่"),
    "word": ("ศาสนา", "ศาสนา", "สัญชาติ", "หมู่โลหิต"),
}
FAITHS = ("พุทธ", "อิสลาม", "คริสต์", "ฮินดู", "ซิกข์", "-")
_KNOWN = frozenset(ALPHABET)


def name(random: Random) -> str:
    """Return title, given name and family name."""
    given, family = thai_names()
    first = one_of(random, given) if random.random() < 0.75 else thai_word(random)
    last = one_of(random, family) if random.random() < 0.75 else thai_word(random)
    return f"{one_of(random, TITLES[:3] if random.random() < 0.8 else TITLES)} {first} {last}"


def date(random: Random) -> str:
    """Return a random day with the short name of the month and the Buddhist year."""
    return f"{random.integers(1, 32)} {one_of(random, MONTHS)} {random.integers(2460, 2590)}"


def house(random: Random) -> str:
    """Return a house number, at times with a hamlet, a lane or a road."""
    number = f"{random.integers(1, 999)}"
    if random.random() < 0.6:
        number += f"/{random.integers(1, 99)}"
    rest = random.random()
    if rest < 0.65:
        number += f" {one_of(random, ('หมู่ที่', 'หมู่ที่', 'หมู่', 'ม.'))} {random.integers(1, 20)}"
    if rest > 0.5:
        number += f" {one_of(random, ('ซ.', 'ถ.', 'ซอย', 'ถนน', 'ตรอก', 'ซ.', 'ถ.'))}{one_of(random, thai_words())}"
    return number


def region(random: Random) -> str:
    """Return sub-district, district and province."""
    low, middle, high = one_of(random, thai_places())  # type: ignore[arg-type]
    if random.random() < 0.4:
        high = one_of(random, PROVINCES)
    if random.random() < 0.15:
        low = thai_word(random)
    if high.startswith("กรุงเทพ") or random.random() < 0.1:
        words = [f"แขวง{low}", f"เขต{middle.removeprefix('เขต')}", PROVINCES[0]]
    else:
        words = [f"ต.{low}", f"อ.{middle.removeprefix('เขต')}", f"จ.{high}"]
    if random.random() < 0.4:  # a part of it: short lines teach the same letters in less time
        words.pop(int(random.integers(3)))
    return " ".join(words)


def phrase(random: Random) -> str:
    """Return some words, known and made up."""
    count = int(random.integers(1, 4))
    return " ".join(
        one_of(random, thai_words()) if random.random() < 0.5 else thai_word(random)
        for _ in range(count)
    )


def _content(random: Random) -> tuple[str, str]:
    """Return the kind of line and its text."""
    draw = random.random()
    if draw < 0.32:
        return "name", name(random)
    if draw < 0.42:
        return "date", date(random)
    if draw < 0.58:
        return "address", house(random)
    if draw < 0.82:
        return "", region(random)
    if draw < 0.86:
        return "word", one_of(random, FAITHS)
    return "", phrase(random)


def _lent(random: Random) -> str:
    """Return the characters that a Latin font draws: figures and stops, on half of the lines."""
    return "0123456789.-/(),:" if random.random() < 0.5 else ""


def sample(random: Random) -> tuple[str, Array]:
    """Return the text of one random line and its photograph, grey, HEIGHT pixels high."""
    kind, text = _content(random)
    text = unicodedata.normalize("NFC", " ".join("".join(c for c in text if c in _KNOWN).split()))[
        :48
    ]
    text = text.strip().lstrip("่้๊๋์็ัิีึืุูำ") or "ก"
    face, size = one_of(random, FONTS), int(random.integers(40, 60))
    label = ""
    if kind and random.random() < 0.7:
        label = one_of(random, LABELS[kind])
        gap = random.uniform(0.2, 1.2)
        mask = _row(label, text, face, random, size=size, gap=gap)
    elif kind == "date" and random.random() < 0.4:
        label = text
        text = date(random)
        mask = _row(label, text, face, random, size=size, gap=random.uniform(0.8, 5), same=True)
    else:
        mask = line_renderer.ink(
            text, face, size=size, spare=one_of(random, DIGIT_FONTS), lent=_lent(random)
        )
    if random.random() < 0.35:
        mask = line_renderer.heavier(mask, random, 2)
    mask = line_renderer.stretched(mask, random.uniform(0.82, 1.12))
    text = f"{label} {text}".strip()
    return text, line_renderer.photographed(
        line_renderer.framed(mask, random, most=0.16), random, WEAR, height=HEIGHT
    )


def _row(
    label: str, text: str, face: str, random: Random, *, size: int, gap: float, same: bool = False
) -> Array:
    """Return label and value on one base line, the label at times in smaller print."""
    small = (
        size if same or random.random() < 0.4 else max(26, int(size * random.uniform(0.62, 0.95)))
    )
    pieces = (
        line_renderer.based(label, face, size=small, spare=DIGIT_FONTS[0]),
        line_renderer.based(
            text, face, size=size, spare=one_of(random, DIGIT_FONTS), lent=_lent(random)
        ),
    )
    return line_renderer.aligned(list(pieces), [int(gap * size)])[0]
