"""Built-in policies, one row each; `iam.services.sync` writes them to the database."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

_NAMESPACE = uuid.UUID("5f0c1d53-6a2b-5c57-9d42-6a4a0c8f7b11")


@dataclass(frozen=True, slots=True)
class SystemPolicy:
    """One built-in policy; `type` says which scopes it can be attached in (AX, XA, AA)."""

    name: str
    display_name: str
    type: str
    catalog: str
    description: str
    description_cn: str
    actions: tuple[str, ...]
    version: str = "1.1"

    @property
    def id(self) -> str:
        """Return the same id in every installation."""
        return uuid.uuid5(_NAMESPACE, self.name).hex

    @property
    def document(self) -> dict[str, Any]:
        """Return the policy document."""
        return {
            "Version": self.version,
            "Statement": [{"Effect": "Allow", "Action": list(self.actions)}],
        }


TENANT_ADMINISTRATOR = SystemPolicy(
    "te_admin", "Tenant Administrator", "AA", "BASE",
    "All operations on all services of the account.", "账号下所有服务的全部操作。", ("*:*:*",), "1.0",
)  # fmt: skip
OCR_FULL = SystemPolicy(
    "system_ocr_full", "OCR FullAccess", "XA", "OCR",
    "All operations on OCR.", "文字识别服务的全部操作。", ("ocr:*:*",),
)  # fmt: skip
OCR_READ = SystemPolicy(
    "system_ocr_read", "OCR ReadOnlyAccess", "XA", "OCR",
    "Read-only operations on OCR.", "文字识别服务的只读操作。", ("ocr:*:get*", "ocr:*:list*"),
)  # fmt: skip


def _pair(
    service: str, label: str, label_cn: str, kind: str, reads: tuple[str, ...]
) -> tuple[SystemPolicy, ...]:
    """Return the full and the read-only policy of one service."""
    code = service.upper()
    return (
        SystemPolicy(
            f"system_{service}_full", f"{code} FullAccess", kind, code,
            f"All operations on {label}.", f"{label_cn}的全部操作。", (f"{service}:*:*",),
        ),
        SystemPolicy(
            f"system_{service}_read", f"{code} ReadOnlyAccess", kind, code,
            f"Read-only operations on {label}.", f"{label_cn}的只读操作。", reads,
        ),
    )  # fmt: skip


def _reads(service: str) -> tuple[str, ...]:
    return tuple(f"{service}:*:{word}*" for word in ("get", "list", "view", "check"))


ROWS: tuple[SystemPolicy, ...] = (
    TENANT_ADMINISTRATOR,
    OCR_FULL,
    OCR_READ,
    *_pair("eps", "enterprise projects", "企业项目", "AX", _reads("eps")),
    *_pair("iam", "identity and access management", "统一身份认证", "AX", _reads("iam")),
    *_pair("bss", "the billing center", "费用中心", "AX", _reads("bss")),
    *_pair("ces", "Cloud Eye", "云监控", "XA", _reads("ces")),
    *_pair("cts", "Cloud Trace Service", "云审计", "XA", _reads("cts")),
)
BY_NAME = {row.display_name: row for row in ROWS}
