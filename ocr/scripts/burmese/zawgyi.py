"""Conversion of Burmese from Unicode to the Zawgyi-One font encoding, which has visual order. Pure.

Zawgyi stores the vowel ေ and the medial ြ before their consonant, and has code points of its own for
stacked letters and for displaced marks. Source of the tables: the code chart of the Zawgyi-One font.
"""

from __future__ import annotations

import re
import unicodedata

_STACKED = {
    "က": "\u1060", "ခ": "\u1061", "ဂ": "\u1062", "ဃ": "\u1063", "စ": "\u1065", "ဆ": "\u1066",
    "ဇ": "\u1068", "ဈ": "\u1069", "ဋ": "\u106c", "ဌ": "\u106d", "ဏ": "\u1070", "တ": "\u1071",
    "ထ": "\u1073", "ဒ": "\u1075", "ဓ": "\u1076", "န": "\u1077", "ပ": "\u1078", "ဖ": "\u1079",
    "ဗ": "\u107a", "ဘ": "\u107b", "မ": "\u107c", "လ": "\u1085",
}  # fmt: skip
_PAIRS = {
    "ဍ္ဍ": "\u106e",
    "ဍ္ဎ": "\u106f",
    "ဏ္ဍ": "\u1091",
    "ဋ္ဌ": "\u1092",
    "ဋ္ဋ": "\u1097",
    "ဿ": "\u1086",
}
_WIDE = "ကဃဆဏတထဘယလသဟအည"
_ASAT, _YA, _RA, _WA, _HA = "\u103a", "\u103b", "\u103c", "\u103d", "\u103e"
_CLUSTER = re.compile(
    "(?P<kinzi>င်္)?(?P<base>ဋ္ဌ|ဋ္ဋ|ဍ္ဍ|ဍ္ဎ|ဏ္ဍ|[က-ဪဿ၎])(?P<stack>(?:္[က-အ])*)"
    "(?P<rest>[\u102b-\u1032\u1036-\u1038\u103a-\u103e]*)"
)


def from_unicode(text: str) -> str:
    """Return Unicode Burmese in the Zawgyi encoding; other text is unchanged."""
    text = unicodedata.normalize("NFC", text).replace("ဉ", "ဥ").replace("ဦ", "ဦ")
    return _CLUSTER.sub(_to_zawgyi, text)


def _to_zawgyi(match: re.Match[str]) -> str:
    base, rest = match["base"], match["rest"]
    stack = "".join(_STACKED.get(letter, "္" + letter) for letter in match["stack"].replace("္", ""))
    has = set(rest)
    lower = bool(stack) or bool(has & {_WA, _HA, _YA, _RA, "\u102f", "\u1030"})
    before = "\u1031" if "\u1031" in has else ""
    if _RA in has:
        before += "\u107e" if base in _WIDE else "\u103b"
    if base == "န" and (stack or has & {_WA, _HA, "\u102f", "\u1030"}):
        base = "\u108f"
    elif base == "ည" and (stack or has & {_WA, _HA, "\u102f", "\u1030"}):
        base = "\u106b"
    out = before + _PAIRS.get(base, base) + stack
    out += _upper(has, kinzi=bool(match["kinzi"]))
    out = out.replace("\ue000", "\u103a" if _YA in has else "")
    out += _below(has, deep=bool(stack) or bool(has & {_YA, _RA}) or match["base"] in "ဥည")
    out += "".join(mark for mark in ("\u102b", "\u102c") if mark in has)
    out += "\u1039" if _ASAT in has else ""
    if "\u1036" in has and "\u102d" not in has and not match["kinzi"]:
        out += "\u1036"
    if "\u1037" in has:
        out += "\u1095" if lower else "\u1094" if match["base"] in "နရ" else "\u1037"
    return out + ("\u1038" if "\u1038" in has else "")


def _upper(has: set[str], *, kinzi: bool) -> str:
    """Return kinzi and the vowels above, combined where Zawgyi has one code point; \ue000 marks where ya goes."""
    i, ii, dot = "\u102d" in has, "\u102e" in has, "\u1036" in has
    if kinzi:
        sign = "\u108b" if i else "\u108c" if ii else "\u108d" if dot else "\u1064"
        return "\ue000" + sign
    sign = "\u108e" if i and dot else "\u102d" if i else "\u102e" if ii else ""
    return "\ue000" + sign + ("\u1032" if "\u1032" in has else "")


def _below(has: set[str], *, deep: bool) -> str:
    u, uu = "\u102f" in has, "\u1030" in has
    if _HA in has and _WA not in has and (u or uu):
        return "\u1088" if u else "\u1089"
    marks = (
        "\u108a"
        if {_WA, _HA} <= has
        else "\u103c"
        if _WA in has
        else "\u103d"
        if _HA in has
        else ""
    )
    if u:
        marks += "\u1033" if deep else "\u102f"
    if uu:
        marks += "\u1034" if deep else "\u1030"
    return marks
