"""BSS surface: monthly sums, fee records by month, day or hour.

A caller whose billing permission is limited to some enterprise projects sees the lines of those.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest

from billing import actions, errors, periods, selectors
from billing.api.bss import (
    CURRENCY_UNIT,
    TIMES,
    BssView,
    day,
    moment,
    month,
    number,
    page,
    region_name,
    service_name,
    whole,
)
from billing.models import BillLine
from core.errors import ApiError
from iam import authz
from iam import selectors as iam_selectors
from iam.principal import Principal

YEARLY_MONTHLY, PAY_PER_USE = 1, 3
# Bill types of the public API: 1 new purchase, 2 renewal, 4 unsubscription, 5 use.
BILL_TYPES = {"new": 1, "renew": 2, "unsubscribe": 4}


class BillsView(BssView):
    """A view for callers who may view the bills of the account or of an enterprise project."""

    handler_actions: ClassVar = {"get": (actions.BILL_VIEW,)}
    actions: ClassVar[dict[str, str | None]] = {"get": None}

    def projects(self, principal: Principal, wanted: str) -> Sequence[str] | None:
        """Return the projects to show (None = all); raises 403 when there is none."""
        allowed = authz.enterprise_projects_where(principal, actions.BILL_VIEW)
        if allowed is None:
            return [wanted] if wanted else None
        if not allowed or (wanted and wanted not in allowed):
            authz.require(principal, actions.BILL_VIEW)
        return [wanted] if wanted else allowed


def charging_mode(line: BillLine) -> int:
    """Return the public code of how a line is paid."""
    return PAY_PER_USE if line.mode == "pay_per_use" else YEARLY_MONTHLY


def bill_type(line: BillLine) -> int:
    """Return the public code of what a line is for."""
    return BILL_TYPES[line.order_line.order.kind] if line.order_line else 5


class MonthlySumView(BillsView):
    """show_customer_monthly_sum."""

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """Return a month's sums by service type, charging mode and bill type."""
        cycle = month(request, "bill_cycle")
        offset, limit = page(request.GET)
        code = request.GET.get("service_type_code", "")
        projects = self.projects(principal, request.GET.get("enterprise_project_id", ""))
        sums: dict[tuple[Any, ...], Decimal] = {}
        for line in selectors.fee_lines(principal.account_id, month=cycle, projects=projects):
            product = line.product
            if code and product.service_type_code != code:
                continue
            key = (
                product.service_type_code, product.resource_type_code, service_name(product),
                charging_mode(line), bill_type(line),
            )  # fmt: skip
            sums[key] = sums.get(key, Decimal(0)) + line.amount
        rows = [
            {
                "bill_cycle": cycle,
                "service_type_code": service,
                "service_type_name": name,
                "resource_type_code": resource,
                "resource_type_name": name,
                "charging_mode": mode,
                "bill_type": kind,
                **_amounts(amount),
                "official_discount_amount": 0,
                "truncated_amount": 0,
                "writeoff_amount": 0,
                "measure_id": CURRENCY_UNIT,
                "customer_id": principal.account_id,
                "account_name": principal.account_name,
            }
            for (service, resource, name, mode, kind), amount in sorted(sums.items())
        ]
        total = sum(sums.values(), Decimal(0))
        return {
            "total_count": len(rows),
            "bill_sums": rows[offset : offset + limit],
            **{name: value for name, value in _amounts(total).items() if name != "official_amount"},
            "writeoff_amount": 0,
            "measure_id": CURRENCY_UNIT,
            "currency": settings.CURRENCY,
        }


class ResourceFeesView(BillsView):
    """list_customerself_resource_records."""

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """Return fee records by cycle (1), day (2) or detail (3)."""
        cycle = month(request, "cycle")
        offset, limit = page(request.GET)
        statistic = whole(request.GET, "statistic_type", selectors.CYCLE)
        if statistic not in (selectors.CYCLE, selectors.DAY, selectors.DETAIL):
            raise ApiError(errors.INVALID, reason="statistic_type")
        projects = self.projects(principal, request.GET.get("enterprise_project_id", ""))
        lines = [
            line
            for line in selectors.fee_lines(principal.account_id, month=cycle, projects=projects)
            if _wanted(line, request)
        ]
        first = day(request.GET.get("bill_date_begin", ""), "bill_date_begin")
        last = day(request.GET.get("bill_date_end", ""), "bill_date_end")
        zone = settings.BILLING_TIME_ZONE
        found = [
            fee
            for fee in selectors.fees(lines, statistic=statistic)
            if (first is None or periods.day(fee.begins_at, zone) >= first)
            and (last is None or periods.day(fee.begins_at, zone) <= last)
        ]
        names = iam_selectors.enterprise_project_names(principal.account_id)
        rows = [_fee(fee, principal, names) for fee in found[offset : offset + limit]]
        return {
            "fee_records": rows,
            "total_count": len(found),
            "currency": settings.CURRENCY,
        }


class FeeRecordsView(BillsView):
    """list_customer_bills_fee_records: transaction records of a month."""

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """Return one record per bill line."""
        cycle = month(request, "bill_cycle")
        offset, limit = page(request.GET)
        projects = self.projects(principal, request.GET.get("enterprise_project_id", ""))
        lines = [
            line
            for line in selectors.fee_lines(principal.account_id, month=cycle, projects=projects)
            if _wanted(line, request)
        ]
        names = iam_selectors.enterprise_project_names(principal.account_id)
        rows = [_record(line, principal, names) for line in lines[offset : offset + limit]]
        return {"records": rows, "total_count": len(lines), "currency": settings.CURRENCY}


def _wanted(line: BillLine, request: HttpRequest) -> bool:
    """Return whether a line passes the filters of the query; both operations' names are accepted."""
    query = request.GET
    pairs = (
        (("cloud_service_type", "service_type_code"), line.product.service_type_code),
        (("resource_type_code",), line.product.resource_type_code),
        (("region", "region_code"), line.region),
        (("charge_mode", "charging_mode"), str(charging_mode(line))),
        (("bill_type",), str(bill_type(line))),
        (("resource_id",), resource_id(line)),
        (("trade_id",), str(line.pk)),
    )
    for names, value in pairs:
        for name in names:
            if query.get(name) and query[name] != value:
                return False
    return line.amount != 0 or query.get("include_zero_record", "true").lower() != "false"


def resource_id(line: BillLine) -> str:
    """Return what was paid for: the package, or the product in its region."""
    if line.package_id:
        return str(line.package_id)
    return f"{line.product_id}.{line.region}"


def _amounts(amount: Decimal) -> dict[str, Any]:
    paid = number(amount)
    zero = ("coupon_amount", "flexipurchase_coupon_amount", "stored_value_card_amount",
            "debt_amount", "credit_amount")  # fmt: skip
    return {
        "official_amount": paid,
        "consume_amount": paid,
        "cash_amount": paid,
        **dict.fromkeys(zero, 0),
    }


def _fee(fee: selectors.Fee, principal: Principal, names: dict[str, str]) -> dict[str, Any]:
    line, product = fee.line, fee.line.product
    amount = number(fee.amount)
    packaged = line.mode == "package"
    return {
        "bill_date": str(periods.day(fee.begins_at, settings.BILLING_TIME_ZONE)),
        "bill_type": bill_type(line),
        "customer_id": principal.account_id,
        "account_name": principal.account_name,
        "region": line.region,
        "region_name": region_name(line.region),
        "cloud_service_type": product.service_type_code,
        "cloud_service_type_name": service_name(product),
        "resource_type": product.resource_type_code,
        "resource_type_name": service_name(product),
        "effective_time": moment(fee.begins_at),
        "expire_time": moment(fee.ends_at),
        "resource_id": resource_id(line),
        "resource_name": product.title,
        "product_id": line.product_id,
        "product_name": product.title,
        "product_spec_desc": product.title,
        "charge_mode": str(charging_mode(line)),
        "usage_type": "calls",
        "usage": fee.quantity,
        "usage_measure_id": TIMES,
        "free_resource_usage": fee.quantity if packaged else 0,
        "free_resource_measure_id": TIMES,
        "unit_price": number(line.unit_price),
        "unit": f"{line.currency}/time",
        "official_amount": amount,
        "discount_amount": 0,
        "amount": amount,
        "cash_amount": amount,
        "debt_amount": 0,
        "measure_id": CURRENCY_UNIT,
        "enterprise_project_id": line.enterprise_project_id,
        "enterprise_project_name": _project_name(line, names),
        "trade_id": str(line.pk),
        "id": str(line.pk),
        "order_id": line.order_line.order_id if line.order_line else None,
    }


def _record(line: BillLine, principal: Principal, names: dict[str, str]) -> dict[str, Any]:
    product = line.product
    return {
        "bill_cycle": line.month,
        "customer_id": principal.account_id,
        "account_name": principal.account_name,
        "service_type_code": product.service_type_code,
        "service_type_name": service_name(product),
        "resource_type_code": product.resource_type_code,
        "resource_type_name": service_name(product),
        "region_code": line.region,
        "region_name": region_name(line.region),
        "enterprise_project_id": line.enterprise_project_id,
        "enterprise_project_name": _project_name(line, names),
        "charging_mode": charging_mode(line),
        "consume_time": moment(line.first_at),
        "trade_time": moment(line.last_at),
        "provider_type": 1,
        "trade_id": str(line.pk),
        "id": str(line.pk),
        "bill_type": bill_type(line),
        "status": 1,
        "official_discount_amount": 0,
        "erase_amount": 0,
        **_amounts(line.amount),
    }


def _project_name(line: BillLine, names: dict[str, str]) -> str:
    return str(names.get(line.enterprise_project_id, line.enterprise_project_id))
