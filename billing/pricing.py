"""Price a number of calls: monthly tiers with a free allowance, from a month-to-date offset. Pure.

Calls of one account, region and product are numbered 0, 1, 2, ... within a calendar month. The
first `free_calls` numbers cost nothing; every other number costs the price of the tier it is in.
Thresholds count all pay-per-use calls of the month, the free ones included.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

FREE_TIER = 0


@dataclass(frozen=True, slots=True)
class Tier:
    """Calls numbered `above` and higher cost `unit_price`, until the next tier starts."""

    above: int
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class PriceTable:
    """What a call costs; raises ValueError when the tiers leave a gap or run backwards."""

    tiers: tuple[Tier, ...]
    free_calls: int = 0

    def __post_init__(self) -> None:
        starts = [tier.above for tier in self.tiers]
        if not starts or starts[0] != 0:
            raise ValueError("the first tier must start at call 0")
        if any(later <= earlier for earlier, later in pairwise(starts)):
            raise ValueError("tiers must start at rising call numbers")
        if self.free_calls < 0 or any(tier.unit_price < 0 for tier in self.tiers):
            raise ValueError("prices and allowances are never negative")


@dataclass(frozen=True, slots=True)
class Line:
    """`quantity` calls, numbered from `first`, at one price. Tier 0 is the free allowance."""

    tier: int
    first: int
    quantity: int
    unit_price: Decimal

    @property
    def exact_amount(self) -> Decimal:
        """Return the amount before rounding."""
        return self.unit_price * self.quantity


def lines(table: PriceTable, *, offset: int, quantity: int) -> list[Line]:
    """Return the lines of `quantity` calls after `offset` earlier ones in the month, in order."""
    if offset < 0 or quantity < 0:
        raise ValueError("offset and quantity are never negative")
    found: list[Line] = []
    position, end = offset, offset + quantity
    for tier, start, stop, price in _bands(table):
        last = end if stop is None else min(stop, end)
        first = max(start, position)
        if first < last:
            found.append(Line(tier, first, last - first, price))
            position = last
    return found


def exact_total(table: PriceTable, *, offset: int = 0, quantity: int) -> Decimal:
    """Return the unrounded price of `quantity` calls after `offset` earlier ones."""
    return sum(
        (line.exact_amount for line in lines(table, offset=offset, quantity=quantity)), Decimal(0)
    )


def shares(
    table: PriceTable, *, offset: int, parts: Iterable[tuple[str, int]]
) -> dict[str, tuple[int, Decimal]]:
    """Return (calls, unrounded price) per name of consecutive (name, quantity) after `offset`."""
    found: dict[str, tuple[int, Decimal]] = {}
    for name, quantity in parts:
        calls, price = found.get(name, (0, Decimal(0)))
        found[name] = (
            calls + quantity,
            price + exact_total(table, offset=offset, quantity=quantity),
        )
        offset += quantity
    return found


def _bands(table: PriceTable) -> list[tuple[int, int, int | None, Decimal]]:
    """Return (tier, first number, number after the last, price), rising and without gaps."""
    bands: list[tuple[int, int, int | None, Decimal]] = []
    if table.free_calls:
        bands.append((FREE_TIER, 0, table.free_calls, Decimal(0)))
    for index, tier in enumerate(table.tiers):
        stop = table.tiers[index + 1].above if index + 1 < len(table.tiers) else None
        start = max(tier.above, table.free_calls)
        if stop is None or start < stop:
            bands.append((index + 1, start, stop, tier.unit_price))
    return bands
