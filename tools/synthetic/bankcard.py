"""Draws bank cards of invented holders: embossed or flat numbers with their Luhn digit, plain or shaded grounds."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from PIL import Image

from tools.synthetic import people
from tools.synthetic.canvas import Canvas, Drawn
from tools.synthetic.fonts import font

CODE = "bankcard"

_BANKS = (
    "Emirates NBD", "First Abu Dhabi Bank", "ADCB", "Dubai Islamic Bank", "Mashreq", "ADIB", "RAKBANK",
    "Commercial Bank of Dubai", "Sharjah Islamic Bank", "Emirates Islamic", "HSBC", "Ajman Bank", "United Arab Bank",
)  # fmt: skip
_GRADES = ("", "PLATINUM", "DEBIT", "CREDIT", "TITANIUM", "SIGNATURE", "WORLD", "CLASSIC")
_SCHEMES = {
    "Visa": (("4",), 16),
    "MasterCard": (("51", "52", "53", "54", "55", "2221", "2350", "2710"), 16),
    "American Express": (("34", "37"), 15),
    "UnionPay": (("62",), 16),
}
_GROUNDS = (
    (24, 36, 92), (20, 20, 26), (120, 20, 34), (14, 84, 80), (196, 168, 96), (188, 192, 198), (230, 232, 236),
    (62, 30, 96), (232, 120, 40), (24, 104, 60),
)  # fmt: skip


def number(rng: random.Random, scheme: str) -> str:
    """Return a number of a scheme that ends in its Luhn digit."""
    prefixes, length = _SCHEMES[scheme]
    body = rng.choice(prefixes)
    body += "".join(str(rng.randrange(10)) for _ in range(length - 1 - len(body)))
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def _groups(digits: str) -> str:
    if len(digits) == 15:
        return f"{digits[:4]} {digits[4:10]} {digits[10:]}"
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))


def draw(rng: random.Random) -> Drawn:
    """Draw the front of one card."""
    ground = rng.choice(_GROUNDS)
    canvas = Canvas(rng, width=1011, height=638, ground=ground, pattern=0.03)
    canvas.image = _shaded(rng, canvas.image)
    canvas.draw = __import__("PIL.ImageDraw", fromlist=["Draw"]).Draw(canvas.image)
    light = sum(ground) < 420
    fields = _fields(rng)
    ink = (240, 240, 236) if light else (30, 30, 34)
    canvas.text(
        0.07,
        0.17,
        fields["bank_name"],
        role=rng.choice(("sans-bold", "arial-bold", "serif")),
        size=0.085,
        fill=ink,
    )
    grade = rng.choice(_GRADES)
    if grade:
        canvas.text(0.93, 0.14, grade, role="arial", size=0.05, fill=ink, anchor="rs")
    _chip(canvas)
    silver = (
        rng.choice(((222, 224, 228), (226, 206, 150), (245, 245, 245))) if light else (52, 52, 58)
    )
    raised = rng.random() < 0.6
    role = rng.choice(("ocrb", "mono", "arial", "narrow"))
    _raised(
        canvas,
        0.08,
        0.61,
        fields["card_number"],
        role=role,
        size=0.105,
        ink=silver,
        raised=raised,
        light=light,
    )
    if rng.random() < 0.4:
        canvas.text(0.085, 0.665, fields["card_number"][:4], role="arial", size=0.034, fill=silver)
    _dates(canvas, fields, role, silver, raised=raised, light=light)
    _raised(
        canvas,
        0.08,
        0.9,
        fields["card_holder"],
        role=role,
        size=0.062,
        ink=silver,
        raised=raised,
        light=light,
    )
    _mark(canvas, fields.pop("scheme"), ink)
    return Drawn(CODE, canvas.image, fields)


def _fields(rng: random.Random) -> dict[str, Any]:
    scheme = rng.choices(sorted(_SCHEMES), weights=(1, 4, 1, 4))[0]
    surname, given = people.latin_name(rng)
    month, year = rng.randint(1, 12), rng.randint(24, 31)
    issued = rng.random() < 0.45
    digits = number(rng, scheme)
    return {
        "bank_name": rng.choice(_BANKS),
        "card_number": _groups(digits),
        "issue_date": f"{month:02d}/{year - rng.choice((3, 4, 5)):02d}" if issued else "",
        "expiry_date": f"{month:02d}/{year:02d}",
        "type": scheme if scheme in ("Visa", "MasterCard") else "Unrecognized",
        "card_holder": f"{given} {surname}",
        "scheme": scheme,
    }


def _dates(
    canvas: Canvas, fields: dict[str, Any], role: str, ink, *, raised: bool, light: bool
) -> None:
    rng = canvas.rng
    label = rng.choice((("VALID", "THRU"), ("GOOD", "THRU"), ("EXPIRES", "END")))
    x = 0.12
    if fields["issue_date"]:
        x = _labelled(
            canvas,
            x,
            ("VALID", "FROM"),
            fields["issue_date"],
            role,
            ink,
            raised=raised,
            light=light,
        )
        x += 0.06
    else:
        x = 0.38
    _labelled(canvas, x, label, fields["expiry_date"], role, ink, raised=raised, light=light)


def _labelled(canvas, x, label, value, role, ink, *, raised, light) -> float:
    canvas.text(x, 0.725, label[0], role="arial", size=0.028, fill=ink)
    canvas.text(x, 0.76, label[1], role="arial", size=0.028, fill=ink)
    return _raised(
        canvas, x + 0.085, 0.765, value, role=role, size=0.066, ink=ink, raised=raised, light=light
    )


def _raised(canvas, x, y, text, *, role, size, ink, raised, light) -> float:
    """Write text; raised letters have a light edge above and a shadow below."""
    gap = 0.006 if role in ("arial", "narrow") else 0.0
    if font(role, round(size * canvas.height)).getlength(text) > 0.8 * canvas.width:
        size *= 0.8
    if raised:
        canvas.text(
            x + 0.002,
            y + 0.004,
            text,
            role=role,
            size=size,
            fill=(15, 15, 20) if light else (250, 250, 250),
            spacing=gap,
        )
    return canvas.text(x, y, text, role=role, size=size, fill=ink, spacing=gap)


def _shaded(rng: random.Random, image: Image.Image) -> Image.Image:
    pixels = np.asarray(image, np.float32)
    high, wide = pixels.shape[:2]
    y, x = np.mgrid[0:high, 0:wide].astype(np.float32)
    ramp = rng.uniform(-0.35, 0.35) * (x / wide - 0.5) + rng.uniform(-0.35, 0.35) * (y / high - 0.5)
    arc = 0.12 * (
        ((x - rng.uniform(0, wide)) ** 2 + (y - rng.uniform(0, high)) ** 2) < (0.5 * wide) ** 2
    )
    return Image.fromarray(np.clip(pixels * (1 + ramp + arc)[..., None], 0, 255).astype(np.uint8))


def _chip(canvas: Canvas) -> None:
    canvas.band(0.09, 0.3, 0.22, 0.46, (206, 186, 120))
    x0, y0, w, h = (
        0.09 * canvas.width,
        0.3 * canvas.height,
        0.13 * canvas.width,
        0.16 * canvas.height,
    )
    for k in (1, 2):
        canvas.draw.line((x0, y0 + k * h / 3, x0 + w, y0 + k * h / 3), fill=(120, 104, 60), width=2)
        canvas.draw.line((x0 + k * w / 3, y0, x0 + k * w / 3, y0 + h), fill=(120, 104, 60), width=2)


def _mark(canvas: Canvas, scheme: str, ink: tuple[int, int, int]) -> None:
    w, h = canvas.width, canvas.height
    if scheme == "MasterCard":
        r = 0.075 * h
        for k, colour in ((0, (226, 30, 40)), (1, (246, 160, 30))):
            x = 0.8 * w + k * 1.2 * r
            canvas.draw.ellipse((x, 0.78 * h, x + 2 * r, 0.78 * h + 2 * r), fill=colour)
        canvas.text(
            0.855,
            0.875,
            "mastercard",
            role="arial-bold",
            size=0.032,
            fill=(255, 255, 255),
            anchor="ms",
        )
        return
    name = {"Visa": "VISA", "UnionPay": "UnionPay", "American Express": "AMERICAN EXPRESS"}[scheme]
    size = 0.1 if scheme == "Visa" else 0.05
    canvas.text(0.94, 0.92, name, role="arial-bold", size=size, fill=ink, anchor="rs")
