"""Draw the images that the product ships in `ocr/samples`: `python -m tools.synthetic.samples [CODE ...]`."""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from tools.synthetic import sets
from tools.synthetic.photo import photograph

FOLDER = Path(__file__).resolve().parents[2] / "ocr" / "samples"
_FLAT = ("general-text",)  # shipped as a PNG file of the page itself


def random_of(code: str) -> random.Random:
    """Return the seeded source that the sample of a service is drawn from."""
    return random.Random(f"bundled sample {code}")


def write(code: str) -> Path:
    """Write the sample of one service and return its path."""
    rng = random_of(code)
    drawn = sets.sample(code, rng)
    path = FOLDER / f"{code}.{'png' if code in _FLAT else 'jpg'}"
    if code in _FLAT:
        drawn.image.save(path, optimize=True)
    else:
        path.write_bytes(photograph(drawn, rng, style="clean"))
    return path


def main() -> None:
    """Write the samples named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("codes", nargs="*", metavar="CODE")
    for code in parser.parse_args().codes or sets.codes():
        print(write(code).name)


if __name__ == "__main__":
    main()
