"""A broker that is not ours to manage is found out, so that the suite starts one of its own."""

from __future__ import annotations

import shutil
import socket

import pytest

from tests import rabbit


def test_a_port_that_somebody_else_answers_is_not_manageable() -> None:
    if shutil.which("rabbitmqctl") is None:
        pytest.skip("RabbitMQ is not installed")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert not rabbit.is_manageable(f"amqp://guest:guest@127.0.0.1:{port}")


def test_nothing_on_the_port_is_not_manageable() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        assert not rabbit.is_manageable(f"amqp://guest:guest@127.0.0.1:{port}")


def test_a_broker_that_was_named_and_is_not_ours_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_AMQP_URL", "amqp://guest:guest@127.0.0.1:1")
    monkeypatch.delenv("TEST_AMQP_NODE", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/sbin/{name}")
    rabbit.problem.cache_clear()
    assert "TEST_AMQP_URL" in rabbit.problem()
    rabbit.problem.cache_clear()
