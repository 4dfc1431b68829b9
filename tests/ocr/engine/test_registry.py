"""One row adds an engine: settings help, checks, doctor, health, transport and engine processes follow."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import RequestFactory

from config import checks, doctor, env, health
from ocr.engine import engine_process, registry, transport
from ocr.engine.ipc import Setup
from ocr.engine.registry import EngineRow

ROOT = Path(__file__).resolve().parents[3]


class CountingEngine:
    """An engine of a test: counts how often it was warmed."""

    name = "counting"

    def __init__(self, models):
        self.models, self.warmed = models, 0

    def warm(self):
        self.warmed += 1


@pytest.fixture
def new_row(monkeypatch) -> EngineRow:
    row = EngineRow("counting", "a test", f"{__name__}:CountingEngine")
    monkeypatch.setattr(registry, "ENGINES", (*registry.ENGINES, row))
    return row


def test_rows_are_complete_and_unique():
    names = registry.names()
    assert len(names) == len(set(names))
    assert registry.DEFAULT in names
    assert all(row.help for row in registry.ENGINES)


@pytest.mark.parametrize(
    "row", [row for row in registry.ENGINES if row.factory], ids=lambda row: row.name
)
def test_a_row_names_its_class(row):
    assert registry.load(row.factory).name == row.name


def test_the_settings_help_and_page_derive_from_the_rows():
    help_text = next(var.help for var in env.VARS if var.name == "ENGINE")
    for row in registry.ENGINES:
        assert f"{row.name} ({row.help})" in help_text
    assert help_text in (ROOT / "docs" / "settings.md").read_text()


def test_an_unknown_engine_is_refused_by_name(settings):
    settings.ENV = {**settings.ENV, "ENGINE": "abacus"}
    (found,) = [one for one in checks.modes(None) if one.id == "config.E020"]
    assert all(name in found.msg for name in registry.names())
    with pytest.raises(LookupError):
        registry.row("abacus")


def test_checks_accept_a_new_row(settings, new_row):
    settings.ENV = {**settings.ENV, "ENGINE": new_row.name}
    assert not [one for one in checks.modes(None) if one.id == "config.E020"]


def test_an_engine_process_loads_a_new_row(new_row, tmp_path):
    engine = engine_process.load_engine(Setup(new_row.name, str(tmp_path)))
    assert (type(engine).__name__, engine.models, engine.warmed) == ("CountingEngine", tmp_path, 1)
    assert engine_process.load_engine(Setup("recorded", "")) is None


def test_doctor_health_and_transport_follow_a_new_row(db, settings, new_row, monkeypatch, tmp_path):
    settings.ENGINE, settings.MODELS_DIR = new_row.name, tmp_path
    (found,) = doctor._models()
    assert found.state == doctor.FAILED  # it recognises, so it needs models
    monkeypatch.setattr(transport, "_transport", None)
    assert json.loads(health.ready(RequestFactory().get("/")).content)["missing"] == ["engine"]
    made = []
    monkeypatch.setattr(transport, "LocalTransport", lambda: made.append("local"))
    transport.local()
    assert made == ["local"]
    monkeypatch.setattr(transport, "_transport", None)


def test_a_row_without_a_class_recognises_nothing(db, settings, monkeypatch):
    settings.ENGINE = "recorded"
    monkeypatch.setattr(transport, "_transport", None)
    (found,) = doctor._models()
    assert (found.state, found.detail) == (doctor.WARNING, "ENGINE=recorded reads nothing")
    assert json.loads(health.ready(RequestFactory().get("/")).content)["missing"] == []
    assert isinstance(transport.local(), transport.RecordedTransport)
    monkeypatch.setattr(transport, "_transport", None)


def engines_in(node: ast.AST) -> set[str]:
    return {
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and one.value in registry.names()
    }


def test_no_second_list_of_engines_and_no_comparison_with_a_name():
    second = []
    for app in ("config", "core", "iam", "billing", "monitoring", "ocr", "portal"):
        for path in (ROOT / app).rglob("*.py"):
            if path == ROOT / "ocr" / "engine" / "registry.py":
                continue
            tree = ast.parse(path.read_text())
            compared = [one for one in ast.walk(tree) if isinstance(one, ast.Compare)]
            if len(engines_in(tree)) >= 2 or any(engines_in(one) for one in compared):
                second.append(f"{path.relative_to(ROOT)}: {sorted(engines_in(tree))}")
    assert second == []


def test_the_table_itself_loads_no_model_library():
    script = "import sys; from ocr.engine import registry, engine_process; print([m for m in ('numpy', 'cv2', 'onnxruntime', 'django') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
