"""Start private PostgreSQL, Redis and RabbitMQ servers, which a benchmark may stop and restart."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listening(port: int, host: str = "127.0.0.1") -> bool:
    """Return whether the address accepts connections."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def wait_port(port: int, *, seconds: float = 60) -> None:
    """Return when the port accepts; raises RuntimeError after `seconds`."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if listening(port):
            return
        time.sleep(0.1)
    raise RuntimeError(f"nothing listens on port {port}")


@dataclass
class Services:
    """The three servers in one folder; `restart_*` stops one at once and starts it again."""

    folder: Path
    ports: dict[str, int] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def database_url(self) -> str:
        """The setting that names the database."""
        return f"postgres://postgres@127.0.0.1:{self.ports['postgres']}/postgres"

    def urls(self, *, broker: str) -> dict[str, str]:
        """Return the settings that name them; `broker` is "redis" or "amqp"."""
        redis = f"redis://127.0.0.1:{self.ports['redis']}/0"
        amqp = f"amqp://guest:guest@127.0.0.1:{self.ports.get('amqp')}//"
        return {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": redis,
            "CELERY_BROKER_URL": redis if broker == "redis" else amqp,
        }

    def start_postgres(self) -> None:
        """Start PostgreSQL, on a cluster made at the first start."""
        self.ports.setdefault("postgres", free_port())
        data = self.folder / "postgres"
        binaries = max(Path("/usr/lib/postgresql").glob("*/bin"))
        if not data.exists():
            self._as(
                "postgres", [f"{binaries}/initdb", "-D", str(data), "-A", "trust", "-U", "postgres"]
            )
        log = (self.folder / "postgres.log").open("ab")
        command = [
            f"{binaries}/postgres", "-D", str(data), "-p", str(self.ports["postgres"]),
            "-k", str(self.folder), "-c", "max_connections=200",
            "-c", "random_page_cost=1.1",
        ]  # fmt: skip
        self.running["postgres"] = self._spawn("postgres", command, log)
        wait_port(self.ports["postgres"])

    def start_redis(self) -> None:
        """Start a Redis that writes nothing to disk."""
        self.ports.setdefault("redis", free_port())
        command = [
            "redis-server",
            "--port",
            str(self.ports["redis"]),
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        self.running["redis"] = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, cwd=self.folder, start_new_session=True
        )
        wait_port(self.ports["redis"])

    def start_amqp(self) -> None:
        """Start a RabbitMQ node beside the machine's own."""
        self.ports.setdefault("amqp", free_port())
        self.ports.setdefault("dist", free_port())
        folder = self.folder / "rabbit"
        folder.mkdir(exist_ok=True)
        if os.getuid() == 0:
            shutil.chown(folder, "rabbitmq")
        conf = folder / "rabbitmq.conf"
        conf.write_text(f"listeners.tcp.1 = 127.0.0.1:{self.ports['amqp']}\n")
        environ = {
            **os.environ,
            "RABBITMQ_CONFIG_FILE": str(conf),
            "RABBITMQ_NODENAME": f"bench{self.ports['amqp']}@localhost",
            "RABBITMQ_NODE_PORT": str(self.ports["amqp"]), "RABBITMQ_DIST_PORT": str(self.ports["dist"]),
            "RABBITMQ_MNESIA_BASE": str(folder), "RABBITMQ_LOG_BASE": str(folder),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        }  # fmt: skip
        log = (self.folder / "rabbit.log").open("ab")
        self.running["amqp"] = subprocess.Popen(
            ["rabbitmq-server"], env=environ, stdout=log, stderr=log, start_new_session=True
        )
        wait_port(self.ports["amqp"], seconds=120)
        time.sleep(2)  # the port is open a moment before logins are taken

    def restart(self, name: str) -> float:
        """Stop the named server at once and start it again; returns how many seconds that took."""
        started = time.monotonic()
        self.stop(name)
        {"postgres": self.start_postgres, "redis": self.start_redis, "amqp": self.start_amqp}[
            name
        ]()
        return time.monotonic() - started

    def stop(self, name: str) -> None:
        """End the named server: PostgreSQL in its fast way, which drops every connection."""
        process = self.running.pop(name)
        with contextlib.suppress(ProcessLookupError):
            if name == "postgres":
                head = (self.folder / "postgres" / "postmaster.pid").read_text().split()[0]
                os.kill(int(head), signal.SIGINT)
            elif name == "amqp":
                self._stop_amqp(process)
            else:
                os.killpg(process.pid, signal.SIGKILL)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)

    def _stop_amqp(self, process: subprocess.Popen[bytes]) -> None:
        """End the node through rabbitmqctl: as root it runs under `su`, in a session of its own."""
        node = f"bench{self.ports['amqp']}@localhost"
        done = subprocess.run(["rabbitmqctl", "-q", "-n", node, "stop"], capture_output=True)
        if done.returncode:
            os.killpg(process.pid, signal.SIGTERM)

    def _spawn(self, user: str, command: list[str], log: Any) -> subprocess.Popen[bytes]:
        prefix = ["runuser", "-u", user, "--"] if os.getuid() == 0 else []
        return subprocess.Popen(
            [*prefix, *command], stdout=log, stderr=log, cwd=self.folder, start_new_session=True
        )

    def _as(self, user: str, command: list[str]) -> None:
        prefix = ["runuser", "-u", user, "--"] if os.getuid() == 0 else []
        subprocess.run([*prefix, *command], check=True, stdout=subprocess.DEVNULL, cwd=self.folder)


@contextlib.contextmanager
def services(*names: str) -> Iterator[Services]:
    """Start "postgres", "redis", "amqp" in a folder that goes when they are ended."""
    with tempfile.TemporaryDirectory(prefix="bench-services-") as folder:
        Path(folder).chmod(0o777)
        found = Services(Path(folder))
        starts = {
            "postgres": found.start_postgres,
            "redis": found.start_redis,
            "amqp": found.start_amqp,
        }
        try:
            for name in names:
                starts[name]()
            yield found
        finally:
            for name in list(found.running):
                found.stop(name)
