"""The explorer's generated code is well formed, with every option, and names classes that exist."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import huaweicloudsdkocr.v1 as sdk
import pytest

from ocr import catalog

CODE = Path(__file__).resolve().parents[2] / "portal" / "static" / "portal" / "code.js"
NODE = shutil.which("node")
CALL = {
    "endpoint": "http://127.0.0.1:8000", "project": "0" * 32, "projectName": "ap-southeast-2",
    "account": "demo", "user": "o'neil", "code": "general-text", "sdk": "GeneralText",
    "path": f"/v2/{'0' * 32}/ocr/general-text", "enterpriseProject": "",
    "options": {"detect_direction": True, "language": "en", "pdf_page_number": 2},
}  # fmt: skip
needs_node = pytest.mark.skipif(NODE is None, reason="Node.js is not installed")


def generated(language: str, **changes: Any) -> str:
    call = json.dumps({**CALL, **changes})
    # Handed over as text: a Node.js before 20 takes a file `.js` with `export` for no module.
    script = f"{CODE.read_text()}\nprocess.stdout.write(generate({json.dumps(language)}, {call}));"
    command = [NODE or "node", "--input-type=module", "-e", script]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@needs_node
@pytest.mark.parametrize("changes", [{}, {"url": "https://example.org/a.png"}, {"options": {}}])
def test_code_is_well_formed(changes: dict[str, Any], tmp_path: Path) -> None:
    for language in ("python", "requests"):
        ast.parse(generated(language, **changes))
    shell = generated("curl", **changes)
    subprocess.run(["bash", "-n"], input=shell, text=True, check=True)
    module = tmp_path / "example.mjs"
    module.write_text(generated("node", **changes))
    subprocess.run([NODE or "node", "--check", str(module)], check=True)
    for language in ("go", "java", "php"):
        text = generated(language, **changes)
        assert text.count("{") == text.count("}")
        assert CALL["endpoint"] in text


@needs_node
def test_the_shell_pipe_sends_valid_json(tmp_path: Path) -> None:
    picture = tmp_path / "document.jpg"
    picture.write_bytes(b"\x00picture")
    for options in ({}, CALL["options"]):
        text = generated("curl", file=str(picture), options=options)
        line = next(row for row in text.splitlines() if row.startswith("{ printf"))
        sent = subprocess.run(
            ["bash", "-c", line.rstrip("| ")], capture_output=True, text=True, check=True
        ).stdout
        assert json.loads(sent) == {"image": "AHBpY3R1cmU=", **options}  # type: ignore[dict-item]


@pytest.mark.parametrize("service", catalog.SERVICES, ids=lambda service: service.code)
def test_the_sdk_has_the_named_classes(service: Any) -> None:
    name = service.sdk_name
    if name:
        assert hasattr(sdk, f"Recognize{name}Request")
        assert hasattr(sdk, f"{name}RequestBody")
    else:
        assert service.sdk_class == "", "only a row that says so is left out of the SDK's samples"
