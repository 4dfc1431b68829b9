"""Outbound HTTP to hosts that callers choose: one guard against private addresses, one bounded client.

Used for URL input, webhooks and the object store. Every hop is resolved once, each address is
checked, and the connection goes to exactly the address that was checked, so a name that answers
differently the second time (DNS rebinding) changes nothing. One deadline covers the whole exchange:
connect, TLS handshake, request, headers, body and redirects.

It stands on httpcore, the transport of httpx, because guard and deadline both belong where sockets
are opened and read (`httpcore.NetworkBackend`, `httpcore.NetworkStream`): nothing above can pass by
them. The one step that the deadline does not cut is name resolution, which the C library does not
let be interrupted without a thread; it is bounded by the resolver's own limits (`resolv.conf`).
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx
from django.conf import settings

# Prefixes that carry an IPv4 address inside IPv6 through a gateway (RFC 6052, RFC 8215).
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
# Not public although some versions of `ipaddress.is_global` say so: shared address space (RFC 6598),
# protocol assignments (RFC 6890), benchmarking (RFC 2544), 6to4 (RFC 3056) and Teredo (RFC 4380),
# which both carry an IPv4 address, and site-local addresses (RFC 3879).
_NEVER = tuple(
    ipaddress.ip_network(net)
    for net in (
        "100.64.0.0/10",
        "192.0.0.0/24",
        "198.18.0.0/15",
        "2002::/16",
        "2001::/32",
        "fec0::/10",
    )
)
_REDIRECTS = (301, 302, 303, 307, 308)


class UrlRefused(Exception):
    """The URL, or the network that its host is in, is not allowed; the text says why."""


class TransferFailed(Exception):
    """The exchange did not come to its end; the text says why, never what was sent."""


class BodyTooLarge(TransferFailed):
    """The response body is longer than the caller's limit."""


class PostFailed(Exception):
    """A body could not be handed over; the text says why, never what was sent."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one exchange may cost: seconds in all and per step, body bytes, redirects followed."""

    total_s: float
    step_s: float
    max_bytes: int = 0
    max_redirects: int = 0


POST_LIMITS = Limits(total_s=10.0, step_s=5.0)


class Deadline:
    """The moment, `total_s` seconds after its creation, at which an exchange is cut."""

    def __init__(self, total_s: float) -> None:
        self._total_s = total_s
        self._ends = time.monotonic() + total_s

    def left_s(self, step_s: float | None) -> float:
        """Return the seconds that the next step may take; raises TransferFailed if none are left."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TransferFailed(f"it took more than {self._total_s:g} s")
        return left if step_s is None else min(left, step_s)


def check_url(url: str) -> httpx.URL:
    """Return the parsed `url`; raises UrlRefused unless it is plain http(s) without user name."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UrlRefused("the URL is malformed") from error
    reason = ""
    if parts.scheme not in ("http", "https"):
        reason = "only http and https are allowed"
    elif not parts.hostname or parts.username is not None or parts.password is not None:
        reason = "a host is needed, and no user name in the URL"
    elif any(ord(c) <= 32 or ord(c) > 126 or c == "\\" for c in url):
        reason = "percent-encode spaces and non-ASCII characters"
    elif port == 0:
        reason = "port 0 is no port"
    if reason:
        raise UrlRefused(reason)
    try:
        return httpx.URL(parts.geturl())
    except httpx.InvalidURL as error:
        raise UrlRefused("the URL is malformed") from error


def resolve(host: str, port: int, *, trusted_host: str = "") -> str:
    """Return the one address to connect to.

    Raises TransferFailed if `host` does not resolve and UrlRefused if any of its addresses is not
    allowed. The addresses of `trusted_host`, a name from the operator's settings, are allowed.
    """
    addresses = _addresses(host, port)
    trusted = set(_addresses(trusted_host, port)) if trusted_host else set()
    if not addresses or not all(one in trusted or allowed(one) for one in addresses):
        raise UrlRefused("the host is not on a public network")
    return addresses[0]


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TransferFailed("the host name does not resolve") from error
    return list(dict.fromkeys(str(entry[4][0]).split("%")[0] for entry in found))


def allowed(address: str, networks: Iterable[str] | None = None) -> bool:
    """Return whether `address` is public or in `networks` (default: FETCH_ALLOWED_NETWORKS).

    IPv4 inside IPv6 (mapped, NAT64) is judged by the IPv4 address.
    """
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        elif any(ip in net for net in _NAT64):
            # A gateway opens the connection: an opened network is opened by its own address only.
            return _public(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        elif int(ip) >> 32 == 0 and int(ip) > 1:  # deprecated IPv4-compatible form
            return False
    opened = settings.FETCH_ALLOWED_NETWORKS if networks is None else networks
    return any(ip in ipaddress.ip_network(net) for net in opened) or _public(ip)


def _public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if any(ip in net for net in _NEVER if net.version == ip.version):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


class _Stream(httpcore.NetworkStream):
    """A socket whose every step ends at the deadline.

    httpcore's own stream starts the timeout anew with each read, so a peer that sends a byte now and
    then holds it for ever.
    """

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._socket = sock
        self._deadline = deadline

    @contextlib.contextmanager
    def _step(
        self, timeout: float | None, late: type[Exception], broken: type[Exception]
    ) -> Iterator[None]:
        self._socket.settimeout(self._deadline.left_s(timeout))
        try:
            yield
        except TimeoutError as error:
            self._deadline.left_s(timeout)  # the whole exchange is late, not this step alone
            raise late(str(error)) from error
        except OSError as error:
            raise broken(str(error)) from error

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what has arrived, at most `max_bytes`."""
        with self._step(timeout, httpcore.ReadTimeout, httpcore.ReadError):
            return self._socket.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of `buffer`."""
        rest = memoryview(buffer)
        while rest:
            with self._step(timeout, httpcore.WriteTimeout, httpcore.WriteError):
                rest = rest[self._socket.send(rest) :]

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def connect(self, address: tuple[str, int], timeout: float | None) -> None:
        """Open the connection to a numeric address."""
        with self._step(timeout, httpcore.ConnectTimeout, httpcore.ConnectError):
            self._socket.connect(address)

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Return the stream after the handshake, for which Python's timeout counts as a whole."""
        try:
            with self._step(timeout, httpcore.ConnectTimeout, httpcore.ConnectError):
                secured = ssl_context.wrap_socket(self._socket, server_hostname=server_hostname)
        except Exception:
            self.close()
            raise
        return _Stream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """Return None: HTTP/2 is not negotiated and no connection is used twice."""
        return None


class _GuardedBackend(httpcore.NetworkBackend):
    """Resolves a host once, checks it and connects to the checked address until the deadline."""

    def __init__(self, deadline: Deadline, trusted_host: str) -> None:
        self._deadline = deadline
        self._trusted_host = trusted_host

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: object = None,
    ) -> httpcore.NetworkStream:
        """Open the connection; TLS still verifies the host name."""
        address = resolve(host, port, trusted_host=self._trusted_host)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        stream = _Stream(socket.socket(family, socket.SOCK_STREAM), self._deadline)
        try:
            stream.connect((address, port), timeout)
        except Exception:
            stream.close()
            raise
        return stream


@contextlib.contextmanager
def _failures() -> Iterator[None]:
    """Raise TransferFailed for what httpcore and sockets raise."""
    try:
        yield
    except (
        httpcore.NetworkError,
        httpcore.TimeoutException,
        httpcore.ProtocolError,
        OSError,
    ) as error:
        raise TransferFailed(type(error).__name__) from error


class Response:
    """Status and headers (names in lower case) of a response whose body is still to be read."""

    def __init__(self, response: httpcore.Response, max_bytes: int) -> None:
        self.status = response.status
        self.headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in response.headers
        }
        self._response = response
        self._max_bytes = max_bytes

    def read(self) -> bytes:
        """Return the whole body, as sent; raises BodyTooLarge as soon as it passes the limit."""
        declared = self.headers.get("content-length", "")
        if declared.isascii() and declared.isdecimal() and int(declared) > self._max_bytes:
            raise BodyTooLarge(f"{declared} bytes")
        data = bytearray()
        with _failures():
            for chunk in self._response.iter_stream():
                data += chunk
                if len(data) > self._max_bytes:
                    raise BodyTooLarge(f"more than {self._max_bytes} bytes")
        return bytes(data)


@contextlib.contextmanager
def exchange(
    method: str,
    url: str,
    *,
    limits: Limits,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    deadline: Deadline | None = None,
    trusted_host: str = "",
) -> Iterator[Response]:
    """Send one request and yield its response, of which only the headers have been read.

    Redirects are followed up to `limits.max_redirects`, each hop checked anew; with 0 the redirect
    itself is yielded. `deadline` continues that of an earlier exchange. Raises UrlRefused for URLs
    and addresses that are not allowed and TransferFailed for everything on the way.
    """
    deadline = deadline or Deadline(limits.total_s)
    for _ in range(limits.max_redirects + 1):
        target = check_url(url)
        pool = httpcore.ConnectionPool(
            ssl_context=_ssl_context() if target.scheme == "https" else None,
            network_backend=_GuardedBackend(deadline, trusted_host),
            retries=0,
        )
        with pool:
            with _failures():
                raw = pool.handle_request(
                    _request(method, target, {**(headers or {})}, body, limits)
                )
            try:
                response = Response(raw, limits.max_bytes)
                location = response.headers.get("location")
                if not (limits.max_redirects and location and response.status in _REDIRECTS):
                    yield response
                    return
            finally:
                raw.close()
        url = urljoin(url, location)
    raise TransferFailed(f"more than {limits.max_redirects} redirects")


def _request(
    method: str, target: httpx.URL, headers: dict[str, str], body: bytes, limits: Limits
) -> httpcore.Request:
    fields = {
        "Host": target.netloc.decode(),
        "User-Agent": "ocr-console",
        # Bodies are taken as sent: nothing is inflated beyond the limit.
        "Accept-Encoding": "identity",
        "Connection": "close",
        **headers,
    }
    if body or method == "POST":
        fields["Content-Length"] = str(len(body))
    step = limits.step_s
    return httpcore.Request(
        method,
        httpcore.URL(
            scheme=target.raw_scheme,
            host=target.raw_host,
            port=target.port,
            target=target.raw_path,
        ),
        headers=[(name.encode(), value.encode()) for name, value in fields.items()],
        content=body,
        extensions={"timeout": {"connect": step, "read": step, "write": step, "pool": step}},
    )


@lru_cache(maxsize=1)
def _ssl_context() -> ssl.SSLContext:
    """Return the system's trust store, loaded once: parsing it costs more than a small download."""
    return ssl.create_default_context()


def post(url: str, body: bytes, *, headers: Mapping[str, str]) -> int:
    """POST `body` and return the HTTP status; redirects are not followed, the answer is not read.

    Raises PostFailed for URLs and addresses that are not allowed and for trouble on the way.
    """
    try:
        with exchange("POST", url, headers=headers, body=body, limits=POST_LIMITS) as response:
            return response.status
    except (UrlRefused, TransferFailed) as error:
        raise PostFailed(str(error)) from error
