"""Throughput of job pages compared with the bare engine in the same processes, and CPU time outside it.

    python -m tools.bench.jobs --pages 40 --rounds 2
    python -m tools.bench.jobs --pages 40 --rounds 2 --pdf

A ZIP of small drawn cards, or a PDF of A4 pages of sixty lines, of which the bare engine is given the
images ready. Both ways take turns on the same images in the same engine processes, so that a busy machine slows
both. The ratio of wall times is what matters to a job; the CPU times do not depend on the neighbours.
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import tempfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tools.bench import test_site

POLL_S = 1.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument(
        "--pdf", action="store_true", help="A4 pages of one PDF, not cards of a ZIP"
    )
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-jobs-") as folder:
        os.environ["DATA_DIR"] = folder
        described = test_site.prepare(engine="onnx")
        _run(described, wanted.pages, wanted.rounds, pdf=wanted.pdf)


def _run(described: dict[str, Any], pages: int, rounds: int, *, pdf: bool) -> None:
    from ocr.engine import transport
    from ocr.jobs.runner import Runner

    transport.local().start()
    content = (
        book(pages)
        if pdf
        else archive([test_site.text_image(lines=10 + n % 4) for n in range(pages)])
    )
    images = drawn(content)
    bare, jobs, engine_cpu, web_cpu = [], [], [], []
    runner = Runner()
    principal = caller_of(described["domain_id"], described["project_id"])
    for _ in range(rounds):
        before = _engine_cpu()
        bare.append(_bare(images))
        engine_cpu.append((_engine_cpu() - before) / pages)
        job = start_job(principal, content)
        before = time.process_time()
        if not runner.is_alive():
            runner.start()
        jobs.append(until_done(job))
        web_cpu.append((time.process_time() - before) / pages)
    runner.stop()
    transport.stop()
    ratio = statistics.median(b / j for b, j in zip(bare, jobs, strict=True))
    print(f"bare engine   {pages / statistics.median(bare):.2f} pages/s")
    print(
        f"job           {pages / statistics.median(jobs):.2f} pages/s, {ratio:.3f} of the bare engine"
    )
    print(
        f"CPU per page  engine {min(engine_cpu) * 1000:.0f} ms, runner {min(web_cpu) * 1000:.1f} ms"
    )


def _bare(images: list[bytes]) -> float:
    """Return the seconds that the engine takes when an image is always waiting for it.

    As batch pages: for some seconds after an interactive call a job leaves it a process free.
    """
    from django.conf import settings

    from ocr import profiles
    from ocr.catalog import BY_CODE
    from ocr.engine import transport
    from ocr.recognize import checked_options

    service = BY_CODE["general-text"]
    options = checked_options(service, {})
    started = time.perf_counter()
    with ThreadPoolExecutor(settings.ENGINE_PROCESSES + 2) as threads:
        for _ in threads.map(
            lambda image: transport.recognize(
                image,
                extract=service.extractor.extract,
                options=options,
                profile=service.profile,
                urgency=profiles.BATCH,
            ),
            images,
        ):
            pass
    return time.perf_counter() - started


def caller_of(account: str, project: str) -> Any:
    """Return the owner of an account in one of its projects, subscribed to everything."""
    from config.management.commands.up import open_services
    from iam import authn
    from iam import selectors as iam

    principal = authn.principal_for(iam.owner(account), project=iam.project(account, project))
    open_services(account_id=account, region=principal.region)
    return principal


def archive(images: list[bytes]) -> bytes:
    """Return a ZIP of images."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for number, image in enumerate(images):
            made.writestr(f"{number:04d}.jpg", image)
    return out.getvalue()


def book(pages: int) -> bytes:
    """Return a PDF of scanned A4 pages."""
    from PIL import Image

    from tools.bench.engine import sheet

    page = Image.open(io.BytesIO(sheet()))
    out = io.BytesIO()
    page.save(out, "PDF", save_all=True, append_images=[page] * (pages - 1), resolution=150)
    return out.getvalue()


def drawn(content: bytes) -> list[bytes]:
    """Return the images of a ZIP or PDF as a job gives them to the engine."""
    from ocr.jobs import sandbox_client

    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        source = Path(file.name)
        entries = sandbox_client.inspect(source, name="scans").entries
        return [
            sandbox_client.open_page(source, entry, number).image or b""
            for entry in entries
            for number in range(1, entry.pages + 1)
        ]


def start_job(principal: Any, content: bytes) -> str:
    """Start a job of a ZIP or PDF; return its id."""
    from ocr.jobs import services as jobs

    job = jobs.create(principal=principal, service="general-text")
    jobs.file_add(job, name="scans", chunks=[content])
    jobs.start(principal=principal, job=job)
    return str(job.id)


def until_done(job_id: str) -> float:
    """Wait for the end of a job; return the seconds from now to its end.

    The end is read from its row, so that it is seldom asked for: asking takes time from the engine.
    """
    from core import clock
    from ocr.jobs import selectors
    from ocr.models import Job

    began = clock.now()
    while (job := Job.objects.get(pk=job_id)).state == Job.RUNNING:
        time.sleep(POLL_S)
    assert job.state == Job.DONE and job.finished_at, selectors.counts([job])
    return (job.finished_at - began).total_seconds()


def _engine_cpu() -> float:
    from ocr.engine import transport

    ticks = 0
    for pid in transport.local().pool.pids():  # type: ignore[attr-defined]
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
