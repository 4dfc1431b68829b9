"""Find the access key the way the official SDK does: environment first, then its file.

Names of the variables and of the file's sections and keys: Huawei Cloud Python SDK, "Credentials
from environment variables" and "from a profile".
"""

from __future__ import annotations

import configparser
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ocr_console_cli.exits import CREDENTIALS, Stop

_ENV = "HUAWEICLOUD_SDK_"
_HINT = (
    "set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, or write ak and sk into the section [basic] of "
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key; `security_token` belongs to a temporary one, `project_id` may be empty."""

    access_key: str
    secret_key: str
    project_id: str = ""
    security_token: str = ""


def find(environ: Mapping[str, str] | None = None) -> Credentials:
    """Return the credentials of this environment; raises Stop when there are none."""
    env = os.environ if environ is None else environ
    access, secret = env.get(f"{_ENV}AK", ""), env.get(f"{_ENV}SK", "")
    project = env.get(f"{_ENV}PROJECT_ID", "")
    if access and secret:
        return Credentials(access, secret, project, env.get(f"{_ENV}SECURITY_TOKEN", ""))
    file = Path(env.get(f"{_ENV}CREDENTIALS_FILE") or Path.home() / ".huaweicloud" / "credentials")
    parser = configparser.ConfigParser()
    try:
        found = parser.read(file, encoding="utf-8")
    except configparser.Error as error:
        raise Stop(CREDENTIALS, f"{file} cannot be read: {error}") from error
    if not found or not parser.has_section("basic"):
        raise Stop(CREDENTIALS, f"no credentials: {_HINT}{file}")
    row = parser["basic"]
    if not (row.get("ak") and row.get("sk")):
        raise Stop(CREDENTIALS, f"ak or sk is missing in the section [basic] of {file}")
    return Credentials(
        row["ak"], row["sk"], project or row.get("project_id", ""), row.get("security_token", "")
    )
