"""Notices of an account: arrears, packages, budgets, lock-outs, alarms, missing language packs.

Nothing is stored: a notice is derived from the state that it reports and disappears with it. The list in
the frame is cached for `KEPT_S` seconds; the Notifications page is not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from billing import actions as bss
from billing import selectors as billing_selectors
from core import clock
from iam import authz, selectors
from iam.principal import Principal
from monitoring import alarms
from ocr import language_packs
from ocr.catalog import Service, title_of

BRIEF = 10
KEPT_S = 30
EXPIRES_SOON = dt.timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice. `tone` is bad, warn or info; `page` is the slug of the page where it can be resolved."""

    kind: str
    tone: str
    text: str
    page: str
    query: str = ""
    since: str = ""


def of(principal: Principal) -> list[Notice]:
    """Return the notices that the caller's permissions allow, most severe first."""
    found = [
        notice
        for action, source in (
            ("", _arrears),
            (bss.PACKAGE_VIEW, _packages),
            (bss.BUDGET_VIEW, _budgets),
            ("iam:users:listUsers", _locks),
            ("ces:alarms:list", _alarms),
        )
        if not action or authz.may(principal, action)
        for notice in source(principal)
    ]
    order = ("bad", "warn", "info")
    return sorted(found, key=lambda notice: order.index(notice.tone))


def brief(principal: Principal) -> list[dict[str, Any]]:
    """Return the first `BRIEF` notices for the frame, at most `KEPT_S` seconds old."""
    key = _key(principal, get_language() or "en")
    found = cache.get(key)
    if found is None:
        found = [asdict(notice) for notice in of(principal)[:BRIEF]]
        cache.set(key, found, KEPT_S)
    return list(found)


def forget(principal: Principal) -> None:
    """Empty the caller's cache of notices after a form changed something."""
    cache.delete_many([_key(principal, language) for language, _name in settings.LANGUAGES])


def _key(principal: Principal, language: str) -> str:
    return f"notices:{principal.user_id}:{principal.project_id}:{language}"


def _arrears(principal: Principal) -> Iterator[Notice]:
    row = billing_selectors.account(principal.account_id)
    if row.arrears == "ok":
        return
    since = _time(row.arrears_since)
    if row.arrears == "frozen":
        text = _(
            "The account is frozen for arrears: pay-per-use calls are refused until it is topped up."
        )
        yield Notice("arrears", "bad", text, "billing", since=since)
    else:
        text = _("The account is in arrears. Top it up before calls are refused.")
        yield Notice("arrears", "warn", text, "billing", since=since)


def _packages(principal: Principal) -> Iterator[Notice]:
    soon = clock.now() + EXPIRES_SOON
    for row in billing_selectors.packages(principal.account_id, state="active"):
        package, left = row.package, row.left
        names = {"product": title_of(package.product_id), "region": package.region}
        if left * 100 <= package.granted * package.alert_percent_left:
            text = ngettext(
                "The package of %(product)s in %(region)s has %(left)s call left.",
                "The package of %(product)s in %(region)s has %(left)s calls left.",
                left,
            )
            yield Notice("package", "warn", text % {**names, "left": left}, "packages")
        elif package.expires_at < soon:
            text = _("The package of %(product)s in %(region)s ends on %(date)s.")
            date = date_format(package.expires_at, "DATE_FORMAT")
            yield Notice("package", "info", text % {**names, "date": date}, "packages")


def _budgets(principal: Principal) -> Iterator[Notice]:
    month = clock.now().astimezone(ZoneInfo(settings.BILLING_TIME_ZONE)).strftime("%Y-%m")
    for budget, period in billing_selectors.budgets(principal.account_id, month=month):
        if period is None:
            continue
        reached = period.spent if budget.unit == "amount" else max(period.admitted, period.settled)
        if period.exhausted or reached >= budget.limit:
            text = (
                _("The budget %(name)s is used up: its hard stop refuses calls.")
                if budget.hard_stop
                else _("The budget %(name)s is used up.")
            )
            yield Notice("budget", "bad", text % {"name": budget.name}, "billing")
        elif reached * 100 >= budget.limit * budget.alert_percent:
            text = _("The budget %(name)s has passed %(percent)s %%.")
            values = {"name": budget.name, "percent": budget.alert_percent}
            yield Notice("budget", "warn", text % values, "billing")


def _locks(principal: Principal) -> Iterator[Notice]:
    users, keys = selectors.locked(principal.account_id, clock.now())
    for user in users:
        text = _("The user %(name)s is locked until %(time)s after too many wrong passwords.")
        values = {"name": user.name, "time": _time(user.locked_until)}
        yield Notice("lock", "warn", text % values, "iam/users")
    for key in keys:
        text = _(
            "The access key %(key)s of %(name)s is locked until %(time)s after wrong signatures."
        )
        values = {"key": key.access, "name": key.user.name, "time": _time(key.locked_until)}
        yield Notice("lock", "warn", text % values, "iam/users")


def _alarms(principal: Principal) -> Iterator[Notice]:
    rows = alarms.alarms(principal.account_id, principal.project_id)
    for row in rows.filter(enabled=True, state="alarm").order_by("name"):
        text = _("The alarm %(name)s is on: %(metric)s of %(interface)s passed its threshold.")
        values = {"name": row.name, "metric": row.metric_name, "interface": row.interface}
        yield Notice("alarm", "bad", text % values, "monitoring", since=_time(row.updated_at))


def languages_missing(service: Service) -> str:
    """Return the Debian packages of the languages that `service` needs and this machine lacks, or ""."""
    wanted = {service.profile.script, service.profile.extractor_script}
    missing = language_packs.missing_packs(settings.TESSDATA_DIR)
    return ", ".join(script.package for script in missing if wanted & {script.name, "auto"})


def _time(moment: dt.datetime | None) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC" if moment else ""
