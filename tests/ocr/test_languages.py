"""One table of scripts: what derives from it follows a new row, and no second list stands beside it."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import doctor
from ocr import language_packs, languages
from ocr.extractors import general_text
from ocr.vision import custom_recogniser
from scripts import language_docs

ROOT = Path(__file__).resolve().parents[2]
# The values of `language` in the API reference of General Text OCR, and Burmese and Persian. A row may add more.
DOCUMENTED = (
    "auto zh ms uk hi ru vi id th ar de la fr it es pt ro pl am ja ko tr no da sv km he en fa my"
)
NEW_ROW = (
    'Script("georgian", (("\\u10a0", "\\u10ff"),), ("ka",), TESSERACT, "kat", ("georgian-card",)),'
)


def offered_by_general_text() -> tuple[str, ...]:
    return next(one for one in general_text.OPTIONS if one.name == "language").choices


def test_the_documented_languages_are_offered():
    assert set(DOCUMENTED.split()) <= set(languages.offered())
    assert offered_by_general_text() == ("", *languages.offered())


def test_rows_are_complete_and_unique():
    names = [script.name for script in languages.SCRIPTS]
    codes = [code for script in languages.SCRIPTS for code in script.languages]
    assert len(names) == len(set(names))
    assert len(codes) == len(set(codes))
    for script in languages.SCRIPTS:
        assert script.recognizer in (languages.PP_OCR, languages.TESSERACT, "")
        assert bool(script.pack) == (script.recognizer == languages.TESSERACT)
        assert all(low <= high for low, high in script.ranges)
        assert script.variant_of in ("", *names)
    for name in languages.custom_recognizers():
        assert (custom_recogniser.FOLDER / f"{name}.onnx").is_file()
    assert len(list(custom_recogniser.FOLDER.glob("*.onnx"))) == len(languages.custom_recognizers())


@pytest.mark.parametrize(
    ("language", "script"),
    [("ar", "arabic"), ("fa", "persian"), ("uk", "cyrillic"), ("vi", "vietnamese"), ("en", ""), ("zh", ""), ("hi", ""), ("", "")],
)  # fmt: skip
def test_a_language_selects_its_script_where_it_has_a_recogniser_of_its_own(language, script):
    assert languages.script_of(language) == script


def test_a_language_without_a_recogniser_says_so(settings, tmp_path):
    assert languages.unrecognized() == ("am", "he", "hi")
    (found,) = doctor._language_packs()
    assert "offered without a recogniser: am, he, hi" in found.detail
    rows = [line for line in languages.table().splitlines() if "not recognised" in line]
    assert [re.findall(r"`(\w+)`", row) for row in rows] == [["hi"], ["he"], ["am"]]


def test_the_page_is_written_from_the_table():
    docs = ROOT / "docs" / "languages.md"
    assert docs.read_text() == language_docs.text(), "run: python scripts/language_docs.py"


def test_the_worker_image_installs_the_packs_of_the_table():
    image = (ROOT / "deploy" / "Dockerfile").read_text()
    assert "python -m ocr.language_packs --packages" in image
    assert "COPY ocr/__init__.py ocr/languages.py ocr/language_packs.py" in image


@pytest.fixture
def tree(tmp_path) -> Path:
    """Return a copy of what the installer needs, with one more row in the table."""
    for name in ("ocr/__init__.py", "ocr/languages.py", "ocr/language_packs.py"):
        target = tmp_path / name
        target.parent.mkdir(exist_ok=True)
        target.write_text((ROOT / name).read_text())
    table = tmp_path / "ocr" / "languages.py"
    table.write_text(
        table.read_text().replace("\n)  # fmt: skip", f"\n    {NEW_ROW}\n)  # fmt: skip", 1)
    )
    script = tmp_path / "scripts" / "language_packs.sh"
    script.parent.mkdir()
    script.write_text((ROOT / "scripts" / "language_packs.sh").read_text())
    return tmp_path


def test_the_installer_follows_a_new_row(tree):
    tools, log = tree / "bin", tree / "asked"
    tools.mkdir()
    for name, body in (("id", "echo 0"), ("apt-get", f'echo "$@" >> {log}')):
        (tools / name).write_text(f"#!/bin/sh\n{body}\n")
        (tools / name).chmod(0o755)
    environment = {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "TESSDATA_DIR": str(tree / "no packs here"),
    }
    subprocess.run(
        ["sh", str(tree / "scripts" / "language_packs.sh"), sys.executable],
        env=environment,
        check=True,
        capture_output=True,
    )
    asked = log.read_text().split()
    wanted = [one.package for one in languages.by_recognizer(languages.TESSERACT)]
    assert [word for word in asked if word.startswith("tesseract-")] == [
        *wanted,
        "tesseract-ocr-kat",
    ]


def test_the_packs_of_the_worker_image_follow_a_new_row(tree):
    done = subprocess.run(
        [sys.executable, "-m", "ocr.language_packs", "--packages"],
        cwd=tree,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split()[-1] == "tesseract-ocr-kat"


def test_what_runs_in_python_follows_a_new_row():
    script = f"""
import os, django
from ocr import languages
from ocr.languages import Script, TESSERACT
languages.SCRIPTS = (*languages.SCRIPTS, {NEW_ROW.rstrip(",")})
os.environ["DJANGO_SETTINGS_MODULE"], os.environ["TESSDATA_DIR"] = "config.settings", "/nonexistent"
django.setup()
from config import doctor
from ocr import language_packs
from ocr.catalog import BY_CODE
from ocr.vision import custom_recogniser
from scripts import language_docs
from portal import notices
choices = next(one for one in BY_CODE["general-text"].extractor.OPTIONS if one.name == "language").choices
assert "ka" in choices
assert languages.script_of("ka") == "georgian"
(finding,) = doctor._language_packs()
assert "georgian (kat)" in finding.detail and "tesseract-ocr-kat" in finding.advice
assert "tesseract-ocr-kat" in notices.languages_missing(BY_CODE["general-text"])
assert language_packs.available_scripts()["georgian"] is False
assert custom_recogniser.is_custom("georgian-card")
assert "| georgian | `ka` | Tesseract, own `georgian-card` | `tesseract-ocr-kat` |" in language_docs.text()
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


def sources() -> Iterator[Path]:
    """Yield the files in which a second list might be written; tests and docs only describe."""
    for app in ("config", "core", "iam", "billing", "ocr", "portal", "clients", "scripts"):
        for path in (ROOT / app).rglob("*"):
            if path.suffix in (".py", ".sh") and "migrations" not in path.parts:
                yield path
    yield from (path for path in (ROOT / "deploy").rglob("*") if path.is_file())
    yield ROOT / "Makefile"


def listed(tree: ast.AST) -> Iterator[set[str]]:
    """Yield the texts of every tuple, list, set and of the keys of every dictionary."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            items = node.elts
        elif isinstance(node, ast.Dict):
            items = [item for item in node.keys if item]
        else:
            continue
        yield {
            one.value
            for one in items
            if isinstance(one, ast.Constant) and isinstance(one.value, str)
        }


def test_no_second_list_of_scripts_languages_or_packs():
    codes = set(languages.offered()) - {languages.AUTO}
    names = {script.name for script in languages.SCRIPTS}
    packs = {script.pack for script in languages.by_recognizer(languages.TESSERACT)}
    second = []
    for path in sources():
        if path == ROOT / "ocr" / "languages.py":
            continue
        text = path.read_text(errors="replace")
        if re.search(r"tesseract-ocr-[a-z]{3}", text):
            second.append(f"{path.relative_to(ROOT)}: a package")
        if path.suffix != ".py":
            if len(packs & set(re.findall(r"\b[a-z]{3}\b", text))) >= 3:
                second.append(f"{path.relative_to(ROOT)}: packs")
            continue
        for texts in listed(ast.parse(text)):
            for kind in (codes, names, packs):
                if len(texts & kind) >= 4:
                    second.append(f"{path.relative_to(ROOT)}: {sorted(texts & kind)}")
    assert second == []


def test_a_second_list_would_be_seen():
    (texts,) = listed(ast.parse('X = ("ar", "th", "km", "my")'))
    assert len(texts & set(languages.offered())) >= 4


def test_the_command_names_what_is_missing(tmp_path, monkeypatch, capsys):
    (tmp_path / "tha.traineddata").touch()
    monkeypatch.setenv("TESSDATA_DIR", str(tmp_path))
    assert language_packs.main(["--missing"]) == 0
    assert "tha" not in capsys.readouterr().out.split()
    assert language_packs.main([]) == 0
    assert "tha" in capsys.readouterr().out.split()
