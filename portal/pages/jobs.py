"""Batch jobs: upload, price estimate, progress by page, download, receipt of deletion."""

from __future__ import annotations

import json
from operator import attrgetter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from iam import authn, authz
from ocr import catalog
from ocr.exports import formats
from ocr.jobs import estimates, keys, retention, selectors, serializers
from ocr.jobs import services as jobs
from portal.console import ConsoleView, title_of
from portal.data_table import Column

STATES = ("draft", "running", "paused", "done", "failed", "cancelled", "deleted")
COLUMNS = (
    Column("job", gettext_lazy("Job"), attrgetter("name"), "name", fixed=True),
    Column("id", gettext_lazy("Job id"), attrgetter("pk"), hidden=True),
    Column("service", gettext_lazy("Service"), attrgetter("service"), "service", hidden=True),
    Column("user", gettext_lazy("User"), attrgetter("user_name"), "user_name", hidden=True),
    Column("state", gettext_lazy("State"), attrgetter("state"), "state"),
    Column("pages", gettext_lazy("Pages"), None),
    Column("created", gettext_lazy("Created"), attrgetter("created_at"), "created_at"),
    Column("until", gettext_lazy("Kept until"), attrgetter("expires_at"), "expires_at"),
)
MOST_TILES = 1000  # pages drawn one by one; above that the bar says enough
MOST_FAILED = 50
POLLED = ("running",)  # a state that changes without a form
HOURS = (0, 1, 24, 72, 168)


class JobsView(ConsoleView):
    """`/console/jobs`: the jobs and a new one; `?job=` one job, `&part=live` what changes of it."""

    template = "portal/jobs.html"
    actions = {
        "create": "ocr:job:create",
        "update": "ocr:job:update",
        "download": "ocr:job:download",
        "delete": "ocr:job:delete",
    }

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Choose the template: forms of one job come back to it."""
        super().setup(request, *args, **kwargs)
        if request.GET.get("job"):
            self.template = "portal/job.html"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Render the page, or the part of it that htmx requests."""
        part = request.GET.get("part")
        if part == "live" and request.GET.get("job"):
            values = self._live(self._job("ocr:job:get"))
            return render(request, "portal/job_live.html", {"may": self.may, **values})
        if part == "options":
            service = catalog.BY_CODE.get(request.GET.get("service", ""), catalog.SERVICES[0])
            return render(request, "portal/job_options.html", _options(service))
        return super().get(request, **kwargs)

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the list, or one job."""
        if self.request.GET.get("job"):
            job = self._job("ocr:job:get")
            return {**self._live(job), **self._details(job)}
        return {**self._list(), **_options(self._service()), **self._form()}

    def _service(self) -> catalog.Service:
        return catalog.BY_CODE.get(self.request.GET.get("service", ""), catalog.SERVICES[0])

    def _form(self) -> dict[str, Any]:
        return {
            "services": catalog.SERVICES,
            "hours": [(hours, _kept(hours)) for hours in HOURS],
            "script": {
                "project": self.principal.project_id,
                "api": "/api/v1/jobs",
                "page": self.request.path,
                "words": _words(),
            },
        }

    def _list(self) -> dict[str, Any]:
        """Return a page of the account's jobs that the caller may see, newest first."""
        allowed = authz.enterprise_projects_where(self.principal, "ocr:job:list")
        if self.enterprise_project:
            mine = allowed is None or self.enterprise_project in allowed
            allowed = [self.enterprise_project] if mine else []
        state = self.request.GET.get("state", "")
        rows = selectors.jobs(
            self.principal.account_id, state=state if state in STATES else "", projects=allowed
        )
        table = self.table(
            "jobs", COLUMNS, rows, sort="-created", search=("name", "service", "user_name"), size=30
        )
        for row, shown in zip(table.page, serializers.jobs(table.page), strict=True):
            row.shown = _describe(shown)
        return {
            "jobs": table,
            "state": state,
            "states": [(name, _state(name)) for name in STATES],
        }

    def _job(self, action: str) -> Any:
        """Return the job of the address; 404 for another account's, 403 without `action`."""
        job = selectors.job(self.principal.account_id, self.request.GET.get("job", ""))
        here = authn.project_for(self.principal, job.project_id)
        authz.require(here, action, enterprise_project_id=job.enterprise_project_id)
        return job

    def _live(self, job: Any) -> dict[str, Any]:
        """Return what changes while a job runs."""
        job_shown = _describe(serializers.jobs([job])[0])
        if job.state == "deleted":
            return {"job": job_shown, "is_live": False}
        counts, key = job_shown["counts"], keys.of(job)
        failed = list(
            selectors.pages(job, state="failed", with_content=True)[:MOST_FAILED]
            if counts["failed"]
            else ()
        )
        tiles = 0 < counts["pages"] <= MOST_TILES
        return {
            "job": job_shown,
            "is_live": job.state in POLLED,
            "tiles": list(selectors.pages(job).values_list("position", "state")) if tiles else [],
            "failed": serializers.pages(failed, selectors.files(job), key) if failed else [],
            "more_failed": max(0, counts["failed"] - MOST_FAILED),
            "formats": formats.FORMATS,
            "left": _time_left(job, counts),
        }

    def _details(self, job: Any) -> dict[str, Any]:
        """Return what stays: files, what it costs, options."""
        words: dict[str, Any] = {
            "here": _name(job),
            "hours_kept": _kept(job.retention_hours),
            "script": {**self._form()["script"], "job": job.id},
        }
        if job.state == "deleted":
            return {**words, "receipt": json.dumps(job.receipt, indent=2)}
        key = keys.of(job)
        words["files"] = [serializers.file(row, key) for row in selectors.files(job)]
        if job.state in ("draft", "paused"):
            words["estimate"] = serializers.estimate(estimates.estimate(job))
        return words

    def do_start(self) -> None:
        """Start the job; with `partial` although a budget pays for a part of it only."""
        job = self._job("ocr:job:update")
        partial = self.request.POST.get("partial") == "on"
        jobs.start(principal=self.principal, job=job, partial=partial)

    def do_pause(self) -> None:
        """Pause the job."""
        jobs.pause(principal=self.principal, job=self._job("ocr:job:update"))

    def do_resume(self) -> None:
        """Resume the job."""
        jobs.resume(principal=self.principal, job=self._job("ocr:job:update"))

    def do_cancel(self) -> None:
        """Cancel the job; finished pages are kept."""
        jobs.cancel(principal=self.principal, job=self._job("ocr:job:update"))

    def do_retry(self) -> None:
        """Queue the failed pages again."""
        jobs.retry(principal=self.principal, job=self._job("ocr:job:update"))

    def do_delete(self) -> None:
        """Delete everything of the job; the page then shows the receipt."""
        job = self._job("ocr:job:delete")
        self.confirmed(_name(job))
        retention.delete(principal=self.principal, job=job)
        self.success(_("The job is deleted with its files, results and key."))


def _name(job: Any) -> str:
    return job.name or job.id[:8]


def _describe(row: dict[str, Any]) -> dict[str, Any]:
    """Add to a job of the API what the page shows beside it."""
    counts = row["counts"]
    row["title"] = title_of(row["service"])
    row["state_name"] = _state(row["state"])
    row["done"] = counts["succeeded"] + counts["failed"] + counts["skipped"]
    for name in ("created_at", "started_at", "finished_at", "expires_at", "deleted_at"):
        row[name] = parse_datetime(row[name]) if row[name] else None
    return row


def _state(state: str) -> str:
    return {
        "draft": _("Draft"),
        "running": _("Running"),
        "paused": _("Paused"),
        "done": _("Done"),
        "failed": _("Failed"),
        "cancelled": _("Cancelled"),
        "deleted": _("Deleted"),
    }[state]


def _kept(hours: int) -> str:
    """Return how long a job is kept, in words."""
    if hours == 0:
        return _("Until the first complete download")
    if hours % 24 == 0:
        days = hours // 24
        return _("1 day") if days == 1 else _("%(n)s days") % {"n": days}
    return _("1 hour") if hours == 1 else _("%(n)s hours") % {"n": hours}


def _time_left(job: Any, counts: dict[str, int]) -> str:
    """Return the estimated rest of a running job in words, from its pace so far."""
    done = counts["succeeded"] + counts["failed"]
    if job.state != "running" or not job.started_at or done < 3:
        return ""
    elapsed = (clock.now() - job.started_at).total_seconds()
    seconds = elapsed / done * (counts["waiting"] + counts["reading"])
    if seconds < 60:
        return _("less than a minute left")
    return _("about %(n)s minutes left") % {"n": round(seconds / 60)}


def _options(service: catalog.Service) -> dict[str, Any]:
    options = [row for row in service.extractor.OPTIONS if row.name != "pdf_page_number"]
    return {
        "service": service,
        "options": options,
        "takes_text": service.code == jobs.TEXT_SERVICE,
    }


def _words() -> dict[str, str]:
    """Return the sentences that the page's script shows."""
    return {
        "none": _("Choose files first."),
        "uploading": _("Uploading…"),
        "opening": _("Being opened…"),
        "taken": _("Taken"),
        "refused": _("Not taken"),
        "remove": _("Remove"),
        "open": _("Open the job"),
        "network": _("The server did not answer. Check the connection and try again."),
        "pages": _("pages"),
    }
