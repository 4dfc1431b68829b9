"""Notification endpoints: webhooks and e-mail addresses, the delivery log, redelivery."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from iam.services import audit
from monitoring.notifications import delivery, endpoints
from portal import form_parsing
from portal.console import ConsoleView
from portal.data_table import Column

# Prefix of event kinds → their title; none chosen = all.
EVENTS = (
    ("package.", gettext_lazy("Packages: low, used up, renewed, expiring")),
    ("budget.", gettext_lazy("Budgets: alert, used up")),
    ("balance.", gettext_lazy("Balance below its alert")),
    ("arrears.", gettext_lazy("Arrears: begun, frozen, ended")),
    ("order.", gettext_lazy("Orders")),
    ("alarm.", gettext_lazy("Alarms of the monitoring")),
    ("lockout.", gettext_lazy("Locked users and access keys")),
    ("job.", gettext_lazy("Batch jobs that ended")),
)
STATES = (
    ("waiting", gettext_lazy("Waiting")),
    ("delivered", gettext_lazy("Delivered")),
    ("failed", gettext_lazy("Failed")),
)
ENDPOINTS = (
    Column("target", gettext_lazy("Address"), attrgetter("target"), "target", fixed=True),
    Column("id", gettext_lazy("Endpoint id"), attrgetter("pk"), hidden=True),
    Column("kind", gettext_lazy("Kind"), attrgetter("kind"), "kind"),
    Column("events", gettext_lazy("Events"), lambda row: ", ".join(row.events)),
    Column("created", gettext_lazy("Created"), attrgetter("created_at"), "created_at"),
)
LOG = (
    Column("time", gettext_lazy("Time"), attrgetter("created_at"), "pk", fixed=True),
    Column("event", gettext_lazy("Event"), attrgetter("kind")),
    Column("event_id", gettext_lazy("Event id"), attrgetter("event_id"), hidden=True),
    Column("target", gettext_lazy("Address"), attrgetter("endpoint.target")),
    Column("state", gettext_lazy("State"), attrgetter("state")),
    Column("attempts", gettext_lazy("Attempts"), attrgetter("attempts"), number=True),
    Column("answer", gettext_lazy("Answer code"), attrgetter("status_code"), number=True),
    Column("error", gettext_lazy("Error"), attrgetter("error")),
    Column("delivered", gettext_lazy("Delivered"), attrgetter("delivered_at"), hidden=True),
    Column("payload", gettext_lazy("Contents"), attrgetter("payload"), hidden=True),
)


class EndpointsView(ConsoleView):
    """`/console/notifications/endpoints?state=`: endpoints, and the log of deliveries."""

    template = "portal/endpoints.html"
    actions = {
        "create": "ces:endpoints:create",
        "delete": "ces:endpoints:delete",
        "log": "ces:deliveries:list",
        "replay": "ces:deliveries:replay",
    }

    def context(self, **kwargs: Any) -> dict[str, Any]:
        """Return the endpoints and, if the caller may see it, the log."""
        account, state = self.principal.account_id, self.request.GET.get("state", "")
        found: dict[str, Any] = {
            "endpoints": self.table(
                "endpoints",
                ENDPOINTS,
                endpoints.endpoints(account),
                sort="created",
                search=("target",),
            ),
            "events": EVENTS,
            "chosen": self.request.POST.getlist("event"),
            "states": STATES,
            "state": state,
        }
        if self.may["log"]:
            rows = delivery.deliveries(account)
            if state in dict(STATES):
                rows = rows.filter(state=state)
            found["deliveries"] = self.table(
                "deliveries",
                LOG,
                rows,
                sort="-time",
                search=("kind", "event_id", "endpoint__target"),
            )
        return found

    def do_create(self) -> HttpResponse | None:
        """Add an endpoint; the secret of a webhook is shown once."""
        self.require("ces:endpoints:create")
        post = self.request.POST
        with audit.operation(
            self.principal, "createEndpoint", resource_type="endpoint", service_type="CES"
        ) as running:
            made, secret = endpoints.endpoint_create(
                account_id=self.principal.account_id,
                kind=post.get("kind", ""),
                target=post.get("target", "").strip(),
                events=post.getlist("event"),
            )
            running.resource_id, running.resource_name = made.id, made.kind
        self.success(_("The endpoint is added. It gets every event from now on."))
        if not secret:
            return None
        answer = self.page(self.template, {**self.context(), "secret": secret, "made": made})
        answer["Cache-Control"] = "no-store"
        return answer

    def do_delete(self) -> None:
        """Delete an endpoint whose address was typed, with its log."""
        self.require("ces:endpoints:delete")
        row = endpoints.endpoint(self.principal.account_id, self.request.POST.get("endpoint", ""))
        self.confirmed(row.target)
        with audit.operation(
            self.principal, "deleteEndpoint", resource_type="endpoint", service_type="CES",
            resource_id=row.id, resource_name=row.kind,
        ):  # fmt: skip
            row.delete()
        self.success(_("The endpoint is deleted with its log."))

    def do_replay(self) -> None:
        """Queue a delivery again."""
        self.require("ces:deliveries:replay")
        number = form_parsing.whole(self.request.POST.get("delivery")) or 0
        with audit.operation(
            self.principal, "replayDelivery", resource_type="endpoint", service_type="CES"
        ) as running:
            row = delivery.replay(self.principal.account_id, number)
            running.resource_id, running.resource_name = row.endpoint_id, row.endpoint.kind
        self.success(_("It is sent again within a few seconds."))
