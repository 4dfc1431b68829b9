"""The price book, its sync and price versions."""

import datetime as dt
from decimal import Decimal

import pytest
from billing_factories import NOW, PRODUCT

from billing import pricebook
from billing.models import PackagePlan, PriceVersion, Product
from billing.pricing import PriceTable, Tier
from billing.services import products

ROW = products.ProductRow(
    code="sync-me", title="Sync", action_prefix="test:sync", price_class="card"
)


@pytest.fixture
def registry(monkeypatch, db):
    from core.registry import Registry

    table = Registry("products", key=lambda row: row.code)
    table.register([ROW])
    monkeypatch.setattr(products, "PRODUCTS", table)


def test_the_bundled_book_is_whole():
    book = pricebook.load()
    assert {"card", "text", "table"} <= set(book.classes)
    for offer in book.classes.values():
        assert len(offer.plans) >= 3
        per_call = [plan.price / plan.calls for plan in offer.plans]
        assert per_call == sorted(per_call, reverse=True)


@pytest.mark.parametrize(
    "row",
    [
        {"tiers": [{"above": 5, "price": "1"}]},
        {"tiers": [{"above": 0, "price": "x"}]},
        {"tiers": [{"above": 0}]},
        {"tiers": [{"above": 0, "price": "1"}], "plans": [{"code": "a", "calls": 0, "price": "1"}]},
    ],
)
def test_a_broken_entry_is_named(row):
    with pytest.raises(ValueError, match=r"classes\.bad"):
        pricebook.parse({"classes": {"bad": row}})


def test_a_region_may_have_its_own_price():
    data = {
        "classes": {"c": {"tiers": [{"above": 0, "price": "1"}]}},
        "products": {"p": {"regions": {"r": {"tiers": [{"above": 0, "price": "2"}]}}}},
    }
    offers = pricebook.parse(data).offers("p", "c")
    assert offers["r"].table.tiers[0].unit_price == 2
    assert offers[""].table.tiers[0].unit_price == 1


def test_sync_twice_writes_once_and_a_change_waits_for_the_next_hour(registry, monkeypatch):
    assert products.sync(now=NOW) == 1
    assert products.sync(now=NOW) == 0
    assert PackagePlan.objects.filter(product_id="sync-me").count() == 4
    book = pricebook.parse(
        {"classes": {"card": {"tiers": [{"above": 0, "price": "9"}], "plans": []}}}
    )
    monkeypatch.setattr(products, "book", lambda: book)
    assert products.sync(now=NOW) == 1
    assert products.sync(now=NOW) == 0
    newest = PriceVersion.objects.filter(product_id="sync-me").order_by("-effective_from")[0]
    assert newest.effective_from == dt.datetime(2026, 3, 10, 9, tzinfo=dt.UTC)
    assert not PackagePlan.objects.filter(product_id="sync-me", active=True).exists()
    assert Product.objects.get(code="sync-me").top_unit_price == 9


def test_a_product_that_is_gone_is_kept_but_not_sold(registry, catalog):
    products.sync(now=NOW)
    assert not Product.objects.get(code=PRODUCT).active
    assert Product.objects.get(code="sync-me").active


@pytest.mark.parametrize("start", [NOW, NOW + dt.timedelta(hours=1)])
def test_a_price_never_starts_in_the_past_or_within_an_hour(catalog, start):
    with pytest.raises(ValueError, match="full hour"):
        products.price_set(
            product_code=PRODUCT,
            table=PriceTable((Tier(0, Decimal(1)),)),
            effective_from=start,
            now=NOW,
        )


def test_what_an_operator_edited_survives_the_sync(registry):
    products.sync(now=NOW)
    PackagePlan.objects.filter(product_id="sync-me", code="1k").update(price=1, edited=True)
    PackagePlan.objects.filter(product_id="sync-me", code="10k").update(price=1)
    products.sync(now=NOW)
    prices = dict(PackagePlan.objects.values_list("code", "price"))
    assert prices["1k"] == 1
    assert prices["10k"] == Decimal("139.00")
