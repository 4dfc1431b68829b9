"""The explorer's generated code runs as it is, in every language that this machine has."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ocr import catalog
from portal.code_samples import call_of
from tests.conftest import ROOT, Live

CODE = ROOT / "portal" / "static" / "portal" / "code.js"
SAMPLE = ROOT / "ocr" / "samples" / "passport.jpg"
# Language → file name, command, the program that it needs.
RUN = {
    "curl": ("example.sh", ["bash", "example.sh"], "curl"),
    "python": ("example.py", [sys.executable, "example.py"], sys.executable),
    "requests": ("example.py", [sys.executable, "example.py"], sys.executable),
    "node": ("example.mjs", ["node", "example.mjs"], "node"),
    "go": ("example.go", ["go", "run", "example.go"], "go"),
    "php": ("example.php", ["php", "example.php"], "php"),
    "java": ("Example.java", ["java", "Example.java"], "java"),
}
PARSE = """import javax.tools.*; import java.util.*; import java.nio.file.*; import com.sun.source.util.*;
public class Parse { public static void main(String[] args) throws Exception {
  JavaCompiler javac = ToolProvider.getSystemJavaCompiler(); DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
  StandardJavaFileManager files = javac.getStandardFileManager(found, null, null);
  JavacTask task = (JavacTask) javac.getTask(null, files, found, null, null, files.getJavaFileObjects(Path.of(args[0])));
  task.parse(); for (Diagnostic<?> row : found.getDiagnostics()) System.out.println(row);
  System.exit(found.getDiagnostics().isEmpty() ? 0 : 1); } }
"""


def written(language: str, call: dict[str, Any]) -> str:
    # Handed over as text: a Node.js before 20 takes a file `.js` with `export` for no module.
    script = (
        f"{CODE.read_text()}\n"
        f"process.stdout.write(generate({json.dumps(language)}, {json.dumps(call)}));"
    )
    command = ["node", "--input-type=module", "-e", script]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def call(live: Live, code: str = "passport", **more: Any) -> dict[str, Any]:
    """Return what the page hands to code.js for the demo's administrator."""
    known = live.credentials
    from iam.principal import Principal

    principal = Principal(
        account_id=known["domain_id"], account_name=known["account"],
        user_id=known["users"]["admin"]["id"], user_name=known["users"]["admin"]["name"],
        method="session", project_id=known["project_id"], project_name=known["region"],
    )  # fmt: skip
    return {**call_of(catalog.BY_CODE[code], principal, ""), "endpoint": live.url, **more}


def run(language: str, live: Live, folder: Path, **more: Any) -> str:
    if shutil.which("node") is None:
        pytest.skip("Node.js is not installed: nothing writes the code")
    name, command, program = RUN[language]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    shutil.copy(SAMPLE, folder / "document.jpg")
    (folder / name).write_text(written(language, call(live, **more)))
    admin = live.credentials["users"]["admin"]
    environ = {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder), "GOCACHE": str(folder / "go"), "GOFLAGS": "-mod=mod",
        "OCR_PASSWORD": admin["password"], "OCR_AK": admin["access_key"], "OCR_SK": admin["secret_key"],
    }  # fmt: skip
    done = subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("language", ["curl", "python", "requests", "node", "go", "php"])
def test_the_code_reads_the_document(language: str, live: Live, tmp_path: Path) -> None:
    found = run(
        language, live, tmp_path, options={"country_code": "GENERAL"}, enterpriseProject="0"
    )
    assert "passport_number" in found
    assert "error_code" not in found


def test_java_without_the_sdk_runs(live: Live, tmp_path: Path) -> None:
    found = run("java", live, tmp_path, sdk="", options={"country_code": "GENERAL"})
    assert "passport_number" in found


@pytest.mark.parametrize("changes", [{}, {"url": "https://example.org/a.png"}])
def test_java_with_the_sdk_parses(live: Live, tmp_path: Path, changes: dict[str, Any]) -> None:
    if shutil.which("javac") is None or shutil.which("node") is None:
        pytest.skip("no Java compiler or no Node.js on this machine")
    options = {"country_code": "GENERAL", "flags": ["a", "b"], "page": 2, "deep": True}
    text = written("java", call(live, options=options, enterpriseProject="0", **changes))
    (tmp_path / "Example.java").write_text(text)
    (tmp_path / "Parse.java").write_text(PARSE)
    done = subprocess.run(
        ["java", "Parse.java", "Example.java"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
