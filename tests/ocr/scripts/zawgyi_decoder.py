"""Decoder of Zawgyi text to Unicode, by tables of its own: what a client does with the result."""

from __future__ import annotations

import re
import unicodedata

from ocr.scripts.burmese.zawgyi import _STACKED

_KINZI = "င်္"
_ASAT, _YA, _RA, _WA, _HA = "\u103a", "\u103b", "\u103c", "\u103d", "\u103e"

# What the further forms of a mark stand for, all in Zawgyi's own code points.
_PLAIN = {
    "\u1033": "\u102f", "\u1034": "\u1030", "\u107d": "\u103a", "\u107e": "\u103b", "\u107f": "\u103b",
    "\u1080": "\u103b", "\u1081": "\u103b", "\u1082": "\u103b", "\u1083": "\u103b", "\u1084": "\u103b",
    "\u1087": "\u103d", "\u1088": "\u103d\u102f", "\u1089": "\u103d\u1030", "\u108a": "\u103c\u103d",
    "\u108b": "\u1064\u102d", "\u108c": "\u1064\u102e", "\u108d": "\u1064\u1036", "\u108e": "\u102d\u1036",
    "\u108f": "န", "\u1090": "ရ", "\u106a": "ဉ", "\u106b": "ည", "\u1094": "\u1037", "\u1095": "\u1037",
    "\u1067": "\u1066", "\u1072": "\u1071", "\u1074": "\u1073", "\u1093": "\u107b",
    "\u106e": "ဍ\u2060ဍ", "\u106f": "ဍ\u2060ဎ", "\u1091": "ဏ\u2060ဍ", "\u1092": "ဋ\u2060ဌ",
    "\u1097": "ဋ\u2060ဋ", "\u1096": "\u1071\u103c",
}  # fmt: skip
_UNSTACKED = {char: letter for letter, char in _STACKED.items()}
_ZAWGYI = re.compile(
    "(?P<e>\u1031?)(?P<ra>\u103b?)(?P<base>[က-ဪ\u1086၎](?:\u2060[က-အ])?)"
    "(?P<rest>[\u102b-\u1030\u1032\u1036-\u103a\u103c\u103d\u1060-\u1066\u1068-\u106d\u1070-\u107c\u1085]*)"
)
_ORDER = (
    _YA
    + _RA
    + _WA
    + _HA
    + "\u1031\u102d\u102e\u1032\u102f\u1030\u102b\u102c\u103a\u1036\u1037\u1038"
)


def to_unicode(text: str) -> str:
    """Return Zawgyi text in Unicode, marks in the order of the standard."""
    plain = "".join(_PLAIN.get(char, char) for char in text)
    turned = _ZAWGYI.sub(_to_unicode, plain)
    turned = re.sub("ဦ", "ဦ", turned)
    turned = re.sub("ဥ(?=[\u103a\u102c])", "ဉ", turned)
    # Within one cluster both only meet in contractions, where the asat is spelled first.
    turned = turned.replace("\u102f\u103a", "\u103a\u102f")
    return unicodedata.normalize("NFC", turned)


def _to_unicode(match: re.Match[str]) -> str:
    base = match["base"].replace("\u2060", "္").replace("\u1086", "ဿ")
    kinzi, stack, marks = "", "", []
    medial = {"\u103a": _YA, "\u103c": _WA, "\u103d": _HA, "\u1039": _ASAT}
    for char in match["rest"]:
        if char == "\u1064":
            kinzi = _KINZI
        elif char in _UNSTACKED:
            stack += "္" + _UNSTACKED[char]
        else:
            marks.append(medial.get(char, char))
    if match["ra"]:
        marks.append(_RA)
    if match["e"]:
        marks.append("\u1031")
    marks.sort(key=_ORDER.index)
    return kinzi + base + stack + "".join(marks)
