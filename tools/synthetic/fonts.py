"""Fonts by role, taken from Debian packages: fonts-ocr-b, -dejavu-core, -dejavu-extra, -liberation, -noto-core, -noto-cjk."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import ImageFont

_ROOT = Path("/usr/share/fonts")
# Role -> (file below /usr/share/fonts, index of the face in a collection)
_FILES: dict[str, tuple[str, int]] = {
    "ocrb": ("opentype/ocr-b/OCRB.otf", 0),
    "sans": ("truetype/dejavu/DejaVuSans.ttf", 0),
    "sans-bold": ("truetype/dejavu/DejaVuSans-Bold.ttf", 0),
    "arial": ("truetype/liberation/LiberationSans-Regular.ttf", 0),
    "arial-bold": ("truetype/liberation/LiberationSans-Bold.ttf", 0),
    "narrow": ("truetype/liberation/LiberationSansNarrow-Regular.ttf", 0),
    "serif": ("truetype/liberation/LiberationSerif-Regular.ttf", 0),
    "mono": ("truetype/liberation/LiberationMono-Bold.ttf", 0),
    "zh": ("opentype/noto/NotoSansCJK-Regular.ttc", 2),
    "zh-bold": ("opentype/noto/NotoSansCJK-Bold.ttc", 2),
    "zh-hant": ("opentype/noto/NotoSansCJK-Regular.ttc", 3),
    "zh-hant-bold": ("opentype/noto/NotoSansCJK-Bold.ttc", 3),
    "song": ("opentype/noto/NotoSerifCJK-Regular.ttc", 2),
    "arabic": ("truetype/noto/NotoNaskhArabic-Regular.ttf", 0),
    "arabic-bold": ("truetype/noto/NotoNaskhArabic-Bold.ttf", 0),
    "thai": ("truetype/noto/NotoSansThai-Regular.ttf", 0),
    "thai-bold": ("truetype/noto/NotoSansThai-Bold.ttf", 0),
    "thai-loma": ("truetype/tlwg/Loma.ttf", 0),
    "loma-bold": ("truetype/tlwg/Loma-Bold.ttf", 0),
    "garuda-bold": ("truetype/tlwg/Garuda-Bold.ttf", 0),
    "padauk": ("truetype/padauk/Padauk-Regular.ttf", 0),
    "khmer-text": ("truetype/khmeros/KhmerOSsiemreap.ttf", 0),
    "khmer": ("truetype/khmeros/KhmerOS.ttf", 0),
    "myanmar": ("truetype/noto/NotoSansMyanmar-Regular.ttf", 0),
    # Liberation has no Vietnamese letters with two marks; these do.
    "noto": ("truetype/noto/NotoSans-Regular.ttf", 0),
    "noto-bold": ("truetype/noto/NotoSans-Bold.ttf", 0),
    "noto-serif": ("truetype/noto/NotoSerif-Regular.ttf", 0),
    "condensed": ("truetype/dejavu/DejaVuSansCondensed.ttf", 0),
    "dejavu-serif": ("truetype/dejavu/DejaVuSerif.ttf", 0),
    "noto-display": ("truetype/noto/NotoSansDisplay-Regular.ttf", 0),
}
PACKAGES = (
    "fonts-ocr-b",
    "fonts-dejavu-core",
    "fonts-dejavu-extra",
    "fonts-liberation",
    "fonts-noto-core",
    "fonts-noto-cjk",
    "fonts-khmeros",
    "fonts-thai-tlwg",
    "fonts-sil-padauk",
)


def missing(*roles: str) -> list[str]:
    """Return the roles (all of them by default) whose font file this machine lacks."""
    return [role for role in roles or tuple(_FILES) if not (_ROOT / _FILES[role][0]).exists()]


@lru_cache(maxsize=64)
def characters(name: str, index: int = 0) -> frozenset[int]:
    """Return the code points that a font file below /usr/share/fonts has glyphs for."""
    with TTFont(_ROOT / name, fontNumber=index, lazy=True) as face:
        return frozenset(face.getBestCmap())


def uncovered(role: str, text: str) -> str:
    """Return the characters of a text that the font of a role would draw as empty boxes."""
    known = characters(*_FILES[role])
    return "".join(char for char in text if char != " " and ord(char) not in known)


@lru_cache(maxsize=256)
def font(role: str, size: int) -> ImageFont.FreeTypeFont:
    """Return the font of a role at a size in pixels; complex scripts are shaped if raqm is there."""
    name, index = _FILES[role]
    return load(name, size, index=index)


@lru_cache(maxsize=256)
def load(
    name: str, size: int, *, index: int = 0, layout: ImageFont.Layout | None = None
) -> ImageFont.FreeTypeFont:
    """Return a font file below /usr/share/fonts at a size in pixels; `layout` forces an engine."""
    return ImageFont.truetype(str(_ROOT / name), size, index=index, layout_engine=layout)
