"""Celery application of the scaled mode: recognition queues per region and the periodic jobs.

Start a recognition worker of one region, the periodic worker and beat with

    celery -A config.celery worker -P threads -c $ENGINE_PROCESSES -Q ocr.<region>
    celery -A config.celery worker -P threads -c 4 -Q periodic
    celery -A config.celery beat
"""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from celery import Celery, signals
from django.conf import settings
from kombu import Exchange, Queue

PERIODIC_QUEUE = "periodic"
# One key a queue: a region's call reaches that region's queue and no other.
_EXCHANGE = Exchange("ocr_console", type="direct", delivery_mode="transient")

app = Celery("ocr_console")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL or None,
    task_acks_late=True,
    # A call of a dead worker is sent again by its caller, who still waits; not by the broker.
    task_reject_on_worker_lost=False,
    task_default_delivery_mode="transient",
    task_default_queue=PERIODIC_QUEUE,
    task_queues=[
        Queue(PERIODIC_QUEUE, _EXCHANGE, routing_key=PERIODIC_QUEUE),
        *(
            Queue(
                f"ocr.{region}",
                _EXCHANGE,
                routing_key=f"ocr.{region}",
                queue_arguments={"x-max-priority": 9},
            )
            for region, _ in settings.REGIONS
        ),
    ],
    worker_prefetch_multiplier=1,
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    worker_send_task_events=False,
    # Its exclusive queue would let only one worker of a host name connect to RabbitMQ.
    worker_enable_remote_control=False,
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=3,
    broker_pool_limit=settings.ENV["WEB_THREADS"],
    beat_schedule_filename=str(settings.DATA_DIR / "beat-schedule"),
    timezone="UTC",
)
if settings.CELERY_BROKER_URL.startswith("redis"):
    app.conf.broker_transport_options = {
        "queue_order_strategy": "priority",
        "priority_steps": [0, 9],
        "visibility_timeout": 600,
    }
app.set_default()
app.autodiscover_tasks(["ocr"])
_heartbeat: Any = None


@signals.setup_logging.connect
def _keep_django_logging(**_: object) -> None:
    """Leave logging to Django's settings."""


@app.on_after_finalize.connect
def _schedule(sender: Celery, **_: object) -> None:
    """Schedule every registered periodic job; a message older than its interval expires, so none pile up."""
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
    from core.jobs import PERIODIC

    sender.conf.beat_schedule = {
        job.name: {
            "task": "ocr.run_job",
            "schedule": job.seconds,
            "args": [job.name],
            "options": {"queue": PERIODIC_QUEUE, "expires": max(job.seconds, 5)},
        }
        for job in PERIODIC
    }


def _regions(worker: Any) -> list[str]:
    names = worker.app.amqp.queues.consume_from
    return [name.removeprefix("ocr.") for name in names if name.startswith("ocr.")]


@signals.worker_ready.connect
def _start_engine(sender: Any, **_: object) -> None:
    """Warm the engine, then announce this worker to the web nodes."""
    global _heartbeat
    regions = _regions(sender)
    if not regions:
        return
    from ocr.engine import broker_worker, transport

    transport.local().start()
    _heartbeat = broker_worker.Heartbeat(regions)
    _heartbeat.start()


@signals.worker_shutting_down.connect
def _drain(**_: object) -> None:
    """Stop consuming; let running tasks finish."""
    if _heartbeat:
        _heartbeat.draining = True


@signals.worker_shutdown.connect
def _stop_engine(**_: object) -> None:
    """Stop the engine processes."""
    if _heartbeat:
        _heartbeat.stop()
        from ocr.engine import transport

        transport.stop()
