"""Machine-readable lines of drawn documents, built from ICAO Doc 9303 without the parser under test."""

from __future__ import annotations


def digit(text: str) -> str:
    """Return the check digit of a text."""
    values = [0 if c == "<" else int(c, 36) for c in text]
    return str(sum(v * (7, 3, 1)[i % 3] for i, v in enumerate(values)) % 10)


def checked(text: str) -> str:
    """Return a text with its check digit."""
    return text + digit(text)


def pad(text: str, length: int) -> str:
    """Return a text with spaces as fillers, cut or filled to a length."""
    return text.replace(" ", "<").replace("-", "<").replace("'", "")[:length].ljust(length, "<")


def name_field(surname: str, given: str, length: int) -> str:
    """Return the name field."""
    return pad(f"{surname}<<{given}", length)


def td3(
    code: str, issuer: str, surname: str, given: str, second: dict[str, str]
) -> tuple[str, ...]:
    """Return the two lines of a passport."""
    first = pad(code, 2) + pad(issuer, 3) + name_field(surname, given, 39)
    number, birth, expiry = (
        checked(pad(second["number"], 9)), checked(second["birth"]), checked(second["expiry"]),
    )  # fmt: skip
    personal = pad(second.get("optional", ""), 14)
    personal += "<" if not personal.strip("<") else digit(personal)
    overall = digit(number + birth + expiry + personal)
    line = number + pad(second["nationality"], 3) + birth + second["sex"] + expiry + personal
    return first, line + overall


def td2(
    code: str, issuer: str, surname: str, given: str, second: dict[str, str]
) -> tuple[str, ...]:
    """Return the two lines of a TD2 document."""
    first = pad(code, 2) + pad(issuer, 3) + name_field(surname, given, 31)
    number, birth, expiry = (
        checked(pad(second["number"], 9)), checked(second["birth"]), checked(second["expiry"]),
    )  # fmt: skip
    optional = pad(second.get("optional", ""), 7)
    line = number + pad(second["nationality"], 3) + birth + second["sex"] + expiry + optional
    return first, line + digit(number + birth + expiry + optional)


def visa(
    length: int, code: str, issuer: str, surname: str, given: str, second: dict[str, str]
) -> tuple[str, ...]:
    """Return the two lines of a visa: 44 characters for format A, 36 for B."""
    first = pad(code, 2) + pad(issuer, 3) + name_field(surname, given, length - 5)
    line = checked(pad(second["number"], 9)) + pad(second["nationality"], 3)
    line += checked(second["birth"]) + second["sex"] + checked(second["expiry"])
    return first, line + pad(second.get("optional", ""), length - 28)


def td1(
    code: str, issuer: str, surname: str, given: str, second: dict[str, str]
) -> tuple[str, ...]:
    """Return the three lines of a card."""
    head = checked(pad(second["number"], 9)) + pad(second.get("optional", ""), 15)
    birth, expiry = checked(second["birth"]), checked(second["expiry"])
    more = pad(second.get("optional2", ""), 11)
    middle = birth + second["sex"] + expiry + pad(second["nationality"], 3) + more
    return (
        pad(code, 2) + pad(issuer, 3) + head,
        middle + digit(head + birth + expiry + more),
        name_field(surname, given, 30),
    )
