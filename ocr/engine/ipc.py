"""Messages between the pool and an engine process: pickles, each preceded by its length as 8 bytes."""

from __future__ import annotations

import pickle
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ocr.profiles import Profile

_LENGTH = struct.Struct("!Q")
TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Setup:
    """First message to an engine process: name of the engine, folders of models and language packs."""

    engine: str
    models: str
    tessdata: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One image to process. `extract` is pickled by reference, as module and name."""

    id: int
    image: bytes
    extract: Any
    options: Mapping[str, Any]
    profile: Profile


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a call, or the class name (`fault`), message and error code of its failure."""

    id: int
    result: Any = None
    fault: str = ""
    reason: str = ""
    code: str = ""
    engine_ms: float = 0.0


def send(connection: socket.socket, message: object) -> None:
    """Write one message; raises OSError when the other end is gone."""
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    connection.sendall(_LENGTH.pack(len(body)))
    connection.sendall(body)


def receive(connection: socket.socket) -> Any:
    """Read one message; raises EOFError at the end, TimeoutError by the socket's own limit."""
    (length,) = _LENGTH.unpack(_exactly(connection, _LENGTH.size))
    return pickle.loads(_exactly(connection, length))


def _exactly(connection: socket.socket, length: int) -> bytearray:
    body = bytearray(length)
    view = memoryview(body)
    while view:
        count = connection.recv_into(view)
        if not count:
            raise EOFError
        view = view[count:]
    return body
