"""Every pair of colours that one rule of the sheet sets can be read, in both themes (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SHEET = (Path(__file__).parents[2] / "portal" / "static" / "portal" / "console.css").read_text()
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
VARIABLE = re.compile(r"(--[\w-]+):\s*(#[0-9a-f]+)\b")
ROOTS = {"light": (":root",), "dark": (":root", '[data-bs-theme="dark"]')}


def palette(theme: str) -> dict[str, str]:
    """Return the colours of a theme by the name of their variable."""
    return {
        name: value
        for selector, body in RULE.findall(SHEET)
        if selector.split("*/")[-1].strip() in ROOTS[theme]
        for name, value in VARIABLE.findall(body)
    }


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rgb` or `#rrggbb`, 0 (black) to 1 (white)."""
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def pairs(theme: str) -> list[tuple[str, str, str]]:
    """Return (selector, background, text colour) of each rule that sets both."""
    colours = palette(theme)

    def value(body: str, name: str) -> str | None:
        found = re.search(
            rf"(?:^|;)\s*{name}:\s*(?:var\((--[\w-]+)\)|(#[0-9a-f]+))\s*(?:;|$)", body
        )
        return (found[2] or colours.get(found[1])) if found else None

    rows = ((s.strip(), value(b, "background"), value(b, "color")) for s, b in RULE.findall(SHEET))
    return [(selector, behind, text) for selector, behind, text in rows if behind and text]


@pytest.mark.parametrize("theme", ROOTS)
def test_text_stands_out_from_its_ground(theme: str) -> None:
    found = pairs(theme)
    assert len(found) > 10
    weak = {}
    for selector, behind, text in found:
        light, dark = sorted((luminance(behind), luminance(text)), reverse=True)
        if (ratio := (light + 0.05) / (dark + 0.05)) < 4.5:
            weak[selector] = round(ratio, 2)
    assert not weak
