"""Every string of the console is translated, and every template text goes through gettext."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import pytest

from tests.test_house import ROOT, SOURCES

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# Names and abbreviations that are the same in every language.
SAME = {
    "OCR", "Console", "CSV", "XLSX", "JSON", "UTC", "POST", "credentials", "csv", "ocr", "doctype", "html", "DOCTYPE",
}  # fmt: skip


def messages(template: str) -> set[str]:
    """Return the message ids of a template, as gettext knows them."""
    found = set(re.findall(r"{%\s*translate \"((?:[^\"\\]|\\.)+)\"", template))
    found |= set(re.findall(r"{%\s*translate '((?:[^'\\]|\\.)+)'", template))
    blocks = re.findall(
        r"{%\s*blocktranslate[^%]*%}(.*?){%\s*(?:plural|endblocktranslate)\s*%}", template, re.S
    )
    for block in blocks:
        text = " ".join(block.split()).replace("%", "%%")
        found.add(re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", text))
    return found


@pytest.mark.parametrize("language", ["zh_Hans", "ar"])
def test_every_template_string_is_translated(language: str) -> None:
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        known = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    ids = {key if isinstance(key, str) else key[0] for key in known}
    missing = {
        (path.name, text)
        for path in TEMPLATES
        for text in messages(path.read_text())
        if text not in ids and text.replace("%", "%%") not in ids
    }
    assert not missing


@pytest.mark.parametrize("language", ["zh_Hans", "ar"])
def test_no_entry_is_empty_or_fuzzy(language: str) -> None:
    text = (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").read_text()
    assert ", fuzzy" not in text
    entries = text.split("\n\n")[1:]
    assert len(entries) > 300
    empty = [entry for entry in entries if re.search(r'^msgstr(\[\d\])? ""$', entry, re.M)]
    assert not [entry for entry in empty if not re.search(r'^msgstr[^\n]* ""\n"', entry, re.M)]


@pytest.mark.parametrize("language", ["zh_Hans", "ar"])
def test_the_python_strings_are_in_the_catalogue(language: str) -> None:
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        catalog = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    known = {key if isinstance(key, str) else key[0] for key in catalog}
    wanted = set()
    for path in SOURCES:
        found = re.findall(
            r"\b(?:_|gettext(?:_lazy|_noop)?)\(\s*((?:\"[^\"]*\"\s*)+)\)", path.read_text()
        )
        wanted |= {"".join(re.findall(r"\"([^\"]*)\"", text)) for text in found}
    assert len(wanted) > 500
    assert sorted(wanted - known) == [], "run: make messages, then translate"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_text_without_gettext(path: Path) -> None:
    text = re.sub(r"{%\s*comment\s*%}.*?{%\s*endcomment\s*%}", "", path.read_text(), flags=re.S)
    text = re.sub(r"{%\s*blocktranslate.*?endblocktranslate\s*%}", "", text, flags=re.S)
    text = re.sub(r"{%.*?%}|{{.*?}}", "", text, flags=re.S)
    attributes = " ".join(re.findall(r"(?:aria-label|placeholder|title|alt)=\"([^\"]*)\"", text))
    text = re.sub(r"<(code|kbd|title)\b[^>]*>.*?</\1>", "", text, flags=re.S)
    text = re.sub(r"<[^>]*>", " ", text, flags=re.S)
    attributes = re.sub(r"https?://\S*", "", attributes)
    left = set(re.findall(r"[A-Za-z]{3,}", text + attributes)) - SAME
    assert not left
