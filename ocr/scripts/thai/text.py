"""Thai text: digits, consonants, months, Buddhist years, provinces, the number of a plate. Pure."""

from __future__ import annotations

import re

# The 44 consonants in the order of the alphabet (Unicode U+0E01..U+0E2E without the vowels ฤ ฦ).
CONSONANTS = "กขฃคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ"
# ฃ and ฅ fell out of use long before there were plates.
PLATE_LETTERS = CONSONANTS.replace("ฃ", "").replace("ฅ", "")
DIGITS = "๐๑๒๓๔๕๖๗๘๙"

# The 76 provinces, the capital, and เบตง, which Yala's district of that name prints on its plates.
PROVINCES = (
    "กรุงเทพมหานคร",
    "กระบี่",
    "กาญจนบุรี",
    "กาฬสินธุ์",
    "กำแพงเพชร",
    "ขอนแก่น",
    "จันทบุรี",
    "ฉะเชิงเทรา",
    "ชลบุรี",
    "ชัยนาท",
    "ชัยภูมิ",
    "ชุมพร",
    "เชียงราย",
    "เชียงใหม่",
    "ตรัง",
    "ตราด",
    "ตาก",
    "นครนายก",
    "นครปฐม",
    "นครพนม",
    "นครราชสีมา",
    "นครศรีธรรมราช",
    "นครสวรรค์",
    "นนทบุรี",
    "นราธิวาส",
    "น่าน",
    "บึงกาฬ",
    "บุรีรัมย์",
    "ปทุมธานี",
    "ประจวบคีรีขันธ์",
    "ปราจีนบุรี",
    "ปัตตานี",
    "พระนครศรีอยุธยา",
    "พะเยา",
    "พังงา",
    "พัทลุง",
    "พิจิตร",
    "พิษณุโลก",
    "เพชรบุรี",
    "เพชรบูรณ์",
    "แพร่",
    "ภูเก็ต",
    "มหาสารคาม",
    "มุกดาหาร",
    "แม่ฮ่องสอน",
    "ยโสธร",
    "ยะลา",
    "ร้อยเอ็ด",
    "ระนอง",
    "ระยอง",
    "ราชบุรี",
    "ลพบุรี",
    "ลำปาง",
    "ลำพูน",
    "เลย",
    "ศรีสะเกษ",
    "สกลนคร",
    "สงขลา",
    "สตูล",
    "สมุทรปราการ",
    "สมุทรสงคราม",
    "สมุทรสาคร",
    "สระแก้ว",
    "สระบุรี",
    "สิงห์บุรี",
    "สุโขทัย",
    "สุพรรณบุรี",
    "สุราษฎร์ธานี",
    "สุรินทร์",
    "หนองคาย",
    "หนองบัวลำภู",
    "อ่างทอง",
    "อำนาจเจริญ",
    "อุดรธานี",
    "อุตรดิตถ์",
    "อุทัยธานี",
    "อุบลราชธานี",
    "เบตง",
)

# Short names of the months, January first.
MONTHS = (
    "ม.ค.",
    "ก.พ.",
    "มี.ค.",
    "เม.ย.",
    "พ.ค.",
    "มิ.ย.",
    "ก.ค.",
    "ส.ค.",
    "ก.ย.",
    "ต.ค.",
    "พ.ย.",
    "ธ.ค.",
)

_PLATE = re.compile(rf"([1-9]?)([{PLATE_LETTERS}]{{1,2}})-?([1-9][0-9]{{0,3}})")
_TO_LATIN = str.maketrans(DIGITS, "0123456789")


def latin_digits(text: str) -> str:
    """Return the text with Thai digits as 0-9."""
    return text.translate(_TO_LATIN)


def plate_number(text: str) -> str:
    """Return the number of a plate as `3กก 4855`, or nothing when the text has not its form.

    An optional digit 1..9, one or two consonants, then a number 1..9999 (Vehicle Act, B.E. 2522;
    the single consonant with a hyphen is the red plate of a new car).
    """
    match = _PLATE.fullmatch(text.replace(" ", ""))
    return f"{match[1]}{match[2]} {match[3]}" if match else ""


def plate_parts(text: str) -> tuple[str, str]:
    """Return what a text begins with like a plate (digit and consonants), and the number it ends in."""
    text = text.replace(" ", "")
    head = re.match(rf"[1-9]?[{PLATE_LETTERS}]{{1,2}}(?![{PLATE_LETTERS}])", text)
    rest = text[head.end() :].lstrip("-") if head else text
    return (head[0] if head else ""), (rest if re.fullmatch("[1-9][0-9]{0,3}", rest) else "")


def distance(one: str, two: str) -> int:
    """Return the edit distance of two texts."""
    row = list(range(len(two) + 1))
    for index, sign in enumerate(one, 1):
        last, row[0] = row[0], index
        for place, other in enumerate(two, 1):
            last, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, last + (sign != other)),
            )
    return row[-1]


def province(text: str) -> tuple[str, float]:
    """Return the province whose name is nearest to a text, and how alike the two are in 0..1."""
    text = text.replace(" ", "")
    ranked = min((distance(text, name) / max(len(text), len(name), 1), name) for name in PROVINCES)
    return ranked[1], 1.0 - ranked[0]


# A letter for a unit of administration, its stop, perhaps misread, and the name.
_UNIT = re.compile(r"^(ต|อ|จ)(?:[๐-๙]?\1|[๐-๙])?(?:\.|[ปพฟ][ิี])?(.+)$")


def address_units(text: str) -> str:
    """Return sub-district, district and province with their stops, which a reader may have lost.

    The last word must be a province; the words before it then are `อ.` and `ต.` by their place.
    """
    words = text.split()
    if len(words) < 2 or words[-1].startswith("กรุงเทพ"):
        return " ".join([*words[:-1], PROVINCES[0]]) if words else text
    last = _UNIT.match(words[-1])
    name, alike = province(last[2] if last and last[1] == "จ" else words[-1])
    if alike < 0.7:
        return text
    words[-1] = f"จ.{name}"
    for place, letter in ((-2, "อ"), (-3, "ต")):
        unit = _UNIT.match(words[place]) if len(words) >= -place else None
        if unit and unit[1] == letter:
            words[place] = f"{letter}.{unit[2]}"
    return " ".join(words)


# Thai title -> how the Latin name of the same card writes it.
_TITLES = {"Mr": "นาย", "Mrs": "นาง", "Miss": "น.ส.", "Master": "ด.ช."}


def titled(name: str, latin_title: str) -> str:
    """Return a name whose title lost its stops or a stroke with the title the Latin name tells.

    A card prints a person's title in both scripts. Where the first of three words or more comes near
    to the Thai title that belongs to the Latin one, it is that title.
    """
    words = name.split()
    for known in ("นาย", "นาง", "น.ส.", "ด.ช.", "ด.ญ."):
        if words and 0 < words[0].find(known) <= 4 and len(words) > 2:
            words[0] = words[0][words[0].find(known) :]  # before it: the end of the label
    title = _TITLES.get(latin_title.rstrip("."), "")
    if title and len(words) > 2 and words[0] != title:
        if words[0][0] == title[0] or distance(words[0], title) <= len(title) // 2 + 2:
            words[0] = title
    elif title == "น.ส." and len(words) == 2 and words[0].startswith("น.ส"):
        words = [title, words[0][4:], *words[1:]]
    return " ".join(words)


def spelled(text: str) -> str:
    """Return Thai text with the am and the double e as one sign each, as they are typed."""
    return text.replace("\u0e4d\u0e32", "\u0e33").replace("\u0e40\u0e40", "\u0e41")
