"""Download a picture from a URL without becoming a way into the network.

Every hop is resolved once, each address is checked, and the connection goes to exactly the
address that was checked: a name that answers differently the second time changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from urllib.parse import SplitResult, urljoin, urlsplit

import httpcore
import httpx
from django.conf import settings

from core.errors import ApiError
from iam.principal import Principal
from ocr import errors
from ocr.intake import object_storage

MAX_BYTES = 10 * 1024 * 1024
MAX_HOPS = 3
TOTAL_SECONDS = 20.0
CONNECT_SECONDS = 5.0
_REFUSED_TYPES = ("text/", "application/json", "application/xml", "video/", "audio/")
# Prefixes that carry an IPv4 address inside IPv6 (RFC 6052, RFC 8215, RFC 3056, RFC 4380).
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
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


def download(url: str, principal: Principal) -> bytes:
    """Return what `url` serves.

    Raises ModelArts.4601 for URLs and addresses that are not allowed, 4603 when the download
    fails, and the OBS codes for objects of the configured store.
    """
    location = object_storage.locate(url)
    if location:
        return object_storage.read(location, url, principal)
    deadline = time.monotonic() + TOTAL_SECONDS
    for _ in range(MAX_HOPS + 1):
        parts = _checked(url)
        address = resolve(parts)
        answer = _get(parts, address, deadline)
        if isinstance(answer, bytes):
            return answer
        url = urljoin(url, answer)
    raise ApiError(errors.DOWNLOAD_FAILED, reason=f"more than {MAX_HOPS} redirects")


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ApiError(errors.URL_REFUSED, reason="the URL is malformed") from error
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
        raise ApiError(errors.URL_REFUSED, reason=reason)
    return parts


def resolve(parts: SplitResult) -> str:
    """Return the one address to connect to; raises ModelArts.4601 if any address is not allowed."""
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ApiError(errors.DOWNLOAD_FAILED, reason="the host name does not resolve") from error
    addresses = list(dict.fromkeys(str(entry[4][0]).split("%")[0] for entry in found))
    if not addresses or not all(allowed(address) for address in addresses):
        raise ApiError(errors.URL_REFUSED, reason="the host is not on a public network")
    return addresses[0]


def allowed(address: str, networks: Iterable[str] | None = None) -> bool:
    """Tell whether `address` is public or in FETCH_ALLOWED_NETWORKS.

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


class _Pinned(httpcore.NetworkBackend):
    """Connect to the checked address whatever the host name says now."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: object = None,
    ) -> httpcore.NetworkStream:
        """Open the connection to the pinned address; TLS still verifies the host name."""
        return self._inner.connect_tcp(self._address, port, timeout, local_address)


def _get(parts: SplitResult, address: str, deadline: float) -> bytes | str:
    """Return the body, or the target of a redirect."""
    pool = httpcore.ConnectionPool(
        ssl_context=ssl.create_default_context(), network_backend=_Pinned(address), retries=0
    )
    url = httpx.URL(parts.geturl())
    timeout = {
        "connect": CONNECT_SECONDS,
        "read": CONNECT_SECONDS,
        "write": CONNECT_SECONDS,
        "pool": 1.0,
    }
    request = httpcore.Request(
        "GET",
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=[
            (b"Host", url.netloc),
            (b"User-Agent", b"ocr-console"),
            (b"Accept", b"image/*, */*;q=0.5"),
            (b"Accept-Encoding", b"identity"),
            (b"Connection", b"close"),
        ],
        extensions={"timeout": timeout},
    )
    try:
        with pool:
            response = pool.handle_request(request)
            try:
                return _read(response, deadline)
            finally:
                response.close()
    except (
        httpcore.NetworkError,
        httpcore.TimeoutException,
        httpcore.ProtocolError,
        OSError,
    ) as error:
        raise ApiError(errors.DOWNLOAD_FAILED, reason=type(error).__name__) from error


def _read(response: httpcore.Response, deadline: float) -> bytes | str:
    headers = {name.lower(): value for name, value in response.headers}
    if response.status in (301, 302, 303, 307, 308) and b"location" in headers:
        return headers[b"location"].decode("latin-1")
    if response.status != 200:
        raise ApiError(errors.DOWNLOAD_FAILED, reason=f"the server answered {response.status}")
    content_type = headers.get(b"content-type", b"").decode("latin-1").lower()
    if content_type.startswith(_REFUSED_TYPES):
        raise ApiError(errors.DOWNLOAD_FAILED, reason=f"the server sent {content_type}")
    data = bytearray()
    for chunk in response.iter_stream():
        data += chunk
        if len(data) > MAX_BYTES:
            raise ApiError(errors.DOWNLOAD_FAILED, reason="the file exceeds 10 MB")
        if time.monotonic() > deadline:
            raise ApiError(
                errors.DOWNLOAD_FAILED, reason=f"it took more than {TOTAL_SECONDS:.0f} s"
            )
    return bytes(data)
