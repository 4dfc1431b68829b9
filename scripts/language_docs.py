"""Write docs/languages.md from the table of scripts: `python scripts/language_docs.py`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = """# Scripts and languages

The scripts that the services recognise, the values of the `language` option that select each, the
recogniser, and the Debian package of its language pack. This page is written from the table in
`ocr/languages.py`.

"""
FOOT = """
- PP-OCRv6 recognises every line first. Lines of low confidence go to the recogniser of
  the script that `language` selects or, without it, of the script that is detected on the page.
- A language marked as not recognised is accepted as the API documents it. It changes nothing: the
  page is recognised as without `language`.
- The project's own recognisers are trained for cards and plates (`tools/training/README.md`); services
  for these documents use them by name.
- `make install` and the worker image install all packages named here; `manage.py doctor` lists those
  that a machine lacks. Fields in a script whose pack is missing stay empty.

To add a script, add its row to `ocr/languages.py` and run `python scripts/language_docs.py`. Nothing
else has to be changed.
"""


def text() -> str:
    """Return the page."""
    from ocr import languages

    return HEAD + languages.table() + FOOT


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    (ROOT / "docs" / "languages.md").write_text(text())
