"""Tiers, free allowance and offsets, by example and by property."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.pricing import PriceTable, Tier, exact_total, lines

TABLE = PriceTable(
    (Tier(0, Decimal("0.02")), Tier(100, Decimal("0.01")), Tier(1000, Decimal("0.005"))),
    free_calls=10,
)


@pytest.mark.parametrize(
    ("offset", "quantity", "expected"),
    [
        (0, 5, [(0, 0, 5)]),
        (0, 10, [(0, 0, 10)]),
        (9, 2, [(0, 9, 1), (1, 10, 1)]),
        (99, 2, [(1, 99, 1), (2, 100, 1)]),
        (100, 1, [(2, 100, 1)]),
        (0, 1001, [(0, 0, 10), (1, 10, 90), (2, 100, 900), (3, 1000, 1)]),
        (5000, 0, []),
    ],
)
def test_lines_split_at_the_thresholds(offset, quantity, expected):
    found = lines(TABLE, offset=offset, quantity=quantity)
    assert [(line.tier, line.first, line.quantity) for line in found] == expected


def test_allowance_larger_than_a_tier_swallows_it():
    table = PriceTable((Tier(0, Decimal(2)), Tier(5, Decimal(1))), free_calls=8)
    assert [(x.tier, x.quantity) for x in lines(table, offset=0, quantity=10)] == [(0, 8), (2, 2)]


@pytest.mark.parametrize(
    "tiers", [(), (Tier(1, Decimal(1)),), (Tier(0, Decimal(1)), Tier(0, Decimal(2)))]
)
def test_a_table_with_a_gap_is_refused(tiers):
    with pytest.raises(ValueError):
        PriceTable(tiers)


@st.composite
def tables(draw):
    starts = sorted(draw(st.sets(st.integers(1, 500), max_size=4)))
    prices = draw(
        st.lists(st.decimals(0, 10, places=6), min_size=len(starts) + 1, max_size=len(starts) + 1)
    )
    tiers = tuple(Tier(start, price) for start, price in zip([0, *starts], prices, strict=True))
    return PriceTable(tiers, draw(st.integers(0, 300)))


@settings(deadline=None)
@given(tables(), st.integers(0, 700), st.integers(0, 700))
def test_lines_cover_every_call_once_and_in_order(table, offset, quantity):
    position = offset
    for line in lines(table, offset=offset, quantity=quantity):
        assert line.first == position
        assert line.quantity > 0
        position += line.quantity
    assert position == offset + quantity


@settings(deadline=None)
@given(tables(), st.lists(st.integers(0, 200), max_size=6))
def test_the_price_does_not_depend_on_how_the_calls_are_cut(table, parts):
    offset, total = 0, Decimal(0)
    for part in parts:
        total += exact_total(table, offset=offset, quantity=part)
        offset += part
    assert total == exact_total(table, quantity=offset)
