"""The burn order is documented, total and never overdraws."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from billing.burndown import (
    FREE,
    PROMOTIONAL,
    PURCHASED,
    SOURCES,
    Quota,
    Use,
    UseGroup,
    burn,
    burn_groups,
    shares,
)

T0 = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def quota(id, source=PURCHASED, project="", start=0, end=365, created=0, left=1, product="p"):
    return Quota(
        id,
        source,
        "r",
        product,
        project,
        T0 + DAY * start,
        T0 + DAY * end,
        T0 + DAY * created,
        left,
    )


def use(day=10, project="0", product="p", region="r"):
    return Use(region, product, project, T0 + DAY * day)


def test_source_before_binding_before_dates():
    stock = [
        quota(1, PURCHASED, "0", start=0),
        quota(2, PROMOTIONAL, "", start=5),
        quota(3, FREE, "", start=6),
        quota(4, PROMOTIONAL, "0", start=9),
        quota(5, PURCHASED, "0", start=0, end=300),
        quota(6, PURCHASED, "", start=0),
    ]
    assert burn([use()] * 7, stock) == [3, 4, 2, 5, 1, 6, None]


def test_the_first_created_ends_a_tie():
    assert burn([use()] * 2, [quota(1, created=2), quota(2, created=1)]) == [2, 1]


def test_only_packages_in_force_in_the_right_region_and_product_pay():
    stock = [quota(1, start=11), quota(2, end=9), quota(3, product="q"), quota(4, project="ep")]
    assert burn([use()], stock) == [None]
    assert burn([use(region="elsewhere")], [quota(5)]) == [None]


def test_both_ends_of_the_period_are_included():
    assert burn([use(day=10)], [quota(1, start=10)]) == [1]
    assert burn([use(day=10)], [quota(1, end=10)]) == [1]


quotas = st.lists(
    st.builds(
        lambda source, project, start, length, left: (source, project, start, length, left),
        st.sampled_from(SOURCES),
        st.sampled_from(["", "0", "a"]),
        st.integers(0, 20),
        st.integers(1, 20),
        st.integers(0, 5),
    ),
    max_size=6,
)
uses = st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["0", "a", "b"])), max_size=25)


@settings(deadline=None)
@given(quotas, uses, st.randoms())
def test_no_overdraw_no_waste_and_no_dependence_on_the_order_of_packages(rows, calls, random):
    stock = [
        quota(index, source, project, start, start + length, left=left)
        for index, (source, project, start, length, left) in enumerate(rows)
    ]
    events = [use(day, project) for day, project in sorted(calls)]
    payers = burn(events, stock)
    shuffled = list(stock)
    random.shuffle(shuffled)
    assert burn(events, shuffled) == payers
    for package in stock:
        paid = [e for e, payer in zip(events, payers, strict=True) if payer == package.id]
        assert len(paid) <= package.left
        assert all(package.effective_at <= e.occurred_at <= package.expires_at for e in paid)
    spent = {package.id: 0 for package in stock}
    for event, payer in zip(events, payers, strict=True):
        able = [
            p
            for p in stock
            if spent[p.id] < p.left
            and p.project in ("", event.project)
            and p.effective_at <= event.occurred_at <= p.expires_at
        ]
        assert payer == (min(able, key=Quota.burn_key).id if able else None)
        if payer is not None:
            spent[payer] += 1


@settings(deadline=None)
@given(quotas, uses, st.integers(1, 12))
def test_groups_are_paid_as_their_single_calls_would_be(rows, calls, width):
    stock = [
        quota(index, source, project, start, start + length, left=left * 4)
        for index, (source, project, start, length, left) in enumerate(rows)
    ]
    events = [use(day, project) for day, project in sorted(calls)]
    by_group: dict[tuple, list] = {}
    for event in events:
        key = (event.project, (event.occurred_at - events[0].occurred_at).days // width)
        by_group.setdefault(key, []).append(event)
    groups = [
        UseGroup(
            part[0].region,
            part[0].product,
            part[0].project,
            part[0].occurred_at,
            part[-1].occurred_at,
            len(part),
        )
        for part in by_group.values()
    ]
    payers = burn_groups(groups, stock)
    single = dict(zip(map(id, events), burn(events, stock), strict=True))
    if payers is not None:
        for part, payer in zip(by_group.values(), payers, strict=True):
            assert {single[id(event)] for event in part} == {payer}


def test_a_group_that_a_package_cannot_pay_whole_is_left_to_single_calls():
    first, last = use(day=10).occurred_at, use(day=12).occurred_at
    group = UseGroup("r", "p", "0", first, last, 5)
    assert burn_groups([group], [quota(1, left=5)]) == [1]
    assert burn_groups([group], [quota(1, left=4)]) is None
    assert burn_groups([group], [quota(1, left=5, start=11)]) is None
    assert burn_groups([group], [quota(1, left=5, end=11)]) is None
    assert burn_groups([group], [quota(1, left=5, start=13)]) == [None]
    assert burn_groups([group, group], [quota(1, left=9)]) is None


@given(st.lists(st.integers(0, 12), max_size=4), st.lists(st.integers(0, 9), max_size=4))
def test_shares_are_what_single_calls_would_take(wanted, left):
    stock = [
        quota(n, SOURCES[n % 3], "ep" if n % 2 else "", left=calls) for n, calls in enumerate(left)
    ]
    uses = [
        Use("r", "p", "ep" if n % 2 else "0", T0 + DAY * 10, quantity)
        for n, quantity in enumerate(wanted)
    ]
    single = [Use(one.region, one.product, one.project, one.occurred_at) for one in uses]
    payers = burn(
        [call for one, use_ in zip(single, uses, strict=True) for call in [one] * use_.quantity],
        stock,
    )
    found = iter(payers)
    for one, paid in zip(uses, shares(uses, stock), strict=True):
        taken = [payer for payer in (next(found) for _ in range(one.quantity)) if payer is not None]
        assert paid == {key: taken.count(key) for key in taken}
