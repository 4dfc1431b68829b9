"""The banner of `make run`: the address, the demo logins and one working recognition command."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.conf import settings


def show() -> None:
    """Print the banner; without a demo account only the address."""
    out = sys.stdout
    path = settings.DATA_DIR / "demo-credentials.json"
    out.write(f"\nOCR Console is running on {settings.PUBLIC_URL}  (Ctrl-C ends it)\n")
    if path.exists() and settings.ENV["DEMO"]:
        demo = json.loads(path.read_text())
        out.write(f"\nLog in at {demo['url']}/login, account {demo['account']}:\n")
        for role, user in demo["users"].items():
            out.write(f"  {role:7} user {user['name']:10} password {user['password']}\n")
        out.write(f"Keys and ids: {path}\n\nRecognise a sample (paste as it is):\n\n")
        out.write(_command(demo))
    out.write("\n")
    out.flush()


def token_request(
    demo: dict[str, Any], role: str = "admin", scope: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return the body that asks for a token of a demo user; without a scope, of its first project."""
    user = demo["users"][role]
    person = {
        "name": user["name"],
        "password": user["password"],
        "domain": {"name": demo["account"]},
    }
    identity = {"methods": ["password"], "password": {"user": person}}
    scope = scope or {"project": {"name": demo["region"]}}
    return {"auth": {"identity": identity, "scope": scope}}


def _command(demo: dict[str, Any]) -> str:
    auth = token_request(demo)
    sample = settings.BASE_DIR / "ocr" / "samples" / "passport.jpg"
    return (
        f"TOKEN=$(curl -si {demo['url']}/v3/auth/tokens -H 'Content-Type: application/json' "
        f"-d '{json.dumps(auth)}' | tr -d '\\r' | sed -n 's/^[Xx]-[Ss]ubject-[Tt]oken: //p'); "
        f"(printf '{{\"image\":\"'; base64 -w0 {sample}; printf '\"}}') | "
        f"curl -s {demo['url']}/v2/{demo['project_id']}/ocr/passport -d @- "
        "-H 'Content-Type: application/json' -H \"X-Auth-Token: $TOKEN\"\n"
    )
