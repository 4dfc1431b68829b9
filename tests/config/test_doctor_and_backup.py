"""Metrics, doctor, backup and restore."""

from __future__ import annotations

import sqlite3

import pytest
from django.db import connection
from django.test import Client

from config import backup, doctor
from iam.models import User


def test_metrics_count_calls_without_tenants(tenant, settings):
    settings.ENGINE = "recorded"
    path = f"/v2/{tenant.described['project_id']}/ocr/general-text"
    assert tenant.call("POST", path, {"image": 1}).status_code >= 400
    text = Client().get("/metrics").content.decode()
    assert 'ocr_calls_total{service="general-text",status="4' in text
    assert "ocr_call_seconds_bucket" in text
    assert tenant.account_id not in text
    assert tenant.described["project_id"] not in text


def test_doctor_names_faults_with_advice(db, settings, tmp_path):
    settings.MODELS_DIR = tmp_path
    settings.ENGINE = "onnx"
    found = {one.name: one for one in doctor.findings()}
    assert found["database"].state == "ok"
    assert found["migrations"].state == "ok"
    assert found["engine models"].state == "failed"
    assert "ocr.vision.model_files" in found["engine models"].advice
    settings.ENCRYPTION_KEYS = ("nonsense",)
    found = {one.name: one for one in doctor.findings()}
    assert found["keys"].state == "failed"
    assert found["keys"].advice


@pytest.mark.parametrize("name", [name for name, _, _ in doctor.EXAMINATIONS])
def test_an_examination_that_fails_itself_is_a_finding_with_advice(name, db, monkeypatch):
    def broken():
        raise OSError("no such thing")

    rows = [(one, broken, advice) for one, _, advice in doctor.EXAMINATIONS if one == name]
    monkeypatch.setattr(doctor, "EXAMINATIONS", rows)
    (found,) = doctor.findings()
    assert (found.name, found.state, found.detail) == (name, "failed", "OSError: no such thing")
    assert found.advice


def test_every_fault_that_can_be_planted_has_advice(db, settings, tmp_path, monkeypatch):
    settings.DATA_DIR = settings.MODELS_DIR = tmp_path
    settings.ENGINE, settings.REDIS_URL = "onnx", "redis://127.0.0.1:9"
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "open").touch(mode=0o644)
    monkeypatch.setattr(doctor, "FREE_BYTES", 10**18)
    monkeypatch.setattr(doctor, "_ntp_offset", lambda: 600.0)
    monkeypatch.setattr(doctor.MigrationExecutor, "migration_plan", lambda *_: [("one", False)])
    faults = {one.name: one for one in doctor.findings() if one.state != doctor.OK}
    planted = {"migrations", "redis", "engine models", "keys", "disk"}
    if connection.vendor == "sqlite":  # PostgreSQL's own clock is asked where there is one
        planted.add("clock")
    assert planted <= faults.keys()
    assert [one.name for one in faults.values() if not one.advice] == []


@pytest.fixture
def folder(settings, tmp_path, monkeypatch):
    """An embedded installation's folder with a small database."""
    settings.DATA_DIR = tmp_path
    database = tmp_path / "db.sqlite3"
    with sqlite3.connect(database) as link:
        link.execute("CREATE TABLE t (x)")
        link.execute("INSERT INTO t VALUES (42)")
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "secret_key").write_text("old secret")
    monkeypatch.setattr(backup, "settings", settings)
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", database)

    class Quiet:
        vendor = "sqlite"

        def close(self):
            pass

    monkeypatch.setattr(backup, "connection", Quiet())
    return tmp_path


@pytest.mark.parametrize("passphrase", ["", "correct horse"])
def test_backup_restores_database_and_keys(folder, passphrase):
    archive = folder / "b.tar.gz"
    backup.backup(archive, passphrase=passphrase)
    assert archive.stat().st_mode & 0o077 == 0
    assert (b"old secret" in archive.read_bytes()) is False
    with sqlite3.connect(folder / "db.sqlite3") as link:
        link.execute("DELETE FROM t")
    (folder / "keys" / "secret_key").write_text("lost")
    backup.restore(archive, passphrase=passphrase)
    with sqlite3.connect(folder / "db.sqlite3") as link:
        assert link.execute("SELECT x FROM t").fetchall() == [(42,)]
    assert (folder / "keys" / "secret_key").read_text() == "old secret"


def test_a_wrong_passphrase_changes_nothing(folder):
    archive = folder / "b"
    backup.backup(archive, passphrase="right")
    for wrong in ("", "wrong"):
        with pytest.raises(backup.BackupError):
            backup.restore(archive, passphrase=wrong)
    assert (folder / "keys" / "secret_key").read_text() == "old secret"


def test_doctor_asks_the_engine_for_its_language_packs(db, settings, tmp_path):
    settings.TESSDATA_DIR = str(tmp_path)
    (tmp_path / "tha.traineddata").write_bytes(b"x")
    found = {one.name: one for one in doctor.findings()}["language packs"]
    assert found.state == "warning"
    assert "khmer (khm)" in found.detail
    assert "thai" not in found.detail
    assert "tesseract-ocr-fas" in found.advice


def test_doctor_has_a_page_for_operators_only(tenant):
    browser = Client(HTTP_HOST="testserver")
    owner = User.objects.get(account_id=tenant.account_id, is_owner=True)
    browser.force_login(owner)
    assert browser.get("/operator/doctor").status_code == 302
    User.objects.filter(pk=owner.pk).update(is_operator=True)
    answer = browser.get("/operator/doctor")
    assert answer.status_code == 200
    for finding in answer.context["rows"]:
        assert finding.name in answer.content.decode()
    names = {finding.name for finding in answer.context["rows"]}
    wanted = {
        "database",
        "broker",
        "engine models",
        "language packs",
        "clock",
        "disk",
        "keys",
        "migrations",
    }
    assert wanted <= names


def test_doctor_tells_of_a_planner_that_believes_in_turning_disks(db):
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL's planner only")
    with connection.cursor() as cursor:
        for cost, state in (("4", "warning"), ("1.1", "ok")):
            cursor.execute(f"SET LOCAL random_page_cost = {cost}")
            found = {one.name: one for one in doctor.findings()}["database planner"]
            assert (found.state, found.detail) == (state, f"random_page_cost is {cost}")
            assert bool(found.advice) is (state != "ok")
