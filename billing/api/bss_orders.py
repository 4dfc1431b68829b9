"""BSS surface: orders, payment, cancellation, unsubscription."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar

from django.http import HttpRequest

from billing import actions, errors, selectors
from billing.api.bss import CURRENCY_UNIT, BssView, moment, number, page, service_name
from billing.models import Order, OrderLine
from billing.services import orders, renewals
from billing.services import traces as trail
from core.errors import ApiError
from iam import selectors as iam_selectors
from iam.principal import Principal

# Codes of the public order API.
STATUS = {"to_pay": 6, "done": 5, "cancelled": 4}
KIND = {"new": 1, "renew": 2, "unsubscribe": 4}
YEAR, MONTH = 3, 2


class OrdersView(BssView):
    """list_customer_orders."""

    action = actions.ORDER_VIEW

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """Return orders, newest first, narrowed by the query."""
        offset, limit = page(request.GET)
        query = request.GET
        rows = selectors.orders(principal.account_id)
        if query.get("order_id"):
            rows = rows.filter(number=query["order_id"])
        if query.get("status"):
            rows = rows.filter(status__in=_names(STATUS, query["status"]))
        if query.get("order_type"):
            rows = rows.filter(kind__in=_names(KIND, query["order_type"]))
        if query.get("service_type_code"):
            code = query["service_type_code"]
            rows = rows.filter(lines__product__service_type_code=code).distinct()
        for name, lookup in (
            ("create_time_begin", "created_at__gte"),
            ("create_time_end", "created_at__lte"),
            ("payment_time_begin", "paid_at__gte"),
            ("payment_time_end", "paid_at__lte"),
        ):
            if query.get(name):
                rows = rows.filter(**{lookup: _time(query[name], name)})
        names = iam_selectors.enterprise_project_names(principal.account_id)
        return {
            "total_count": rows.count(),
            "order_infos": [_order(row, names) for row in rows[offset : offset + limit]],
        }


class OrderDetailsView(BssView):
    """show_customer_order_details."""

    action = actions.ORDER_VIEW

    def get(self, request: HttpRequest, principal: Principal, order_id: str) -> dict[str, Any]:
        """Return an order with its lines."""
        offset, limit = page(request.GET)
        order = orders.get(account_id=principal.account_id, number=order_id)
        names = iam_selectors.enterprise_project_names(principal.account_id)
        lines = list(order.lines.select_related("product").prefetch_related("packages"))
        info = _order(order, names)
        info["user_name"] = order.placed_by
        return {
            "total_count": len(lines),
            "order_info": info,
            "order_line_items": [_line(line) for line in lines[offset : offset + limit]],
        }


class OrderPayView(BssView):
    """pay_orders: answers 204."""

    action = actions.ORDER_PAY
    traces: ClassVar = {"post": ("payOrder", "order", "BSS")}

    def post(self, request: HttpRequest, principal: Principal) -> tuple[int, None]:
        """Pay an order from the balance. There are no coupons and no discounts to use."""
        body = self.json(request)
        orders.pay(principal=principal, number=_required(body, "order_id"))
        return 204, None


class OrderCancelView(BssView):
    """cancel_customer_order."""

    action = actions.ORDER_CANCEL
    traces: ClassVar = {"put": ("cancelOrder", "order", "BSS")}

    def put(self, request: HttpRequest, principal: Principal) -> tuple[int, None]:
        """Cancel an order that is not paid."""
        orders.cancel(principal=principal, number=_required(self.json(request), "order_id"))
        return 204, None


class UnsubscribeView(BssView):
    """cancel_resources_subscription: resources are packages."""

    action = actions.PACKAGE_UNSUBSCRIBE
    traces: ClassVar = {"post": ("unsubscribePackage", "package", "BSS")}

    def post(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """Unsubscribe from packages, each by itself; failures are listed."""
        body = self.json(request)
        with trail.operation(
            principal, "unsubscribePackage", resource_type="package", request=body
        ) as running:
            running.response = answer = self._unsubscribed(principal, body.get("resource_ids"))
        return answer

    def _unsubscribed(self, principal: Principal, ids: Any) -> dict[str, Any]:
        if not isinstance(ids, list) or not 1 <= len(ids) <= 10:
            raise ApiError(errors.INVALID, reason="resource_ids")
        done: list[str] = []
        failed: list[dict[str, str]] = []
        for value in ids:
            try:
                if not str(value).isdecimal():
                    raise ApiError(errors.NOT_FOUND, kind="package")
                order = renewals.unsubscribe(principal=principal, package_id=int(value))
                done.append(order.number)
            except ApiError as error:
                failed.append(
                    {
                        "resource_id": str(value),
                        "error_code": error.code,
                        "error_msg": error.message,
                    }
                )
        if failed and not done:
            raise ApiError(errors.CONFLICT, reason=failed[0]["error_msg"])
        return {"order_ids": done, "fail_resource_infos": failed}


def _names(table: dict[str, int], wanted: str) -> list[str]:
    """Return the states that any of the codes, by comma, stands for."""
    codes = {code.strip() for code in wanted.split(",")}
    return [name for name, code in table.items() if str(code) in codes]


def _time(text: str, name: str) -> dt.datetime:
    try:
        return dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.UTC)
    except ValueError as error:
        raise ApiError(errors.INVALID, reason=name) from error


def _required(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise ApiError(errors.INVALID, reason=name)
    return value


def _order(order: Order, names: dict[str, str]) -> dict[str, Any]:
    lines = list(order.lines.all())
    product = lines[0].product
    projects = sorted({line.enterprise_project_id for line in lines if line.enterprise_project_id})
    return {
        "order_id": order.number,
        "customer_id": order.account_id,
        "service_type_code": product.service_type_code,
        "service_type_name": service_name(product),
        "source_type": 1,
        "status": STATUS[order.status],
        "order_type": KIND[order.kind],
        "amount_after_discount": number(order.amount),
        "official_amount": number(order.amount),
        "measure_id": CURRENCY_UNIT,
        "create_time": moment(order.created_at),
        "payment_time": moment(order.paid_at),
        "currency": order.currency,
        "amount_info": _amount_info(order.amount if order.status == "done" else Decimal(0)),
        "enterprise_projects": [{"id": key, "name": names.get(key, key)} for key in projects],
        "sub_order_infos": [],
    }


def _line(line: OrderLine) -> dict[str, Any]:
    packages = list(line.packages.all())
    first = packages[0] if packages else None
    return {
        "order_line_item_id": str(line.pk),
        "service_type_code": line.product.service_type_code,
        "service_type_name": service_name(line.product),
        "product_id": line.product_id,
        "product_spec_desc": f"{line.product.title}: {line.calls}",
        "period_type": YEAR if line.months % 12 == 0 else MONTH,
        "period_num": line.months // 12 if line.months % 12 == 0 else line.months,
        "effective_time": moment(first.effective_at if first else line.starts_at),
        "expire_time": moment(first.expires_at if first else None),
        "subscription_num": line.quantity,
        "amount_after_discount": number(line.amount),
        "official_amount": number(line.amount),
        "amount_info": _amount_info(line.amount),
        "currency": line.order.currency,
        "category_code": "normal_order",
        "order_id": line.order_id,
    }


def _amount_info(consumed: Decimal) -> dict[str, Any]:
    return {
        "discounts": [],
        "flexipurchase_coupon_amount": 0,
        "coupon_amount": 0,
        "stored_card_amount": 0,
        "commission_amount": 0,
        "consumed_amount": number(consumed),
    }
