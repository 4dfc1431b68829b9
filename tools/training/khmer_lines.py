"""Random lines of Khmer cards: labels, names, dates, heights, addresses, marks.

A subscript da and a subscript ta look the same; the lines spell both with the ta, as most writers do.
"""

from __future__ import annotations

from ocr.scripts.khmer.text import khmer_digits
from tools.training import line_renderer
from tools.training.lexicon import khmer_names, khmer_places
from tools.training.line_renderer import Array, Random, Wear
from tools.training.syllables import khmer_word, one_of

HEIGHT = 48
CONTRAST = True
REACHES = (1, 2, 1, 4)
WEAR = Wear(turn=1.2, slant=0.05, corner=0.03, least_height=22, blur=1.0, noise=11, white_ink=0.02)
FONTS = (
    "khmeros/KhmerOS.ttf",
    "khmeros/KhmerOS.ttf",
    "khmeros/KhmerOSsiemreap.ttf",
    "khmeros/KhmerOSsiemreap.ttf",
    "khmeros/KhmerOSbattambang.ttf",
    "khmeros/KhmerOSbokor.ttf",
    "khmeros/KhmerOScontent.ttf",
    "khmeros/KhmerOSsys.ttf",
    "khmeros/KhmerOSmetalchrieng.ttf",
    "noto/NotoSansKhmer-Regular.ttf",
    "noto/NotoSerifKhmer-Regular.ttf",
    "noto/NotoSansKhmer-Bold.ttf",
)
SPARES = ("liberation/LiberationSans-Regular.ttf", "dejavu/DejaVuSans.ttf")
ALPHABET = tuple(
    sorted(
        {chr(code) for code in range(0x1780, 0x17A3)}
        | set("ឥឦឧឩឪឫឬឭឮឯឰឱឲឳាិីឹឺុូួើឿៀេែៃោៅំះៈ៉៊់៌៍៎៏័្។៕៖ៗ០១២៣៤៥៦៧៨៩ .,-/():")
    )
)
NAME, BIRTH, SEX, TALL = "គោត្តនាមនិងនាម", "ថ្ងៃខែឆ្នាំកំណើត", "ភេទ", "កំពស់"
PLACE, HOME, VALID, UNTIL, MARKS = "ទីកន្លែងកំណើត", "អាសយដ្ឋាន", "សុពលភាព", "ដល់ថ្ងៃ", "ភិនភាគ"
_KINDS = ("ប្រជ្រុយ", "ស្នាម", "ស្លាកស្នាម", "ខ្មៅ", "សម្បុរស", "ស្នាមសាក់", "បាន", "គ្រាប់ខ្មៅ")
_BODY = (
    "ថ្ពាល់", "ចិញ្ចើម", "ភ្នែក", "ថ្ងាស", "ច្រមុះ", "មាត់", "ចង្កា", "ក", "ដៃ", "ត្រចៀក", "ស្មា", "កណ្តាលថ្ងាស", "បបូរមាត់",
    "កំភួនដៃ", "ម្រាមដៃ", "ជើង", "ទ្រូង", "ខ្នង", "កែងដៃ", "ប្រអប់ដៃ", "ចុងភ្នែក", "កន្ទុយភ្នែក", "គល់ច្រមុះ",
)  # fmt: skip
_SIDES = ("ស្តាំ", "ឆ្វេង", "", "លើ", "ក្រោម", "ខាងស្តាំ", "ខាងឆ្វេង", "ទាំងពីរ")
_WHERE = ("លើ", "ក្រោម", "ខាង", "ចុង", "កណ្តាល", "ចំ", "នៅ")


def date(random: Random) -> str:
    """Return a random day in Khmer digits."""
    day, month, year = random.integers(1, 32), random.integers(1, 13), random.integers(1930, 2040)
    return khmer_digits(f"{day:02d}.{month:02d}.{year}")


def name(random: Random) -> str:
    """Return a surname and a given name, known or made up."""
    known = khmer_names()
    return " ".join(
        one_of(random, known) if random.random() < 0.35 else khmer_word(random)
        for _ in range(int(random.integers(2, 4)) if random.random() < 0.2 else 2)
    )


def place(random: Random) -> str:
    """Return some units of an address."""
    village, commune, district, province = khmer_places()
    units = [
        f"ភូមិ{one_of(random, village)}",
        one_of(random, ("ឃុំ", "សង្កាត់"))
        + one_of(random, commune if random.random() < 0.6 else village),
        one_of(random, ("ស្រុក", "ខណ្ឌ", "ក្រុង"))
        + one_of(random, district if random.random() < 0.6 else commune),
    ]
    last = one_of(random, province if random.random() < 0.7 else district)
    units.append(
        last if last.startswith("រាជធានី") else one_of(random, ("ខេត្ត", "ខេត្ត", "រាជធានី")) + last
    )
    first = int(random.integers(0, 4))
    chosen = units[first : first + int(random.integers(1, 4))]
    if first == 0 and random.random() < 0.15:
        chosen.insert(
            0,
            f"ផ្ទះ{khmer_digits(str(random.integers(1, 300)))} ផ្លូវ{khmer_digits(str(random.integers(1, 600)))}",
        )
    return " ".join(chosen)


def marks(random: Random) -> str:
    """Return marks of a body, as a card describes them."""
    size = (
        f"{random.integers(0, 4)}.{random.integers(1, 10)}"
        if random.random() < 0.6
        else f"{random.integers(1, 9)}"
    )
    where = one_of(random, _WHERE) + one_of(random, _BODY) + one_of(random, _SIDES)
    return f"{one_of(random, _KINDS)}ចំ {khmer_digits(size)} {one_of(random, ('ស.ម', 'ស.ម', 'ម.ម'))} {where}"


def _content(random: Random) -> tuple[tuple[str, ...], str]:
    """Return the labels a line may carry and its text."""
    draw = random.random()
    if draw < 0.22:
        return (NAME, NAME, "នាម", "ឈ្មោះ"), name(random)
    if draw < 0.36:
        tail = (
            f" {SEX} {_mark(random)} {one_of(random, ('ប្រុស', 'ស្រី'))}"
            if random.random() < 0.6
            else ""
        )
        if random.random() < 0.6:
            tail += f" {TALL} {_mark(random)} {khmer_digits(str(random.integers(100, 205)))} ស.ម"
        return (BIRTH, "កំណើត"), date(random) + tail
    if draw < 0.44:
        return (VALID,), f"{date(random)} {UNTIL} {date(random)}"
    if draw < 0.56:
        return (MARKS,), marks(random)
    if draw < 0.9:
        return (PLACE, HOME, HOME), place(random)
    if draw < 0.94:
        return (TALL, "លេខ"), khmer_digits(
            str(random.integers(1, 10 ** int(random.integers(2, 9))))
        )
    return (SEX, "សញ្ជាតិ"), " ".join(khmer_word(random) for _ in range(int(random.integers(1, 4))))


def _mark(random: Random) -> str:
    return "៖" if random.random() < 0.75 else one_of(random, (":", "", "-"))


def sample(random: Random) -> tuple[str, Array]:
    """Return the text of one random line and its photograph, grey, HEIGHT pixels high."""
    labels, text = _content(random)
    if random.random() < 0.45:
        text = f"{one_of(random, labels)} {_mark(random)} {text}"
    known = set(ALPHABET)
    text = " ".join("".join(c for c in text.replace("្ដ", "្ត") if c in known).split())[:64]
    size, face = int(random.integers(36, 54)), one_of(random, FONTS)
    lent = "/().-" if random.random() < 0.2 else ""
    mask = line_renderer.ink(
        text, face, size=size, spare=one_of(random, SPARES), lent=lent, space=random.uniform(1, 2)
    )
    if random.random() < 0.35:
        mask = line_renderer.heavier(mask, random, 2)
    mask = line_renderer.stretched(mask, random.uniform(0.82, 1.12))
    return text, line_renderer.photographed(
        line_renderer.framed(mask, random, most=0.14), random, WEAR, height=HEIGHT
    )
