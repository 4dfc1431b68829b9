"""Random lines of Thai cards: names, dates in Buddhist years, addresses, labels."""

from __future__ import annotations

from ocr.parsing.thai import CONSONANTS, MONTHS, PROVINCES
from training import strokes
from training.burmese_lines import WEAR
from training.plates import THAI_FONTS
from training.strokes import Array, Random
from training.words import one_of, thai_word

HEIGHT = 48
FONTS = (*THAI_FONTS, "noto/NotoSansThai-Regular.ttf", "noto/NotoSerifThai-Regular.ttf", "tlwg/Waree.ttf",
         "tlwg/Umpush.ttf", "tlwg/Sawasdee.ttf", "tlwg/Kinnari.ttf")  # fmt: skip
ALPHABET = tuple(sorted(set("0123456789 .-/():,," + CONSONANTS + "ฤฦะัาำิีึืฺุูเแโใไๅๆ็่้๊๋์ฯ")))


def date(random: Random) -> str:
    """Return a random day with the short name of the month and the Buddhist year."""
    return f"{random.integers(1, 32)} {one_of(random, MONTHS)} {random.integers(2460, 2590)}"


def address(random: Random) -> str:
    """Return a random piece of an address."""
    number = f"{random.integers(1, 999)}" + (
        f"/{random.integers(1, 99)}" if random.random() < 0.6 else ""
    )
    moo = f" หมู่ที่ {random.integers(1, 20)}" if random.random() < 0.7 else ""
    rest = " ".join(
        one_of(random, ("ต.", "อ.", "จ.", "ซ.", "ถ.", "แขวง", "เขต"))
        + (thai_word(random) if random.random() < 0.7 else one_of(random, PROVINCES))
        for _ in range(int(random.integers(1, 3)))
    )
    return f"{number}{moo} {rest}" if random.random() < 0.5 else rest


def phrase(random: Random) -> str:
    """Return some words."""
    return " ".join(thai_word(random) for _ in range(int(random.integers(1, 4))))


def sample(random: Random) -> tuple[str, Array]:
    """Return the text of one random line and its photograph, grey, HEIGHT pixels high."""
    make = one_of(random, (date, address, phrase, phrase, phrase))  # type: ignore[arg-type]
    text = make(random)  # type: ignore[operator]
    if random.random() < 0.12:
        text = f"{one_of(random, ('เกิดวันที่', 'ศาสนา', 'ที่อยู่'))} {text}"
    text = " ".join(text.split())[:40].strip().lstrip("่้๊๋์็ัิีึืุูำ")
    mask = strokes.ink(text, one_of(random, FONTS), size=int(random.integers(40, 64)))
    if random.random() < 0.4:
        mask = strokes.heavier(mask, random, 2)
    mask = strokes.stretched(mask, random.uniform(0.75, 1.15))
    return text, strokes.photographed(
        strokes.framed(mask, random, most=0.2), random, WEAR, height=HEIGHT
    )
