"""Fixtures of the tests of wiring and deployment."""

from __future__ import annotations

from tests.tenants import tenant

__all__ = ["tenant"]
