"""The burn order is documented, total and never overdraws."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from billing.burndown import FREE, PROMOTIONAL, PURCHASED, SOURCES, Quota, Use, burn

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
