"""Random lines of Burmese cards: labels, names, registration numbers, dates, addresses."""

from __future__ import annotations

import unicodedata

from ocr.scripts.burmese.text import DIGITS, KINDS, burmese_digits
from tools.training import line_renderer
from tools.training.lexicon import burmese_words
from tools.training.line_renderer import Array, Random, Wear
from tools.training.syllables import burmese_syllable, one_of

HEIGHT = 48
CONTRAST = True
REACHES = (1, 2, 1, 4)
WEAR = Wear(turn=1.2, slant=0.05, corner=0.03, least_height=20, blur=1.0, noise=11, white_ink=0.02)
FONTS = (
    "noto/NotoSansMyanmar-Regular.ttf",
    "noto/NotoSansMyanmar-Regular.ttf",
    "noto/NotoSansMyanmar-Bold.ttf",
    "noto/NotoSerifMyanmar-Regular.ttf",
    "noto/NotoSerifMyanmar-Bold.ttf",
    "padauk/Padauk-Regular.ttf",
    "padauk/Padauk-Regular.ttf",
    "padauk/Padauk-Bold.ttf",
    "padauk/PadaukBook-Regular.ttf",
    "padauk/PadaukBook-Bold.ttf",
)
SPARES = (
    "liberation/LiberationSans-Regular.ttf",
    "dejavu/DejaVuSans.ttf",
    "noto/NotoSans-Regular.ttf",
)
ALPHABET = tuple(
    sorted(
        {chr(code) for code in range(0x1000, 0x102B)}
        | set("ါာိီုူေဲံ့း္်ျြွှဿ၌၍၎၏၊။" + DIGITS + " /().,-:'\"|+ABO၅")
    )
)
_KNOWN = frozenset(ALPHABET)
LABELS = {
    "number": ("အမှတ်", "မှတ်ပုံတင်အမှတ်", "ကတ်အမှတ်", "လိုင်စင်အမှတ်", "နိုင်ငံသားစိစစ်ရေးအမှတ်", "စာအမှတ်"),
    "date": ("ရက်စွဲ", "မွေးသက္ကရာဇ်", "ကုန်ဆုံးရက်", "မွေးနေ့သက္ကရာဇ်", "ထုတ်ပေးသည့်ရက်စွဲ", "ကုန်ဆုံးမည့်ရက်"),
    "name": ("အမည်", "အမည်", "အဘအမည်", "အဖအမည်", "အဘ"),
    "faith": ("လူမျိုး/ဘာသာ", "လူမျိုးနှင့်ဘာသာ", "လူမျိုး", "ကိုးကွယ်သည့်ဘာသာ"),
    "height": ("အရပ်", "အရပ်အမြင့်"),
    "address": ("နေရပ်လိပ်စာ", "နေရပ်", "လိပ်စာ"),
    "word": ("အလုပ်အကိုင်", "သွေးအုပ်စု", "သွေးအမျိုးအစား", "ထင်ရှားသည့်အမှတ်အသား", "လက်မှတ်", "ရာထူး"),
}
_FAITHS = ("ဗုဒ္ဓ", "ခရစ်ယာန်", "အစ္စလာမ်", "ဟိန္ဒူ", "ဗုဒ္ဓဘာသာ", "နတ်", "ဘာသာမဲ့")
_PEOPLES = ("ဗမာ", "ကရင်", "ရှမ်း", "ကချင်", "မွန်", "ရခိုင်", "ချင်း", "ကယား", "ပအိုဝ်း", "ဓနု", "လီဆူ", "တရုတ်")
_TITLES = ("ဦး", "ဒေါ်", "မောင်", "ကို", "မ", "", "စောင်း", "နန်း", "စိုင်း")
_AREAS = ("လမ်း", "လမ်း", "ရပ်ကွက်", "ရပ်ကွက်", "မြို့", "မြို့", "မြို့နယ်", "ရွာ", "ကျေးရွာ", "ရပ်", "တိုင်း", "ပြည်နယ်")


def registration(random: Random) -> str:
    """Return a random registration number."""
    state = burmese_digits(str(random.integers(1, 15)))
    town = "".join(
        one_of(random, "ကခဂဃငစဆဇဈညတထဒဓနပဖဗဘမယရလဝသဟဠအဥဧ")
        + (one_of(random, "ြျွှ") if random.random() < 0.06 else "")
        for _ in range(3)
    )
    kind = "နိုင်" if random.random() < 0.75 else one_of(random, tuple(KINDS))
    return f"{state}/{town}({kind}){_number(random, 6)}"


def _number(random: Random, length: int) -> str:
    return "".join(one_of(random, DIGITS) for _ in range(length))


def date(random: Random) -> str:
    """Return a random date, in Burmese digits."""
    part = one_of(random, ".--/")
    day, month = random.integers(1, 32), random.integers(1, 13)
    text = f"{day:02d}{part}{month:02d}" if random.random() < 0.75 else f"{day}{part}{month}"
    return burmese_digits(f"{text}{part}{random.integers(1930, 2036)}")


def word(random: Random) -> str:
    """Return a word of the vocabulary or of made-up syllables."""
    if random.random() < 0.35:
        return one_of(random, burmese_words())
    return "".join(burmese_syllable(random) for _ in range(int(random.integers(1, 4))))


def name(random: Random) -> str:
    """Return a name of some syllables behind a title."""
    count = int(random.integers(1, 5))
    return one_of(random, _TITLES) + "".join(burmese_syllable(random) for _ in range(count))


def address(random: Random) -> str:
    """Return a piece of an address: a number, often in brackets, and named areas."""
    pieces = []
    draw = random.random()
    number = burmese_digits(str(random.integers(1, 400)))
    if draw < 0.45:
        pieces.append(f"အမှတ်({number})")
    elif draw < 0.65:
        pieces.append(
            one_of(random, (f"အမှတ် {number}", f"တိုက်({number})", f"({number})", f"{number}၊", number))
        )
    for _ in range(int(random.integers(1, 3))):
        pieces.append(word(random) + one_of(random, _AREAS))
    return one_of(random, (" ", " ", " ", "၊ ")).join(pieces)


def height(random: Random) -> str:
    """Return a height in feet and inches."""
    feet, inches = (burmese_digits(str(random.integers(*ends))) for ends in ((3, 8), (0, 12)))
    return f"{feet} ပေ {inches} လက်မ" if random.random() < 0.7 else f"{feet}'{inches}\""


def _content(random: Random) -> tuple[str, str]:
    """Return the kind of line and its text."""
    draw = random.random()
    if draw < 0.2:
        return "number", registration(random)
    if draw < 0.25:
        return "number", _number(random, int(random.integers(4, 10)))
    if draw < 0.37:
        return "date", date(random)
    if draw < 0.62:
        return "name", name(random)
    if draw < 0.68:
        return "faith", f"{one_of(random, _PEOPLES)}/{one_of(random, _FAITHS)}"
    if draw < 0.72:
        return "height", height(random)
    if draw < 0.9:
        return "address", address(random)
    if draw < 0.93:
        return "word", one_of(random, ("A", "B", "O", "AB"))
    return "word", word(random) + one_of(random, ("", "", " : ", "။", " -", f" {word(random)}"))


def text(random: Random) -> str:
    """Return the text of one random line."""
    kind, words = _content(random)
    if random.random() < 0.5:
        words = one_of(random, LABELS[kind]) + one_of(random, (" ", " ", " ", " : ", " - ")) + words
    words = " ".join("".join(char for char in words if char in _KNOWN).split())
    return unicodedata.normalize("NFC", words[:44])


def sample(random: Random) -> tuple[str, Array]:
    """Return the text of one random line and its photograph, grey, HEIGHT pixels high."""
    words = text(random)
    size, face, spare = int(random.integers(40, 60)), one_of(random, FONTS), one_of(random, SPARES)
    lent = "/().-" if random.random() < 0.6 else ""
    mask = line_renderer.ink(
        words, face, size=size, spare=spare, lent=lent, space=random.uniform(1, 2.2)
    )
    if random.random() < 0.35:
        mask = line_renderer.heavier(mask, random, 2)
    mask = line_renderer.stretched(mask, random.uniform(0.82, 1.12))
    return words, line_renderer.photographed(
        line_renderer.framed(mask, random, most=0.16), random, WEAR, height=HEIGHT
    )
