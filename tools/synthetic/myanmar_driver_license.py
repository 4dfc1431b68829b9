"""Draws Myanmar driving licences: Burmese and Latin rows, people invented."""

from __future__ import annotations

import random
import unicodedata

from tools.synthetic import people
from tools.synthetic.canvas import Canvas, Drawn
from tools.synthetic.digits import burmese_digits
from tools.synthetic.myanmar_id_card import _write, person

CODE = "myanmar-driver-license"
# Townships of registration numbers with their Latin spelling, from the public lists of NRC prefixes.
_TOWNSHIPS = {
    (12, "ဥကမ"): "OUKAMA", (12, "ဗဟန"): "BAHANA", (12, "လမန"): "LAMANA", (12, "မဂဒ"): "MAGADA", (12, "တမန"): "TAMANA",
    (12, "စခန"): "SAKHANA", (12, "ပဘတ"): "PABATA", (12, "ဒလန"): "DALANA", (9, "မထလ"): "MAHTALA", (7, "ပခန"): "PAKHANA",
    (14, "ပသန"): "PATHANA", (13, "တကန"): "TAKANA", (5, "စကန"): "SAKANA", (10, "မလမ"): "MALAMA", (1, "မကန"): "MAKANA",
}  # fmt: skip


def draw(rng: random.Random) -> Drawn:
    """Draw one front."""
    canvas = Canvas(rng, width=1250, height=820, ground=(236, 240, 226), pattern=0.03)
    role = rng.choice(("myanmar", "padauk"))
    canvas.band(0.0, 0.0, 1.0, 0.03, (170, 40, 40))
    canvas.band(0.0, 0.97, 1.0, 1.0, (30, 120, 60))
    birth = people.born(rng)
    until = people.years_later(people.issued(rng, after=birth), 5)
    name, name_en = person(rng, rng.choice(("မောင်", "ကို", "ဒေါ်")))
    number, number_en = _registration(rng)
    card = f"{rng.choice('ABCDE')}/{rng.randrange(10**5):05d}/{rng.randint(10, 24)}"
    blood = rng.choice(("A", "B", "O", "AB"))
    pairs = (
        ("card_number", "အမှတ်", card, "License No", card),
        ("name", "အမည်", name, "Name", name_en),
        ("nrc_id", "မှတ်ပုံတင်အမှတ်", number, "NRC No", number_en),
        (
            "birth",
            "မွေးသက္ကရာဇ်",
            burmese_digits(f"{birth:%d-%m-%Y}"),
            "Date of Birth",
            f"{birth:%d-%m-%Y}",
        ),
        ("blood_group", "သွေးအုပ်စု", blood, "Blood Type", blood),
        (
            "expiried_date",
            "ကုန်ဆုံးရက်",
            burmese_digits(f"{until:%d-%m-%Y}"),
            "Valid up to",
            f"{until:%d-%m-%Y}",
        ),
    )
    fields: dict[str, str] = {}
    canvas.portrait(0.74, 0.2, 0.96, 0.66)
    canvas.text(0.3, 0.08, "Union of Myanmar Driving License", role="arial-bold", size=0.042)
    for index, (field, label, text, label_en, text_en) in enumerate(pairs):
        y = 0.16 + 0.14 * index
        x = canvas.text(0.06, y, f"{label} ", role=role, size=0.042) + 0.02
        if text.isascii():
            canvas.text(x, y, text, role="arial", size=0.042)
        else:
            _write(canvas, x, y, text, role)
        x = canvas.text(0.06, y + 0.062, label_en, role="arial", size=0.038) + 0.03
        canvas.text(x, y + 0.062, text_en, role="arial", size=0.042)
        fields[field], fields[f"{field}_en"] = unicodedata.normalize("NFC", text), text_en
    return Drawn(
        CODE,
        canvas.image,
        fields,
        options={"convert_unicode": True},
        portrait=(0.74, 0.2, 0.96, 0.66),
    )


def _registration(rng: random.Random) -> tuple[str, str]:
    """Return a random registration number of a citizen in Burmese and in Latin script."""
    state, town = rng.choice(sorted(_TOWNSHIPS))
    serial = f"{rng.randrange(10**6):06d}"
    burmese = f"{burmese_digits(str(state))}/{town}(နိုင်){burmese_digits(serial)}"
    return burmese, f"{state}/{_TOWNSHIPS[state, town]}(N){serial}"
