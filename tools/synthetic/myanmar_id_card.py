"""Draws Myanmar citizenship scrutiny cards, both sides, people invented."""

from __future__ import annotations

import random
import unicodedata

from tools.synthetic import people
from tools.synthetic.canvas import Canvas, Drawn
from tools.synthetic.digits import burmese_digits

CODE = "myanmar-id-card"
# Words of names and titles with the spelling that is usual in Latin script. It is written down here,
# not computed: the product transliterates by rules of its own, which this list tests.
WORDS = {
    "အောင်": "Aung", "မြင့်": "Myint", "သိန်း": "Thein", "ဝင်း": "Win", "လှ": "Hla", "ထွန်း": "Tun",
    "ကျော်": "Kyaw", "စိုး": "Soe", "မိုး": "Moe", "ခင်": "Khin", "အေး": "Aye", "သူ": "Thu",
    "ဇော်": "Zaw", "လင်း": "Lin", "ထက်": "Htet", "မင်း": "Min", "တင်": "Tin", "စန်း": "San",
    "နွယ်": "Nwe", "ဖြူ": "Phyu", "ဌေး": "Htay", "ကြည်": "Kyi", "ခိုင်": "Khaing",
}  # fmt: skip
TITLES = {"မောင်": "Maung", "ကို": "Ko", "မ": "Ma", "ဒေါ်": "Daw", "ဦး": "U"}
_PEOPLES = ("ဗမာ", "ကရင်", "ရှမ်း", "ကချင်", "မွန်", "ရခိုင်")
_FAITHS = ("ဗုဒ္ဓ", "ခရစ်ယာန်", "အစ္စလာမ်", "ဟိန္ဒူ")
_JOBS = ("ကျောင်းဆရာ", "ကုန်သည်", "လယ်သမား", "ဆရာဝန်", "ဝန်ထမ်း", "မှီခို")
_STREETS = ("ဗိုလ်ချုပ်လမ်း", "အောင်မင်္ဂလာလမ်း", "သီရိလမ်း", "ပန်းခြံလမ်း")
_WARDS = ("အနောက်ရပ်ကွက်", "မြောက်ရပ်ကွက်", "ရတနာရပ်ကွက်")
_TOWNS = ("ရန်ကုန်မြို့", "မန္တလေးမြို့", "ပဲခူးမြို့", "ပုသိမ်မြို့", "တောင်ကြီးမြို့")


def person(rng: random.Random, title: str) -> tuple[str, str]:
    """Return an invented name of two or three words behind a title: in Burmese, in Latin script."""
    words = rng.sample(tuple(WORDS), rng.choice([2, 2, 3]))
    latin = [TITLES[title]] if title else []
    return title + "".join(words), " ".join((*latin, *(WORDS[word] for word in words)))


def registration(rng: random.Random) -> str:
    """Return a random registration number in Burmese."""
    town = "".join(rng.choice("ကခဂငစဆဇညတထဒဓနပဖဗဘမယရလဝသဟအဥ") for _ in range(3))
    return f"{burmese_digits(str(rng.randint(1, 14)))}/{town}(နိုင်){burmese_digits(f'{rng.randrange(10**6):06d}')}"


def draw(rng: random.Random) -> Drawn:
    """Draw one side."""
    canvas = Canvas(rng, width=1250, height=820, ground=(244, 222, 226), pattern=0.03)
    role = rng.choice(("myanmar", "padauk"))
    back = rng.random() < 0.4
    birth = people.born(rng)
    number = registration(rng)
    if back:
        rows = [
            ("card_id", "ကတ်အမှတ်", burmese_digits(f"{rng.randrange(10**7):07d}")),
            ("nrc_id_back", "အမှတ်", number),
            ("profession", "အလုပ်အကိုင်", rng.choice(_JOBS)),
            (
                "address",
                "နေရပ်လိပ်စာ",
                f"အမှတ်({burmese_digits(str(rng.randint(1, 99)))}) {rng.choice(_STREETS)}",
            ),
            ("", "", f"{rng.choice(_WARDS)} {rng.choice(_TOWNS)}"),
        ]
    else:
        rows = [
            ("nrc_id", "အမှတ်", number),
            ("issue_date", "ရက်စွဲ", burmese_digits(f"{people.issued(rng, after=birth):%d.%m.%Y}")),
            ("name", "အမည်", person(rng, rng.choice(("မောင်", "ကို", "မ", "")))[0]),
            ("father_name", "အဘအမည်", person(rng, "ဦး")[0]),
            ("birth", "မွေးသက္ကရာဇ်", burmese_digits(f"{birth:%d.%m.%Y}")),
            ("bloodlines_religion", "လူမျိုး/ဘာသာ", f"{rng.choice(_PEOPLES)}/{rng.choice(_FAITHS)}"),
            (
                "height",
                "အရပ်",
                f"{burmese_digits(str(rng.randint(4, 6)))} ပေ {burmese_digits(str(rng.randint(1, 11)))} လက်မ",
            ),
            ("blood_group", "သွေးအုပ်စု", rng.choice(("A", "B", "O", "AB"))),
        ]
        canvas.portrait(0.04, 0.3, 0.27, 0.75)
        canvas.text(0.3, 0.09, "နိုင်ငံသားစိစစ်ရေးကတ်ပြား", role=role, size=0.05)
    fields = {"side": "back" if back else "front", "class": "new_version"}
    for index, (field, label, value) in enumerate(rows):
        y, x = 0.19 + 0.1 * index, 0.07 if back else 0.3
        if label:
            x = canvas.text(x, y, f"{label} ", role=role, size=0.045) + 0.02
        face = "arial" if value.isascii() else role
        _write(canvas, x, y, value, face)
        name = field or "address"
        fields[name] = f"{fields[name]} {value}" if name in fields else value
    fields = {name: unicodedata.normalize("NFC", text) for name, text in fields.items()}
    return Drawn(
        CODE,
        canvas.image,
        fields,
        options={"convert_unicode": True, "return_confidence": True},
        portrait=None if back else (0.04, 0.3, 0.27, 0.75),
    )


def _write(canvas: Canvas, x: float, y: float, text: str, role: str) -> None:
    """Write Burmese; characters that the Noto font lacks come from another font."""
    piece = ""
    for char in (*text, ""):
        if char and char not in "/().-":
            piece += char
            continue
        if piece:
            x = canvas.text(x, y, piece, role=role, size=0.045)
        if char:
            x = canvas.text(x, y, char, role="arial", size=0.045)
        piece = ""
