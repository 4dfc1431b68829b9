"""Audit: traces with filters, detail and export; verification of the hash chain."""

from __future__ import annotations

import datetime as dt
import json
from operator import attrgetter
from typing import Any

from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from iam import selectors
from iam.services import audit, trace_kinds
from portal.console import ConsoleView
from portal.data_table import Column, plain

RANGES = (
    ("1", gettext_lazy("Last day")),
    ("7", gettext_lazy("Last 7 days")),
    ("30", gettext_lazy("Last 30 days")),
    ("180", gettext_lazy("Last 180 days")),
)
FILTERS = {
    "source": "service_type",
    "type": "resource_type",
    "name": "trace_name",
    "resource_id": "resource_id",
    "resource_name": "resource_name",
    "operator": "user_name",
    "status": "trace_rating",
}
_BODIES = ("request", "response")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


COLUMNS = (
    Column("trace_name", gettext_lazy("Trace name"), attrgetter("trace_name"), "trace_name", fixed=True),
    Column("time", gettext_lazy("Time"), attrgetter("time"), "time"),
    Column("service_type", gettext_lazy("Source"), attrgetter("service_type"), "service_type"),
    Column("resource_type", gettext_lazy("Resource type"), attrgetter("resource_type"), "resource_type"),
    Column("resource_name", gettext_lazy("Resource"), attrgetter("resource_name"), "resource_name"),
    Column("resource_id", gettext_lazy("Resource id"), attrgetter("resource_id"), "resource_id", hidden=True),
    Column("user_name", gettext_lazy("Operator"), attrgetter("user_name"), "user_name"),
    Column("source_ip", gettext_lazy("Address"), attrgetter("source_ip"), hidden=True),
    Column("trace_rating", gettext_lazy("Status"), attrgetter("trace_rating"), "trace_rating"),
    Column("code", gettext_lazy("Answer code"), attrgetter("code"), hidden=True),
    Column("id", gettext_lazy("Trace id"), attrgetter("id"), hidden=True),
    Column("request", gettext_lazy("Request"), lambda row: _parsed(row.request), hidden=True),
    Column("response", gettext_lazy("Response"), lambda row: _parsed(row.response), hidden=True),
)  # fmt: skip


class AuditView(ConsoleView):
    """`/console/audit`."""

    template = "portal/audit.html"

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return one page of traces, newest first, and what the filters offer."""
        query = self.request.GET
        kinds = trace_kinds.trace_kinds(self.principal.account_id)
        return {
            "traces": self.table(
                "traces",
                COLUMNS,
                self._rows(),
                sort="-time",
                key="sequence",
                search=("trace_name", "resource_name", "resource_id", "user_name"),
                draw=_drawn,
            ),
            "query": query,
            "ranges": RANGES,
            "days": query.get("days", "7"),
            "sources": sorted({service for service, _resource, _name in kinds}),
            "types": sorted({resource for _service, resource, _name in kinds}),
        }

    def do_verify(self) -> None:
        """Check that no kept trace was changed, removed or inserted."""
        broken = audit.verify_chain(self.principal.account_id)
        if broken is None:
            self.success(_("The chain holds: no trace was changed or removed."))
        else:
            text = _("The chain is broken at trace %(n)s: %(why)s")
            messages.error(self.request, text % {"n": broken.sequence, "why": broken.reason})

    def _rows(self) -> Any:
        query = self.request.GET
        days = query.get("days", "7")
        length = int(days) if days in dict(RANGES) else 7
        where: dict[str, Any] = {
            column: query[name] for name, column in FILTERS.items() if query.get(name)
        }
        since = clock.now() - dt.timedelta(days=length)
        return selectors.traces(self.principal.account_id, since=since, **where)


def _drawn(row: Any) -> dict[str, Any]:
    """Return a trace with its JSON as the detail shows it."""
    whole = {
        column.key: plain(column.value(row))
        for column in COLUMNS
        if column.value and column.key not in _BODIES
    }
    whole |= {name: _parsed(getattr(row, name)) for name in _BODIES}
    return {"row": row, "json": json.dumps(whole, indent=2, ensure_ascii=False)}
