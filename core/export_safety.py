"""Data export safety: text that a spreadsheet never runs and that XML can carry. Pure.

One guard for every file that leaves the product: CSV of the console, of bills and of exports, XLSX
and DOCX. What a photographed page or a customer's name says must stay text where it is opened.
"""

from __future__ import annotations

import re

# First characters by which spreadsheet programs recognize a formula (OWASP, "CSV Injection"). A tab
# or line end before the formula is skipped by some; the full-width forms are folded by others.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# ASCII digits only: `float()` would also take other scripts' digits, "inf" and "1_0" for numbers.
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
# Characters that XML 1.0 cannot carry (production 2, Char), lone surrogates included.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def formula_safe(text: str, *, keep_numbers: bool = True) -> str:
    """Return `text` so that no spreadsheet program runs it as a formula.

    A leading apostrophe is what the programs themselves mark text with. A plain number keeps its
    sign, so that columns of amounts still add up; with `keep_numbers=False` it is marked too.
    """
    if not text.startswith(_FORMULA_STARTS) or (keep_numbers and _NUMBER.fullmatch(text)):
        return text
    return f"'{text}"


def xml_text(text: str) -> str:
    """Return `text` without the characters that XML 1.0 forbids."""
    return _NOT_XML.sub("", text)
