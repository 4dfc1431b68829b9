"""The billing centre's surface that the official BSS SDKs call: base view, balance, prices.

Money goes out as JSON numbers, months as YYYY-MM, times as UTC with Z (public BSS API reference).
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from billing import actions, errors, selectors
from billing.models import Product
from core import clock
from core.api import GATEWAY
from core.errors import ApiError
from core.money import round_amount
from iam import errors as iam_errors
from iam.gateway import ApiView
from iam.principal import Principal

CURRENCY_UNIT = 1  # measure_id of money: one unit of the currency
TIMES = 21  # measure_id of calls; `list_measure_units` names it
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class BssView(ApiView):
    """A view of the BSS surface: permission errors carry a CBC code."""

    style = GATEWAY  # some of its paths begin with /v3/, where the rest speaks as IAM does
    bad_json = errors.BAD_JSON

    def refuse(self, request: HttpRequest, error: ApiError) -> HttpResponse:
        """Return the refusal; a missing permission under the code of the BSS API, CBC.0150."""
        if error.row is iam_errors.PERMISSION:
            error = ApiError(errors.DENIED, action=error.detail.get("action", ""))
        return super().refuse(request, error)


def number(value: Decimal | int | None) -> float | int:
    """Return an amount as a JSON number."""
    if value is None:
        return 0
    return int(value) if value == int(value) else float(value)


def moment(value: dt.datetime | None) -> str | None:
    """Return a time as BSS writes it, None for none."""
    return None if value is None else clock.iso_second(value)


def page(source: Any, *, largest: int = 1000) -> tuple[int, int]:
    """Return (offset, limit) of a query or body; CBC.0100 for a bad one. The default limit is 10."""
    offset, limit = whole(source, "offset", 0), whole(source, "limit", 10)
    if offset < 0 or not 1 <= limit <= largest:
        raise ApiError(errors.INVALID, reason="offset or limit")
    return offset, limit


def whole(source: Any, name: str, default: int) -> int:
    """Return an integer member or `default`; CBC.0100 for anything else."""
    value = source.get(name)
    if value is None or value == "":
        return default
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise ApiError(errors.INVALID, reason=name) from error


def month(request: HttpRequest, name: str) -> str:
    """Return the required month `YYYY-MM` of the query."""
    value = request.GET.get(name, "")
    if not _MONTH.fullmatch(value):
        raise ApiError(errors.INVALID, reason=f"{name} must be YYYY-MM")
    return value


def day(text: str, name: str) -> dt.date | None:
    """Return a day `YYYY-MM-DD`, None for none."""
    if not text:
        return None
    try:
        if not _DAY.match(text):
            raise ValueError(text)
        return dt.date.fromisoformat(text[:10])
    except ValueError as error:
        raise ApiError(errors.INVALID, reason=f"{name} must be YYYY-MM-DD") from error


def region_name(region: str) -> str:
    """Return the region's name, its id when it is unknown."""
    return str(dict(settings.REGIONS).get(region, region))


def service_name(product: Product) -> str:
    """Return the service's short name: the last part of its type code, upper case."""
    return product.service_type_code.rsplit(".", 1)[-1].upper()


class BalancesView(BssView):
    """show_customer_account_balances."""

    action = actions.BALANCE_VIEW

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """Return the balance and what is owed."""
        account = selectors.account(principal.account_id)
        return {
            "account_balances": [
                {
                    "account_id": principal.account_id,
                    "account_type": 1,
                    "amount": number(max(account.balance, Decimal(0))),
                    "currency": account.currency,
                    "designated_amount": 0,
                    "credit_amount": 0,
                    "measure_id": CURRENCY_UNIT,
                }
            ],
            "debt_amount": number(max(-account.balance, Decimal(0))),
            "measure_id": CURRENCY_UNIT,
            "currency": account.currency,
        }


class ServiceTypesView(BssView):
    """list_service_types."""

    action = actions.PRICE_VIEW

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """Return the service types on sale."""
        offset, limit = page(request.GET)
        wanted = request.GET.get("service_type_name", "").lower()
        found = {}
        for product in selectors.products():
            name = service_name(product)
            if wanted in name.lower():
                found[product.service_type_code] = name
        rows = [
            {"service_type_code": code, "service_type_name": name, "abbreviation": name}
            for code, name in sorted(found.items())
        ]
        return {"service_types": rows[offset : offset + limit], "total_count": len(rows)}


class MeasureUnitsView(BssView):
    """list_measure_units."""

    action = None

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """Return the two units that other operations refer to."""
        rows = (
            (CURRENCY_UNIT, settings.CURRENCY, settings.CURRENCY, 1),
            (TIMES, "times", "times", 4),
        )
        names = ("measure_id", "measure_name", "abbreviation", "measure_type")
        return {"measure_units": [dict(zip(names, row, strict=True)) for row in rows]}


class OnDemandRatingView(BssView):
    """list_on_demand_resource_ratings: `resource_spec` names the product, `usage_value` the calls."""

    action = actions.PRICE_VIEW
    max_products = 100

    def post(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """Return the pay-per-use price of each row, as if it began the month."""
        infos = self.json(request).get("product_infos")
        if not isinstance(infos, list) or not 1 <= len(infos) <= self.max_products:
            raise ApiError(errors.INVALID, reason="product_infos")
        results = [self._rate(info) for info in infos]
        total = sum((row.pop("_exact") for row in results), Decimal(0))
        return {
            "amount": number(total),
            "discount_amount": 0,
            "official_website_amount": number(total),
            "measure_id": CURRENCY_UNIT,
            "currency": settings.CURRENCY,
            "product_rating_results": results,
        }

    def _rate(self, info: Any) -> dict[str, Any]:
        if not isinstance(info, dict):
            raise ApiError(errors.INVALID, reason="product_infos")
        try:
            calls = int(Decimal(str(info.get("usage_value", 0))))
            count = int(info.get("subscription_num") or 1)
            if calls < 0 or count < 1:
                raise ValueError(calls)
            quote = selectors.quote(
                product=str(info.get("resource_spec", "")),
                region=str(info.get("region", "")),
                calls=calls,
            )
        except (LookupError, ValueError, InvalidOperation) as error:
            raise ApiError(errors.INVALID, reason=f"product_infos: {error}") from error
        amount = round_amount(quote.pay_per_use * count, settings.CURRENCY)
        return {
            "id": str(info.get("id", "")),
            "product_id": quote.product,
            "amount": number(amount),
            "discount_amount": 0,
            "official_website_amount": number(amount),
            "measure_id": CURRENCY_UNIT,
            "discount_rating_results": [],
            "_exact": amount,
        }
