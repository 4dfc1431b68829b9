"""The official client reads a Vietnamese identity card: the seventeenth service, end to end."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.conf import settings
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkocr.v1 import RecognizeVietnamIdCardRequest, VietnamIdCardRequestBody

from ocr import language_packs
from tests.conftest import ROOT, Live
from tests.e2e.test_foundation import client
from tools.synthetic import sets
from tools.synthetic.samples import random_of

pytestmark = [pytest.mark.e2e, pytest.mark.engine]
CODE = "vietnam-id-card"
SAMPLE = ROOT / "ocr" / "samples" / f"{CODE}.jpg"
IN_DIGITS = ("side", "number", "birth_date", "expiry_date")


def read(live: Live, **options: Any) -> Any:
    body = VietnamIdCardRequestBody(image=base64.b64encode(SAMPLE.read_bytes()).decode(), **options)
    return client(live).recognize_vietnam_id_card(RecognizeVietnamIdCardRequest(body=body)).result


def test_the_sdk_reads_a_vietnamese_card(live: Live) -> None:
    truth = sets.sample(CODE, random_of(CODE)).fields
    result = read(live, return_portrait_location=True, return_idcard_type=True)
    names = (
        truth
        if language_packs.available_scripts(settings.TESSDATA_DIR)["vietnamese"]
        else IN_DIGITS
    )
    assert {name: getattr(result, name) for name in names} == {name: truth[name] for name in names}
    assert result.idcard_type == "normal"
    assert isinstance(result.portrait_location, list)
    assert result.confidence["number"] > 0.9
    assert result.machine_code1 == ""


def test_the_sdk_is_refused_the_other_side(live: Live) -> None:
    with pytest.raises(ClientRequestException) as failure:
        read(live, side="back")
    assert failure.value.error_code == "AIS.0104"
