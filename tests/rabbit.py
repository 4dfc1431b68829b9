"""A RabbitMQ whose vhosts the tests may make and delete: the machine's own, or one started for them.

What answers on the usual port may belong to somebody else, as a container's broker does: rabbitmqctl
then manages another node or none. This is tried once for a process; its children are told by the
environment (TEST_AMQP_URL, TEST_AMQP_NODE).
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import subprocess
import uuid
from contextlib import ExitStack
from functools import cache
from urllib.parse import urlsplit

import kombu

from tools.bench import services

USUAL = "amqp://guest:guest@127.0.0.1:5672"


def url() -> str:
    """Return the broker's URL without a path, the usual one where `problem()` says why there is none."""
    problem()
    return os.environ.get("TEST_AMQP_URL", USUAL)


@cache
def problem() -> str:
    """Return why there is no broker for the tests, or an empty text; starts one where that is needed."""
    if os.environ.get("TEST_AMQP_NODE"):
        return ""  # a parent process started it
    if shutil.which("rabbitmqctl") is None:
        return "RabbitMQ is not installed: rabbitmqctl is missing"
    if is_manageable(os.environ.get("TEST_AMQP_URL", USUAL)):
        return ""
    if "TEST_AMQP_URL" in os.environ:
        return "rabbitmqctl does not manage the RabbitMQ of TEST_AMQP_URL"
    try:
        _start()
    except (OSError, LookupError, RuntimeError, subprocess.SubprocessError) as error:
        return f"no RabbitMQ of this machine lets us manage it, and none of our own starts: {error}"
    return ""


def is_manageable(address: str) -> bool:
    """Return whether the broker at `address` takes us into a vhost that rabbitmqctl has just made."""
    parts = urlsplit(address)
    if not services.listening(parts.port or 5672, parts.hostname or "127.0.0.1"):
        return False
    name = f"ocr_probe_{uuid.uuid4().hex[:12]}"
    try:
        control("add_vhost", name)
        control("set_permissions", "-p", name, parts.username or "guest", ".*", ".*", ".*")
        with kombu.Connection(f"{address}/{name}", connect_timeout=5) as connection:
            connection.connect()
    except (OSError, subprocess.SubprocessError, *kombu.Connection().connection_errors):
        return False
    finally:
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            control("delete_vhost", name)
    return True


def _start() -> None:
    """Start a node beside whatever there is; it ends with this process."""
    stack = ExitStack()
    found = stack.enter_context(services.services("amqp"))
    atexit.register(stack.close)
    os.environ["TEST_AMQP_URL"] = f"amqp://guest:guest@127.0.0.1:{found.ports['amqp']}"
    os.environ["TEST_AMQP_NODE"] = f"bench{found.ports['amqp']}@localhost"


def control(*command: str) -> None:
    """Run rabbitmqctl on the tests' node; raises CalledProcessError."""
    node = os.environ.get("TEST_AMQP_NODE")
    subprocess.run(
        ["rabbitmqctl", "-q", *(["-n", node] if node else []), *command],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60,
    )  # fmt: skip
