"""Celery application of the scaled mode: recognition queues per region and the periodic jobs."""

from __future__ import annotations

import os

from celery import Celery, signals
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("ocr_console")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL or None,
    task_acks_late=True,
    task_reject_on_worker_lost=False,  # the caller has its answer already; a second run would be waste
    worker_prefetch_multiplier=1,
    task_serializer="pickle",
    result_serializer="pickle",
    accept_content=["pickle", "json"],
    broker_connection_retry_on_startup=True,
    timezone="UTC",
)
app.autodiscover_tasks(["ocr"])


@signals.setup_logging.connect
def _keep_django_logging(**_: object) -> None:
    """Leave logging to Django's settings."""
