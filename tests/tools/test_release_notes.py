"""Change fragments become a section of the changelog."""

from __future__ import annotations

import datetime as dt

import pytest

from scripts import release_notes

DAY = dt.date(2030, 1, 2)


def test_fragments_become_a_section_by_area(tmp_path):
    (tmp_path / "README.md").write_text("not a fragment")
    (tmp_path / "billing.refunds.md").write_text("Refunds are\nfaster.\n")
    (tmp_path / "recognition.a.md").write_text("Reads A.")
    text = release_notes.released(
        "# Changelog\n\n## 0.2.0 (2026-12-01)\n", "0.3.0", DAY, release_notes.fragments(tmp_path)
    )
    assert text.split("\n## 0.2.0")[0] == (
        "# Changelog\n\n## 0.3.0 (2030-01-02)\n\n### Recognition\n\n- Reads A.\n\n"
        "### Billing\n\n- Refunds are faster.\n"
    )


def test_an_unknown_area_and_a_version_twice_are_refused(tmp_path):
    (tmp_path / "misc.x.md").write_text("x")
    with pytest.raises(ValueError, match=r"misc\.x\.md"):
        release_notes.fragments(tmp_path)
    with pytest.raises(ValueError, match=r"0\.3\.0"):
        release_notes.released("# Changelog\n\n## 0.3.0 (x)\n", "0.3.0", DAY, {})
