"""Fair scheduling: a small job and interactive calls during a large job of another account: `python -m tools.bench.fairness`.

The small job's time is compared with its time alone, the interactive calls' p95 with theirs on an idle
engine, all in one process with the real engine.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import tempfile
import threading
import time
from typing import Any

from tools.bench import jobs, test_site


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", type=int, default=1000)
    parser.add_argument("--small", type=int, default=10)
    parser.add_argument("--calls", type=int, default=60)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-fair-") as folder:
        os.environ["DATA_DIR"] = folder
        described = test_site.prepare(engine="onnx")
        print(json.dumps(_run(described, wanted.large, wanted.small, wanted.calls), indent=2))


def _run(described: dict[str, Any], large: int, small: int, calls: int) -> dict[str, Any]:
    from iam.selectors import main_projects
    from iam.services import accounts
    from ocr.engine import transport
    from ocr.jobs.runner import Runner
    from ocr.models import JobPage

    transport.local().start()
    many = jobs.caller_of(described["domain_id"], described["project_id"])
    other = accounts.account_create(name="smaller", owner_password=secrets.token_hex(12) + "aA1!")
    few = jobs.caller_of(other.id, main_projects(other.id)[0].id)
    images = [test_site.text_image(lines=10 + number % 4) for number in range(20)]
    runner = Runner()
    runner.start()
    _latencies(images, 10)
    quiet = _latencies(images, calls)
    alone = jobs.until_done(jobs.start_job(few, jobs.archive(images[:small])))
    big: list[str] = []
    starting = threading.Thread(
        target=lambda: big.append(
            jobs.start_job(many, jobs.archive([images[n % 20] for n in range(large)]))
        )
    )
    starting.start()
    beside = jobs.until_done(jobs.start_job(few, jobs.archive(images[:small])))
    starting.join()
    busy = _latencies(images, calls)
    left = JobPage.objects.filter(job_id=big[0]).exclude(state=JobPage.SUCCEEDED).count()
    runner.stop()
    transport.stop()
    return {
        "small_job_alone_s": round(alone, 2),
        "small_job_beside_s": round(beside, 2),
        "small_job_ratio": round(beside / alone, 2),
        "interactive_p95_alone_ms": round(quiet),
        "interactive_p95_beside_ms": round(busy),
        "interactive_ratio": round(busy / quiet, 2),
        "pages_of_the_large_job_left": left,
    }


def _latencies(images: list[bytes], count: int) -> float:
    """Return the 95th percentile in milliseconds of interactive calls, one after the other."""
    from ocr.catalog import BY_CODE
    from ocr.engine import transport
    from ocr.recognize import checked_options

    service = BY_CODE["general-text"]
    options = checked_options(service, {})
    found = []
    for number in range(count):
        began = time.perf_counter()
        transport.recognize(
            images[number % len(images)], extract=service.extractor.extract, options=options,
            profile=service.profile,
        )  # fmt: skip
        found.append((time.perf_counter() - began) * 1000)
        time.sleep(0.2)
    return sorted(found)[int(0.95 * (len(found) - 1))]


if __name__ == "__main__":
    main()
