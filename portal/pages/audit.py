"""Audit: traces with filters, detail and export; the chain of hashes checked on demand."""

from __future__ import annotations

import csv
import datetime as dt
import json
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from iam import selectors
from iam.services import audit
from portal.console import ConsoleView

PAGE = 50
EXPORT = 10_000
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
COLUMNS = [
    "id",
    "time",
    "trace_name",
    "service_type",
    "resource_type",
    "resource_id",
    "resource_name",
    "user_name",
    "source_ip",
    "code",
    "trace_rating",
]


class AuditView(ConsoleView):
    """`/console/audit`."""

    template = "portal/audit.html"

    def get(self, request: Any, **kwargs: Any) -> HttpResponse:
        """Draw the page, or export what the filters leave."""
        kind = request.GET.get("format", "")
        if kind == "csv":
            return self._csv()
        if kind == "json":
            rows = [_as_dict(row) for row in self._rows()[:EXPORT]]
            answer: HttpResponse = JsonResponse({"traces": rows}, json_dumps_params={"indent": 1})
            answer["Content-Disposition"] = 'attachment; filename="traces.json"'
            return answer
        return super().get(request, **kwargs)

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return one page of traces, newest first, paged by their number."""
        query = self.request.GET
        rows = self._rows()
        if query.get("before", "").isdecimal():
            rows = rows.filter(sequence__lt=int(query["before"]))
        found = list(rows[: PAGE + 1])
        rest = query.copy()
        for name in ("before", "format"):
            rest.pop(name, None)
        kinds = self._rows(all_filters=False).order_by()
        return {
            "rows": [
                {"row": row, "json": json.dumps(_as_dict(row), indent=2, ensure_ascii=False)}
                for row in found[:PAGE]
            ],
            "next": found[PAGE - 1].sequence if len(found) > PAGE else None,
            "rest": rest.urlencode(),
            "query": query,
            "ranges": RANGES,
            "days": query.get("days", "7"),
            "sources": sorted(set(kinds.values_list("service_type", flat=True).distinct()[:50])),
            "types": sorted(set(kinds.values_list("resource_type", flat=True).distinct()[:100])),
        }

    def do_verify(self) -> None:
        """Check that no kept trace was changed, removed or inserted."""
        broken = audit.verify_chain(self.principal.account_id)
        if broken is None:
            self.tell(_("The chain holds: no trace was changed or removed."))
        else:
            from django.contrib import messages

            text = _("The chain is broken at trace %(n)s: %(why)s")
            messages.error(self.request, text % {"n": broken.sequence, "why": broken.reason})

    def _rows(self, *, all_filters: bool = True) -> Any:
        query = self.request.GET
        days = query.get("days", "7")
        length = int(days) if days in dict(RANGES) else 7
        where: dict[str, Any] = (
            {column: query[name] for name, column in FILTERS.items() if query.get(name)}
            if all_filters
            else {}
        )
        since = clock.now() - dt.timedelta(days=length)
        return selectors.traces(self.principal.account_id, since=since, **where)

    def _csv(self) -> HttpResponse:
        answer = HttpResponse(content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="traces.csv"'
        out = csv.writer(answer)
        out.writerow(COLUMNS)
        for row in self._rows()[:EXPORT]:
            out.writerow([_cell(getattr(row, name)) for name in COLUMNS])
        return answer


def _cell(value: Any) -> str:
    """Write a value so that no spreadsheet takes it for a formula."""
    text = clock.iso_second(value) if isinstance(value, dt.datetime) else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text


def _as_dict(row: Any) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in COLUMNS}
    found["time"] = clock.iso_second(row.time)
    for name in ("request", "response"):
        text = getattr(row, name)
        try:
            found[name] = json.loads(text) if text else None
        except ValueError:
            found[name] = text
    return found
