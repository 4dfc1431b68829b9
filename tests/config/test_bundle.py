"""A bundle is refused where it does not fit or was changed; the installed wheel can be made again."""

from __future__ import annotations

import json
import sys
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from config import bundle, bundle_install
from config.bundle_install import BundleError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a bundle is made of, in small."""
    for name in (
        "wheels/a.whl",
        "models/tiny/x.onnx",
        "tessdata/tha.traineddata",
        "requirements.txt",
    ):
        path = tmp_path / "parts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "parts"


def changed(archive: Path, **manifest: Any) -> Path:
    """Write the archive again with another manifest or other files."""
    target = archive.with_suffix(".changed")
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        for row in old.infolist():
            content = old.read(row)
            if row.filename == bundle_install.MANIFEST:
                content = json.dumps({**json.loads(content), **manifest}).encode()
            new.writestr(row, content)
    return target


def test_a_bundle_lays_weights_and_packs_into_the_environment(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "b.pyz"
    bundle._archive(folder, archive, ["a.whl"])
    ran: list[list[str]] = []

    def run(command: list[str], environ: dict[str, str] | None = None) -> str:
        ran.append(command)
        if environ is not None:
            assert environ["PIP_NO_INDEX"] == "1"
            assert Path(environ["PIP_FIND_LINKS"], "a.whl").is_file()
        return f"{tmp_path / 'env'}\n"

    monkeypatch.setattr(bundle_install, "_run", run)
    assert bundle_install.main(["--venv", str(tmp_path / "env"), str(archive)]) == 0
    share = tmp_path / "env" / "share" / "ocr-console"
    assert (share / "models" / "tiny" / "x.onnx").read_text() == "models/tiny/x.onnx"
    assert (share / "tessdata" / "tha.traineddata").is_file()
    assert ran[0][1:3] == ["-m", "venv"]
    assert "ocr.vision.opencv_build" in ran[3]  # after what brings the other build


def test_another_python_or_platform_is_refused(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "b.pyz"
    bundle._archive(folder, archive, [])
    with pytest.raises(BundleError, match=r"Python 2\.7"):
        bundle_install.install(changed(archive, python="2.7"), None)
    with pytest.raises(BundleError, match="on plan9"):
        bundle_install.install(changed(archive, platform="plan9"), None)


def test_a_changed_file_is_refused_before_anything_is_installed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "b.pyz"
    bundle._archive(folder, archive, [])
    with zipfile.ZipFile(archive) as members:
        known = json.loads(members.read(bundle_install.MANIFEST))["sha256"]
    known["wheels/a.whl"] = "0" * 64
    monkeypatch.setattr(bundle_install, "_run", lambda *_: pytest.fail("something was run"))
    with pytest.raises(BundleError, match=r"wheels/a\.whl"):
        bundle_install.install(changed(archive, sha256=known), None)


def test_what_is_no_bundle_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x").write_text("no archive")
    assert bundle_install.main([str(tmp_path / "x")]) == 1
    assert "is not a bundle" in capsys.readouterr().err


def test_an_installed_distribution_becomes_a_wheel_again(tmp_path: Path) -> None:
    target = bundle.repacked("packaging", tmp_path)
    version = metadata.version("packaging")
    assert target.name == f"packaging-{version}-py3-none-any.whl"
    with zipfile.ZipFile(target) as wheel:
        names = set(wheel.namelist())
        record = wheel.read(f"packaging-{version}.dist-info/RECORD").decode()
    assert {"packaging/__init__.py", f"packaging-{version}.dist-info/WHEEL"} <= names
    assert not [name for name in names if name.endswith((".pyc", "INSTALLER")) or ".." in name]
    assert record.count("\n") == len(names)


def test_wheels_that_are_missing_are_named(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no wheel of ocr-console"):
        bundle._own_wheels(tmp_path, tmp_path)
    with pytest.raises(BundleError, match="--wheels"):
        bundle.repacked("no-such-distribution", tmp_path)


def test_the_installer_runs_with_the_standard_library_alone() -> None:
    source = Path(bundle_install.__file__).read_text()
    for line in source.splitlines():
        if line.startswith(("import ", "from ")):
            assert line.split()[1].partition(".")[0] in {*sys.stdlib_module_names}
