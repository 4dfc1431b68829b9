"""Find the value that belongs to a printed label: behind it, to its right, or below it. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from ocr.page import Line, Quad

SURE = 0.9


@dataclass(frozen=True, slots=True)
class Found:
    """A value: its text, confidence 0..1 and place; falsy when nothing was found."""

    text: str = ""
    score: float = 0.0
    quad: Quad | None = None

    def __bool__(self) -> bool:
        return bool(self.text)


def sure(line: Line) -> float:
    """Return the confidence of a line: its score, held down by its weakest character."""
    if not line.chars:
        return line.score
    weakest = min(char.score for char in line.chars)
    return min(line.score, (1 + weakest) / 2)


def compact(text: str) -> tuple[str, list[int]]:
    """Return the text folded to lower case without blanks, and where each character came from."""
    chars: list[str] = []
    places: list[int] = []
    for index, char in enumerate(text):
        for folded in unicodedata.normalize("NFKC", char).lower():
            if not folded.isspace():
                chars.append(folded)
                places.append(index)
    return "".join(chars), places


def label_end(text: str, labels: Sequence[str]) -> int:
    """Return the index behind the first of the labels that the text shows, or -1.

    Labels of four characters or more may have one misread character in six.
    """
    flat, places = compact(text)
    for label in labels:
        wanted = compact(label)[0]
        end = _fuzzy_end(flat, wanted)
        if end > 0:
            return places[end - 1] + 1
    return -1


def _fuzzy_end(text: str, label: str) -> int:
    start = text.find(label)
    if start >= 0:
        return start + len(label)
    allowed = len(label) // 6 + (1 if 4 <= len(label) < 6 else 0)
    if not allowed or len(text) < len(label) - allowed:
        return -1
    costs = [0] * (len(text) + 1)
    for i, char in enumerate(label, 1):
        last, costs[0] = costs[0], i
        for j, other in enumerate(text, 1):
            swap = last + (char != other)
            last, costs[j] = costs[j], min(swap, costs[j] + 1, costs[j - 1] + 1)
    best = min(costs)
    return costs.index(best) if best <= allowed else -1


def after(
    lines: Sequence[Line],
    labels: Sequence[str],
    *,
    stops: Sequence[str] = (),
    below: bool = False,
) -> Found:
    """Return the value of a label: what follows it in its line, else the next line to its right.

    `stops` are the labels at which a value ends. With `below`, a value under the label counts if
    none stands beside it.
    """
    for line in lines:
        end = label_end(line.text, labels)
        if end < 0:
            continue
        rest = cut(line.text[end:], stops)
        if rest:
            return Found(rest, sure(line), line.quad)
        beside = _beside(line, lines, stops) or (_under(line, lines, stops) if below else None)
        if beside is not None:
            value = cut(beside.text, stops)
            if value:
                return Found(value, sure(beside), beside.quad)
    return Found()


def cut(text: str, stops: Sequence[str]) -> str:
    """Return the text up to the first stop label, without separators around it."""
    flat, places = compact(text)
    for stop in stops:
        place = flat.find(compact(stop)[0])
        if place >= 0:
            text = text[: places[place]]
            flat, places = compact(text)
    return text.strip(" :：/.·-—_,，;；")


def _beside(label: Line, lines: Sequence[Line], stops: Sequence[str]) -> Line | None:
    level = label.center[1]
    near = [
        line
        for line in lines
        if line is not label
        and abs(line.center[1] - level) < 0.6 * max(line.height, label.height)
        and line.left > label.right - 0.6 * label.height
        and cut(line.text, stops)
    ]
    return min(near, key=lambda line: line.left, default=None)


def _under(label: Line, lines: Sequence[Line], stops: Sequence[str]) -> Line | None:
    near = [
        line
        for line in lines
        if line is not label
        and line.top > label.center[1]
        and line.top - label.bottom < 2.2 * label.height
        and min(line.right, label.right) - max(line.left, label.left) > -0.5 * label.height
        and cut(line.text, stops)
    ]
    return min(near, key=lambda line: (line.top, line.left), default=None)


def shows(lines: Sequence[Line], labels: Sequence[str]) -> bool:
    """Tell whether any line shows one of the labels."""
    return any(label_end(line.text, labels) >= 0 for line in lines)


def first(lines: Sequence[Line], pattern: str) -> tuple[re.Match[str], Line] | None:
    """Return the first match of a pattern in the lines, full-width forms folded."""
    for line in lines:
        match = re.search(pattern, unicodedata.normalize("NFKC", line.text))
        if match:
            return match, line
    return None


def han(text: str) -> str:
    """Return the Chinese characters of a text."""
    return "".join(c for c in text if "㐀" <= c <= "鿿" or c in "·〇")


_TRADITIONAL = (
    "強漢滿壯維爾東鄉鮮侖倫達納亞羅漠瑪內錫畬張陳楊趙黃吳孫馬鄭謝韓馮許鄧肖蕭蘇葉呂魏蔣賈閻鍾譚陸範韋龍"
    "偉靜麗軍豔傑濤華輝婷雲鵬國慶紅蘭鳳蓮鑫貴寶興慧勝學業榮遠夢雙璽瑩瑞穎駿馳陽陰開廣發風樹棟橋關門間"
    "長區縣鎮衛廳號單層樓灣島溝灘壩礦場莊巖嶺鐵縱橫萬與廠農業蘆蘿衝龐顧賴錢嚴喬賀龔湯溫羅聶齊歐陽諸"
)
_SIMPLIFIED = (
    "强汉满壮维尔东乡鲜仑伦达纳亚罗漠玛内锡畲张陈杨赵黄吴孙马郑谢韩冯许邓肖萧苏叶吕魏蒋贾阎钟谭陆范韦龙"
    "伟静丽军艳杰涛华辉婷云鹏国庆红兰凤莲鑫贵宝兴慧胜学业荣远梦双玺莹瑞颖骏驰阳阴开广发风树栋桥关门间"
    "长区县镇卫厅号单层楼湾岛沟滩坝矿场庄岩岭铁纵横万与厂农业芦萝冲庞顾赖钱严乔贺龚汤温罗聂齐欧阳诸"
)
_FOLD = dict(zip(map(ord, _TRADITIONAL), _SIMPLIFIED, strict=True))
_BOTH = frozenset("鄧范肖云万冲岩与叶")  # written so, or also so, where traditional characters are
_UNFOLD = {ord(new): chr(old) for old, new in _FOLD.items() if new not in _BOTH}


def simplified(text: str) -> str:
    """Return the text with common traditional characters in simplified form.

    For documents that print simplified characters only: a reader of both scripts mixes them up.
    """
    return text.translate(_FOLD)


def traditional(found: Found) -> Found:
    """Return a doubtful value with common simplified characters in traditional form.

    For documents that print traditional characters. What was read surely stays: some people write
    their names with a simplified character.
    """
    if found.score >= SURE:
        return found
    return Found(found.text.translate(_UNFOLD), found.score, found.quad)
