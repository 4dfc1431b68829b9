"""What deploy/ says agrees with the code: commands, queues, settings, the contract's proxy rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from config import env

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_units_start_what_exists(unit):
    text = unit.read_text()
    command = re.search(r"^ExecStart=(\S+) (.*)$", text, re.MULTILINE)
    assert command
    assert command[1].startswith("/opt/ocr-console/.venv/bin/")
    if managed := re.fullmatch(r"manage\.py (\w+)", command[2]):
        assert get_commands()[managed[1]] == "ocr"
    else:
        assert "config.celery" in command[2] or "config.gunicorn" in command[2]
    assert "LimitCORE=0" in text  # a core dump would hold pictures


def test_compose_names_known_settings_and_a_redis_without_disk():
    text = (DEPLOY / "compose.yml").read_text()
    assert '"--save", "", "--appendonly", "no"' in text
    known = {var.name for var in env.VARS} | {"REGION", "POSTGRES_USER", "POSTGRES_DB"}
    known.add("POSTGRES_PASSWORD")
    for name in re.findall(r"\b([A-Z][A-Z_]{3,}): ", text):
        assert name in known


def test_proxy_passes_what_is_signed():
    text = (DEPLOY / "nginx" / "ocr-console.conf").read_text()
    assert "proxy_set_header Host $http_host;" in text
    assert re.search(r"proxy_pass http://\w+;", text)  # without a path: the raw URI goes through
    assert "merge_slashes off;" in text
    assert "return 301" not in text
    assert "proxy_max_temp_file_size 0;" in text
