"""Local servers on raw sockets that misbehave: drip bytes, never end, send far too much."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

Connection = Callable[[socket.socket], None]


class Served:
    """A running server: its port, the requests' first lines and how many body bytes it sent."""

    def __init__(self) -> None:
        self.port = 0
        self.lines: list[str] = []
        self.heads: list[str] = []
        self.sent = 0


@contextlib.contextmanager
def serve(
    answer: Callable[[socket.socket, Served], None], *, read: bool = True
) -> Iterator[Served]:
    """Answer every connection with `answer` in a thread of its own; `read` takes the request first."""
    served = Served()
    listener = socket.create_server(("127.0.0.1", 0))
    served.port = listener.getsockname()[1]

    def handle(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            if read:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += connection.recv(65536)
                served.heads.append(head.decode("latin-1"))
                served.lines.append(served.heads[-1].split("\r\n")[0])
            answer(connection, served)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=handle, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield served
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def drip_headers(connection: socket.socket, served: Served) -> None:
    """Send one more header byte every 50 ms, for 30 s."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    drip(connection, served)


def drip_body(connection: socket.socket, served: Served) -> None:
    """Announce a small image and send one byte of it every 50 ms."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 600\r\n\r\n")
    drip(connection, served)


def drip(connection: socket.socket, served: Served) -> None:
    """Send one byte every 50 ms, for 30 s."""
    for _ in range(600):
        connection.sendall(b"a")
        served.sent += 1
        time.sleep(0.05)


def endless_body(connection: socket.socket, served: Served) -> None:
    """Send up to 256 MB without a Content-Length."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n")
    block = b"0" * (1 << 20)
    for _ in range(256):
        connection.sendall(block)
        served.sent += len(block)


def respond(
    status: str, body: bytes = b"", *headers: str
) -> Callable[[socket.socket, Served], None]:
    """Return an answer of that status line, headers and body."""
    head = "\r\n".join((f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""))

    def answer(connection: socket.socket, served: Served) -> None:
        connection.sendall(head.encode() + body)
        served.sent += len(body)

    return answer
