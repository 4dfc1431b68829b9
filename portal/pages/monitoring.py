"""Service Monitoring: totals, calls over time, failures by cause, all from the roll-ups."""

from __future__ import annotations

import csv
import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import errors as billing_errors
from core import clock
from core import errors as core_errors
from iam import authz, selectors
from iam import errors as iam_errors
from ocr import catalog
from ocr import errors as ocr_errors
from ocr import selectors as call_selectors
from portal import charts
from portal.console import ConsoleView, title_of

RANGES = (
    ("1h", gettext_lazy("Last hour"), 3600),
    ("6h", gettext_lazy("Last 6 hours"), 6 * 3600),
    ("24h", gettext_lazy("Last 24 hours"), 24 * 3600),
    ("7d", gettext_lazy("Last 7 days"), 7 * 86400),
    ("30d", gettext_lazy("Last 30 days"), 30 * 86400),
    ("90d", gettext_lazy("Last 90 days"), 90 * 86400),
)
SPLITS = (
    ("", gettext_lazy("Successful and failed")),
    ("service", gettext_lazy("Service")),
    ("region", gettext_lazy("Region")),
    ("user_id", gettext_lazy("User")),
    ("enterprise_project_id", gettext_lazy("Enterprise project")),
)
MAX_SPAN_S = 400 * 86400


def error_rows() -> dict[str, core_errors.ErrorRow]:
    """Return the documented errors by code; where several share a code the first counts."""
    found: dict[str, core_errors.ErrorRow] = {}
    for module in (ocr_errors, billing_errors, iam_errors, core_errors):
        for value in vars(module).values():
            if isinstance(value, core_errors.ErrorRow):
                found.setdefault(value.code, value)
    return found


ERRORS = error_rows()


class MonitoringView(ConsoleView):
    """`/console/monitoring`: range, service, region and split are in the address."""

    template = "portal/monitoring.html"

    def get(self, request: Any, **kwargs: Any) -> HttpResponse:
        """Draw the page, or write its table as CSV."""
        needed = [f"ocr:{s.action_name}:getSubscribeUserList" for s in catalog.SERVICES]
        if not any(authz.may(self.principal, action) for action in needed):
            return self.refuse(needed[0])
        return self._csv() if request.GET.get("format") == "csv" else super().get(request, **kwargs)

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return figures of the range and of the one before it."""
        account, over, where = self.principal.account_id, self._span(), self._where()
        by = self._split()
        length = over.end - over.start
        before = call_selectors.Span(over.start - length, over.start, over.step_s)
        series = call_selectors.series(account, over, by=by, **where)
        by_service = call_selectors.breakdown(account, over, by="service", **where)
        now = call_selectors.totals(account, over, **where)
        return {
            "ranges": RANGES,
            "splits": SPLITS,
            "chosen": {**where, "by": by, "range": self.request.GET.get("range", "24h")},
            "custom": "start" in self.request.GET,
            "start": over.start,
            "end": over.end,
            "totals": now,
            "before": call_selectors.totals(account, before, **where),
            "chart": {
                **charts.lines(
                    series,
                    names=self._names(by),
                    split=bool(by),
                    good=_("Successful"),
                    bad=_("Failed"),
                ),
                "empty": now["calls"] == 0,
                "time": _("Time"),
            },
            "services": catalog.SERVICES,
            "by_service": [{**row, "title": title_of(row["key"])} for row in by_service],
            "failures": self._failures(account, over, where),
            "csv": f"?{urlencode({**self.request.GET.dict(), 'format': 'csv'})}",
        }

    def _failures(
        self, account: str, over: call_selectors.Span, where: dict[str, Any]
    ) -> list[dict[str, Any]]:
        groups = call_selectors.breakdown(account, over, by="error_code", **where)
        latest: dict[str, list[dict[str, Any]]] = {}
        for row in call_selectors.failed_calls(account, limit=100, **where):
            latest.setdefault(row["error_code"], []).append(row)
        users = selectors.user_names(account) if latest else {}
        for rows in latest.values():
            for row in rows:
                row["user"] = users.get(row["user_id"], row["user_id"])
                row["title"] = title_of(row["service"])
        return [
            {
                "code": row["key"],
                "calls": row["failed"],
                "row": ERRORS.get(row["key"]),
                "latest": latest.get(row["key"], [])[:10],
            }
            for row in groups
            if row["key"]
        ]

    def _span(self) -> call_selectors.Span:
        """Return the range of the address: `start` and `end` in unix seconds, or a named `range`."""
        now = clock.now()
        try:
            start = dt.datetime.fromtimestamp(int(self.request.GET["start"]), dt.UTC)
            end = dt.datetime.fromtimestamp(int(self.request.GET["end"]), dt.UTC)
            if 60 <= (end - start).total_seconds() <= MAX_SPAN_S:
                return call_selectors.span(start=start, end=end)
        except (KeyError, ValueError, OverflowError, OSError):
            pass
        seconds = {key: size for key, _label, size in RANGES}
        length = seconds.get(self.request.GET.get("range", "24h"), 86400)
        return call_selectors.span(start=now - dt.timedelta(seconds=length), end=now)

    def _where(self) -> dict[str, Any]:
        """Return the filters: everything is within the account; "all" regions drop the region."""
        region = self.request.GET.get("in", self.principal.region)
        service = self.request.GET.get("service", "")
        return {
            "service": service if service in catalog.BY_CODE else "",
            "region": "" if region == "all" else region,
            "enterprise_project_id": self.enterprise_project,
        }

    def _split(self) -> str:
        by = self.request.GET.get("by", "")
        return by if by in {key for key, _label in SPLITS} else ""

    def _names(self, by: str) -> dict[str, str]:
        if by == "service":
            return {service.code: str(service.title) for service in catalog.SERVICES}
        if by == "user_id":
            return selectors.user_names(self.principal.account_id)
        if by == "enterprise_project_id":
            return selectors.enterprise_project_names(self.principal.account_id)
        return dict(settings.REGIONS)

    def _csv(self) -> HttpResponse:
        """Return calls over time by service, one row a step, times in UTC."""
        account, over, where = self.principal.account_id, self._span(), self._where()
        data = call_selectors.series(account, over, by="service", **where)
        answer = HttpResponse(content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="service-monitoring.csv"'
        out = csv.writer(answer)
        out.writerow(["time", "service", "successful", "failed"])
        for index, moment in enumerate(data["times"]):
            time = clock.iso_second(dt.datetime.fromtimestamp(moment, dt.UTC))
            for service, row in sorted(data["series"].items()):
                good, bad = row["successful"][index], row["failed"][index]
                if good or bad:
                    out.writerow([time, service, good, bad])
        return answer
