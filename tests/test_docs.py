"""What the documentation names exists: links, anchors, files, modules, commands; its debugging snippet runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.conftest import models_dir
from tests.test_house import HISTORY, ROOT

PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "billing/*.md", "tools/**/*.md", "changelog.d/*.md")
    for path in ROOT.glob(pattern)
)
TOP = "config|core|iam|billing|monitoring|ocr|portal|templates|tests|tools|clients|docs|deploy|scripts|requirements|locale"


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page's headings, as code hosts make them."""
    heads = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower().strip()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    # Fragments of the changelog become a part of CHANGELOG.md.
    folder = ROOT if page.parent.name == "changelog.d" and page.name != "README.md" else page.parent
    dead = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        name, _, anchor = link.partition("#")
        if link.startswith(("http:", "https:", "mailto:")):
            continue
        target = (folder / name) if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    assert not dead


@pytest.mark.parametrize(
    "page", [page for page in PAGES if not HISTORY.search(name_of(page))], ids=name_of
)
def test_files_and_commands_exist(page: Path) -> None:
    text = page.read_text()
    code = "\n".join(re.findall(r"```.*?```", text, re.S) + re.findall(r"`[^`\n]+`", text))
    files = set(re.findall(rf"(?<![\w/.<$}}-])((?:{TOP})/[\w./-]*\w)(?![\w<*{{…]|/[<{{*])", code))
    missing = {name for name in files if not (ROOT / name).exists()}
    makefile = (ROOT / "Makefile").read_text()
    targets = {
        word for line in re.findall(r"\bmake ((?:[a-z-]+ ?)+)", code) for word in line.split()
    }
    missing |= {f"make {one}" for one in targets if not re.search(rf"^{one}:", makefile, re.M)}
    commands = set(re.findall(r"manage\.py (?:[a-z_]+=\S+ )*([a-z_]+)", code))
    missing |= {f"manage.py {one}" for one in commands if one not in get_commands()}
    modules = set(re.findall(rf"python -m ((?:{TOP})[\w.]*)", code))
    for module in modules:
        path = ROOT / module.replace(".", "/")
        if not path.with_suffix(".py").exists() and not (path / "__main__.py").exists():
            missing.add(f"python -m {module}")
    assert not missing


@pytest.mark.engine
def test_the_debugging_snippet_runs() -> None:
    from ocr.vision import model_files

    models = Path(models_dir())
    model_files.lay_out(models)
    text = (ROOT / "CONTRIBUTING.md").read_text()
    snippet = re.search(r"^\.venv/bin/python -c '\n(.*?)^'$", text, re.S | re.M)
    assert snippet
    done = subprocess.run(
        [sys.executable, "-c", snippet[1].replace('"var/models"', repr(str(models)))],
        cwd=ROOT, env={**os.environ, "PYTHONBREAKPOINT": "0"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "LINDQVIST" in done.stdout
