"""How the suite is spread over the processes of pytest-xdist: by file, the longest first.

A file stays in one process, because its fixtures of module scope (a site, a server, a browser) are dear.
Files of `SPREAD` have none and are long: each of their tests goes to whichever process is free. Files of
`LONG` are started first, so that no process works alone at the end.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

SPREAD = ("tests/browser/test_every_page.py", "tests/browser/test_journeys.py")
# In the order of their time, measured on two cores.
LONG = (
    "tests/browser/test_every_page.py",
    "tests/scaled/",
    "tests/ocr/jobs/test_live_jobs.py",
    "tests/billing/test_exactly_once.py",
    "tests/cli/test_recognize.py",
    "tests/e2e/",
    "tests/browser/",
    "tests/iam/test_iam_clients.py",
    "tests/ocr/extractors/",
    "tests/config/",
    "tests/monitoring/",
)
# A fixture → the mark of what it starts; a test that asks for it carries the mark without writing it.
MARKS = {"live": "e2e", "visit": "browser", "models": "engine", "site": "scaled", "bare_site": "scaled"}  # fmt: skip


class LongestFirst(LoadScopeScheduling):
    """Hand out files in the order in which they were collected, and single tests of `SPREAD`."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return nodeid if file in SPREAD else file


def rank(item: pytest.Item) -> int:
    """Return the position of a test's file in `LONG`; the others follow."""
    return next((at for at, start in enumerate(LONG) if item.nodeid.startswith(start)), len(LONG))


def mark(item: pytest.Item) -> None:
    """Add the marks of what a test's fixtures start."""
    for fixture in getattr(item, "fixturenames", ()):
        if name := MARKS.get(fixture):
            item.add_marker(getattr(pytest.mark, name))


def scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Return the scheduler of a run."""
    config.option.loadscopereorder = False  # the order is that of `rank`
    return LongestFirst(config, log)
