"""`make demo`: recognise the bundled sample through the official SDK against a running portal."""

from __future__ import annotations

import base64
import json
import os
import sys
from pathlib import Path

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import SdkException
from huaweicloudsdkocr.v1 import OcrClient, PassportRequestBody, RecognizePassportRequest

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Print the fields of the sample passport; returns the exit status."""
    path = ROOT / os.environ.get("DATA_DIR", "var") / "demo-credentials.json"
    if not path.exists():
        print(f"{path} is missing: start the portal with `make run` first.", file=sys.stderr)
        return 1
    demo = json.loads(path.read_text())
    user = demo["users"]["admin"]
    client = (
        OcrClient.new_builder()
        .with_credentials(
            BasicCredentials(user["access_key"], user["secret_key"], demo["project_id"])
        )
        .with_endpoint(demo["url"])
        .build()
    )
    image = base64.b64encode((ROOT / "ocr" / "samples" / "passport.jpg").read_bytes()).decode()
    try:
        answer = client.recognize_passport(
            RecognizePassportRequest(body=PassportRequestBody(image=image))
        )
    except SdkException as error:
        print(f"{demo['url']} did not answer as it should: {error}", file=sys.stderr)
        return 1
    # The client reads JSON numbers as Decimal.
    print(json.dumps(answer.result.to_dict(), indent=2, ensure_ascii=False, default=float))
    print(f"request id {answer.x_request_id}; one call more on {demo['url']}/console/monitoring")
    return 0


if __name__ == "__main__":
    sys.exit(main())
