"""Vietnamese identity card: CMND, CCCD and căn cước, front and back, in Vietnamese letters.

Labels are found without their diacritics, since photographs lose marks first; values keep theirs.
PP-OCR drops most letters with two marks, so every line is recognised with the Vietnamese language pack;
without that pack the words are still returned, with a confidence that marks them as incomplete.
`origin_place` is the place of origin (Quê quán): the place of birth registration that the cards of
2024 print instead is another fact and is not returned under that name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ocr.fields import card_response, dates, labels, voting
from ocr.fields.check_digits import is_digits
from ocr.fields.labels import Found
from ocr.layout.reading_order import rows
from ocr.mrz import locate as mrz_locate
from ocr.mrz.formats import TD1
from ocr.options import Option
from ocr.page import Line, Page, Quad, RecognitionResult, WrongDocument

OPTIONS = (
    Option("side", "str", default="", choices=("", "front", "back"), help="Side of the card."),
    *card_response.PORTRAIT,
    Option(
        "return_idcard_type",
        "bool",
        default=False,
        help="Distinguish a card from a copy or a screen.",
    ),
    Option("return_text_location", "bool", default=False, help="Return where each field is."),
)
TEXTS = (
    "number", "full_name", "birth_date", "sex", "nationality", "origin_place", "residence_place", "expiry_date",
    "personal_identification", "issue_date", "machine_code1", "machine_code2", "machine_code3",
)  # fmt: skip
FIELDS = ("side", *TEXTS)

SCRIPT = "vietnamese"
NO_PACK = 0.5  # confidence of words that were read without the letters of the alphabet
SPLIT_VOTE = 0.8  # factor where results for one line disagree
LEAST_WHOLE = 5  # the nine-digit card has no more
WHOLE = 100  # worth of a view whose labels all have their values

# Labels without diacritics. The empty name stands for print that ends a value and is none itself.
_LABELS: Mapping[str, tuple[str, ...]] = {
    "number": (
        "So dinh danh ca nhan", "Personal identification number", "So / No.", "So/No", "So CMND", "Identity number",
    ),
    "full_name": (
        "Ho, chu dem va ten khai sinh", "Ho va ten khai sinh", "Ho chu dem va ten", "Ho va ten", "Ho ten", "Full name",
    ),
    "birth_date": ("Ngay, thang, nam sinh", "Ngay sinh", "Sinh ngay", "Nam sinh", "Date of birth"),
    "sex": ("Gioi tinh", "Sex"),
    "nationality": ("Quoc tich", "Nationality"),
    "origin_place": ("Que quan", "Nguyen quan", "Place of origin"),
    "residence_place": (
        "Noi dang ky thuong tru", "Noi DKHK thuong tru", "Noi DKNK thuong tru", "Noi thuong tru", "Noi cu tru",
        "Place of residence",
    ),
    "expiry_date": ("Co gia tri den", "Ngay, thang, nam het han", "Date of expiry", "Valid until"),
    "personal_identification": (
        "Dac diem nhan dang", "Dau vet rieng va di hinh", "Personal identification", "Personal features",
    ),
    "issue_date": ("Ngay, thang, nam cap", "Ngay cap", "Date of issue", "Ngay, thang, nam", "Date, month, year"),
    "": (
        "Noi dang ky khai sinh", "Place of birth", "Ho va ten goi khac", "Dan toc", "Ton giao", "Ngon tro trai",
        "Ngon tro phai", "Left index finger", "Right index finger", "Cuc truong", "Director general", "Giam doc",
        "Bo truong", "Bo cong an", "Ministry of public security", "Cong hoa xa hoi chu nghia", "Doc lap - Tu do",
        "Socialist republic", "Independence - Freedom", "Can cuoc", "Citizen identity card", "Identity card",
        "Giay chung minh nhan dan", "Chung minh nhan dan", "Ngay thang nam",
    ),
}  # fmt: skip
# Words in Vietnamese of which a card shows two at least: the English labels are those of many cards.
_OWN_WORDS = (
    "Ho va ten", "Ngay sinh", "nam sinh", "Sinh ngay", "Gioi tinh", "Quoc tich", "Que quan", "Nguyen quan", "thuong tru",
    "Noi cu tru", "Co gia tri den", "nhan dang", "ten khai sinh", "dang ky khai sinh", "minh nhan dan", "Can cuoc",
    "dinh danh ca nhan", "Dau vet rieng", "Ngon tro", "Cuc truong", "chu nghia Viet Nam", "thang, nam",
)  # fmt: skip
LEAST_WORDS = 2
_WITHIN_ROW = frozenset({"sex", "nationality", "expiry_date"})
_FRONT = ("number", "full_name", "birth_date", "sex", "nationality", "origin_place")
_BACK = ("personal_identification", "issue_date")
_ROWS = {"full_name": 2, "origin_place": 3, "residence_place": 3, "personal_identification": 3}

_NUMBER = re.compile(r"(?<!\d)(?:\d[ .]?){11}\d(?!\d)|(?<!\d)(?:\d[ .]?){8}\d(?!\d)")
_DAY = re.compile(r"(?<!\d)(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*[-/.]\s*((?:19|20)\d\d)(?!\d)")
_IN_WORDS = re.compile(r"ngay\s*(\d{1,2})\s*thang\s*(\d{1,2})\s*nam\s*((?:19|20)\d\d)")
_FOREVER = re.compile(r"khong\s*thoi\s*han")
_REPEATED = re.compile(r"(.)\1+")
_EDGE = " :：/.·-—_,;|'\"’"

_SEXES = {"nam": "Nam", "nu": "Nữ"}

Values = dict[str, Found]


@dataclass(frozen=True, slots=True)
class _Span:
    """Where a label stands in the text of a line: its field ("" = none), first and last position."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Text:
    """One line: words as the Vietnamese recogniser gave them, `latin` as PP-OCR did (for digits)."""

    text: str
    line: Line
    spans: tuple[_Span, ...] = ()
    complete: bool = True  # the Vietnamese pack has read it

    @property
    def score(self) -> float:
        return labels.line_confidence(self.line)


def extract(page: Page, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the side shown, dates as printed (`DD/MM/YYYY` where printed in words).

    Raises WrongDocument where no Vietnamese card is shown, or another side than the one asked for.
    """
    view, side, values, _ = card_response.best_view(page, _read, _worth, full=WHOLE)
    if not values:
        raise WrongDocument("no Vietnamese identity card found")
    if options.get("side") and options["side"] != side:
        raise WrongDocument("the other side of the card was asked for")
    answer: dict[str, Any] = {"side": side, **card_response.fields(TEXTS, values)}
    answer.update(card_response.portrait(view, options, shown=side == "front"))
    if options.get("return_idcard_type"):
        answer["idcard_type"] = _kind(page)
    if options.get("return_text_location"):
        answer["text_location"] = card_response.text_location(view, TEXTS, values)
    answer["confidence"] = card_response.confidence(TEXTS, values)
    return answer


def _kind(page: Page) -> str:
    measures = page.measures()
    if measures.copy > 0.5:
        return "copy"
    return "screen" if measures.reproduction > 0.5 else "normal"


def _worth(read: tuple[Page, str, Values, frozenset[str]]) -> int:
    """Return how many values a view gave, and WHOLE more where no label is left without one."""
    _, _, values, shown = read
    is_whole = len(values) >= LEAST_WHOLE and shown <= values.keys()
    return len(values) + (WHOLE if is_whole else 0)


def _read(page: Page) -> tuple[Page, str, Values, frozenset[str]]:
    texts = [_text(page, line) for row in rows(page.lines) for line in row if "<<" not in line.text]
    shown = frozenset(span.field for text in texts for span in text.spans if span.field)
    zone = _zone(page) if not {"full_name", "birth_date"} <= shown else {}
    if not zone and (not shown or _own_words(texts) < LEAST_WORDS):
        return page, "", {}, shown
    values = _labelled(page, texts)
    values.setdefault("issue_date", _issued_in_words(texts))
    values |= zone
    front = sum(name in shown for name in _FRONT)
    back = sum(name in shown or bool(values.get(name)) for name in _BACK) + 3 * bool(zone)
    side = "back" if back > front else "front"
    if side == "front":
        values["number"] = _number(texts)
    return page, side, {name: found for name, found in values.items() if found}, shown


def _own_words(texts: Sequence[_Text]) -> int:
    """Return how many of the words that only Vietnamese cards print the lines show."""
    folded = [plain(text.text) for text in texts]
    shown = sum(any(labels.label_end(text, (word,)) >= 0 for text in folded) for word in _OWN_WORDS)
    return shown + any(_IN_WORDS.search(text) is not None for text in folded)


def plain(text: str) -> str:
    """Return the text in lower case without diacritics, one character for each of the text."""
    folded = []
    for char in unicodedata.normalize("NFC", text):
        base = unicodedata.normalize("NFD", char)[0].lower()
        folded.append("d" if base == "đ" else base[:1])
    return "".join(folded)


def _text(page: Page, line: Line) -> _Text:
    """Return a line as the Vietnamese recogniser reads it, with the labels it shows."""
    result = page.read(line.quad, script=SCRIPT)
    text = unicodedata.normalize("NFC", result.text)
    complete = result.score > NO_PACK and bool(text)
    if not complete:
        text = unicodedata.normalize("NFC", line.text)
    return _Text(text, line, tuple(_spans(plain(text))), complete)


def _spans(text: str) -> list[_Span]:
    """Return the labels of a line from left to right; where two overlap, the longer one."""
    found: list[_Span] = []
    for field, names in _LABELS.items():
        for name in names:
            end = labels.label_end(text, (name,))
            if end > 0:
                start = _start(text, end, len(labels.compact(name)[0]))
                found.append(_Span(field, start, end))
    in_words = _IN_WORDS.search(text)
    if in_words:
        found.append(_Span("", *in_words.span()))
    found.sort(key=lambda span: (span.start - span.end, not span.field))
    kept: list[_Span] = []
    for span in found:
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    kept.sort(key=lambda span: span.start)
    return [span for index, span in enumerate(kept) if _may_stand(text, span, kept[:index])]


def _start(text: str, end: int, length: int) -> int:
    """Return where `length` characters, spaces apart, begin before `end`."""
    at = end
    while at > 0 and length > 0:
        at -= 1
        length -= not text[at].isspace()
    return at


def _may_stand(text: str, span: _Span, before: Sequence[_Span]) -> bool:
    """Say whether a label stands where labels do: first in its line, behind another, or mid-row."""
    if span.field in _WITHIN_ROW or not span.field:
        return True
    behind = max((other.end for other in before), default=0)
    return len(text[behind : span.start].strip(_EDGE)) <= 2


def _labelled(page: Page, texts: Sequence[_Text]) -> Values:
    """Return the values that stand behind, beside or below the labels of their fields."""
    values: Values = {}
    for index, text in enumerate(texts):
        for order, span in enumerate(text.spans):
            following = text.spans[order + 1] if order + 1 < len(text.spans) else None
            if not span.field or span.field in values or span.field == "number":
                continue
            if following is not None and following.field == span.field:
                continue  # the English half of the same label
            for pieces in _choices(texts, index, span, following):
                found = _value(page, span.field, pieces)
                if found:
                    values[span.field] = found
                    break
    return values


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of one line that belongs to a value."""

    of: _Text
    start: int = 0
    end: int = 0

    @property
    def text(self) -> str:
        return self.of.text[self.start : self.end].strip(_EDGE)

    @property
    def is_whole(self) -> bool:
        return self.start == 0 and self.end == len(self.of.text)


def _choices(
    texts: Sequence[_Text], index: int, span: _Span, following: _Span | None
) -> list[list[_Piece]]:
    """Return where a label's value may be, likeliest first: behind it; else beside or below it."""
    own = texts[index]
    inline = _Piece(own, span.end, following.start if following else len(own.text))
    if following is not None:
        return [[inline]] if inline.text else []
    most = _ROWS.get(span.field, 1)
    if inline.text:
        return [[inline, *_continued(texts, own, own, most - 1)]]
    choices = []
    beside = _beside(own, texts)
    if beside is not None:
        first = _Piece(beside, 0, _until(beside))
        choices.append([first, *_continued(texts, own, beside, most - 1)])
    below = _continued(texts, own, own, most)
    return [*choices, below] if below else choices


def _continued(texts: Sequence[_Text], label: _Text, above: _Text, most: int) -> list[_Piece]:
    """Return up to `most` lines that stand one below the other under `above`, without a label."""
    pieces: list[_Piece] = []
    while len(pieces) < most:
        below = _below(above, label, texts)
        if below is None:
            break
        pieces.append(_Piece(below, 0, len(below.text)))
        above = below
    return pieces


def _until(text: _Text) -> int:
    return text.spans[0].start if text.spans else len(text.text)


def _is_value(text: _Text) -> bool:
    return bool(text.text[: _until(text)].strip(_EDGE))


def _beside(label: _Text, texts: Sequence[_Text]) -> _Text | None:
    line = label.line
    near = [
        other
        for other in texts
        if other is not label
        and abs(other.line.center[1] - line.center[1]) < 0.6 * max(other.line.height, line.height)
        and -0.6 * line.height < other.line.left - line.right < 12 * line.height
        and _is_value(other)
    ]
    return min(near, key=lambda other: other.line.left, default=None)


def _below(above: _Text, label: _Text, texts: Sequence[_Text]) -> _Text | None:
    """Return the next line under `above`, flush with the label or centred, unless it shows a label."""
    line = above.line
    high = max(label.line.height, line.height)
    left = min(label.line.left, line.left)
    near = [
        other
        for other in texts
        if other.line.center[1] > line.center[1] + 0.5 * high
        and other.line.top - line.bottom < 1.3 * high
        and (-1.5 * high < other.line.left - left < 3 * high or _shared(other.line, line) > 0.6)
    ]
    found = min(near, key=lambda other: (other.line.top, other.line.left), default=None)
    return found if found is not None and not found.spans and _is_value(found) else None


def _shared(one: Line, other: Line) -> float:
    """Return which share of the shorter line's width stands above or below the other."""
    common = min(one.right, other.right) - max(one.left, other.left)
    return common / max(min(one.width, other.width), 1.0)


def _value(page: Page, field: str, pieces: Sequence[_Piece]) -> Found:
    if field.endswith("_date"):
        return _date(pieces)
    if field == "full_name":
        pieces = [piece for index, piece in enumerate(pieces) if index == 0 or piece.text.isupper()]
    if field == "sex":
        return _sex(page, pieces[0])
    read = [_voted(page, piece) for piece in pieces]
    read = [found for found in read if found]
    if not read:
        return Found()
    text = _joined([found.text for found in read], commas=field.endswith("_place"))
    return Found(text, min(found.score for found in read), _around(pieces))


def _sex(page: Page, piece: _Piece) -> Found:
    """Return one of the two words that cards print: no recogniser tells Ữ from ữ for certain."""
    for text in (piece.text, _voted(page, piece).text):
        # Short words are read with a letter twice at times.
        word = _SEXES.get(_REPEATED.sub(r"\1", plain(text)), "")
        if word:
            return Found(word, piece.of.score, piece.of.line.quad)
    return Found()


def _joined(texts: Sequence[str], *, commas: bool) -> str:
    """Return rows of a value as one text; the comma that ends a row of an address was cut off."""
    return (", " if commas else " ").join(texts)


def _around(pieces: Sequence[_Piece]) -> Quad:
    return voting.row_box([piece.of.line for piece in pieces])


def _voted(page: Page, piece: _Piece) -> Found:
    """Return the words of a piece as most of three readings of its line have them."""
    of = piece.of
    if not of.complete:
        return Found(piece.text, min(of.score, NO_PACK), of.line.quad)
    texts, scores = [], []
    for result in voting.recognize_crops(page, of.line.quad, script=SCRIPT):
        again = _same_piece(piece, result)
        if again:
            texts.append(again)
            scores.append(_least_certain(result))
    text = voting.majority(texts) or piece.text
    score = max(scores, default=of.score)
    doubted = len(set(texts)) != 1 or not _is_seen(text, of.line.text)
    return Found(text, SPLIT_VOTE * score if doubted else score, of.line.quad)


def _is_seen(text: str, latin: str) -> bool:
    """Say whether PP-OCR's text of the line has all plain letters of the value, in their order.

    PP-OCR knows plain letters and drops those with marks that it does not know: a plain letter that it
    dropped has a mark, which the Vietnamese recogniser missed.
    """
    seen = iter(plain(latin))
    return all(char in seen for char in text.lower() if char.isascii() and char.isalpha())


def _same_piece(piece: _Piece, result: RecognitionResult) -> str:
    """Return the stretch of a second result that the piece is of the first."""
    text = unicodedata.normalize("NFC", result.text)
    if piece.is_whole:
        return text.strip(_EDGE)
    spans = _spans(plain(text))
    wanted = [span for span in piece.of.spans if span.end <= piece.start or span.start >= piece.end]
    if [span.field for span in spans] != [span.field for span in wanted]:
        return ""
    order = sum(span.end <= piece.start for span in piece.of.spans)
    start = spans[order - 1].end if order else 0
    end = spans[order].start if order < len(spans) else len(text)
    return text[start:end].strip(_EDGE)


def _least_certain(result: RecognitionResult) -> float:
    weakest = min((char.score for char in result.chars), default=result.score)
    return min(result.score, (1 + weakest) / 2)


def _digit_confidence(line: Line) -> float:
    """Return the confidence of a line's digits: its label does not count."""
    scores = [char.score for char in line.chars if is_digits(char.text)]
    return (1 + min(scores)) / 2 if scores else labels.line_confidence(line)


def _date(pieces: Sequence[_Piece]) -> Found:
    """Return the first day of the pieces as printed, or the words for a card without an end."""
    for piece in pieces:
        of = piece.of
        for text in (of.line.text, of.text):
            match = _DAY.search(text)
            if match and dates.find(match.group()):
                day, mark, month, year = match.groups()
                return Found(
                    mark.join((day, month, year)), _digit_confidence(of.line), of.line.quad
                )
        if _FOREVER.search(plain(piece.text)):
            return Found(piece.text, of.score if of.complete else NO_PACK, of.line.quad)
    return Found()


def _issued_in_words(texts: Sequence[_Text]) -> Found:
    for text in texts:
        match = _IN_WORDS.search(plain(text.text))
        if match:
            day, month, year = match.groups()
            score = _digit_confidence(text.line)
            return Found(f"{int(day):02d}/{int(month):02d}/{year}", score, text.line.quad)
    return Found()


def _number(texts: Sequence[_Text]) -> Found:
    """Return the longest number of twelve or nine digits, the surest of those as long."""
    found = [
        Found(re.sub(r"\D", "", match.group()), _digit_confidence(text.line), text.line.quad)
        for text in texts
        for match in _NUMBER.finditer(text.line.text)
    ]
    return max(found, key=lambda one: (len(one.text), one.score), default=Found())


def _zone(page: Page) -> Values:
    """Return the three lines of the machine-readable zone, where it is one of Viet Nam."""
    zone = mrz_locate.find(page, formats=(TD1,))
    if zone is None or zone.fields["country"] != "VNM":
        return {}
    sure = min(zone.confidence.values())
    return {
        f"machine_code{index + 1}": Found(text, sure, quad)
        for index, (text, quad) in enumerate(
            zip(zone.lines, (*zone.quads, *[None] * 3), strict=False)
        )
    }
