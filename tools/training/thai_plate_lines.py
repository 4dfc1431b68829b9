"""Random lines of Thai vehicle plates: the number (digits and consonants) and the province."""

from __future__ import annotations

import numpy as np

from ocr.scripts.thai.text import PLATE_LETTERS, PROVINCES
from tools.training import line_renderer
from tools.training.line_renderer import Array, Random, Wear

HEIGHT = 40
WEAR = Wear()
THAI_FONTS = (
    "tlwg/Loma-Bold.ttf",
    "tlwg/Garuda-Bold.ttf",
    "tlwg/Norasi-Bold.ttf",
    "tlwg/Waree-Bold.ttf",
    "tlwg/Sawasdee-Bold.ttf",
    "tlwg/Umpush-Bold.ttf",
    "tlwg/Kinnari-Bold.ttf",
    "tlwg/Laksaman-Bold.ttf",
    "tlwg/TlwgTypo-Bold.ttf",
    "tlwg/TlwgMono-Bold.ttf",
    "tlwg/Loma.ttf",
    "tlwg/Garuda.ttf",
    "tlwg/Laksaman.ttf",
    "tlwg/Norasi.ttf",
    "noto/NotoSansThai-Bold.ttf",
    "noto/NotoLoopedThai-Bold.ttf",
    "noto/NotoLoopedThai-Regular.ttf",
    "noto/NotoSerifThai-Bold.ttf",
)
DIGIT_FONTS = (
    "liberation/LiberationSans-Bold.ttf",
    "liberation/LiberationSansNarrow-Bold.ttf",
    "dejavu/DejaVuSans-Bold.ttf",
    "dejavu/DejaVuSansCondensed-Bold.ttf",
    "liberation/LiberationSans-Regular.ttf",
    "noto/NotoSans-Bold.ttf",
    "tlwg/Loma-Bold.ttf",
    "tlwg/Sawasdee-Bold.ttf",
    "tlwg/Norasi-Bold.ttf",
)
ALPHABET = tuple(sorted(set("0123456789-" + PLATE_LETTERS + "".join(PROVINCES))))
FIRST_GUESS = 0.6  # share of number lines; the rest are provinces


def pick(random: Random, choices: tuple[str, ...]) -> str:
    """Return one of the choices."""
    return choices[int(random.integers(len(choices)))]


def plate_number(random: Random) -> tuple[str, str, str]:
    """Return a random number as (leading digit or nothing, consonants, digits)."""
    lead = str(random.integers(1, 10)) if random.random() < 0.45 else ""
    letters = "".join(PLATE_LETTERS[int(i)] for i in random.integers(len(PLATE_LETTERS), size=2))
    if not lead and random.random() < 0.08:
        letters = letters[0]
    digits = str(random.integers(1, 10 ** int(random.choice([1, 2, 3, 4, 4, 4, 4, 4, 4, 4]))))
    return lead, letters, digits


def number_line(random: Random) -> tuple[str, Array]:
    """Return the text of a random number line and its ink."""
    lead, letters, digits = plate_number(random)
    thai, latin = pick(random, THAI_FONTS), pick(random, DIGIT_FONTS)
    height = 64
    narrow = random.uniform(0.55, 1.15)

    def group(text: str, face: str) -> Array:
        mask = line_renderer.ink(text, face, size=72)
        grown = height / _cap(face, digits=text.isdigit())
        size = max(20, round(72 * grown * random.uniform(0.93, 1.07)))
        mask = line_renderer.ink(text, face, size=size)
        mask = line_renderer.heavier(mask, random, 5)
        return line_renderer.stretched(mask, narrow * random.uniform(0.9, 1.1))

    parts, gaps, text = [], [], ""
    if lead:
        parts.append(_spaced(lead, latin, random, group))
        gaps.append(int(height * random.uniform(0.03, 0.2)))
    parts.append(_spaced(letters, thai, random, group))
    hyphen = random.random() < 0.06
    gaps.append(int(height * random.uniform(0.12, 0.75)))
    if hyphen:
        dash = np.full((8, 22), 255, np.uint8)
        parts.append(np.pad(dash, ((0, height // 2 - 4), (0, 0))))
        gaps.append(int(height * random.uniform(0.1, 0.3)))
    parts.append(_spaced(digits, latin, random, group))
    text = f"{lead}{letters}{'-' if hyphen else ''}{digits}"
    drops = any(letter in "ฎฏญฐ" for letter in letters)
    mask = line_renderer.beside(parts, gaps, foot=not drops or random.random() < 0.6)
    return text, _cluttered(line_renderer.framed(mask, random), random, below=True)


def _spaced(text: str, face: str, random: Random, group) -> Array:  # type: ignore[no-untyped-def]
    """Return the characters set one by one with the plate's own spacing, or as the font sets them."""
    if len(text) == 1 or random.random() < 0.35:
        return group(text, face)
    gap = int(64 * random.uniform(0.02, 0.2))
    return line_renderer.beside([group(char, face) for char in text], [gap] * (len(text) - 1))


def _cap(face: str, *, digits: bool) -> float:
    _left, top, _right, bottom = line_renderer.font(face, 72).getbbox("0" if digits else "ก")
    return float(bottom - top)


def province_line(random: Random) -> tuple[str, Array]:
    """Return the name of a random province and its ink."""
    name = pick(random, PROVINCES)
    mask = line_renderer.ink(name, pick(random, THAI_FONTS), size=56)
    mask = line_renderer.stretched(
        line_renderer.heavier(mask, random, 3), random.uniform(0.7, 1.25)
    )
    return name, _cluttered(line_renderer.framed(mask, random), random, below=False)


def _cluttered(mask: Array, random: Random, *, below: bool) -> Array:
    """Return the mask with what may lie at its rim: the plate's frame, the other line, a bolt."""
    mask = mask.copy()
    high, wide = mask.shape
    if random.random() < 0.15:
        thick = int(random.integers(1, 5))
        if random.random() < 0.5:
            mask[:thick] = 255
        else:
            mask[-thick:] = 255
    if random.random() < 0.1:
        side = int(random.integers(1, 5))
        mask[:, :side] = 255
    if random.random() < 0.12:
        rest = line_renderer.ink(
            pick(random, PROVINCES) if below else "".join(plate_number(random)), THAI_FONTS[0]
        )
        rest = line_renderer.stretched(rest, wide / rest.shape[1])
        deep = max(1, int(high * 0.06))
        if below:
            mask[-deep:] = np.maximum(mask[-deep:], rest[:deep])
        else:
            mask[:deep] = np.maximum(mask[:deep], rest[-deep:])
    return mask


def sample(random: Random) -> tuple[str, Array]:
    """Return the text of one random line and its photograph, grey, HEIGHT pixels high."""
    line = number_line if random.random() < FIRST_GUESS else province_line
    text, mask = line(random)
    return text, line_renderer.photographed(mask, random, WEAR, height=HEIGHT)
