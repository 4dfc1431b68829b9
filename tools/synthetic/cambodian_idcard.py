"""Draws Cambodian identity cards: Khmer print above a zone of three lines, people invented."""

from __future__ import annotations

import random

from tools.synthetic import people
from tools.synthetic.canvas import Canvas, Drawn
from tools.synthetic.digits import khmer_digits
from tools.synthetic.fonts import font
from tools.synthetic.mrz_text import digit

CODE = "cambodian-idcard"
_SURNAMES = {
    "សុខ": "SOK", "ចាន់": "CHAN", "គឹម": "KIM", "លី": "LY", "ហេង": "HENG", "ជា": "CHEA", "នួន": "NUON",
    "ប៉ែន": "PEN", "សៅ": "SAO", "ទេព": "TEP", "មាស": "MEAS", "កែវ": "KEO", "អ៊ុក": "OUK", "ឈិន": "CHHIN",
}  # fmt: skip
_GIVEN = {
    "សុភា": "SOPHEA", "វណ្ណា": "VANNA", "ដារ៉ា": "DARA", "រតនា": "ROTHANA", "ពិសិដ្ឋ": "PISETH",
    "សុវណ្ណ": "SOVANN", "ចិន្តា": "CHENDA", "បូរី": "BOREY", "មករា": "MAKARA", "សុភ័ក្រ": "SOPHEAK",
    "កញ្ញា": "KANHA", "វិចិត្រ": "VICHET", "នារី": "NEARY", "សំណាង": "SAMNANG",
}  # fmt: skip
_PLACES = ("ភូមិព្រែកឯង", "ភូមិទួលគោក", "ភូមិត្រពាំងឈូក", "ភូមិស្វាយរៀង", "ភូមិអណ្តូងទឹក")
_COMMUNES = ("សង្កាត់និរោធ", "សង្កាត់បឹងកក់", "ឃុំតាកែវ", "ឃុំកំពង់ស្ពឺ", "សង្កាត់ច្បារអំពៅ")
_DISTRICTS = ("ខណ្ឌច្បារអំពៅ", "ខណ្ឌទួលគោក", "ស្រុកបាទី", "ស្រុកសំរោងទង", "ក្រុងសៀមរាប")
_PROVINCES = ("រាជធានីភ្នំពេញ", "ខេត្តតាកែវ", "ខេត្តកំពង់ចាម", "ខេត្តសៀមរាប", "ខេត្តបាត់ដំបង")
_MARKS = ("ប្រជ្រុយចំ ០.៥ ស.ម លើថ្ពាល់ស្តាំ", "ស្នាមចំ ១ ស.ម លើចិញ្ចើមឆ្វេង", "ប្រជ្រុយចំ ០.៣ ស.ម ក្រោមភ្នែក")


def draw(rng: random.Random) -> Drawn:
    """Draw one card."""
    canvas = Canvas(rng, width=1300, height=820, ground=(236, 240, 232), pattern=0.03)
    surname, given = rng.choice(sorted(_SURNAMES)), rng.choice(sorted(_GIVEN))
    birth = people.born(rng)
    issue = people.issued(rng, after=birth)
    expiry = people.years_later(issue, 10)
    number = f"{rng.randrange(10**9):09d}"
    female = rng.random() < 0.5
    sex = "ស្រី" if female else "ប្រុស"
    height = str(rng.randint(145, 188))
    place = f"{rng.choice(_COMMUNES)} {rng.choice(_DISTRICTS)} {rng.choice(_PROVINCES)}"
    home = f"{rng.choice(_PLACES)} {rng.choice(_COMMUNES)}"
    region = f"{rng.choice(_DISTRICTS)} {rng.choice(_PROVINCES)}"
    marks = rng.choice(_MARKS)
    name_kh, name_en = f"{surname} {given}", f"{_SURNAMES[surname]} {_GIVEN[given]}"
    first = f"IDKHM{number}{digit(number)}".ljust(30, "<")
    born, ends = f"{birth:%y%m%d}", f"{expiry:%y%m%d}"
    second = f"{born}{digit(born)}{'F' if female else 'M'}{ends}{digit(ends)}KHM".ljust(29, "<")
    second += digit(first[5:30] + second[0:7] + second[8:15] + second[18:29])
    third = f"{_SURNAMES[surname]}<<{_GIVEN[given]}".ljust(30, "<")

    def day(value: object) -> str:
        return f"{value:%d.%m.%Y}"

    def row(y: float, text: str, x: float = 0.3) -> None:
        # Khmer runs wide: print that would leave the card is set smaller, as an issuer would.
        wide = font(rng_role, 34).getlength(text) / 34 * canvas.height / canvas.width
        canvas.text(x, y, text, role=rng_role, size=min(0.042, (0.97 - x) / wide))

    rng_role = rng.choice(("khmer", "khmer-text"))
    canvas.portrait(0.03, 0.14, 0.25, 0.6)
    canvas.text(0.62, 0.09, f"{number}({digit(number)})", role="arial-bold", size=0.055)
    row(0.17, f"គោត្តនាមនិងនាម ៖ {name_kh}")
    canvas.text(0.42, 0.225, name_en, role="arial", size=0.042)
    row(
        0.295,
        f"ថ្ងៃខែឆ្នាំកំណើត ៖ {khmer_digits(day(birth))}  ភេទ ៖ {sex}  កំពស់ ៖ {khmer_digits(height)} ស.ម",
    )
    row(0.365, f"ទីកន្លែងកំណើត ៖ {place}")
    row(0.435, f"អាសយដ្ឋាន ៖ {home}")
    row(0.505, region)
    row(0.575, f"សុពលភាព ៖ {khmer_digits(day(issue))} ដល់ថ្ងៃ {khmer_digits(day(expiry))}")
    row(0.645, f"ភិនភាគ ៖ {marks}")
    canvas.mrz((first, second, third), left=0.05, right=0.95, top=0.78)
    fields = {
        "id_number": number, "name_kh": name_kh, "name_en": name_en, "birth_date": day(birth), "sex": sex,
        "height": height, "birth_place": place, "address": f"{home} {region}", "issue_date": day(issue),
        "expiry_date": day(expiry), "description": marks,
        "machine_code1": first, "machine_code2": second, "machine_code3": third,
    }  # fmt: skip
    return Drawn(
        CODE, canvas.image, fields, (first, second, third), "TD1", portrait=(0.03, 0.14, 0.25, 0.6)
    )
