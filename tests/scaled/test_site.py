"""Web node, broker and workers as processes: answers, kills, drains, and no picture left behind."""

from __future__ import annotations

import io
import signal
import time

import pytest
import redis
from PIL import Image

pytestmark = pytest.mark.scaled


def picture() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((600, 400), 60).save(out, "PNG")
    return out.getvalue()


def counts(site) -> tuple[int, int]:
    """Return (successful call records, usage events)."""
    text = site.manage(
        "shell", "-v", "0", "-c",
        "from monitoring.models import CallRecord; from billing.models import UsageEvent;"
        "print(CallRecord.objects.filter(status=200).count(), UsageEvent.objects.count())",
    )  # fmt: skip
    calls, events = text.strip().splitlines()[-1].split()
    return int(calls), int(events)


def test_a_site_answers_survives_kills_and_bills_once(site):
    image = picture()
    site.until_answered(image)
    answers = [site.call(image) for _ in range(10)]
    assert [status for status, _ in answers] == [200] * 10, answers
    answered = 11

    # A killed worker: an error that names the trouble, quickly; nothing hangs.
    site.end("worker", number=signal.SIGKILL)
    started = time.monotonic()
    status, body = site.call(image)
    assert status >= 500
    assert body["error_code"].startswith("ModelArts.")
    assert time.monotonic() - started < 11
    site.worker()
    back = site.until_answered(image)
    answered += 1
    assert back < 60

    # A second worker takes over while the first one drains.
    site.worker("second")
    time.sleep(6)
    site.end("worker")
    assert [site.call(image)[0] for _ in range(3)] == [200] * 3
    answered += 3
    assert counts(site) == (answered, answered)

    # Neither picture nor result stays anywhere.
    store = redis.Redis.from_url(site.environ["REDIS_URL"])
    left = [key for key in store.scan_iter("ocr:*") if key.startswith((b"ocr:call", b"ocr:result"))]
    assert left == []
    files = [path for path in site.folder.rglob("*") if path.is_file()]
    assert not [path for path in files if image[100:160] in path.read_bytes()]


def test_periodic_jobs_run_by_beat(site):
    site.worker("periodic", queues="periodic")
    site.start_celery("beat", "beat")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        waiting = site.manage(
            "shell", "-v", "0", "-c",
            "from monitoring.models import CallRecord;"
            "print(CallRecord.objects.filter(rolled_up=False).count())",
        )  # fmt: skip
        if waiting.strip().splitlines()[-1] == "0":
            return
        time.sleep(1)
    raise AssertionError((site.folder / "beat.log").read_text()[-2000:])


def test_web_node_needs_no_ocr_library(site):
    heavy = {"numpy", "cv2", "onnxruntime", "paddleocr", "tesserocr", "pikepdf", "pypdfium2"}
    loaded = site.manage(
        "shell", "-v", "0", "-c",
        "import sys, config.urls, config.celery; print(' '.join(m for m in sys.modules if '.' not in m))",
    )  # fmt: skip
    assert heavy & set(loaded.split()) == set()
