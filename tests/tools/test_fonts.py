"""What the drawings need is what a machine is prepared with."""

from __future__ import annotations

import re
from pathlib import Path

from tools.synthetic import fonts

ROOT = Path(__file__).resolve().parents[2]


def test_the_test_command_installs_every_font_package():
    script = (ROOT / "scripts" / "prepare_tests.sh").read_text()
    (names,) = re.findall(r"^for font in (.+); do$", script, re.MULTILINE)
    assert set(fonts.PACKAGES) == set(names.split())
