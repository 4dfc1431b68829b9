"""Rules of the house that imports cannot show: where queries live, how long a file is, what docs say."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from config import env
from tests import old_names

ROOT = Path(__file__).resolve().parent.parent
APPS = ("config", "core", "iam", "billing", "monitoring", "ocr", "clients", "portal")
SOURCES = sorted(
    path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts
)
# Where a query may be written: tables, reads, writes, the doors that look credentials up, jobs.
QUERY_ROOMS = re.compile(
    r"^(\w+/(models|selectors|services|management|admin)\b"
    r"|iam/(authn/\w+|authz|backends|api/tokens|api/credentials)\.py|billing/access\.py"
    r"|monitoring/(call_records|statistics|metrics|alarms|partitions)\.py"
    r"|monitoring/(rollup|notifications)/"
    r"|ocr/concurrency\.py|ocr/jobs/(selectors|leases|services|page_results|retention)\.py)"
)


# Tools and tests are as short as the apps; what others wrote and what was drawn is not ours to cut.
TOOLS = sorted(
    path for room in ("tools", "tests", "scripts") for path in (ROOT / room).rglob("*.py")
)
# Where old names are the subject: the table of them, the decision to leave them, and dated notes.
HISTORY = re.compile(
    r"^(tests/(old_names|test_house)\.py|docs/notes/|docs/adr/0040-|CHANGELOG|changelog\.d/)|/vendor/"
)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_file_is_short_and_says_its_job(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 500
    if text.strip():
        assert ast.get_docstring(ast.parse(text)), "the first line says the file's job"


@pytest.mark.parametrize("path", TOOLS, ids=relative)
def test_tools_and_tests_are_short(path: Path) -> None:
    assert path.read_text().count("\n") <= 500


def test_no_two_files_of_tests_have_a_name() -> None:
    """pytest imports them by their names alone."""
    names = [path.name for path in TOOLS if relative(path).startswith("tests/")]
    names = [name for name in names if name not in {"conftest.py", "__init__.py"}]
    assert not [name for name, count in Counter(names).items() if count > 1]


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_what_others_use_says_what_it_does(path: Path) -> None:
    silent = [
        node.name
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not silent


def test_no_old_name_is_left() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("no checkout: the files of the project cannot be told from others")
    found, patterns = [], old_names.patterns()
    for name in listed.stdout.splitlines():
        try:
            text = (ROOT / name).read_text()
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
        if not HISTORY.search(name):
            found += [
                f"{name}: {hit[0].strip()}" for each in patterns for hit in each.finditer(text)
            ]
    assert not found


@pytest.mark.parametrize(
    "text",
    [
        "see `ocr/parsing`",
        "ocr.engine.dispatch",
        "from ocr.intake import body",
        "ocr/batch/bell.py",
    ],
)
def test_an_old_name_is_seen(text: str) -> None:
    assert any(each.search(text) for each in old_names.patterns())


@pytest.mark.parametrize(
    "text",
    ["ocr/engine/process_pool.py", "ocr.jobs.runner", "from core import clock", "core.prepared_x"],
)
def test_a_name_of_today_is_no_old_one(text: str) -> None:
    assert not any(each.search(text) for each in old_names.patterns())


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_queries_stay_in_their_rooms(path: Path) -> None:
    text = path.read_text()
    if re.search(r"\.objects\b", text):
        assert QUERY_ROOMS.search(relative(path)), "move the query to selectors or services"
    assert "get_model(" not in text


def test_no_file_is_a_drawer() -> None:
    drawers = {"utils.py", "helpers.py", "common.py", "misc.py", "manager.py"}
    assert not [relative(path) for path in SOURCES if path.name in drawers]


def test_every_setting_is_documented() -> None:
    docs = (ROOT / "docs" / "settings.md").read_text()
    example = (ROOT / ".env.example").read_text()
    names = [var.name for var in env.VARS]
    assert len(names) == len(set(names))
    assert re.findall(r"^\| `(\w+)` \|", docs, re.MULTILINE) == names
    assert re.findall(r"^(\w+)=", example, re.MULTILINE) == names


def test_a_bad_setting_is_named() -> None:
    with pytest.raises(SystemExit, match="PORT"):
        env.read({"PORT": "eight"})
    with pytest.raises(SystemExit, match="DEBUG"):
        env.read({"DEBUG": "maybe"})


def test_functions_are_short() -> None:
    long = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > 60:
                    long.append(f"{relative(path)}:{node.name} {lines}")
    assert not long


def test_nothing_asks_for_digits_that_int_refuses() -> None:
    """`str.isdigit()` is true for `²` and `①`, on which `int()` raises: `isdecimal()`, or ASCII too."""
    asking = [relative(path) for path in SOURCES if ".isdigit()" in path.read_text()]
    assert asking == ["ocr/fields/check_digits.py"]
