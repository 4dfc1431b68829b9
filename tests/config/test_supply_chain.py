"""The bill of materials is valid and whole; an audit is strict wherever there is an answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ocr.vision import model_files
from tools import audit, sbom


def test_the_sbom_is_valid_and_names_packages_weights_and_scripts() -> None:
    made = sbom.sbom()
    assert sbom.problem(json.dumps(made)) == ""
    components = {row["bom-ref"]: row for row in made["components"]}
    assert len(components) == len(made["components"])
    (django,) = [row for ref, row in components.items() if ref.startswith("pkg:pypi/django@")]
    assert len(django["properties"][0]["value"]) == 64
    for row in model_files.WEIGHTS:
        assert components[f"weights/{row.place}"]["hashes"][0]["content"] == row.sha256
    assert "ocr/vision/weights/thai-plate.onnx" in components
    files = [file for row in components.values() for file in row.get("components", ())]
    known = json.loads((sbom.VENDORED / "vendor.json").read_text())["sha256"]
    assert {file["name"] for file in files} == set(known)


def test_a_document_against_the_schema_is_refused() -> None:
    assert sbom.problem(json.dumps({**sbom.sbom(), "components": [{"name": "no type"}]}))


def test_a_vendored_file_that_was_changed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "htmx").mkdir()
    (tmp_path / "htmx" / "htmx.min.js").write_text("changed")
    (tmp_path / "vendor.json").write_text(
        json.dumps({"packages": {"htmx": "htmx.org 2"}, "sha256": {"htmx/htmx.min.js": "0" * 64}})
    )
    monkeypatch.setattr(sbom, "VENDORED", tmp_path)
    with pytest.raises(ValueError, match=r"htmx/htmx\.min\.js"):
        list(sbom.scripts())


def row(name: str, **more: object) -> dict[str, object]:
    return {"name": name, "version": "1", "vulns": [], **more}


def test_an_audit_fails_on_a_vulnerability_and_on_a_package_that_was_left_out() -> None:
    found = [{"id": "GHSA-1", "fix_versions": ["2"]}]
    status, lines = audit.judged({"dependencies": [row("a"), row("b", vulns=found)]})
    assert (status, lines) == (1, ["b 1: GHSA-1, fixed in 2"])
    skipped = {"name": "b", "skip_reason": "unknown"}
    assert audit.judged({"dependencies": [row("a"), skipped]}) == (1, ["not audited: b: unknown"])


def test_an_audit_without_answers_says_so() -> None:
    status, lines = audit.judged({"dependencies": [{"name": "a", "skip_reason": "unknown"}]})
    assert status == 0
    assert "nothing was audited" in lines[0]
    assert audit.judged({"dependencies": [row("a")]})[0] == 0
