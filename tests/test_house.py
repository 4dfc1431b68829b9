"""Rules of the house that imports cannot show: where queries live, how long a file is, what docs say."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from config import env

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


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_file_is_short_and_says_its_job(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 500
    if text.strip():
        assert ast.get_docstring(ast.parse(text)), "the first line says the file's job"


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
