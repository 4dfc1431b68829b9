"""Random lines of Burmese cards: names, registration numbers, dates, labels, addresses."""

from __future__ import annotations

import unicodedata

from ocr.parsing.burmese import DIGITS, KINDS, burmese_digits
from training import strokes
from training.strokes import Array, Random, Wear
from training.words import burmese_syllable, one_of

HEIGHT = 48
WEAR = Wear(turn=1.5, slant=0.06, corner=0.03, least_height=20, blur=1.1, noise=12, white_ink=0.03)
FONTS = (
    "noto/NotoSansMyanmar-Regular.ttf",
    "noto/NotoSansMyanmar-Bold.ttf",
    "noto/NotoSerifMyanmar-Regular.ttf",
    "noto/NotoSerifMyanmar-Bold.ttf",
    "padauk/Padauk-Regular.ttf",
    "padauk/Padauk-Bold.ttf",
    "padauk/PadaukBook-Regular.ttf",
    "padauk/PadaukBook-Bold.ttf",
)
ALPHABET = tuple(
    sorted(
        {chr(code) for code in range(0x1000, 0x102B)}
        | set("ါာိီုူေဲံ့း္်ျြွှဿ၌၍၎၏၊။" + DIGITS + " /().,-:'\"|+ABO၅")
    )
)


def registration(random: Random) -> str:
    """Return a random registration number."""
    state = burmese_digits(str(random.integers(1, 15)))
    town = "".join(
        one_of(random, "ကခဂငစဆဇညတထဒဓနပဖဗဘမယရလဝသဟအဥ")
        + (one_of(random, "ြျွှ") if random.random() < 0.06 else "")
        for _ in range(3)
    )
    kind = "နိုင်" if random.random() < 0.7 else one_of(random, tuple(KINDS))
    number = "".join(one_of(random, DIGITS) for _ in range(6))
    return f"{state}/{town}({kind}){number}"


def date(random: Random) -> str:
    """Return a random date, in Burmese digits."""
    part = one_of(random, ".--/")
    day, month = random.integers(1, 32), random.integers(1, 13)
    pad = random.random() < 0.5
    text = f"{day:02d}{part}{month:02d}" if pad else f"{day}{part}{month}"
    return burmese_digits(f"{text}{part}{random.integers(1930, 2032)}")


def phrase(random: Random) -> str:
    """Return some words, at times with a number, a colon, a slash or a blood group."""
    words = []
    for _ in range(int(random.integers(1, 4))):
        words.append("".join(burmese_syllable(random) for _ in range(int(random.integers(1, 4)))))
    text = one_of(random, (" ", " ", "", "/", " / ", "၊ ")).join(words)
    draw = random.random()
    if draw < 0.12:
        text = (
            burmese_digits(f"{random.integers(1, 999)}")
            + one_of(random, (" ", "၊", "-", "/"))
            + text
        )
    elif draw < 0.2:
        text = (
            text
            + one_of(random, (" ", " - ", ": ", "-"))
            + burmese_digits(str(random.integers(0, 999999)))
        )
    elif draw < 0.26:
        text = text + one_of(random, (" : ", ":", "။", " -", "(", ")"))
    elif draw < 0.3:
        feet = (
            burmese_digits(f"{random.integers(4, 7)}"),
            burmese_digits(f"{random.integers(0, 12)}"),
        )
        text = one_of(
            random,
            (
                f"{feet[0]} ပေ {feet[1]} လက်မ",
                f"{feet[0]}'{feet[1]}\"",
                one_of(random, ("A", "B", "O", "AB")),
            ),
        )
    return text


def sample(random: Random) -> tuple[str, Array]:
    """Return the text of one random line and its photograph, grey, HEIGHT pixels high."""
    make = one_of(random, (registration, date, phrase, phrase, phrase))  # type: ignore[arg-type]
    text = make(random)  # type: ignore[operator]
    text = unicodedata.normalize("NFC", " ".join(text.split())[:34].strip())
    if random.random() < 0.04:
        text = "".join(one_of(random, DIGITS) for _ in range(int(random.integers(4, 10))))
    mask = strokes.ink(text, one_of(random, FONTS), size=int(random.integers(40, 64)))
    if random.random() < 0.4:
        mask = strokes.heavier(mask, random, 2)
    mask = strokes.stretched(mask, random.uniform(0.8, 1.15))
    return text, strokes.photographed(
        strokes.framed(mask, random, most=0.2), random, WEAR, height=HEIGHT
    )
