"""Burmese between Unicode and the Zawgyi-One font encoding, which stores what is seen. Pure.

Zawgyi writes the vowel ေ and the medial ြ before their consonant, and has code points of its own for
stacked letters and for marks moved aside. The tables are the code chart of the font.
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
_KINZI = "င်္"
_ASAT, _YA, _RA, _WA, _HA = "\u103a", "\u103b", "\u103c", "\u103d", "\u103e"
_CLUSTER = re.compile(
    "(?P<kinzi>င်္)?(?P<base>ဋ္ဌ|ဋ္ဋ|ဍ္ဍ|ဍ္ဎ|ဏ္ဍ|[က-ဪဿ၎])(?P<stack>(?:္[က-အ])*)"
    "(?P<rest>[\u102b-\u1032\u1036-\u1038\u103a-\u103e]*)"
)

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
_UNSTACKED = {sign: letter for letter, sign in _STACKED.items()}
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


def from_unicode(text: str) -> str:
    """Return Unicode Burmese in the Zawgyi encoding; other text is left as it is."""
    text = unicodedata.normalize("NFC", text).replace("ဉ", "ဥ").replace("ဦ", "ဦ")
    return _CLUSTER.sub(_to_zawgyi, text)


def _to_zawgyi(match: re.Match[str]) -> str:
    base, rest = match["base"], match["rest"]
    stack = "".join(_STACKED.get(sign, "္" + sign) for sign in match["stack"].replace("္", ""))
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
    """Return kinzi and the vowels above, joined where Zawgyi has one sign; \ue000 holds ya's place."""
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


def to_unicode(text: str) -> str:
    """Return Zawgyi text in Unicode, marks in the order of the standard."""
    plain = "".join(_PLAIN.get(sign, sign) for sign in text)
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
    for sign in match["rest"]:
        if sign == "\u1064":
            kinzi = _KINZI
        elif sign in _UNSTACKED:
            stack += "္" + _UNSTACKED[sign]
        else:
            marks.append(medial.get(sign, sign))
    if match["ra"]:
        marks.append(_RA)
    if match["e"]:
        marks.append("\u1031")
    marks.sort(key=_ORDER.index)
    return kinzi + base + stack + "".join(marks)
