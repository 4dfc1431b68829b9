"""Each queue has a key of its own, so a region's calls never reach another region."""

from __future__ import annotations


def test_queues_do_not_share_keys():
    from config.celery import app

    queues = app.conf.task_queues
    keys = [queue.routing_key for queue in queues]
    assert len(keys) == len(set(keys)) >= 2
    assert all(queue.routing_key == queue.name for queue in queues)
    assert app.conf.accept_content == ["json"]
