"""The scripts and languages of the product, one row a script. Pure.

The installer, the worker image, the doctor, `docs/languages.md` and the `language` option of the
services derive from this table; `python -m ocr.language_packs` prints what they need of it.
"""

from __future__ import annotations

from dataclasses import dataclass

AUTO = "auto"  # value of the `language` option: detect the script
PP_OCR = "pp-ocr"
TESSERACT = "tesseract"


@dataclass(frozen=True, slots=True)
class Script:
    """One script.

    `ranges` are the first and last character of each Unicode block of its letters. `languages` are
    the values of the API's `language` option that are written in it. `recognizer` is the engine that
    reads running text in it: `pp-ocr`, `tesseract` (with `pack`, the name of its language pack), or ""
    if the language is offered and not recognised. `custom` are the project's own recognisers, trained
    for cards and plates (`ocr.vision.custom_recogniser`). `stacked`: marks stand above and below the
    letters, and text detection splits them off. `variant_of` is the script with the same letters,
    from which this one is distinguished by its words. `distinct`: a confident result in it is never
    another script's text. `note` tells users of a limit.
    """

    name: str
    ranges: tuple[tuple[str, str], ...]
    languages: tuple[str, ...] = ()
    recognizer: str = ""
    pack: str = ""
    custom: tuple[str, ...] = ()
    stacked: bool = False
    variant_of: str = ""
    distinct: bool = False
    note: str = ""

    @property
    def package(self) -> str:
        """The Debian package of the language pack, "" without one."""
        return f"tesseract-ocr-{self.pack.replace('_', '-')}" if self.pack else ""

    def holds(self, character: str) -> bool:
        """Whether a character is one of the script's letters or marks."""
        return any(low <= character <= high for low, high in self.ranges)


_ARABIC = (("\u0600", "\u06ff"), ("\u0750", "\u077f"), ("\ufb50", "\ufeff"))
_LATIN = (("A", "Z"), ("a", "z"), ("\u00c0", "\u024f"))

# Tesseract's scripts are tried in this order when the script is to be detected.
SCRIPTS: tuple[Script, ...] = (
    Script("latin", _LATIN, ("en", "de", "fr", "it", "es", "pt", "ro", "pl", "la", "tr", "no", "da", "sv", "ms", "id"), PP_OCR),
    Script("chinese", (("\u3400", "\u4dbf"), ("\u4e00", "\u9fff")), ("zh",), PP_OCR),
    Script("japanese", (("\u3040", "\u30ff"), ("\u4e00", "\u9fff")), ("ja",), PP_OCR),
    Script("korean", (("\uac00", "\ud7a3"), ("\u3130", "\u318f")), ("ko",), TESSERACT, "kor", distinct=True),
    Script("arabic", _ARABIC, ("ar",), TESSERACT, "ara", stacked=True),
    Script("persian", _ARABIC, ("fa",), TESSERACT, "fas", stacked=True, variant_of="arabic"),
    Script("cyrillic", (("\u0400", "\u052f"),), ("ru", "uk"), TESSERACT, "rus", distinct=True, note="The pack is the Russian one: the Ukrainian letters і, ї, є and ґ are taken for others."),
    Script("thai", (("\u0e00", "\u0e7f"),), ("th",), TESSERACT, "tha", ("thai-plate",), stacked=True),
    Script("khmer", (("\u1780", "\u17ff"),), ("km",), TESSERACT, "khm", stacked=True),
    Script("burmese", (("\u1000", "\u109f"),), ("my",), TESSERACT, "mya", ("burmese-card",), stacked=True),
    Script("vietnamese", (*_LATIN, ("\u1ea0", "\u1eff")), ("vi",), TESSERACT, "vie", variant_of="latin", note="Only where the language is asked for: `auto` recognises it as Latin, without most letters that have marks."),
    Script("devanagari", (("\u0900", "\u097f"),), ("hi",)),
    Script("hebrew", (("\u0590", "\u05ff"),), ("he",)),
    Script("ethiopic", (("\u1200", "\u137f"),), ("am",)),
)  # fmt: skip


def by_name() -> dict[str, Script]:
    """Return the scripts by their name."""
    return {script.name: script for script in SCRIPTS}


def by_recognizer(recognizer: str) -> tuple[Script, ...]:
    """Return the scripts that a recogniser reads, in the order of the table."""
    return tuple(script for script in SCRIPTS if script.recognizer == recognizer)


def offered() -> tuple[str, ...]:
    """Return the values of the API's `language` option, `auto` first."""
    return (AUTO, *sorted(code for script in SCRIPTS for code in script.languages))


def unrecognized() -> tuple[str, ...]:
    """Return the offered languages that no recogniser reads."""
    return tuple(sorted(code for script in by_recognizer("") for code in script.languages))


def script_of(language: str) -> str:
    """Return the script that a `language` selects, "" where the usual recogniser is kept."""
    return next(
        (one.name for one in by_recognizer(TESSERACT) if language in one.languages),
        "",
    )


def custom_recognizers() -> tuple[str, ...]:
    """Return the names of the project's own recognisers."""
    return tuple(name for script in SCRIPTS for name in script.custom)


def table() -> str:
    """Return the scripts as the Markdown table of `docs/languages.md`."""
    rows = [
        "| Script | `language` | Recogniser | Debian package | Limits |",
        "|---|---|---|---|---|",
    ]
    for script in SCRIPTS:
        codes = ", ".join(f"`{code}`" for code in script.languages)
        readers = {PP_OCR: "PP-OCRv6", TESSERACT: "Tesseract", "": "none"}[script.recognizer]
        own = "".join(f", own `{name}`" for name in script.custom)
        package = f"`{script.package}`" if script.package else ""
        limits = " ".join(
            [*(["Offered, not recognised."] if not script.recognizer else []), script.note]
        ).strip()
        rows.append(f"| {script.name} | {codes} | {readers}{own} | {package} | {limits} |")
    return "\n".join(rows) + "\n"
