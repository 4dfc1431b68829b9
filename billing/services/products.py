"""Products and prices: registered by higher apps, written to the tables by `sync`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from billing import errors, periods, pricebook
from billing.models import PackagePlan, PriceTier, PriceVersion, Product
from billing.pricing import PriceTable, Tier
from billing.services import traces
from core import clock
from core.errors import ApiError
from core.registry import Registry
from iam.principal import Principal

ALWAYS = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A billable API, as a higher app describes it.

    `action_prefix` is the policy action without its verb, such as "ocr:passport"; `title` may be
    a lazy translation; `price_class` names a class of the price book.
    """

    code: str
    title: object
    action_prefix: str
    price_class: str
    service_type_code: str = "hws.service.type.ocr"
    resource_type_code: str = "hws.resource.type.ocr"
    trace_service: str = "OCR"


PRODUCTS: Registry[ProductRow] = Registry("products", key=lambda row: row.code)


def register(rows: Iterable[ProductRow]) -> None:
    """Add product rows; called from `AppConfig.ready()` of higher apps."""
    PRODUCTS.register(rows)


def book() -> pricebook.PriceBook:
    """Return the installation's price book; raises ValueError when the file is wrong."""
    path = getattr(settings, "PRICEBOOK", "")
    loaded = pricebook.load(Path(path)) if path else pricebook.load()
    if loaded.currency and loaded.currency != settings.CURRENCY:
        raise ValueError(f"price book is in {loaded.currency}, CURRENCY is {settings.CURRENCY}")
    return loaded


@transaction.atomic
def sync(*, now: dt.datetime | None = None) -> int:
    """Write registered products, their prices and plans; returns how many prices are new.

    Running it again without a change writes nothing. A changed price is a new version in force
    from the next full hour. Prices that an operator set on the console are left alone unless the
    book itself changed afterwards.
    """
    now = now or clock.now()
    prices = book()
    known = Product.objects.in_bulk()
    new = 0
    for row in PRODUCTS:
        _product_write(row, known.get(row.code))
        for region, offer in prices.offers(row.code, row.price_class).items():
            new += _price_sync(row.code, region, offer.table, now)
            _plans_sync(row.code, region, offer.plans)
        top_unit_price_refresh(row.code)
    registered = {row.code for row in PRODUCTS}
    Product.objects.exclude(code__in=registered).filter(active=True).update(active=False)
    return new


def price_set(
    *,
    product_code: str,
    table: PriceTable,
    region: str = "",
    effective_from: dt.datetime | None = None,
    source: str = "operator",
    now: dt.datetime | None = None,
) -> PriceVersion:
    """Add a price version in force from a full hour in the future (default: the next one).

    Raises ValueError for an earlier time: what was billed is never altered.
    """
    now = now or clock.now()
    earliest = periods.next_hour(now, settings.BILLING_TIME_ZONE)
    start = effective_from or earliest
    if start < earliest or start != periods.hour_start(start, settings.BILLING_TIME_ZONE):
        raise ValueError("a price takes effect at a full hour in the future")
    with transaction.atomic():
        version = _version_write(product_code, region, table, start, source)
        top_unit_price_refresh(product_code)
    return version


def price_change(
    *,
    principal: Principal,
    product_code: str,
    table: PriceTable,
    region: str = "",
    effective_from: dt.datetime | None = None,
) -> PriceVersion:
    """Set a price as an operator, with its trace; see `price_set`.

    Raises CBC.0151 for an unknown product, CBC.0152 when a price starts at that very hour.
    """
    if not Product.objects.filter(code=product_code).exists():
        raise ApiError(errors.NOT_FOUND, kind="service")
    start = effective_from or periods.next_hour(clock.now(), settings.BILLING_TIME_ZONE)
    with transaction.atomic():
        same_hour = PriceVersion.objects.filter(
            product_id=product_code, region=region, effective_from=start
        )
        if same_hour.exists():
            raise ApiError(errors.CONFLICT, reason="A price that starts then exists already.")
        version = price_set(
            product_code=product_code, table=table, region=region, effective_from=start
        )
        traces.record(
            principal,
            "setPrice",
            resource_type="price",
            resource_id=version.pk,
            resource_name=product_code,
            region=region,
            effective_from=start.isoformat(),
        )
    return version


def table_of(version: PriceVersion) -> PriceTable:
    """Return the pure price table of a stored version."""
    return PriceTable(
        tuple(Tier(tier.above, tier.unit_price) for tier in version.tiers.all()), version.free_calls
    )


def _product_write(row: ProductRow, product: Product | None) -> None:
    values = {
        "title": str(row.title),
        "service_type_code": row.service_type_code,
        "resource_type_code": row.resource_type_code,
        "price_class": row.price_class,
        "active": True,
    }
    if product is None:
        Product.objects.create(code=row.code, **values)
    elif any(getattr(product, name) != value for name, value in values.items()):
        Product.objects.filter(code=row.code).update(**values)


def _price_sync(code: str, region: str, table: PriceTable, now: dt.datetime) -> int:
    of_book = PriceVersion.objects.filter(product_id=code, region=region, source="book")
    last = of_book.order_by("-effective_from").prefetch_related("tiers").first()
    if last is None:
        _version_write(code, region, table, ALWAYS, "book")
        return 1
    if table_of(last) == table:
        return 0
    start = max(periods.next_hour(now, settings.BILLING_TIME_ZONE), last.effective_from)
    if (
        start == last.effective_from
    ):  # edited twice within the hour: replace the version that is not in force yet
        last.delete()
    _version_write(code, region, table, start, "book")
    return 1


def _version_write(
    code: str, region: str, table: PriceTable, start: dt.datetime, source: str
) -> PriceVersion:
    version = PriceVersion.objects.create(
        product_id=code,
        region=region,
        free_calls=table.free_calls,
        effective_from=start,
        source=source,
    )
    PriceTier.objects.bulk_create(
        PriceTier(version=version, above=tier.above, unit_price=tier.unit_price)
        for tier in table.tiers
    )
    return version


def _plans_sync(code: str, region: str, plans: tuple[pricebook.Plan, ...]) -> None:
    """Write the book's plans; what an operator edited stays as it is."""
    known = {plan.code: plan for plan in PackagePlan.objects.filter(product_id=code, region=region)}
    for plan in plans:
        values = {
            "calls": plan.calls,
            "price": plan.price,
            "currency": settings.CURRENCY,
            "months": plan.months,
            "active": True,
        }
        row = known.pop(plan.code, None)
        if row is None:
            PackagePlan.objects.create(product_id=code, region=region, code=plan.code, **values)
        elif not row.edited and any(getattr(row, key) != value for key, value in values.items()):
            PackagePlan.objects.filter(pk=row.pk).update(**values)
    gone = [plan.pk for plan in known.values() if plan.active and not plan.edited]
    PackagePlan.objects.filter(pk__in=gone).update(active=False)


def top_unit_price_refresh(code: str) -> None:
    """Store the highest unit price of any version: hard money budgets reserve it per call."""
    top = PriceTier.objects.filter(version__product_id=code).aggregate(top=Max("unit_price"))["top"]
    Product.objects.filter(code=code).update(top_unit_price=top or Decimal(0))
