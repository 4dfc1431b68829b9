"""Extract functions that engine processes of the tests import by name."""

from __future__ import annotations

import os
import time

from ocr.page import SameSides, WrongDocument


def echo(page, options):
    """Return the caller's own word and the process that answered."""
    time.sleep(options.get("sleep", 0))
    return {"word": options["word"], "pid": os.getpid(), "size": page.image.pixels.shape[:2]}


def die(page, options):
    """End the process as the kernel would."""
    os.kill(os.getpid(), 9)


def wrong(page, options):
    """Say that this is another document."""
    raise WrongDocument("no machine-readable zone", code="AIS.0122")


def twice(page, options):
    """Say that one side was shown twice."""
    raise SameSides


def broken(page, options):
    """Fail with a message that quotes the image."""
    raise KeyError("JOHN DOE")


def modules(page, options):
    """Return which heavy or forbidden modules the process has loaded."""
    import sys

    names = ("django", "numpy", "modelscope", "huggingface_hub")
    return [name for name in names if name in sys.modules]
