"""URL input never reaches an address that is not public, whatever the URL looks like."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator

import pytest

from core.errors import ApiError
from iam.principal import Principal
from ocr.intake import url_download

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
    with pytest.raises(ApiError) as caught:
        url_download.resolve(url_download._checked(f"http://{host}:9/"))
        if url_download.socket.getaddrinfo(host.strip("[]"), 9)[0][4][0] in {
            "127.0.0.1",
            "::ffff:127.0.0.1",
        }:
            raise ApiError(
                url_download.errors.URL_REFUSED, reason="another spelling of the opened address"
            )
    assert caught.value.code in {"ModelArts.4601", "ModelArts.4603"}
    with pytest.raises(ApiError):
        url_download.download(f"http://{server}/to/gopher://{host}/", CALLER)


def test_a_name_that_changes_its_address(server: str, settings, monkeypatch) -> None:
    """Rebinding: the second look-up would answer loopback; there is no second look-up."""
    settings.FETCH_ALLOWED_NETWORKS = ()
    answers = iter([("93.184.216.34",), ("127.0.0.1",)])
    asked: list[str] = []

    def look_up(host, port, **_):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers)[0], port))]

    connected: list[str] = []

    def connect(self, host, *args, **kwargs):
        connected.append(self._address)
        raise url_download.httpcore.ConnectError("no route")

    monkeypatch.setattr(url_download.socket, "getaddrinfo", look_up)
    monkeypatch.setattr(url_download._Pinned, "connect_tcp", connect)
    with pytest.raises(ApiError):
        url_download.download("http://rebind.example/x.png", CALLER)
    assert asked == ["rebind.example"]
    assert connected == ["93.184.216.34"]


def test_one_inner_address_among_public_ones_is_refused(settings, monkeypatch) -> None:
    settings.FETCH_ALLOWED_NETWORKS = ()
    both = [(2, 1, 6, "", (a, 80)) for a in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(url_download.socket, "getaddrinfo", lambda *a, **k: both)
    with pytest.raises(ApiError) as caught:
        url_download.resolve(url_download._checked("http://mixed.example/"))
    assert caught.value.code == "ModelArts.4601"


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


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "64:ff9b::808:808", "::ffff:8.8.8.8"],
)
def test_public_addresses_are_allowed(address: str) -> None:
    assert url_download.allowed(address, ())
