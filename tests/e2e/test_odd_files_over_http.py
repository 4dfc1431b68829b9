"""Three hundred odd files over HTTP: the documented code each, no fault of ours, and memory as before."""

from __future__ import annotations

import base64

import pytest

from tests.conftest import Live
from tests.e2e.test_foundation import call, engine_processes, token_of
from tests.ocr.vision import odd_files
from tests.ocr.vision.test_odd_files import resident_mb

pytestmark = [pytest.mark.e2e, pytest.mark.engine]
SERVICES = ("general-text", "passport", "web-image", "id-card", "general-table")
WIDE = ("general-text", "web-image")  # these take long pictures and more formats
NO_PICTURE = ("noise", "svg", "eps", "text")
ROOM_MB = 150  # the second reader, a script's pack, the table model


def send(live: Live, service: str, content: bytes, token: str) -> tuple[int, str]:
    """Send one picture; return status and error code, and check what every answer has."""
    body = {"image": base64.b64encode(content).decode()}
    status, answer, headers = call(live, service, body, token)
    if status == 200:
        return status, ""
    assert answer["request_id"] == headers["X-Request-Id"]
    return status, answer["error_code"]


def allowed(name: str, service: str) -> set[tuple[int, str]]:
    """Return the answers that the contract allows to a file of that name."""
    bad, size = (400, "AIS.0102"), (400, "AIS.0103")
    # A picture that can be decoded: read, or not the document that was asked for.
    seen = {(200, "")} if service in WIDE else {(200, ""), (400, "AIS.0104")}
    if name == "noise of 0 after b''":
        return {(400, "AIS.0101")}  # nothing was sent at all
    if name.startswith(NO_PICTURE):
        return {bad}
    if name in ("size (1, 1)", "size (2, 300)", "size (14, 14)", "png of no size"):
        return {size, bad} if "no size" in name else {size}
    if name.startswith(
        ("png of 30001", "png of 65000", "png of 2147", "png of 40000", "bmp of huge")
    ):
        return {size}
    if "30000" in name:
        return {(200, "")} if service in WIDE else {size}
    if name == "large one-bit":
        return {(200, "")} if service in WIDE else {size}
    if name.startswith(("PDF", "GIF", "WEBP", "PCX", "ICO", "archive", "many frames")):
        return {*seen, bad, size}
    if "cut at" in name or "scrambled" in name or "much data" in name:
        return {*seen, bad, size}
    return {*seen, bad} if service not in WIDE and name.endswith(("GIF", "WEBP")) else seen


def engine_mb(live: Live) -> dict[int, float]:
    """Return the memory that each engine process of the server holds."""
    return {pid: resident_mb(pid) for pid in engine_processes(live)}


@pytest.mark.timeout(600)
def test_three_hundred_odd_files_each_get_their_documented_code(live: Live) -> None:
    cases = [
        *odd_files.files(),
        ("png of 30001 x 20 again", odd_files.png(30_001, 20)),
        ("size (14, 14)", odd_files.saved(odd_files.base((14, 14)), "PNG")),
    ]
    assert len(cases) >= 300
    normal = odd_files.saved(odd_files.base(), "PNG")
    token = token_of(live)
    for service in SERVICES:
        send(live, service, normal, token)
    before = engine_mb(live)
    assert before
    wrong = []
    for turn, (name, content) in enumerate(cases):
        service = SERVICES[turn % len(SERVICES)]
        got = send(live, service, content, token)
        if got not in allowed(name, service):
            wrong.append((name, service, got))
    assert wrong == []
    for service in (*SERVICES, *SERVICES):
        send(live, service, normal, token)
    after = engine_mb(live)
    assert after.keys() == before.keys()  # none was lost
    assert max(after.values()) < max(before.values()) + ROOM_MB, (before, after)
