"""Service Monitoring: totals, calls and latency over time, failed calls with cause and remedy."""

from __future__ import annotations

import csv
import datetime as dt
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from iam import authz, selectors
from monitoring import statistics
from ocr import catalog
from portal import charts, error_help
from portal.console import ConsoleView, title_of
from portal.data_table import Column, Table

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
    ("before", gettext_lazy("This range and the one before")),
    ("service", gettext_lazy("Service")),
    ("region", gettext_lazy("Region")),
    ("user_id", gettext_lazy("User")),
    ("enterprise_project_id", gettext_lazy("Enterprise project")),
    ("error_code", gettext_lazy("Error code")),
)
MAX_SPAN_S = 400 * 86400
LINES = 8  # of a split: more cannot be distinguished by color
COLUMNS = (
    Column("time", gettext_lazy("Time"), attrgetter("occurred_at"), "id", fixed=True),
    Column("code", gettext_lazy("Error code"), attrgetter("error_code"), "error_code"),
    Column("service", gettext_lazy("Service"), attrgetter("service"), "service"),
    Column("user", gettext_lazy("User"), attrgetter("user_id")),
    Column("enterprise_project", gettext_lazy("Enterprise project"), attrgetter("enterprise_project_id"), hidden=True),
    Column("region", gettext_lazy("Region"), attrgetter("region"), hidden=True),
    Column("request_id", gettext_lazy("Request id"), attrgetter("request_id")),
    Column("status", gettext_lazy("Status"), attrgetter("status"), number=True),
    Column("latency_ms", gettext_lazy("Milliseconds"), attrgetter("latency_ms"), "latency_ms", number=True),
    Column("source", gettext_lazy("Source"), attrgetter("source"), hidden=True),
)  # fmt: skip


class MonitoringView(ConsoleView):
    """`/console/monitoring`: range, filters and split are in the address."""

    template = "portal/monitoring.html"

    def get(self, request: Any, **kwargs: Any) -> HttpResponse:
        """Render the page, or export its table as CSV."""
        needed = [f"ocr:{s.action_name}:getSubscribeUserList" for s in catalog.SERVICES]
        if not any(authz.may(self.principal, action) for action in needed):
            return self.refuse(needed[0])
        return self._csv() if request.GET.get("format") == "csv" else super().get(request, **kwargs)

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return figures of the range and of the one before it."""
        account, over, where = self.principal.account_id, self._span(), self._where()
        by = self._split()
        before = statistics.earlier(over)
        now = statistics.figures(account, over, **where)
        failed = statistics.failed_calls(account, over, **where)
        return {
            "ranges": RANGES,
            "splits": SPLITS,
            "chosen": {**where, "by": by, "range": self.request.GET.get("range", "24h")},
            "user_name": self.request.GET.get("user", ""),
            "query": self.request.GET,
            "custom": "start" in self.request.GET,
            "start": over.start,
            "end": over.end,
            "totals": now["totals"],
            "before": statistics.totals(account, before, **where),
            "chart": {**self._lines(over, before, now, where), "time": _("Time")},
            "latency": {**charts.latency(now), "time": _("Time")},
            "empty": now["totals"]["calls"] == 0,
            "steps": charts.steps(now),
            "services": catalog.SERVICES,
            "by_service": sorted(
                (
                    {
                        "link": self._query(service=key),
                        "successful": good,
                        "failed": bad,
                        "title": title_of(key),
                    }
                    for key, (good, bad) in now["services"].items()
                ),
                key=lambda row: -row["successful"] - row["failed"],
            ),
            "failures": self._failures(now["codes"], failed),
            "failed": self._failed(failed),
            "csv": self._query(format="csv"),
            "unzoomed": self._query("start", "end"),
        }

    def _query(self, *without: str, **changed: str) -> str:
        """Return this page's address with changes; lists start at their first page."""
        kept = {
            name: value
            for name, value in self.request.GET.items()
            if name not in without and not name.endswith((".after", ".before"))
        }
        return f"?{urlencode({**kept, **changed})}"

    def _lines(
        self,
        over: statistics.Span,
        before: statistics.Span,
        now: dict[str, Any],
        where: dict[str, Any],
    ) -> dict[str, Any]:
        """Return the lines of the chart: successful and failed, a split, or this range and the one before."""
        account, by = self.principal.account_id, self._split()
        if by == "before":
            earlier = statistics.series(account, before, **where)["series"].get("all")
            return charts.compared(now, earlier, now=_("This range"), before=_("The range before"))
        if not by:
            return charts.outcome(now, good=_("Successful"), bad=_("Failed"))
        if by in {"user_id", "enterprise_project_id"}:
            over = statistics.coarse(over)
        narrowed = where
        if by == "user_id":  # thousands: only the busiest get a line
            busiest = statistics.breakdown(account, over, by=by, **where)[:LINES]
            narrowed = {**where, "user_id__in": [row["key"] for row in busiest]}
        series = statistics.series(account, over, by=by, **narrowed)
        return charts.split(series, names=self._names(by), most=LINES)

    def _failures(self, codes: dict[str, int], failed: Any) -> list[dict[str, Any]]:
        """Return the codes of the range with cause and remedy, calls that are not rolled up yet included."""
        waiting = (
            failed.filter(rolled_up=False).order_by("-id").values_list("error_code", flat=True)
        )
        counted = dict(codes)
        for code in waiting[:1000]:
            counted[code] = counted.get(code, 0) + 1
        return [
            {
                "code": code,
                "calls": calls,
                "help": error_help.help_of(code),
                "link": f"{self._query('failed.q', code=code)}#failed",
            }
            for code, calls in sorted(counted.items(), key=lambda item: -item[1])
        ]

    def _failed(self, rows: Any) -> Table:
        table = self.table(
            "failed", COLUMNS, rows, sort="-time", search=("request_id", "error_code"), size=20
        )
        names = selectors.user_names(self.principal.account_id, {row.user_id for row in table.page})
        for row in table.page:
            row.user = names.get(row.user_id, row.user_id)
            row.title = title_of(row.service)
            row.help = error_help.help_of(row.error_code)
        return table

    def _span(self) -> statistics.Span:
        """Return the range of the address: `start` and `end` in unix seconds, or a named `range`."""
        now = clock.now()
        try:
            start = dt.datetime.fromtimestamp(int(self.request.GET["start"]), dt.UTC)
            end = dt.datetime.fromtimestamp(int(self.request.GET["end"]), dt.UTC)
            if 60 <= (end - start).total_seconds() <= MAX_SPAN_S:
                return statistics.span(start=start, end=end)
        except (KeyError, ValueError, OverflowError, OSError):
            pass
        seconds = {key: size for key, _label, size in RANGES}
        length = seconds.get(self.request.GET.get("range", "24h"), 86400)
        return statistics.span(start=now - dt.timedelta(seconds=length), end=now)

    def _where(self) -> dict[str, Any]:
        """Return the filters: everything is within the account; "all" regions drop the region.

        An unknown user name matches no call.
        """
        query = self.request.GET
        region = query.get("in", self.principal.region)
        service = query.get("service", "")
        name = query.get("user", "").strip()
        user = selectors.user_id_of(self.principal.account_id, name) or "-" if name else ""
        return {
            "service": service if service in catalog.BY_CODE else "",
            "region": "" if region == "all" else region,
            "enterprise_project_id": self.enterprise_project,
            "error_code": query.get("code", "")[:20],
            "user_id": user,
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
            return self.enterprise_project_names
        if by == "error_code":
            return {"": _("Successful")}
        return dict(settings.REGIONS)

    def _csv(self) -> HttpResponse:
        """Return calls over time by service, one row a step, times in UTC."""
        account, over, where = self.principal.account_id, self._span(), self._where()
        data = statistics.series(account, over, by="service", **where)
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
