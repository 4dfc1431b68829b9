"""Signature debugger: the server's canonical request beside the caller's, with the first difference."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _

from core.errors import ApiError
from iam.services import signature_failures
from iam.services.signature_failures import Failure
from portal.console import ConsoleView

LONGEST = 20_000


class SignaturesView(ConsoleView):
    """`/console/credentials/signatures`: a request id, a pasted canonical request, or both."""

    template = "portal/signatures.html"

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the recent refusals of one's own keys and, if one is chosen, the comparison."""
        return {
            "recent": signature_failures.recent(self.principal),
            "minutes": signature_failures.KEPT_S // 60,
            **self._found(self.request.GET.get("request_id", "").strip(), ""),
        }

    def do_compare(self) -> Any:
        """Compare what was pasted with what the server saw."""
        post = self.request.POST
        theirs = post.get("canonical", "")[:LONGEST]
        found = self._found(post.get("request_id", "").strip(), theirs)
        return self.page(self.template, {**self.context(), **found, "canonical": theirs})

    def _found(self, request_id: str, theirs: str) -> dict[str, Any]:
        row: Failure | None = None
        if request_id:
            try:
                row = signature_failures.find(self.principal, request_id)
            except ApiError:
                return {"request_id": request_id, "unknown": True}
        elif theirs.strip():
            row = signature_failures.nearest(self.principal, theirs)
            if row is None:
                return {"none": True}
        if row is None:
            return {}
        return {
            "request_id": row.request_id,
            "failure": row,
            "lines": _lines(row.canonical, theirs),
            "compared": bool(theirs.strip()),
            "difference": signature_failures.compare(row.canonical, theirs)
            if theirs.strip()
            else None,
        }


def _lines(ours: str, theirs: str) -> list[dict[str, Any]]:
    """Return the lines side by side, each with its part's name and where it first differs."""
    mine = ours.split("\n")
    pasted = signature_failures.normalised(theirs) if theirs.strip() else ""
    other = pasted.split("\n") if pasted else []
    rows = []
    for number, (left, right) in enumerate(zip_longest(mine, other), start=1):
        same = not pasted or left == right
        at = 0 if same else _first(left or "", right or "")
        rows.append(
            {
                "number": number,
                "part": _part(ours, number) if left is not None else "",
                "ours": _marked(left, at, same=same),
                "theirs": _marked(right, at, same=same),
                "same": same,
            }
        )
    return rows


def _first(left: str, right: str) -> int:
    for position, (a, b) in enumerate(zip(left, right, strict=False)):
        if a != b:
            return position
    return min(len(left), len(right))


def _marked(text: str | None, at: int, *, same: bool) -> dict[str, str] | None:
    """Split a line before and after its first differing character; None where there is no line."""
    if text is None:
        return None
    return {"start": text, "rest": ""} if same else {"start": text[:at], "rest": text[at:]}


def _part(canonical: str, number: int) -> str:
    names = {
        "method": _("method"),
        "path": _("path"),
        "query": _("query"),
        "headers": _("headers"),
        "signed headers": _("signed headers"),
        "hash of the body": _("hash of the body"),
    }
    return names[signature_failures.part_of(canonical, number)]
