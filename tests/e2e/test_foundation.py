"""The whole way of one call: the official SDK against the running server, billed and shown."""

from __future__ import annotations

import base64
import concurrent.futures
import io
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import (
    ClientRequestException,
    ServerResponseException,
)
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkocr.v1 import (
    GeneralTextRequestBody,
    OcrClient,
    PassportRequestBody,
    RecognizeGeneralTextRequest,
    RecognizePassportRequest,
)
from keystoneauth1 import session
from keystoneauth1.identity import v3
from PIL import Image

from tests.conftest import ROOT, Live

pytestmark = [pytest.mark.e2e, pytest.mark.engine]
SAMPLE = ROOT / "ocr" / "samples" / "passport.jpg"
# What `ocr/samples/passport.jpg` shows.
TRUTH = {
    "passport_type": "P", "country_code": "ESP", "nationality": "ESP", "passport_number": "XGK01757",
    "surname": "LINDQVIST", "given_name": "OLIVIA", "sex": "M", "date_of_birth": "1990-04-13",
    "date_of_expiry": "2029-03-23",
}  # fmt: skip
TEXT_SAMPLE = ROOT / "ocr" / "samples" / "general-text.png"


def client(live: Live, *, user: str = "admin", secret: str = "", project: str = "") -> OcrClient:
    """The official client with the demo user's keys."""
    who = live.credentials["users"][user]
    keys = BasicCredentials(
        who["access_key"], secret or who["secret_key"], project or live.credentials["project_id"]
    )
    return OcrClient.new_builder().with_credentials(keys).with_endpoint(live.url).build()


def read_passport(ocr: OcrClient, image: bytes) -> Any:
    body = PassportRequestBody(image=base64.b64encode(image).decode())
    return ocr.recognize_passport(RecognizePassportRequest(body=body))


def read_text(ocr: OcrClient, image: bytes) -> Any:
    body = GeneralTextRequestBody(image=base64.b64encode(image).decode())
    return ocr.recognize_general_text(RecognizeGeneralTextRequest(body=body))


def refused(live: Live, image: bytes, **how: str) -> ClientRequestException:
    with pytest.raises(ClientRequestException) as caught:
        read_passport(client(live, **how), image)
    assert caught.value.request_id
    assert len(caught.value.request_id) == 32
    return caught.value


def figures(live: Live) -> dict[str, Any]:
    """What the database says of the demo account: calls and billed units."""
    return json.loads(live.manage("account_figures", live.credentials["account"]))


def test_the_sdk_reads_a_passport(live: Live) -> None:
    before = figures(live)
    answer = read_passport(client(live), SAMPLE.read_bytes())
    assert {name: getattr(answer.result, name) for name in TRUTH} == TRUTH
    assert len(answer.x_request_id) == 32
    after = figures(live)
    assert after["successful"] == before["successful"] + 1
    assert after["usage_events"] == before["usage_events"] + 1
    assert after["quota_left"]["passport"] == before["quota_left"]["passport"] - 1


def test_the_demo_script_prints_what_the_sample_shows(live: Live) -> None:
    out = subprocess.run(
        [sys.executable, "scripts/demo.py"],
        cwd=ROOT, env=live.environ, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert TRUTH["passport_number"] in out
    assert "request id" in out


def test_every_refusal_has_its_code_and_costs_nothing(live: Live) -> None:
    image = SAMPLE.read_bytes()
    before = figures(live)
    other = live.credentials["other_project_id"]
    cases = [
        (refused(live, image, user="reader", secret="x" * 40), 401, "APIG.0301"),
        (refused(live, image, project=other), 403, "ModelArts.4204"),
        (refused(live, b"no picture"), 400, "AIS.0102"),
        (refused(live, image[: len(image) // 3]), 400, "AIS.0102"),
    ]
    assert [(e.status_code, e.error_code) for e, _, _ in cases] == [c[1:] for c in cases]
    after = figures(live)
    assert after["usage_events"] == before["usage_events"]
    assert after["successful"] == before["successful"]


def test_the_project_is_found_by_the_client(live: Live) -> None:
    """Without a project id the client asks IAM for the project named like the region."""
    who = live.credentials["users"]["admin"]
    keys = BasicCredentials(who["access_key"], who["secret_key"]).with_iam_endpoint(live.url)
    region = Region(live.credentials["region"], live.url)
    ocr = OcrClient.new_builder().with_credentials(keys).with_region(region).build()
    assert read_text(ocr, TEXT_SAMPLE.read_bytes()).result.words_block_count > 0


def token_of(live: Live) -> str:
    """The admin's token, as the OpenStack client asks for it."""
    who = live.credentials["users"]["admin"]
    auth = v3.Password(
        auth_url=f"{live.url}/v3",
        username=who["name"],
        password=who["password"],
        user_domain_name=live.credentials["account"],
        project_name=live.credentials["region"],
        project_domain_name=live.credentials["account"],
    )
    return session.Session(auth=auth).get_token()


def test_keystone_client_gets_a_token_that_ocr_takes(live: Live) -> None:
    token = token_of(live)
    assert len(token) <= 1024
    status, answer, headers = call(live, "passport", {"image": _base64(SAMPLE)}, token)
    assert status == 200
    assert answer["result"]["passport_number"]
    assert headers["X-Request-Id"]


def _base64(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def call(live: Live, slug: str, body: Any, token: str) -> tuple[int, Any, Any]:
    request = urllib.request.Request(
        f"{live.url}/v2/{live.credentials['project_id']}/ocr/{slug}",
        data=json.dumps(body).encode(),
        headers={"X-Auth-Token": token, "Content-Type": "application/json"},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read()), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read()), error.headers


def saved(path: Path, *, scale: float = 1.0, rows: int = 0) -> bytes:
    """Return a sample scaled down, or its first rows of pixels."""
    with Image.open(path) as image:
        cut = image.crop((0, 0, image.width, rows or image.height))
        small = cut.resize((round(cut.width * scale), round(cut.height * scale)))
    out = io.BytesIO()
    small.save(out, "PNG")
    return out.getvalue()


def test_interleaved_callers_get_their_own_results(live: Live) -> None:
    """200 calls of two different images from 16 threads: nobody sees the other's answer.

    The images are small, because it is the number of calls that finds a mixture, not their size.
    """
    who = client(live)
    images = {"passport": saved(SAMPLE, scale=0.6), "text": saved(TEXT_SAMPLE, rows=220)}
    number = TRUTH["passport_number"]
    first = read_text(who, images["text"]).result.words_block_list[0].words

    def one(index: int) -> bool:
        if index % 2:
            return read_passport(who, images["passport"]).result.passport_number == number
        return read_text(who, images["text"]).result.words_block_list[0].words == first

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        results = list(pool.map(one, range(200)))
    assert all(results)
    assert len(results) == 200


def engine_processes(live: Live) -> list[int]:
    found = subprocess.run(
        ["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True
    ).stdout
    ours = {live.process.pid}
    pids = []
    for line in found.splitlines()[1:]:
        pid, parent, arguments = line.split(None, 2)
        if int(parent) in ours or int(pid) in ours:
            ours.add(int(pid))
            if "ocr.engine.engine_process" in arguments:
                pids.append(int(pid))
    return pids


def test_a_killed_engine_process_fails_one_call_clearly(live: Live) -> None:
    before = figures(live)
    who = client(live)
    image = SAMPLE.read_bytes()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(read_passport, who, image) for _ in range(8)]
        time.sleep(0.15)
        os.kill(engine_processes(live)[0], signal.SIGKILL)
        outcomes = [future.exception() for future in calls]
    failed = [error for error in outcomes if error is not None]
    assert len(failed) == 1
    assert isinstance(failed[0], ServerResponseException)
    assert failed[0].error_code == "ModelArts.4301"
    assert failed[0].request_id
    assert read_passport(who, image).result.passport_number
    after = figures(live)
    assert after["usage_events"] == before["usage_events"] + 8
    assert after["failed"] == before["failed"] + 1


def test_errors_are_json_on_every_api_path(live: Live) -> None:
    for path, method in [
        ("/v2/ocr/passport", "POST"),
        ("/v2/x/ocr/passport", "GET"),
        ("/v2/x/ocr/nothing", "POST"),
        ("/v3/nothing", "GET"),
        ("/v3/auth/tokens", "POST"),
        ("/V1.0/x/metrics", "GET"),
        ("/v1.0/enterprise-projects", "GET"),
        ("/api/v1/subscriptions", "GET"),
    ]:
        request = urllib.request.Request(
            live.url + path, data=b"{" if method == "POST" else None, method=method
        )
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=20)
        assert caught.value.headers["Content-Type"] == "application/json", path
        assert len(caught.value.headers["X-Request-Id"]) == 32
        json.loads(caught.value.read())
