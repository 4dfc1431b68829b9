"""Celery tasks: recognise one image; run one periodic job. Each calls one function."""

from __future__ import annotations

from celery import shared_task

from core import jobs
from ocr.engine import broker_worker
from ocr.engine.broker_client import TASK


@shared_task(name=TASK, acks_late=True, ignore_result=True)
def recognize(call_id: str, region: str, deadline: float) -> str:
    """Execute one recognition call unless its caller has gone."""
    return broker_worker.execute(call_id, region, deadline)


@shared_task(name="ocr.run_job", ignore_result=True)
def run_job(name: str) -> bool:
    """Run one periodic job unless another node is running it."""
    return jobs.run_job(name)
