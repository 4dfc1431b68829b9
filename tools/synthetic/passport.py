"""Draws passports, visas and cards in the layout of the ICAO specimen, of invented states and people."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from tools.synthetic import mrz_text, people
from tools.synthetic.canvas import Canvas, Drawn

CODE = "passport"

_STATES = (
    ("UTO", "UTOPIA", "UTOPIAN"), ("D", "DEUTSCHLAND", "DEUTSCH"), ("FRA", "FRANCE", "FRANCAISE"),
    ("SWE", "SVERIGE", "SVENSK"), ("THA", "THAILAND", "THAI"), ("ARE", "UNITED ARAB EMIRATES", "EMIRATI"),
    ("KHM", "CAMBODIA", "CAMBODIAN"), ("SGP", "SINGAPORE", "SINGAPOREAN"), ("NLD", "NEDERLAND", "NEDERLANDSE"),
    ("GBR", "UNITED KINGDOM", "BRITISH CITIZEN"), ("ESP", "ESPANA", "ESPANOLA"), ("BRA", "BRASIL", "BRASILEIRA"),
    ("IND", "INDIA", "INDIAN"), ("JPN", "JAPAN", "JAPANESE"), ("MEX", "MEXICO", "MEXICANA"), ("ZAF", "SOUTH AFRICA", "SOUTH AFRICAN"),
)  # fmt: skip
_FORMATS = ("TD3", "TD3", "TD3", "TD3", "TD1", "TD2", "MRV-A", "MRV-B")
_SIZES = {
    "TD3": (1250, 880),
    "MRV-A": (1200, 800),
    "TD2": (1050, 740),
    "MRV-B": (1050, 740),
    "TD1": (1011, 638),
}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def draw(rng: random.Random) -> Drawn:
    """Draw one document of a random format."""
    return draw_format(rng, rng.choice(_FORMATS))


def draw_format(rng: random.Random, format_: str) -> Drawn:
    """Draw one document of a format."""
    person = _person(rng, format_)
    lines = _lines(format_, person)
    width, height = _SIZES[format_]
    ground = rng.choice([(238, 233, 226), (226, 236, 240), (235, 240, 230), (240, 232, 240)])
    canvas = Canvas(rng, width=width, height=height, ground=ground)
    _printed(canvas, person, format_)
    card = format_ == "TD1"
    canvas.mrz(lines, left=0.05, right=0.95 if card else 0.955, top=0.75 if card else 0.885)
    return Drawn(
        CODE, canvas.image, _fields(format_, person), lines, format_, portrait=_photo(format_)
    )


def _photo(format_: str) -> tuple[float, float, float, float]:
    return (0.04, 0.16, 0.27, 0.62) if format_ == "TD1" else (0.035, 0.2, 0.29, 0.68)


def _person(rng: random.Random, format_: str) -> dict[str, Any]:
    issuer, state, nationality = rng.choice(_STATES)
    surname, given = people.latin_name(rng)
    birth = people.born(rng)
    issue = people.issued(rng, after=birth)
    letters = "ACDEFGHIJKLMNOPRSTUVXYZ"
    number = "".join(
        rng.choice("0123456789" + (letters if i < 3 else "")) for i in range(rng.choice([8, 9, 9]))
    )
    code = {"TD3": rng.choice(["P", "P", "P", "PO", "PD"]), "TD1": "I", "TD2": "I"}.get(
        format_, "V"
    )
    optional = (
        "".join(rng.choice("0123456789" + letters) for _ in range(7)) if rng.random() < 0.4 else ""
    )
    return {
        "code": code, "issuer": issuer, "state": state, "adjective": nationality, "surname": surname,
        "given": given, "birth": birth, "issue": issue, "expiry": people.years_later(issue, rng.choice([5, 10])),
        "sex": rng.choice("MF"), "number": number, "optional": optional, "place": rng.choice(["ZENITH", "LYON", "MALMO", "OSAKA", "CADIZ"]),
    }  # fmt: skip


def _lines(format_: str, person: dict[str, Any]) -> tuple[str, ...]:
    second = {
        "number": person["number"],
        "nationality": person["issuer"],
        "birth": f"{person['birth']:%y%m%d}",
        "sex": person["sex"],
        "expiry": f"{person['expiry']:%y%m%d}",
        "optional": person["optional"],
    }
    head = (person["code"], person["issuer"], person["surname"], person["given"], second)
    if format_ == "MRV-A":
        return mrz_text.visa(44, *head)
    if format_ == "MRV-B":
        return mrz_text.visa(36, *head)
    return {"TD1": mrz_text.td1, "TD2": mrz_text.td2, "TD3": mrz_text.td3}[format_](*head)


def _fields(format_: str, person: dict[str, Any]) -> dict[str, str]:
    room = {"TD3": 39, "TD1": 30, "TD2": 31, "MRV-A": 39, "MRV-B": 31}[format_]
    surname, _, given = mrz_text.name_field(person["surname"], person["given"], room).partition(
        "<<"
    )
    return {
        "passport_type": person["code"],
        "country_code": person["issuer"],
        "passport_number": person["number"],
        "nationality": person["issuer"],
        "surname": surname.replace("<", " ").strip(),
        "given_name": given.replace("<", " ").strip(),
        "sex": person["sex"],
        "date_of_birth": person["birth"].isoformat(),
        "date_of_expiry": person["expiry"].isoformat(),
    }


def _day(day: date) -> str:
    return f"{day.day:02d} {_MONTHS[day.month - 1]} {day.year}"


def _printed(canvas: Canvas, person: dict[str, Any], format_: str) -> None:
    """Write the printed zone: labels small, values larger, as the specimen has them."""
    canvas.portrait(*_photo(format_))
    blue = (40, 60, 120)
    canvas.text(0.04, 0.085, person["state"], role="arial-bold", size=0.05, fill=blue)
    title = {"TD3": "PASSPORT / PASSEPORT", "TD1": "IDENTITY CARD", "TD2": "IDENTITY CARD"}.get(
        format_, "VISA"
    )
    canvas.text(0.96, 0.085, title, role="arial", size=0.036, fill=blue, anchor="rs")
    rows = (
        (
            "Surname / Nom",
            person["surname"].title() if canvas.rng.random() < 0.2 else person["surname"],
        ),
        ("Given names / Prénoms", person["given"]),
        ("Nationality / Nationalité", person["adjective"]),
        ("Date of birth / Date de naissance", _day(person["birth"])),
        ("Place of birth / Lieu de naissance", person["place"]),
        ("Date of issue / Date de délivrance", _day(person["issue"])),
    )
    last = 0.64 if format_ == "TD1" else 0.76
    step = (last - 0.14) / len(rows)
    for index, (label, value) in enumerate(rows):
        y = 0.165 + index * step
        canvas.text(0.32, y, label, size=0.021, fill=blue)
        canvas.text(
            0.32, y + 0.58 * step, value, role="arial", size=0.042 if format_ != "TD1" else 0.045
        )
    right = (
        (
            "Passport No. / No du passeport" if format_ == "TD3" else "Document No.",
            person["number"],
        ),
        ("Sex / Sexe", person["sex"]),
        ("Date of expiry / Date d'expiration", _day(person["expiry"])),
        ("Authority / Autorité", "MINISTRY " + person["issuer"]),
    )
    for row, (label, value) in zip((0, 2, 3, 5), right, strict=True):
        y = 0.165 + row * step
        canvas.text(0.7, y, label, size=0.021, fill=blue)
        canvas.text(
            0.7, y + 0.58 * step, value, role="arial", size=0.042 if format_ != "TD1" else 0.045
        )


def sample(_rng: random.Random) -> Drawn:
    """Draw the one passport booklet that the product ships: tests know its holder."""
    return draw_format(random.Random("bundled sample"), "TD3")
