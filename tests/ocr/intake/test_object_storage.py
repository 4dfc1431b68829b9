"""URLs of the object store: what counts as the store, and how an object is read from it."""

from __future__ import annotations

import hashlib
import hmac
import re
import time

import pytest

from core.errors import ApiError
from iam.principal import Principal
from ocr.intake import object_storage, url_download
from tests.slow_servers import drip_body, drip_headers, endless_body, respond, serve

CALLER = Principal("a" * 32, "acme", "b" * 32, "amy", "aksk")
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture(autouse=True)
def no_private_network(settings, monkeypatch):
    """The store itself is private and stays reachable; nothing else is."""
    settings.FETCH_ALLOWED_NETWORKS = ()
    monkeypatch.setattr(object_storage, "obs_authorization", lambda account_id: None)


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("http://10.0.0.5:9000", "http://10.0.0.5:9000/bucket/key.png"),
        ("http://10.0.0.5", "http://10.0.0.5:80/bucket/key.png"),
        ("https://store.example", "https://STORE.example:443/bucket/key.png"),
        ("https://store.example", "https://bucket.store.example/key.png"),
    ],
)
def test_urls_of_the_store(settings, endpoint, url):
    settings.OBS_ENDPOINT = endpoint
    found = object_storage.locate(url)
    assert found is not None
    assert (found.bucket, found.key) == ("bucket", "key.png")


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("http://10.0.0.5:9000", "http://10.0.0.5/bucket/key.png"),
        ("http://10.0.0.5:9000", "http://10.0.0.5:80/bucket/key.png"),
        ("http://10.0.0.5:9000", "http://10.0.0.5:443/bucket/key.png"),
        ("http://10.0.0.5:9000", "https://10.0.0.5:9000/bucket/key.png"),
        ("http://10.0.0.5", "https://10.0.0.5/bucket/key.png"),
        ("http://10.0.0.5", "http://10.0.0.5:443/bucket/key.png"),
        ("http://10.0.0.5:9000", "http://user@10.0.0.5:9000/bucket/key.png"),
        ("http://10.0.0.5:9000", "http://user:word@10.0.0.5:9000/bucket/key.png"),
        ("http://10.0.0.5:9000", "http://@10.0.0.5:9000/bucket/key.png"),
        ("http://10.0.0.5:9000", "http://10.0.0.5:9000@10.0.0.5/bucket/key.png"),
        ("http://10.0.0.5:9000", "http://10.0.0.5:nine/bucket/key.png"),
        ("http://10.0.0.5:9000", "http://10.0.0.6:9000/bucket/key.png"),
        ("http://10.0.0.5:9000", "http://0x0a000005:9000/bucket/key.png"),
        ("http://10.0.0.5:9000", "http://[::ffff:10.0.0.5]:9000/bucket/key.png"),
        ("https://store.example", "https://.store.example/bucket/key.png"),
        ("https://store.example", "https://evilstore.example/bucket/key.png"),
    ],
)
def test_other_urls_of_its_host_are_not_the_store_s(settings, endpoint, url):
    """Scheme, host and port must equal the endpoint's, and no user information may be in the URL."""
    settings.OBS_ENDPOINT = endpoint
    assert object_storage.locate(url) is None


@pytest.mark.parametrize("port_of", ["store", "other"])
def test_another_port_of_the_store_is_a_private_host(settings, port_of):
    """The endpoint's own port is read, another service on its host is never connected to."""
    with serve(respond("200 OK", PNG)) as store, serve(respond("200 OK", PNG)) as other:
        settings.OBS_ENDPOINT = f"http://127.0.0.1:{store.port}"
        port = {"store": store, "other": other}[port_of].port
        url = f"http://127.0.0.1:{port}/bucket/key.png"
        if port_of == "store":
            assert url_download.download(url, CALLER) == PNG
            return
        with pytest.raises(ApiError) as caught:
            url_download.download(url, CALLER)
        assert caught.value.code == "ModelArts.4601"
        assert other.lines == []


def test_a_huge_public_object_is_not_loaded(settings):
    """Reading ends within a few buffers of 10 MB: the server cannot send 256 MB."""
    with serve(endless_body) as store:
        settings.OBS_ENDPOINT = f"http://127.0.0.1:{store.port}"
        with pytest.raises(ApiError) as caught:
            url_download.download(f"http://127.0.0.1:{store.port}/bucket/huge.png", CALLER)
        assert caught.value.code == "ModelArts.4705"
        assert store.sent < 40 << 20


@pytest.mark.parametrize("answer", [drip_headers, drip_body], ids=["headers", "body"])
def test_a_slow_store_is_cut_at_the_deadline(settings, monkeypatch, answer):
    monkeypatch.setattr(object_storage, "TOTAL_SECONDS", 1.0, raising=False)
    with serve(answer) as store:
        settings.OBS_ENDPOINT = f"http://127.0.0.1:{store.port}"
        begun = time.monotonic()
        with pytest.raises(ApiError) as caught:
            url_download.download(f"http://127.0.0.1:{store.port}/bucket/slow.png", CALLER)
        assert caught.value.code == "ModelArts.4704"
        assert time.monotonic() - begun < 2.0


def test_a_missing_object(settings):
    with serve(respond("404 Not Found")) as store:
        settings.OBS_ENDPOINT = f"http://127.0.0.1:{store.port}"
        with pytest.raises(ApiError) as caught:
            url_download.download(f"http://127.0.0.1:{store.port}/bucket/none.png", CALLER)
    assert caught.value.code == "ModelArts.4706"


def test_a_private_object_needs_the_account_s_key(settings):
    with serve(respond("403 Forbidden")) as store:
        settings.OBS_ENDPOINT = f"http://127.0.0.1:{store.port}"
        base = f"http://127.0.0.1:{store.port}/bucket/key.png"
        with pytest.raises(ApiError) as caught:
            url_download.download(base, CALLER)
        assert caught.value.code == "ModelArts.4702"
        with pytest.raises(ApiError) as caught:
            url_download.download(f"{base}?X-Amz-Signature=00", CALLER)
        assert caught.value.code == "ModelArts.4704"


def test_a_bucket_without_a_key_is_no_object(settings):
    settings.OBS_ENDPOINT = "http://10.0.0.5:9000"
    with pytest.raises(ApiError) as caught:
        url_download.download("http://10.0.0.5:9000/bucket", CALLER)
    assert caught.value.code == "ModelArts.4703"


def signature_of(head: str, secret: str) -> str:
    """Return the AWS Signature Version 4 of a received GET, by the published steps."""
    line, *rest = head.strip().split("\r\n")
    fields = {name.lower(): value.strip() for name, value in (row.split(":", 1) for row in rest)}
    names = re.search(r"SignedHeaders=([^,]+)", fields["authorization"])[1]
    stamp = fields["x-amz-date"]
    canonical = "\n".join(
        (
            "GET",
            line.split(" ")[1],
            "",
            *(f"{name}:{fields[name]}" for name in names.split(";")),
            "",
            names,
            fields["x-amz-content-sha256"],
        )
    )
    scope = f"{stamp[:8]}/us-east-1/s3/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = "\n".join(("AWS4-HMAC-SHA256", stamp, scope, digest))
    return hmac.new(key, text.encode(), "sha256").hexdigest()


def test_a_private_object_is_read_with_the_account_s_key(settings, monkeypatch):
    monkeypatch.setattr(object_storage, "obs_authorization", lambda account_id: ("AKEY", "word"))

    def answer(connection, served):
        known = (
            f"Signature={signature_of(served.heads[-1], 'word')}" if len(served.heads) > 1 else ""
        )
        right = bool(known) and known in served.heads[-1]
        respond("200 OK" if right else "403 Forbidden", PNG if right else b"")(connection, served)

    with serve(answer) as store:
        settings.OBS_ENDPOINT = f"http://127.0.0.1:{store.port}"
        url = f"http://127.0.0.1:{store.port}/bucket/a%20b/%E1%9E%80.png"
        assert url_download.download(url, CALLER) == PNG
        assert store.lines == ["GET /bucket/a%20b/%E1%9E%80.png HTTP/1.1"] * 2


def test_the_store_s_own_reason_is_passed_on(settings, monkeypatch):
    monkeypatch.setattr(object_storage, "obs_authorization", lambda account_id: ("AKEY", "word"))
    body = b"<Error><Code>AccessDenied</Code></Error>"
    with serve(respond("403 Forbidden", body)) as store:
        settings.OBS_ENDPOINT = f"http://127.0.0.1:{store.port}"
        with pytest.raises(ApiError, match="AccessDenied"):
            url_download.download(f"http://127.0.0.1:{store.port}/bucket/key.png", CALLER)
