"""A tenant with a billable product, built from services where one exists."""

from __future__ import annotations

import pytest
from billing_factories import Tenant, products_make, tenant_make


@pytest.fixture
def catalog(db):
    """Two priced products."""
    products_make()


@pytest.fixture
def tenant(catalog) -> Tenant:
    """One account."""
    return tenant_make()


@pytest.fixture
def stranger(catalog) -> Tenant:
    """Another account."""
    return tenant_make()
