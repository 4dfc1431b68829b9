"""URL input never reaches an address that is not public, whatever the URL looks like."""

from __future__ import annotations

import http.server
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from core import outbound_http
from core.errors import ApiError
from core.outbound_http import TransferFailed, UrlRefused
from iam.principal import Principal
from ocr.intake import url_download
from tests.slow_servers import Served, drip_body, drip_headers, respond, serve

CALLER = Principal("a" * 32, "acme", "b" * 32, "amy", "aksk")
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


class Watcher(http.server.BaseHTTPRequestHandler):
    """Serves a picture and redirects; remembers every request."""

    seen: list[str] = []

    def do_GET(self) -> None:
        self.seen.append(self.path)
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path[4:])
            self.end_headers()
            return
        if self.path == "/big":
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            for _ in range(11):
                self.wfile.write(b"0" * 1024 * 1024)
            return
        self.send_response({"/missing": 404, "/broken": 500}.get(self.path, 200))
        self.send_header("Content-Type", "text/html" if self.path == "/page" else "image/png")
        self.send_header("Content-Length", str(len(PNG)))
        self.end_headers()
        self.wfile.write(PNG)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    Watcher.seen = []
    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Watcher)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{httpd.server_port}"
    httpd.shutdown()


def internal_hosts() -> list[str]:
    """Ways of writing loopback, private, link-local and other inner addresses."""
    plain = [
        "127.0.0.1",
        "127.1",
        "127.255.255.254",
        "0.0.0.0",
        "0",
        "10.0.0.1",
        "10.255.255.255",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "192.168.255.254",
        "169.254.169.254",
        "169.254.0.1",
        "100.64.0.1",
        "100.127.255.254",
        "192.0.0.8",
        "198.18.0.1",
        "198.19.255.255",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "localhost",
        "LOCALHOST",
        "localhost.",
    ]
    hosts = list(plain)
    for dotted in ("127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.0.1", "172.16.0.1"):
        a, b, c, d = (int(part) for part in dotted.split("."))
        number = (a << 24) | (b << 16) | (c << 8) | d
        hosts += [
            str(number),
            hex(number),
            hex(number).upper().replace("0X", "0x"),
            oct(number).replace("0o", "0"),
            f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
            f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}",
            f"{a}.{(b << 16) | (c << 8) | d}",
            f"{a}.{b}.{(c << 8) | d}",
            f"00{a:o}.{b}.{c}.{d}",
            f"{a}.0x{b:x}.{c}.0{d:o}",
            f"[::ffff:{dotted}]",
            f"[::ffff:{a:02x}{b:02x}:{c:02x}{d:02x}]",
            f"[0:0:0:0:0:ffff:{dotted}]",
            f"[64:ff9b::{dotted}]",
            f"[64:ff9b:1::{dotted}]",
            f"[2002:{a:02x}{b:02x}:{c:02x}{d:02x}::1]",
            f"[::{dotted}]",
        ]
    hosts += [
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fc00::1]",
        "[fd12:3456::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[0:0:0:0:0:0:0:1]",
    ]
    return hosts


def url_vectors() -> list[str]:
    hosts = internal_hosts()
    urls = [f"http://{host}{{port}}/picture.png" for host in hosts]
    urls += [f"https://{host}{{port}}/picture.png" for host in hosts]
    urls += [f"http://user@{host}{{port}}/" for host in hosts[:25]]
    urls += [f"http://example.com@{host}{{port}}/" for host in hosts[:25]]
    urls += [f"http://user:word@{host}{{port}}/x.png" for host in hosts[25:50]]
    schemes = (
        "file",
        "ftp",
        "gopher",
        "dict",
        "ldap",
        "jar",
        "data",
        "javascript",
        "ws",
        "sftp",
        "netdoc",
        "",
    )
    urls += [f"{scheme}://127.0.0.1{{port}}/x" for scheme in schemes]
    urls += [
        "file:///etc/passwd",
        "//127.0.0.1{port}/x",
        "127.0.0.1{port}/x",
        "http:///x",
        "http://",
        "http:127.0.0.1{port}",
        "http://127.0.0.1{port}\\@example.com/",
        "http://exa mple.com/",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:99999/",
        "http://[::1",
        "http://127。0。0。1{port}/",
        "http://①②⑦.0.0.1{port}/",
        "http://\t127.0.0.1{port}/",
        "\nhttp://127.0.0.1{port}/",
    ]
    return urls


def test_there_are_300_vectors() -> None:
    assert len(url_vectors()) >= 300


def test_no_vector_reaches_the_server(server: str, settings) -> None:
    settings.FETCH_ALLOWED_NETWORKS = ()
    port = ":" + server.split(":")[1]
    for vector in url_vectors():
        with pytest.raises(ApiError) as caught:
            url_download.download(vector.format(port=port), CALLER)
        assert caught.value.code in {"ModelArts.4601", "ModelArts.4603"}, vector
    assert Watcher.seen == []


@pytest.mark.parametrize("host", internal_hosts())
def test_redirects_are_checked_again(host: str, server: str, settings) -> None:
    """The first hop is opened, the second is not."""
    settings.FETCH_ALLOWED_NETWORKS = ("127.0.0.1/32",)
    if host in {"127.0.0.1", "localhost", "LOCALHOST", "localhost."}:
        pytest.skip("this host is the opened one")
    with pytest.raises((UrlRefused, TransferFailed)):
        outbound_http.resolve(outbound_http.check_url(f"http://{host}:9/").host, 9)
        if socket.getaddrinfo(host.strip("[]"), 9)[0][4][0] in {
            "127.0.0.1",
            "::ffff:127.0.0.1",
        }:
            raise UrlRefused("another spelling of the opened address")
    with pytest.raises(ApiError):
        url_download.download(f"http://{server}/to/gopher://{host}/", CALLER)


def test_an_opened_network_serves(server: str, settings) -> None:
    settings.FETCH_ALLOWED_NETWORKS = ("127.0.0.0/8",)
    assert url_download.download(f"http://{server}/picture.png", CALLER) == PNG
    assert url_download.download(f"http://{server}/to//picture.png", CALLER) == PNG


@pytest.mark.parametrize("path", ["/missing", "/broken", "/page", "/big", "/to//to//to//to//to//x"])
def test_bad_answers(path: str, server: str, settings) -> None:
    settings.FETCH_ALLOWED_NETWORKS = ("127.0.0.0/8",)
    with pytest.raises(ApiError) as caught:
        url_download.download(f"http://{server}{path}", CALLER)
    assert caught.value.code == "ModelArts.4603"


@pytest.mark.parametrize("answer", [drip_headers, drip_body], ids=["headers", "body"])
def test_a_slow_host_is_cut_at_the_deadline(settings, monkeypatch, answer) -> None:
    """One byte every 50 ms keeps within every step's limit; the whole exchange has one as well."""
    settings.FETCH_ALLOWED_NETWORKS = ("127.0.0.0/8",)
    monkeypatch.setattr(url_download, "TOTAL_SECONDS", 1.0)
    with serve(answer) as slow:
        begun = time.monotonic()
        with pytest.raises(ApiError) as caught:
            url_download.download(f"http://127.0.0.1:{slow.port}/x.png", CALLER)
        assert caught.value.code == "ModelArts.4603"
        assert time.monotonic() - begun < 2.0


def test_redirects_share_one_deadline(settings, monkeypatch) -> None:
    settings.FETCH_ALLOWED_NETWORKS = ("127.0.0.0/8",)
    monkeypatch.setattr(url_download, "TOTAL_SECONDS", 1.0)

    def slow_redirect(connection: socket.socket, served: Served) -> None:
        time.sleep(0.6)
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /again\r\n\r\n")

    with serve(slow_redirect) as slow:
        begun = time.monotonic()
        with pytest.raises(ApiError) as caught:
            url_download.download(f"http://127.0.0.1:{slow.port}/x.png", CALLER)
        assert caught.value.code == "ModelArts.4603"
        assert time.monotonic() - begun < 1.5


def test_a_redirect_to_a_private_address_is_not_followed(settings) -> None:
    """Only the first host's network is open; the second listens, and hears nothing."""
    settings.FETCH_ALLOWED_NETWORKS = ("127.0.0.1/32",)
    inner = socket.create_server(("127.0.0.2", 0))
    inner.settimeout(0.2)
    target = f"Location: http://127.0.0.2:{inner.getsockname()[1]}/x.png"
    with inner, serve(respond("302 Found", b"", target)) as outer:
        with pytest.raises(ApiError) as caught:
            url_download.download(f"http://127.0.0.1:{outer.port}/x.png", CALLER)
        assert caught.value.code == "ModelArts.4601"
        with pytest.raises(TimeoutError):
            inner.accept()
