"""The machine-readable zone: check digits choose, lengths are repaired, nothing is invented."""

import random
from datetime import date

import pytest

from ocr.mrz import parse as mrz
from ocr.mrz.formats import EXIT_ENTRY, TRAVEL_PERMIT
from ocr.page import Char, Line, box
from tools.synthetic import mrz_text
from tools.synthetic.passport import _fields, _lines, _person

TD3 = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
TD2 = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
TD1 = (
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
)
LONG = (
    "I<UTOD23145890<7349<<<<<<<<<<<",
    "3407127M9507122UTO<<<<<<<<<<<2",
    "STEVENSON<<PETER<JOHN<<<<<<<<<",
)
TODAY = date(2026, 11, 21)


def lines_of(*texts, score=0.97):
    return [
        Line(text, score, box(20, 300 + 30 * row, 20 + 12 * len(text), 318 + 30 * row))
        for row, text in enumerate(texts)
    ]


@pytest.mark.parametrize(("format_", "lines"), [("TD3", TD3), ("TD2", TD2), ("TD1", TD1)])
def test_specimens_of_doc_9303(format_, lines):
    zone = mrz.read(lines_of(*lines))
    assert (zone.format, zone.lines, zone.is_valid) == (format_, lines, True)
    assert (zone.fields["surname"], zone.fields["given_name"]) == ("ERIKSSON", "ANNA MARIA")


def test_a_long_document_number_runs_on():
    zone = mrz.read(lines_of(*LONG))
    assert zone.fields["number"] == "D23145890734"
    assert zone.checks["number"] and zone.is_valid


@pytest.mark.parametrize(
    ("read", "row", "wanted"),
    [
        ("P<UT0ERIKSS0N<<ANNA<MAR1A<<<<<<<<<<<<<<<<<<<", 0, TD3[0]),
        ("L8989O2C36UTO74O8I22F12O4159ZE184226B<<<<<1O", 1, TD3[1]),
        ("L898902C36UTO7408122F1204159ZEI84226B<<<<10", 1, TD3[1]),
        ("P<UTOERIKSSON«ANNA<MARIA<<<<<<<<<<<<<<<<<K<<", 0, TD3[0]),
        ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<", 0, TD3[0]),
        ("P<UTOERIKSSONΛΛANNA<MARIA<ΛΛΛ<<ΛΛΛΛΛΛ<<<<ΛΛ", 0, TD3[0]),
        ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<<<<", 0, TD3[0]),
        ("p<UTOERIKSSON <<ANNA(MARIA<<<<<<<<<<<<<<<<<<<", 0, TD3[0]),
        ("P<UTOERIKSSON<<ANNA<MARIAKKKKKKKKKKKKKKKKKKK", 0, TD3[0]),
    ],
)
def test_usual_misreadings_are_repaired(read, row, wanted):
    texts = list(TD3)
    texts[row] = read
    zone = mrz.read(lines_of(*texts))
    assert zone.lines[row] == wanted
    assert zone.is_valid


def test_a_check_never_invents():
    """Three digits that no look-alike explains stay as read, and their check is reported as failed."""
    texts = (TD3[0], TD3[1].replace("740812", "749999"))
    zone = mrz.read(lines_of(*texts))
    assert zone is None or zone.checks["birth"] is False


def test_the_readers_own_alternatives_are_asked_first():
    """A 5 recognised as a 9 is no look-alike of that cost in the table, but an alternative."""
    wrong = TD3[1][:27] + "1" + TD3[1][28:]
    chars = tuple(
        Char(c, 0.55, box(0, 0, 1, 1), (("9", 0.4),)) if i == 27 else Char(c, 0.99, box(0, 0, 1, 1))
        for i, c in enumerate(wrong)
    )
    first, second = lines_of(TD3[0], wrong)
    zone = mrz.read([first, Line(second.text, second.score, second.quad, chars)])
    assert zone.lines[1] == TD3[1]


def test_split_lines_are_joined():
    first, second = lines_of(*TD3)
    left = Line(second.text[:20], 0.95, box(20, 330, 260, 348))
    right = Line(second.text[20:], 0.95, box(260, 330, 548, 348))
    assert mrz.read([first, right, left]).lines == TD3


def test_a_gap_between_two_pieces_is_fillers():
    first, second = lines_of(*TD3)
    left = Line(second.text[:37], 0.95, box(20, 330, 20 + 37 * 12, 348))
    right = Line("10", 0.95, box(20 + 42 * 12, 330, 20 + 44 * 12, 348))
    assert mrz.read([first, left, right]).lines == TD3


def test_plain_text_is_no_zone():
    texts = (
        "DEPARTMENT OF FOREIGN AFFAIRS",
        "INVOICE 2024<<<TOTAL 12345678901234",
        "KKKK<<LL<<<<<<<",
    )
    assert mrz.read(lines_of(*texts)) is None
    assert mrz.read([]) is None


@pytest.mark.parametrize("format_", ["TD1", "TD2", "TD3", "MRV-A", "MRV-B"])
def test_random_documents_with_noise(format_):
    """200 documents of each format with letters and digits taken for one another by class."""
    rng = random.Random(f"noise {format_}")
    swap = {"O": "0", "0": "O", "I": "1", "1": "I", "S": "5", "5": "S", "B": "8", "8": "B"}
    right = 0
    for _ in range(40):
        person = _person(rng, format_)
        lines = _lines(format_, person)
        noisy = []
        for line in lines:
            chars = list(line)
            for index in rng.sample(range(len(chars)), 2):
                chars[index] = swap.get(chars[index], chars[index])
            noisy.append("".join(chars))
        zone = mrz.read(lines_of(*noisy))
        truth = _fields(format_, person)
        got = zone and (zone.fields["number"], zone.fields["surname"], zone.fields["birth"])
        day = date.fromisoformat(truth["date_of_birth"])
        right += got == (truth["passport_number"], truth["surname"], f"{day:%y%m%d}")
    assert right >= 39


def test_permit_line_and_its_overall_digit():
    number, expiry, birth = (mrz_text.checked(t) for t in ("CA1234567", "331120", "850307"))
    line = f"CS{number}<{expiry}<{birth}<" + mrz_text.digit(number + expiry + birth)
    zone = mrz.read(lines_of(line.replace("0", "O", 1)), formats=(EXIT_ENTRY,))
    assert zone.lines == (line,)
    assert zone.fields["number"] == "CA1234567"


def test_travel_permit_carries_the_home_number():
    number, expiry, birth = (mrz_text.checked(t) for t in ("H12345678", "331120", "850307"))
    times = mrz_text.checked("01")
    home = mrz_text.checked("A123456(3)".replace("(", "").replace(")", "").ljust(9, "<"))
    first = f"CR{number}{times}{expiry}F{birth}"
    head = "<" * 18 + "B" + home
    overall = mrz_text.digit(first[2:22] + first[23:30] + head[19:29])
    zone = mrz.read(
        lines_of(first, head + overall, "CHAN<<TAI<MAN<<<<<<<<<<<<<<<<<"), formats=(TRAVEL_PERMIT,)
    )
    assert zone.is_valid
    assert zone.fields["home_number"] == "A1234563"


@pytest.mark.parametrize(
    ("text", "expiry", "printed", "wanted"),
    [
        ("031106", "140114", (), "2003-11-06"),
        ("031106", "140114", (date(1903, 11, 6),), "1903-11-06"),
        ("680302", "980104", (), "1968-03-02"),
        ("270101", "", (), "1927-01-01"),
        ("20<<<<", "", (), ""),
        ("991399", "", (), ""),
    ],
)
def test_century_of_a_birth(text, expiry, printed, wanted):
    assert mrz.birth_date(text, today=TODAY, expiry=expiry, printed=printed) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("270228", "2027-02-28"), ("980104", "1998-01-04"), ("351231", "2035-12-31")],
)
def test_century_of_an_expiry(text, wanted):
    assert mrz.expiry_date(text, today=TODAY) == wanted
