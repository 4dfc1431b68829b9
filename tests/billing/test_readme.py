"""The page of invariants names tests that exist."""

import re
from pathlib import Path


def test_every_test_that_the_readme_names_exists():
    here = Path(__file__).parent
    named = re.findall(
        r"`(test_\w+\.py)::(test_\w+)`", (here.parents[1] / "billing/README.md").read_text()
    )
    assert len(named) > 25
    missing = [
        (file, name) for file, name in named if f"def {name}(" not in (here / file).read_text()
    ]
    assert missing == []
