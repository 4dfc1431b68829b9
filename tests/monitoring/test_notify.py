"""Notifications: signed, retried, logged, replayed; never to a private network."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail

from billing.services import events
from core import clock
from monitoring.models import Delivery, Endpoint
from monitoring.notifications import delivery
from ocr.models import Job
from tests.conftest import ROOT


@pytest.fixture
def receiver(settings):
    """A webhook receiver whose status can be set."""
    settings.FETCH_ALLOWED_NETWORKS = ("127.0.0.0/8",)
    got = []

    class Handler(BaseHTTPRequestHandler):
        status = 200

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((dict(self.headers), body))
            self.send_response(Handler.status)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", got, Handler
    server.shutdown()


def create(tenant, **body):
    return tenant.call("POST", "/api/v1/notifications/endpoints", body)


def test_a_billing_event_arrives_signed_once(tenant, receiver):
    url, got, _ = receiver
    made = create(tenant, kind="webhook", target=url).json()
    assert (
        "secret" not in tenant.call("GET", "/api/v1/notifications/endpoints").json()["endpoints"][0]
    )
    assert made["secret"] not in Endpoint.objects.get().secret
    events.emit(account_id=tenant.account_id, kind="package.low", product="general-text")
    delivery.run()
    delivery.run()
    assert len(got) == 1
    headers, body = got[0]
    stamp, mark = (part.split("=")[1] for part in headers["X-Signature"].split(","))
    message = f"{stamp}.".encode() + body
    assert mark == hmac.new(made["secret"].encode(), message, hashlib.sha256).hexdigest()
    assert json.loads(body)["data"] == {"product": "general-text"}
    assert Delivery.objects.get().state == "delivered"


def test_failures_back_off_then_give_up_and_can_be_replayed(tenant, receiver):
    url, got, handler = receiver
    create(tenant, kind="webhook", target=url)
    handler.status = 503
    delivery.publish(account_id=tenant.account_id, kind="alarm.ok", event_id="e1", payload={})
    now = clock.now() + dt.timedelta(seconds=1)
    delivery.deliver(now)
    assert delivery.deliver(now + dt.timedelta(seconds=9)) == 0
    assert len(got) == 1
    for _ in range(10):
        now += dt.timedelta(days=1)
        delivery.deliver(now)
    row = Delivery.objects.get()
    assert (row.state, row.status_code) == ("failed", 503)
    assert len(got) == len(delivery.BACK_OFF_S) + 1
    handler.status = 204
    answer = tenant.call("POST", f"/api/v1/notifications/deliveries/{row.pk}/replay")
    assert answer.status_code == 202
    delivery.deliver()
    log = tenant.call("GET", "/api/v1/notifications/deliveries").json()["deliveries"]
    assert log[0]["state"] == "delivered"


def test_private_networks_are_refused(tenant, settings):
    settings.FETCH_ALLOWED_NETWORKS = ()
    create(tenant, kind="webhook", target="http://127.0.0.1:9/")
    delivery.publish(account_id=tenant.account_id, kind="alarm.ok", event_id="e1", payload={})
    assert delivery.deliver() == 0
    assert "public network" in Delivery.objects.get().error


def test_mail_and_kinds(tenant):
    create(tenant, kind="email", target="ops@example.com", events=["alarm."])
    for kind in ("alarm.alarm", "package.low"):
        delivery.publish(account_id=tenant.account_id, kind=kind, event_id=kind, payload={"a": 1})
    assert delivery.deliver() == 1
    assert "alarm.alarm" in mail.outbox[0].subject


def test_another_account_sees_nothing(tenant):
    other = Endpoint.objects.create(account_id="f" * 32, kind="email", target="a@b.cd")
    delivery.publish(account_id="f" * 32, kind="alarm.ok", event_id="x", payload={})
    assert tenant.call("DELETE", f"/api/v1/notifications/endpoints/{other.id}").status_code == 404
    row = Delivery.objects.get()
    answer = tenant.call("POST", f"/api/v1/notifications/deliveries/{row.pk}/replay")
    assert answer.status_code == 404


@pytest.mark.parametrize("target", ["ftp://x/", "", "javascript:1"])
def test_bad_targets_are_refused(tenant, target):
    assert create(tenant, kind="webhook", target=target).status_code == 400


def test_every_kind_is_documented():
    text = (ROOT / "docs" / "operators.md").read_text()
    jobs = [f"job.{state}" for state in (*Job.ENDED, Job.PAUSED, Job.DELETED)]
    kinds = {*events.KINDS, *jobs, "alarm.alarm", "alarm.ok", "lockout.user", "lockout.access_key"}
    told = set(re.findall(r"`([a-z]+\.[a-z_]+)`", text.split("Events: ")[1].split("\n\n")[0]))
    assert told == kinds
