"""Fixtures of the monitoring tests."""

from __future__ import annotations

from tests.tenants import tenant

__all__ = ["tenant"]
