"""Column types of money, shared by billing's tables."""

from __future__ import annotations

from typing import Any

from django.db import models


def amount(**options: Any) -> models.DecimalField[Any, Any]:
    """Return a column for a rounded amount (at most three minor digits, ISO 4217)."""
    return models.DecimalField(max_digits=18, decimal_places=3, **options)


def unit_price(**options: Any) -> models.DecimalField[Any, Any]:
    """Return a column for a unit price (six places)."""
    return models.DecimalField(max_digits=14, decimal_places=6, **options)


def currency() -> models.CharField[Any, Any]:
    """Return a column for an ISO 4217 code."""
    return models.CharField(max_length=3)


def enterprise_project(**options: Any) -> models.CharField[Any, Any]:
    """Return a column for an enterprise project id: "0", a UUID, or an unknown id as it came."""
    return models.CharField(max_length=36, **options)
