"""Outbound HTTP: the guard against private addresses, and the deadline of a whole exchange."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time

import pytest

from core import outbound_http
from core.outbound_http import Limits, PostFailed, TransferFailed, UrlRefused
from tests.slow_servers import Served, drip, drip_body, drip_headers, endless_body, respond, serve

FAST = Limits(total_s=1.0, step_s=0.5, max_bytes=1 << 20, max_redirects=3)


@pytest.fixture
def opened(settings):
    """Loopback may be reached."""
    settings.FETCH_ALLOWED_NETWORKS = ("127.0.0.0/8",)


def fetch(port: int, *, limits: Limits = FAST, scheme: str = "http") -> bytes:
    url = f"{scheme}://127.0.0.1:{port}/x"
    with outbound_http.exchange("GET", url, limits=limits) as response:
        return response.read()


# The guard


def test_a_name_that_changes_its_address(settings, monkeypatch):
    """Rebinding: the second look-up would answer loopback; there is no second look-up."""
    settings.FETCH_ALLOWED_NETWORKS = ()
    answers = iter(["93.184.216.34", "127.0.0.1"])
    asked, connected = [], []

    def look_up(host, port, **_):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connect(self, address, timeout):
        connected.append(address)
        raise outbound_http.httpcore.ConnectError("no route")

    monkeypatch.setattr(outbound_http.socket, "getaddrinfo", look_up)
    monkeypatch.setattr(outbound_http._Stream, "connect", connect)
    url = "http://rebind.example/x.png"
    with (
        pytest.raises(TransferFailed, match="ConnectError"),
        outbound_http.exchange("GET", url, limits=FAST),
    ):
        pass
    assert asked == ["rebind.example"]
    assert connected == [("93.184.216.34", 80)]


def test_one_private_address_among_public_ones_is_refused(settings, monkeypatch):
    settings.FETCH_ALLOWED_NETWORKS = ()
    both = [(2, 1, 6, "", (a, 80)) for a in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(outbound_http.socket, "getaddrinfo", lambda *a, **k: both)
    with pytest.raises(UrlRefused):
        outbound_http.resolve("mixed.example", 80)


def test_only_the_trusted_host_s_addresses_are_exempt(settings):
    settings.FETCH_ALLOWED_NETWORKS = ()
    assert outbound_http.resolve("127.0.0.1", 80, trusted_host="127.0.0.1") == "127.0.0.1"
    with pytest.raises(UrlRefused):
        outbound_http.resolve("127.0.0.2", 80, trusted_host="127.0.0.1")


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "64:ff9b::808:808", "::ffff:8.8.8.8"],
)
def test_public_addresses_are_allowed(address):
    assert outbound_http.allowed(address, ())


def test_post_is_guarded(settings):
    settings.FETCH_ALLOWED_NETWORKS = ()
    with serve(respond("200 OK")) as inner:
        with pytest.raises(PostFailed, match="public network"):
            outbound_http.post(f"http://127.0.0.1:{inner.port}/", b"{}", headers={})
        assert inner.lines == []


def test_a_redirect_of_a_post_is_not_followed(opened):
    with serve(respond("307 Temporary Redirect", b"", "Location: /other")) as server:
        assert outbound_http.post(f"http://127.0.0.1:{server.port}/", b"{}", headers={}) == 307
        assert len(server.lines) == 1


# The deadline


@pytest.mark.parametrize("answer", [drip_headers, drip_body], ids=["headers", "body"])
def test_dripped_bytes_end_at_the_deadline(opened, answer):
    with serve(answer) as server:
        begun = time.monotonic()
        with pytest.raises(TransferFailed, match="more than 1 s"):
            fetch(server.port)
        assert 0.9 < time.monotonic() - begun < 1.5


def test_a_step_ends_before_the_deadline(opened):
    with serve(lambda connection, served: time.sleep(5)) as server:
        begun = time.monotonic()
        with pytest.raises(TransferFailed, match="ReadTimeout"):
            fetch(server.port)
        assert time.monotonic() - begun < 0.9


def test_a_dripped_handshake_ends_at_the_step_s_limit(opened):
    """The server answers the ClientHello with one byte of a record now and then."""

    def drip_record(connection: socket.socket, served: Served) -> None:
        connection.sendall(b"\x16\x03\x03\x40\x00")
        drip(connection, served)

    with serve(drip_record, read=False) as server:
        begun = time.monotonic()
        with pytest.raises(TransferFailed):
            fetch(server.port, scheme="https")
        assert time.monotonic() - begun < 1.5


def test_dripped_bytes_inside_tls_end_at_the_deadline(opened, tmp_path, monkeypatch):
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate, key)
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(outbound_http, "_ssl_context", lambda: trusting)

    def answer(connection: socket.socket, served: Served) -> None:
        with server_side.wrap_socket(connection, server_side=True) as secured:
            secured.recv(65536)
            if served.sent == 0:
                served.sent = 1
                secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            else:
                drip_headers(secured, served)

    with serve(answer, read=False) as server:
        assert fetch(server.port, scheme="https") == b"ok"
        begun = time.monotonic()
        with pytest.raises(TransferFailed, match="more than 1 s"):
            fetch(server.port, scheme="https")
        assert time.monotonic() - begun < 1.5


def test_a_receiver_that_does_not_read_ends_at_the_deadline(opened, monkeypatch):
    """It takes a little now and then: no single step is late."""
    monkeypatch.setattr(outbound_http, "POST_LIMITS", Limits(total_s=1.0, step_s=30.0))

    def sip(connection: socket.socket, served: Served) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for _ in range(600):
            connection.recv(4096)
            time.sleep(0.02)

    with serve(sip, read=False) as server:
        begun = time.monotonic()
        with pytest.raises(PostFailed):
            outbound_http.post(f"http://127.0.0.1:{server.port}/", b"0" * (64 << 20), headers={})
        assert time.monotonic() - begun < 2.0


def test_a_webhook_s_dripped_headers_end_at_the_deadline(opened, monkeypatch):
    monkeypatch.setattr(outbound_http, "POST_LIMITS", FAST)
    with serve(drip_headers) as server:
        begun = time.monotonic()
        with pytest.raises(PostFailed, match="more than 1 s"):
            outbound_http.post(f"http://127.0.0.1:{server.port}/", b"{}", headers={})
        assert time.monotonic() - begun < 1.5


def test_no_thread_stays(opened):
    with serve(drip_headers) as server:
        before = set(threading.enumerate())
        with pytest.raises(TransferFailed):
            fetch(server.port)
        # The one new thread is the server's, which is still sending.
        assert len(set(threading.enumerate()) - before) <= 1


# The size


@pytest.mark.parametrize("declared", [True, False])
def test_a_huge_body_is_not_loaded(opened, declared):
    huge = respond("200 OK", b"0" * (8 << 20)) if declared else endless_body
    with serve(huge) as server:
        with pytest.raises(outbound_http.BodyTooLarge):
            fetch(server.port, limits=Limits(5.0, 2.0, max_bytes=1 << 20))
        assert server.sent < 32 << 20


def test_a_body_at_the_limit_is_read(opened):
    with serve(respond("200 OK", b"0" * (1 << 20))) as server:
        assert len(fetch(server.port)) == 1 << 20


def test_too_many_redirects(opened):
    with serve(respond("302 Found", b"", "Location: /again")) as server:
        with pytest.raises(TransferFailed, match="redirects"):
            fetch(server.port)
        assert len(server.lines) == 4
